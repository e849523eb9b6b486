"""Template type `manifests`: raw manifests of the repository as one release (ENV-015)."""

import posixpath

from workflows.models import ReleasePlan
from workflows.planning.plans.builds import builds_if_any, described, told_builds
from workflows.planning.plans.case import Case, Way
from workflows.planning.plans.images import images_of
from workflows.planning.plans.routes import route_of
from workflows.planning.plans.variables import variables_of
from workflows.planning.plans.ways.helm import note_made_twice


def manifests(case: Case) -> Way:
    """The template's files and directories; which files those are is known once the commit is described."""
    asked = tuple(
        dict.fromkeys(posixpath.normpath(path or ".") for path in case.template.manifests)
    )
    if not asked:
        case.problems.append(
            f"The template `{case.key}` is of type `manifests` and names none; add a file or directory to its "
            "`manifests`."
        )
    images = images_of(case)
    builds = builds_if_any(case)
    note_made_twice(case, builds, images)
    told_builds(case, builds)
    if variables := variables_of(case).values:
        names = ", ".join(f"`{name}`" for name in sorted(variables))
        case.story.warn(
            f"The variables {names} have no effect: manifests are applied as they are. Write variables into them."
        )
    if case.secrets:
        names = ", ".join(f"`{name}`" for name in case.secrets)
        case.story.because(
            f"The Secret `catalyst-secrets` holds {names}; manifests can refer to it by that name."
        )
    return Way(
        release=ReleasePlan(name=case.release, chart="", source="manifests"),
        builds=builds,
        images=images,
        route=route_of(case),
        files=described(builds),
        directories=asked,
    )
