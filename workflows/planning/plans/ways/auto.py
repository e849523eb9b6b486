"""Template type `auto`: whatever the repository turns out to be."""

from workflows.models import (
    ApplicationKind,
    BuildPlan,
    ReleasePlan,
    Understanding,
)
from workflows.models.repository import Application
from workflows.planning.detection import understand
from workflows.planning.detection.files import join
from workflows.planning.plans.case import Case, Way
from workflows.planning.plans.ways.backing import with_backing
from workflows.planning.plans.ways.base import base_container
from workflows.planning.plans.ways.compose import of_compose
from workflows.planning.plans.ways.devcontainer import (
    container_to_work_in,
    layers_of,
    on_its_image,
    that_serves,
)
from workflows.planning.plans.ways.development import asks_for_development, in_development
from workflows.planning.plans.ways.dockerfile import dockerfile, from_builds
from workflows.planning.plans.ways.generated import generated
from workflows.planning.plans.ways.helm import release_of_chart
from workflows.planning.plans.ways.own_chart import said_front_port
from workflows.planning.plans.ways.own_image import instead_of_detected
from workflows.repo_config import FILE_NAME

DOCKERFILE = "Dockerfile"


def auto(case: Case) -> Way:
    """What detection says, unless the configuration file names the images itself."""
    if case.config.builds:
        names = ", ".join(f"`{name}`" for name in case.config.builds)
        case.story.because(f"`{FILE_NAME}` says which images to build: {names}.")
        return dockerfile(case)
    found = _understood(case)
    case.story.because(*found.reasons)
    case.story.warn(*found.warnings)
    way = in_development(case, found) if asks_for_development(case) else None
    return with_backing(case, found, way or _way(case, found))


def _way(case: Case, found: Understanding) -> Way:
    application = found.application
    if application.kind is ApplicationKind.CHART:
        return _of_chart(case, application)
    if application.kind is ApplicationKind.COMPOSE:
        return of_compose(case, application)
    if case.request.image:
        return instead_of_detected(case, found, layers_of(case, found))
    if application.kind is ApplicationKind.DOCKERFILE:
        _note_idle_commands(case, application.dockerfile)
        build = BuildPlan(
            component="web", context=application.workdir, dockerfile=application.dockerfile
        )
        return from_builds(case, (build,), application, layers_of(case, found))
    if application.kind is ApplicationKind.NONE:
        return _of_nothing(case, found)
    return generated(case, found)


def _note_idle_commands(case: Case, path: str) -> None:
    idle = [f"`{name}`" for name in ("dev", "build") if getattr(case.overrides, name)]
    if idle:
        have = "has" if len(idle) == 1 else "have"
        case.story.warn(
            f"{', '.join(idle)} {have} no effect: `{path}` says how the image is built."
        )


def _understood(case: Case) -> Understanding:
    """What detection says of all that can be deployed."""
    port = case.overrides.port or said_front_port(case)
    return understand(case.tree, case.overrides.model_copy(update={"port": port}))


def _of_nothing(case: Case, found: Understanding) -> Way:
    """A command that is set may still run, in the container that people work in or in a plain one."""
    application, devcontainer = found.application, found.devcontainer
    is_told = bool(application.start or application.dev)
    if devcontainer is None or not (devcontainer.image or devcontainer.dockerfile):
        if is_told:
            return generated(case, found)
        return base_container(case, application, found=layers_of(case, found))
    if served := that_serves(case, found, devcontainer):
        return served
    if is_told:
        return on_its_image(case, found, devcontainer) or generated(case, found)
    others, builds, images = container_to_work_in(case, devcontainer)
    return base_container(
        case, application, others, builds=builds, images=images, found=layers_of(case, found)
    )


def _of_chart(case: Case, application: Application) -> Way:
    """The chart as it is, with an image where a Dockerfile is beside it."""
    chart = application.workdir
    above = chart.rpartition("/")[0] or "."
    folders = [
        each
        for each in dict.fromkeys((chart, above, "."))
        if join(each, DOCKERFILE) in case.tree.paths
    ]
    builds = tuple(
        BuildPlan(component="web", context=each, dockerfile=join(each, DOCKERFILE))
        for each in folders[:1]
    )
    if not builds:
        case.story.because("No image is built: there is no `Dockerfile` beside the chart.")
    return release_of_chart(case, ReleasePlan(name=case.release, chart=chart), builds)
