"""Development mode (ENV-005): a development server in an image that is never built anew, with the code in a volume."""

from dataclasses import replace
from shlex import quote

from pydantic import JsonValue

from workflows.models import (
    Application,
    ApplicationKind,
    BuildPlan,
    Devcontainer,
    DevelopmentPlan,
    PrebuiltImage,
    Understanding,
)
from workflows.planning.detection import understand
from workflows.planning.detection.files import ROOT, Files, shorten
from workflows.planning.dockerfiles.model import Layout
from workflows.planning.plans.case import Case, Way
from workflows.planning.plans.development.host import is_on_host
from workflows.planning.plans.development.packages import package_sources, package_variables
from workflows.planning.plans.development.places import (
    CACHE,
    CLAIM,
    CODE,
    RUN,
    SCRIPTS,
    SIDECAR,
    STATE,
    STATE_ON_HOST,
    SUPERVISOR,
)
from workflows.planning.plans.development.supervisor import supervisor
from workflows.planning.plans.development.tools import Tools, inputs_of, tools_of
from workflows.planning.plans.images import is_reference
from workflows.planning.plans.values import Component
from workflows.planning.plans.ways.devcontainer import layers_of, own_build
from workflows.planning.plans.ways.own_chart import ASSUMED_PORT, own_chart, with_front_port
from workflows.repo_config import FILE_NAME
from workflows.values import escaped

COMPONENT = "web"
_LANGUAGES = (
    ApplicationKind.NODE,
    ApplicationKind.PYTHON,
    ApplicationKind.GO,
    ApplicationKind.MAKE,
    ApplicationKind.PROCFILE,
)
_CODE_SIZE = "4Gi"
_CACHE_SIZE = "4Gi"
_TO_DO = f"Say the command with `commands.dev` in `{FILE_NAME}`, or in the environment's settings."
_NOTHING = f"echo {quote(f'Nothing to run was found. {_TO_DO}')} >&2; exit 1"
"""Ends at once, so that the environment is degraded, with these words (ENV-010)."""
_IDLE = "trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done"


def asks_for_development(case: Case) -> bool:
    """Whether the template or the environment's type wants it and nothing that people set stands against it, which is told."""
    if case.template.mode != "development" and not case.request.is_development:
        return False
    if case.request.image:
        case.story.because(
            "An image of this environment's own runs, so there is no development server."
        )
        return False
    return True


def in_development(case: Case, found: Understanding) -> Way | None:
    """The development server as the release's one component; None, and told why, where there is nothing to start.

    Who asked for an environment to work in gets it all the same: a plain container with the code, and no server.
    """
    found = _with_language(case, found)
    application = found.application
    command = application.dev or application.start
    if application.kind not in _LANGUAGES or not command:
        _note_no_command(case)
        if not case.request.is_development:
            return None
        application, command = Application(port=ASSUMED_PORT), _NOTHING
    layout = Layout(application, Files(case.tree))
    tools = tools_of(layout)
    container = _usable(case, found.devcontainer)
    builds, images = _images(case, container)
    image = "" if container else tools.image
    component = with_front_port(case, Component(COMPONENT, port=application.port, image=image))
    plan = DevelopmentPlan(
        component=COMPONENT,
        install=(*tools.install, *_after(container, tools)),
        install_in=layout.context if tools.is_of_workspace else application.workdir,
        inputs=inputs_of(layout),
        command=command,
        workdir=application.workdir,
        port=component.port,
        follows_changes=bool(application.dev),
        memory=tools.memory or case.granted.quota.default_memory,
        package_sources=package_sources(case),
        is_on_host=is_on_host(case),
    )
    _tell(case, plan, f"the container of `{container.path}`" if container else f"`{image}`")
    is_used = container is not None
    layers = layers_of(case, found, is_prepared=is_used, is_used=is_used)
    way = own_chart(
        case,
        [replace(component, own=_values(tools, is_on_host=plan.is_on_host))],
        builds=builds,
        images=images,
        found=[("development mode", {**tools.env, **package_variables(case, layout)}), *layers],
        application=application,
    )
    return replace(way, development=plan)


def _note_no_command(case: Case) -> None:
    is_worked_on = case.request.is_development
    then = "the code is there to be worked on" if is_worked_on else "it is deployed as usual"
    case.story.warn(
        "Development mode needs a command that serves the code as it is, and none was found: "
        f"{then}. {_TO_DO}"
    )


def _with_language(case: Case, found: Understanding) -> Understanding:
    """What a Dockerfile would have packed, where that is known: no image is built here."""
    if found.application.kind is not ApplicationKind.DOCKERFILE or case.overrides.kind:
        return found
    known = [each for each in found.candidates if each.kind in _LANGUAGES]
    if not known:
        return found
    chosen = case.overrides.model_copy(
        update={
            "kind": known[0].kind,
            "workdir": known[0].workdir,
            "port": case.overrides.port or found.application.port,
        }
    )
    again = understand(case.tree, chosen)
    case.story.because(
        f"Development mode runs the code of `{known[0].path}` itself, not `{found.application.dockerfile}`."
    )
    return again if again.application.dev or again.application.start else found


def _usable(case: Case, container: Devcontainer | None) -> Devcontainer | None:
    """The development container, where it names an image or a Dockerfile that is there."""
    if container is None:
        return None
    if is_reference(container.image) or container.dockerfile in case.tree.paths:
        return container
    return None


def _images(
    case: Case, container: Devcontainer | None
) -> tuple[tuple[BuildPlan, ...], tuple[PrebuiltImage, ...]]:
    """Of the development container; a Dockerfile of it is built first."""
    if container is None:
        return (), ()
    if container.dockerfile in case.tree.paths:
        return (own_build(container, COMPONENT),), ()
    return (), (PrebuiltImage(component=COMPONENT, image=container.image),)


def _after(container: Devcontainer | None, tools: Tools) -> tuple[str, ...]:
    """`postCreateCommand`, without what is installed in any case."""
    given = container.post_create if container else ()
    return tuple(each for each in given if each not in tools.install)


def _values(tools: Tools, *, is_on_host: bool) -> dict[str, JsonValue]:
    """What the chart is told besides; the same for every commit, so that no push replaces the pod."""
    state = STATE_ON_HOST if is_on_host else STATE
    code: dict[str, JsonValue] = {"existingClaim": CLAIM} if is_on_host else {"size": _CODE_SIZE}
    limits: dict[str, JsonValue] = {"cpu": "2"}
    if tools.memory:
        limits["memory"] = tools.memory
    return {
        "command": ["/bin/sh", f"{SCRIPTS}/{SUPERVISOR}"],
        "workingDir": CODE,
        "commitFile": f"{state}/commit",
        "strategy": "Recreate",
        # As whoever owns new volumes on every kind of storage; people install what they need beside it.
        "security": {"profile": "baseline", "runAsUser": 0},
        "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": limits},
        "sidecars": {
            SIDECAR: {
                "image": "{tools_image}",
                "command": ["/bin/sh", "-c", _IDLE],
                "resources": {
                    "requests": {"cpu": "10m", "memory": "32Mi"},
                    "limits": {"cpu": "1", "memory": "512Mi"},
                },
            }
        },
        "volumes": {
            "code": {"type": "persistent", "mountPath": CODE, **code},
            "cache": {"type": "persistent", "mountPath": CACHE, "size": _CACHE_SIZE},
            "run": {"type": "empty", "mountPath": RUN},
            "scripts": {
                "type": "config",
                "mountPath": SCRIPTS,
                "files": {SUPERVISOR: escaped(supervisor(state))},
            },
        },
    }


def _tell(case: Case, plan: DevelopmentPlan, image: str) -> None:
    code, change = "the code of the branch", "a push changes it there"
    if plan.is_on_host:
        code, change = "the project's directory of the node", "a change of its files is one there"
    case.story.because(
        f"Development mode: `{shorten(plan.command)}` runs in {image} on {code}, in `{CODE}`; {change}."
    )
    if plan.install:
        commands = ", ".join(f"`{shorten(each)}`" for each in plan.install)
        place = "" if plan.install_in == ROOT else f" in `{plan.install_in}`"
        case.story.because(f"Before it, whenever what they read has changed: {commands}{place}.")
    if not plan.follows_changes:
        case.story.because("Nothing is known to follow changes, so each push starts it again.")
