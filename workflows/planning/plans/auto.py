"""Template type `auto`: whatever the repository turns out to be."""

from workflows.models import ApplicationKind, BuildPlan, ReleasePlan, Understanding
from workflows.models.repository import Application
from workflows.planning.detection import understand
from workflows.planning.plans.base import base_container
from workflows.planning.plans.builds import told_builds
from workflows.planning.plans.case import Case, Way
from workflows.planning.plans.dockerfile import dockerfile, from_builds
from workflows.planning.plans.helm import release_of_chart
from workflows.repo_config import FILE_NAME


def auto(case: Case) -> Way:
    """What detection says, unless the configuration file names the images itself."""
    if case.config.builds:
        names = ", ".join(f"`{name}`" for name in case.config.builds)
        case.story.because(f"`{FILE_NAME}` says which images to build: {names}.")
        return dockerfile(case)
    found = understand(case.tree, case.overrides)
    case.story.because(*found.reasons)
    case.story.warn(*found.warnings)
    return _way(case, found)


def _way(case: Case, found: Understanding) -> Way:
    application = found.application
    if application.kind is ApplicationKind.DOCKERFILE:
        return _of_dockerfile(case, application)
    if application.kind is ApplicationKind.CHART:
        return _of_chart(case, application)
    return base_container(case, application)


def _of_dockerfile(case: Case, application: Application) -> Way:
    build = BuildPlan(
        component="web", context=application.workdir, dockerfile=application.dockerfile
    )
    return from_builds(case, (build,), application)


def _of_chart(case: Case, application: Application) -> Way:
    """The chart as it is, with an image where a Dockerfile is beside it."""
    chart = application.workdir
    beside = chart.rpartition("/")[0] or "."
    builds = [
        BuildPlan(component="web", context=folder, dockerfile=path)
        for folder in dict.fromkeys((beside, "."))
        for path in ("Dockerfile" if folder == "." else f"{folder}/Dockerfile",)
        if path in case.tree.paths
    ][:1]
    release = ReleasePlan(name=case.release, chart=chart)
    way = release_of_chart(case, release, tuple(builds))
    told_builds(case, tuple(builds))
    return way
