"""The whole judgement: a tree -> an application, and the reasons for it."""

from workflows.models import (
    Application,
    ApplicationKind,
    Candidate,
    DetectionOverrides,
    Devcontainer,
    RepositoryTree,
    Understanding,
)
from workflows.planning.detection.charts import chart_proposal, find_charts
from workflows.planning.detection.choice import MAX_CANDIDATES, Choice, choose
from workflows.planning.detection.devcontainer import find_devcontainer
from workflows.planning.detection.devcontainer_compose import services_beside
from workflows.planning.detection.files import ROOT, Files, folder_of, name_of, shorten
from workflows.planning.detection.interest import MAX_PATHS, is_of_interest
from workflows.planning.detection.overrides import (
    by_hand,
    set_kind,
    set_values,
    set_workdir,
    with_language,
    with_port,
)
from workflows.planning.detection.places import MAX_PLACES, Place, look_at, search_order
from workflows.planning.detection.proposal import Standing
from workflows.planning.detection.story import Story

_MANIFESTS = {
    "Dockerfile": ApplicationKind.DOCKERFILE,
    "package.json": ApplicationKind.NODE,
    "pyproject.toml": ApplicationKind.PYTHON,
    "requirements.txt": ApplicationKind.PYTHON,
    "Pipfile": ApplicationKind.PYTHON,
    "go.mod": ApplicationKind.GO,
}
_MAX_PROBLEMS = 5
_WITHOUT_PORT = (ApplicationKind.NONE, ApplicationKind.CHART)
NO_PORT = "Nothing says on which port the application listens; `port` can be set."
_NO_OVERRIDES = DetectionOverrides()


def understand(
    tree: RepositoryTree, overrides: DetectionOverrides = _NO_OVERRIDES
) -> Understanding:
    """What runs the application of a repository, and why. Never raises; the same tree gives the same answer."""
    files, story = Files(tree), Story()
    charts = find_charts(files)
    devcontainer, container_reasons, container_warnings = find_devcontainer(files)
    workdir = set_workdir(files, overrides, story)
    places = _search(files, workdir, story)
    proposals = [chart_proposal(charts[0], len(charts) - 1)] if charts and not workdir else []
    found = {each.application.kind for place in places for each in place.proposals}
    found |= {each.application.kind for each in proposals}
    kind = set_kind(places, found, overrides, story)
    choice = choose(places, proposals, kind)
    application = _application(files, choice, kind, workdir or ROOT)
    candidates = choice.candidates
    if application.kind is ApplicationKind.NONE:
        elsewhere = _elsewhere(files, places, devcontainer)
        candidates = (*candidates, *elsewhere)[:MAX_CANDIDATES]
        story.because(*_nothing(files, places, kind), *(each.reason for each in elsewhere[:3]))
    backing = _tell(places, choice, story)
    story.because(*container_reasons)
    story.warn(*container_warnings)
    application = set_values(_forwarded(application, devcontainer, story), overrides, story)
    application = with_language(application, story)
    if charts and application.kind is not ApplicationKind.CHART:
        named = ", ".join(f"`{each.path}`" for each in charts[:5])
        story.because(f"Helm charts were found in {named}.")
    _warn(files, tree, application, story)
    beside = (backing.compose.backing, backing.compose.services) if backing else ("", ())
    if not backing and devcontainer and application.kind is not ApplicationKind.COMPOSE:
        beside = _beside_container(files, devcontainer, story)
    return Understanding(
        application=application,
        candidates=candidates,
        backing_compose=beside[0],
        backing_services=beside[1],
        devcontainer=devcontainer,
        charts=tuple(charts),
        reasons=tuple(story.reasons),
        warnings=tuple(story.warnings),
    )


def _beside_container(
    files: Files, container: Devcontainer, story: Story
) -> tuple[str, tuple[str, ...]]:
    """The first compose file that a development container stands on, and the services that run beside it."""
    services = services_beside(files, container)
    paths = [each for each in container.compose if files.has(each)]
    if not services or not paths:
        return "", ()
    listed = ", ".join(f"`{shorten(each, 60)}`" for each in services[:8])
    story.because(f"Beside the container of `{container.path}` run: {listed}.")
    return paths[0], services


def _search(files: Files, workdir: str, story: Story) -> list[Place]:
    folders = [workdir] if workdir else search_order(files)
    if len(folders) > MAX_PLACES:
        story.warn(
            f"Only the first {MAX_PLACES} of {len(folders)} directories are searched; "
            "`workdir` names any other."
        )
    return [look_at(files, each) for each in folders[:MAX_PLACES]]


def _application(
    files: Files, choice: Choice, kind: ApplicationKind | None, workdir: str
) -> Application:
    if choice.proposal:
        return choice.proposal.application
    if kind in (None, ApplicationKind.NONE):
        return Application(workdir=workdir)
    return by_hand(files, kind, workdir)


def _tell(places: list[Place], choice: Choice, story: Story) -> Place | None:
    """What speaks for the choice and against the others. Returns the place whose backing services come along."""
    shown = [each for each in places if each.folder == ROOT or each is choice.place]
    if choice.proposal is None:
        shown = places
    backing = next((each for each in shown if each.compose.backing), None)
    for place in shown:
        told = place.told
        if place.compose.backing and place is not backing:
            told = tuple(each for each in told if place.compose.backing not in each)
        story.because(*told)
        story.warn(*place.warnings)
    if chosen := choice.proposal:
        story.because(*chosen.reasons, *choice.reasons)
        story.warn(*chosen.warnings)
        if chosen.standing in (Standing.WILL_NOT, Standing.UNSEEN):
            story.warn(chosen.doubt)
    return backing


def _nothing(files: Files, places: list[Place], kind: ApplicationKind | None) -> list[str]:
    """What was looked for, where, and what there was instead."""
    if kind is ApplicationKind.NONE:
        return []
    if not files.paths:
        return ["The repository is empty."]
    names = ", ".join(
        "the root" if each.folder == ROOT else f"`{each.folder}`" for each in places[:8]
    )
    searched = (
        f"Nothing that serves was found in {names}: looked for a compose file, a `Dockerfile`, "
        "`scripts.dev` or `scripts.start` in `package.json`, a target `dev` in a `Makefile`, "
        "a `web:` line in a `Procfile`, Python and Go programs, and an `index.html`."
    )
    return [searched, *(note for place in places for note in place.notes)][:12]


def _elsewhere(
    files: Files, places: list[Place], devcontainer: Devcontainer | None
) -> list[Candidate]:
    """Manifests in directories that are not searched."""
    searched = {*(each.folder for each in places), ".devcontainer"}
    known = devcontainer.dockerfile if devcontainer else ""
    found = (
        path
        for path in files.paths
        if name_of(path) in _MANIFESTS
        and is_of_interest(path)
        and folder_of(path) not in searched
        and path != known
    )
    candidates: dict[str, Candidate] = {}
    for path in found:
        folder = folder_of(path)
        reason = f"`{path}` is in none of the directories that are searched; `workdir` can be set to `{folder}`."
        kind = _MANIFESTS[name_of(path)]
        candidates.setdefault(
            folder, Candidate(kind=kind, workdir=folder, path=path, reason=reason)
        )
        if len(candidates) == MAX_CANDIDATES:
            break
    return list(candidates.values())


def _forwarded(
    application: Application, devcontainer: Devcontainer | None, story: Story
) -> Application:
    """The first port people forward from their development container, where nothing else names one."""
    if application.port or not devcontainer or not devcontainer.forward_ports:
        return application
    if application.kind in _WITHOUT_PORT:
        return application
    port = devcontainer.forward_ports[0]
    story.because(f"Port {port}, by `forwardPorts` in `{devcontainer.path}`.")
    return application.model_copy(update={"port": port, "variables": with_port(application, port)})


def _warn(files: Files, tree: RepositoryTree, application: Application, story: Story) -> None:
    if application.kind not in _WITHOUT_PORT and not application.port:
        story.warn(NO_PORT)
    if files.is_cut:
        story.warn(
            f"The repository has more than {MAX_PATHS} files; only those nearest to its root are looked at."
        )
    unread = [path for path in sorted(tree.problems) if files.has(path)]
    for path in unread[:_MAX_PROBLEMS]:
        if not any(f"`{path}`" in each for each in story.warnings):
            story.warn(f"`{path}` could not be read: {shorten(tree.problems[path])}.")
