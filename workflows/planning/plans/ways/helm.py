"""Template type `helm`: a chart of the repository, or of a chart repository."""

from pydantic import JsonValue

from workflows.models import BuildPlan, PrebuiltImage, ReleasePlan
from workflows.planning.plans.builds import builds_if_any, builds_of, described, told_builds
from workflows.planning.plans.case import Case, Way
from workflows.planning.plans.images import images_of
from workflows.planning.plans.routes import route_of
from workflows.planning.plans.variables import variables_of


def helm(case: Case) -> Way:
    """The template's chart with its value files, values, builds and images."""
    template = case.template
    is_remote = bool(template.chart_repository)
    _note_half_named(case)
    images = images_of(case)
    may_lack = is_remote or template.is_user_managed or bool(images)
    builds = builds_if_any(case) if may_lack else builds_of(case)
    note_made_twice(case, builds, images)
    if is_remote:
        case.story.because(
            f"Chart `{template.chart}` {template.chart_version} from {template.chart_repository}"
        )
    return release_of_chart(
        case,
        ReleasePlan(
            name=case.release,
            chart=template.chart,
            source="remote" if is_remote else "repository",
            repository=template.chart_repository,
            version=template.chart_version if is_remote else "",
            value_files=tuple(dict.fromkeys(template.value_files)),
            values=template.values,
            is_user_managed=template.is_user_managed,
        ),
        builds,
        images,
    )


def release_of_chart(
    case: Case,
    release: ReleasePlan,
    builds: tuple[BuildPlan, ...],
    images: tuple[PrebuiltImage, ...] = (),
) -> Way:
    """The way to deploy a chart that is not Catalyst's."""
    told_builds(case, builds)
    case.story.because(*(f"Values from `{path}`" for path in release.value_files))
    if case.secrets:
        names = ", ".join(f"`{name}`" for name in case.secrets)
        case.story.because(
            f"The Secret `catalyst-secrets` holds {names}; the chart can refer to it by that name."
        )
    return Way(
        release=release.model_copy(update={"values": _with_variables(case, release)}),
        builds=builds,
        images=images,
        route=route_of(case),
        charts=(release.chart,) if release.source == "repository" else (),
        files=described(builds, release.value_files),
    )


def note_made_twice(
    case: Case, builds: tuple[BuildPlan, ...], images: tuple[PrebuiltImage, ...]
) -> None:
    """Problems of components that are built and prebuilt."""
    built = {each.component for each in builds}
    case.problems.extend(
        f"`{each.component}` is both built and prebuilt; remove it from `builds` or from `images` of the template "
        f"`{case.key}`."
        for each in images
        if each.component in built
    )


def _note_half_named(case: Case) -> None:
    repository, version = case.template.chart_repository, case.template.chart_version
    if repository and not version:
        case.problems.append(
            f"The template `{case.key}` takes its chart from {repository} and names no version; set `chart_version`, "
            "so that one commit always means one release."
        )
    if version and not repository:
        case.problems.append(
            f"The template `{case.key}` names `chart_version` and no `chart_repository`; set both, or neither."
        )
    if repository and not repository.startswith(("https://", "http://", "oci://")):
        case.problems.append(
            f"`chart_repository` of the template `{case.key}` is `{repository}`; it must begin with `https://` or "
            "`oci://`."
        )


def _with_variables(case: Case, release: ReleasePlan) -> dict[str, JsonValue]:
    """The template's values, with the variables where a chart finds what Catalyst knows.

    Only when there are some: a chart's schema may be closed to what it does not know.
    """
    variables = variables_of(case)
    if not variables.values:
        return release.values
    names = ", ".join(f"`{name}`" for name in sorted(variables.values))
    if release.is_user_managed:
        case.story.warn(
            f"The variables {names} have no effect: the chart and its values are passed on untouched."
        )
        return release.values
    case.story.because(variables.told(), "The chart finds them in `global.catalyst.variables`.")
    shared = _mapping(release.values.get("global"))
    known = _mapping(shared.get("catalyst"))
    own: dict[str, JsonValue] = {**variables.values, **_mapping(known.get("variables"))}
    return {
        **release.values,
        "global": {**shared, "catalyst": {**known, "variables": own}},
    }


def _mapping(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}
