"""What people have decided themselves, laid over what was detected (ENV-011): each a reason, or a warning without effect."""

from workflows.models import Application, ApplicationKind, DetectionOverrides
from workflows.planning.detection.dressing import dressed
from workflows.planning.detection.files import ROOT, Files, resolve, shorten
from workflows.planning.detection.places import Place, languages_of, toolchain_of
from workflows.planning.detection.shell import calls_of
from workflows.planning.detection.story import Story

_WITHOUT_COMMANDS = (ApplicationKind.COMPOSE, ApplicationKind.CHART, ApplicationKind.STATIC)
_BY_COMMAND = (
    ApplicationKind.NODE,
    ApplicationKind.PYTHON,
    ApplicationKind.GO,
    ApplicationKind.MAKE,
    ApplicationKind.PROCFILE,
)
"""Kinds that need no more than a command."""
_BARE = {"node": "Node.js", "python": "Python"}


def set_workdir(files: Files, overrides: DetectionOverrides, story: Story) -> str:
    """The directory that is set; empty when none is, or none that exists."""
    wanted = overrides.workdir.strip()
    if not wanted:
        return ""
    folder = resolve(ROOT, wanted)
    if folder and files.is_folder(folder):
        story.because(f"Only `{folder}` is searched, because `workdir` is set to it.")
        return folder
    problem = "is not in the repository" if folder else "leads out of the repository"
    story.warn(f"`workdir` is set to `{shorten(wanted)}`, which {problem}; it is left aside.")
    return ""


def set_kind(
    places: list[Place], found: set[ApplicationKind], overrides: DetectionOverrides, story: Story
) -> ApplicationKind | None:
    """The kind that is set, unless nothing of it is there."""
    kind = overrides.kind
    is_by_command = kind in _BY_COMMAND and bool(overrides.dev.strip() or overrides.start.strip())
    if kind is None or kind in found or kind is ApplicationKind.NONE or (is_by_command and places):
        if kind is not None:
            story.because(f"The kind is {kind}, because it is set.")
        return kind
    story.warn(f"The kind is set to {kind}, and nothing of that kind was found; it is left aside.")
    return None


def by_hand(files: Files, kind: ApplicationKind, folder: str) -> Application:
    """An application that nothing but its kind and its commands are known of."""
    tools = toolchain_of(files, folder, kind.value)
    return dressed(kind, folder, tools, port=tools.port if tools else 0)


def set_values(
    application: Application, overrides: DetectionOverrides, story: Story
) -> Application:
    """Commands and the port, as they are set."""
    changes: dict[str, object] = {}
    commands = (("dev", overrides.dev), ("start", overrides.start), ("build", overrides.build))
    for name, wanted in commands:
        if not wanted.strip():
            continue
        if application.kind in _WITHOUT_COMMANDS:
            story.warn(f"`{name}` is set, which has no effect on the kind {application.kind}.")
            continue
        changes[name] = wanted.strip()
        found = getattr(application, name)
        instead = f" instead of `{shorten(found)}`" if found and found != wanted.strip() else ""
        story.because(f"`{name}` is `{shorten(wanted)}`{instead}, because it is set.")
    if overrides.port:
        found = application.port
        instead = f" instead of {found}" if found not in (0, overrides.port) else ""
        story.because(f"Port {overrides.port}{instead}, because it is set.")
        changes |= {"port": overrides.port, "variables": with_port(application, overrides.port)}
    return application.model_copy(update=changes)


def with_language(application: Application, story: Story) -> Application:
    """The language of a command for which no file of the repository names one: by the kind, else by what it calls.

    Only languages whose programs run without a project file.
    """
    command = application.start or application.dev
    if application.language or not command or application.kind in _WITHOUT_COMMANDS:
        return application
    called = [*languages_of(calls_of(command)), ""][0]
    language = application.kind.value if application.kind.value in _BARE else called
    if language not in _BARE:
        return application
    because = "its kind" if language == application.kind.value else f"`{shorten(command)}`"
    story.because(f"{_BARE[language]}, by {because}.")
    return application.model_copy(update={"language": language})


def with_port(application: Application, port: int) -> dict[str, str]:
    """The variables of an application that is told its port by a variable."""
    kinds = (*_BY_COMMAND, ApplicationKind.NONE)
    told = {"PORT": str(port)} if application.kind in kinds else {}
    return {**application.variables, **told}
