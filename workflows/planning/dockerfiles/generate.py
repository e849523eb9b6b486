"""The choice of a language's generator, and what is the same for all of them."""

from collections.abc import Callable

from workflows.errors import PlanError
from workflows.models import Application, ApplicationKind, RepositoryTree
from workflows.planning.detection.files import ROOT, Files, join
from workflows.planning.dockerfiles.golang import make_go
from workflows.planning.dockerfiles.ignored import IGNORED
from workflows.planning.dockerfiles.model import DEFAULT_PORT, Generated, Layout, Recipe
from workflows.planning.dockerfiles.node import make_node
from workflows.planning.dockerfiles.plain import make_plain
from workflows.planning.dockerfiles.python import make_python
from workflows.planning.dockerfiles.site import make_static

_OTHERS = {
    ApplicationKind.COMPOSE: "a compose file says what its images are",
    ApplicationKind.DOCKERFILE: "it has a Dockerfile of its own",
    ApplicationKind.CHART: "its chart says what its images are",
}
_LANGUAGES: dict[str, Callable[[Layout], Recipe]] = {
    "node": make_node,
    "python": make_python,
    "go": make_go,
}
_HEAD = (
    "# Written by Catalyst, because the repository has no Dockerfile.\n"
    "# `catalyst eject` puts it into the repository; from then on it is yours to change.\n"
)


def generate(application: Application, tree: RepositoryTree) -> Generated:
    """An image that runs the application as a numeric user; the same input always gives the same text.

    Raises PlanError when nothing says what to start, or a path cannot stand in a Dockerfile.
    """
    if reason := _OTHERS.get(application.kind, ""):
        raise PlanError(f"No Dockerfile is written for this application: {reason}.")
    _check(application)
    layout = Layout(application, Files(tree))
    recipe = _make(layout)
    own = join(layout.context, ".dockerignore")
    has_own = layout.files.has(own)
    reasons = [*recipe.reasons]
    if has_own:
        reasons.append(f"`{own}` says what the build does not read.")
    if not application.port:
        reasons.append(
            f"Nothing says where it listens: {DEFAULT_PORT} is assumed, and given to it as `PORT`."
        )
    return Generated(
        dockerfile=_HEAD + str(recipe.instructions),
        ignored="" if has_own else IGNORED,
        port=layout.port,
        reasons=tuple(reasons),
        warnings=recipe.warnings,
        context=layout.context,
    )


def _make(layout: Layout) -> Recipe:
    if layout.application.kind is ApplicationKind.STATIC:
        return make_static(layout)
    return _LANGUAGES.get(layout.application.language, make_plain)(layout)


def _check(application: Application) -> None:
    folder, workspace = application.workdir, application.workspace
    for path in (folder, workspace):
        if not path.isprintable() or path.startswith("/") or ".." in path.split("/"):
            raise PlanError(
                f"The directory {path!r} cannot be built: its name holds characters that cannot be printed, "
                "or it leads out of the repository.",
                hint="Rename the directory, then push.",
            )
    if workspace not in ("", ROOT, folder) and not folder.startswith(f"{workspace}/"):
        raise PlanError(f"`{folder}` is not in its workspace `{workspace}`.")
