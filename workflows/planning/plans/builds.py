"""Which images of the commit are built, and with which of the project's secrets."""

from collections.abc import Iterable

from workflows.models import BuildPlan, BuildSettings, Template
from workflows.planning.plans.case import Case
from workflows.repo_config import Build

_DEFAULT = Template().builds
"""What a template says that says nothing of builds."""


def builds_of(case: Case) -> tuple[BuildPlan, ...]:
    """The configuration file's builds, else the template's; their reasons, and what stands against them."""
    named = case.config.builds
    settings = tuple(_settings(name, build) for name, build in named.items())
    if not named:
        settings = case.template.builds
        _note_ungranted(case, settings)
    _note_twice(case, [each.component for each in settings])
    return tuple(_plan(case, each) for each in settings)


def builds_if_any(case: Case) -> tuple[BuildPlan, ...]:
    """The same where images may come from elsewhere: without a Dockerfile, nobody has asked for a build."""
    is_asked = bool(case.config.builds) or case.template.builds != _DEFAULT
    taken = {each.component for each in case.template.images}
    is_there = any(each.dockerfile in case.tree.paths for each in _DEFAULT)
    if is_asked or (is_there and taken.isdisjoint(each.component for each in _DEFAULT)):
        return builds_of(case)
    if not is_there:
        case.story.because("No image is built: there is no `Dockerfile` at the root.")
    return ()


def described(builds: Iterable[BuildPlan], others: Iterable[str] = ()) -> tuple[str, ...]:
    """Paths that must be known of the commit for these builds, each once, and the `others` after them."""
    paths = [
        path
        for build in builds
        for path in (build.context, *(() if build.generated else (build.dockerfile,)))
    ]
    return tuple(dict.fromkeys((*paths, *others)))


def told_builds(case: Case, builds: tuple[BuildPlan, ...]) -> None:
    """One reason for each image that is built."""
    for each in builds:
        case.story.because(
            f"Image `{each.component}` from `{each.dockerfile}`, context `{each.context}`"
        )


def _settings(name: str, build: Build) -> BuildSettings:
    return BuildSettings(
        component=name,
        context=build.context,
        dockerfile=build.dockerfile,
        target=build.target or "",
        args=build.args,
        secrets=build.secrets,
    )


def _plan(case: Case, build: BuildSettings) -> BuildPlan:
    secrets = tuple(dict.fromkeys(build.secrets))
    if secrets and not case.request.is_trusted:
        case.story.warn(
            f"The build of `{build.component}` gets no secrets, because the commit comes from a fork."
        )
        secrets = ()
    return BuildPlan(
        component=build.component,
        context=build.context,
        dockerfile=build.dockerfile,
        target=build.target,
        args=build.args,
        secrets=secrets,
    )


def _note_ungranted(case: Case, settings: tuple[BuildSettings, ...]) -> None:
    for build in settings:
        case.problems.extend(
            f"The build of `{build.component}` mounts the secret `{name}`, which the template `{case.key}` does not "
            "grant; add it to the template's `secrets`."
            for name in build.secrets
            if name not in case.template.secrets
        )


def _note_twice(case: Case, components: list[str]) -> None:
    for name in dict.fromkeys(components):
        if components.count(name) > 1:
            case.problems.append(
                f"Two builds of the template `{case.key}` are called `{name}`; give each a name of its own."
            )
