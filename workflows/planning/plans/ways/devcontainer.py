"""What devcontainer.json brings to a preview (ENV-024): its container where nothing else runs, its variables always."""

import re

from workflows.models import (
    ApplicationKind,
    BuildPlan,
    Devcontainer,
    PrebuiltImage,
    Understanding,
)
from workflows.planning.detection.dockerfile import has_command, port_of_dockerfile
from workflows.planning.detection.files import ROOT, Files, shorten
from workflows.planning.dockerfiles.text import Instructions
from workflows.planning.plans.case import Case, Way
from workflows.planning.plans.images import is_reference
from workflows.planning.plans.values import Component
from workflows.planning.plans.variables import Layer, can_be_set
from workflows.planning.plans.ways.dockerfile import started
from workflows.planning.plans.ways.own_chart import own_chart, with_front_port

COMPONENT = "devcontainer"
_DETECTED = "what was detected"
_IDLE = ("/bin/sh", "-c", "trap 'exit 0' TERM; while :; do sleep 3600 & wait; done")
"""Stays until it is told to stop, for people to open a shell in."""
_IGNORED = ".git\n**/node_modules\n**/.venv\n**/__pycache__\n"
_COPIES = re.compile(r"^\s*(COPY|ADD)\s+(?!.*--from=)", re.IGNORECASE | re.MULTILINE)


def layers_of(
    case: Case, found: Understanding, *, is_prepared: bool = False, is_used: bool = False
) -> list[Layer]:
    """Variables that were found, the surer ones last; what of the container is left aside is told.

    `is_prepared`: its `postCreateCommand` is a part of the build. `is_used`: the application runs in it.
    """
    detected: Layer = (_DETECTED, found.application.variables)
    container = found.devcontainer
    if container is None:
        return [detected]
    _tell(case, found, container, is_used=is_used)
    if not is_prepared:
        _tell_not_run(case, found, container)
    usable = {
        name: value
        for name, value in container.remote_env.items()
        if can_be_set(name) and "${" not in value and "\0" not in value
    }
    if left := [f"`{name}`" for name in container.remote_env if name not in usable]:
        case.story.warn(
            f"`remoteEnv` of `{container.path}`: {', '.join(left)} cannot be taken over, for want of the machine it "
            "refers to, or for its name."
        )
    return [(f"`{container.path}`", usable), detected]


def that_serves(case: Case, found: Understanding, container: Devcontainer) -> Way | None:
    """The container as the preview, where its Dockerfile says what runs; None where it does not."""
    files = Files(case.tree)
    if not files.has(container.dockerfile) or not has_command(files, container.dockerfile):
        return None
    case.story.because(
        f"Nothing else runs, and `{container.dockerfile}` of `{container.path}` says what runs in its container."
    )
    port, reason = port_of_dockerfile(files, container.dockerfile, container.target)
    if container.forward_ports:
        port = container.forward_ports[0]
        reason = f"Port {port}, by `forwardPorts` in `{container.path}`."
    front = Component("web", port=port, command=started(case, "web"))
    return own_chart(
        case,
        [with_front_port(case, front, reason)],
        builds=(own_build(container, "web"),),
        found=layers_of(case, found),
        application=found.application.model_copy(
            update={
                "kind": ApplicationKind.DOCKERFILE,
                "dockerfile": container.dockerfile,
                "port": port,
            }
        ),
    )


def on_its_image(case: Case, found: Understanding, container: Devcontainer) -> Way | None:
    """The command that is set, in an image made of the container and the repository; None when there is no such."""
    application = found.application
    base = _base(case, container)
    if not base:
        return None
    front = with_front_port(case, Component("web", port=application.port))
    lines = Instructions()
    lines.comment("The repository, made ready as people do it in the container.")
    lines.workdir("/app")
    lines.copy((ROOT,), ROOT)
    for command in container.post_create:
        lines.run(command)
    if application.build and application.start:
        lines.run(application.build)
    lines.env({"PORT": str(front.port)})
    lines.expose(front.port)
    lines.start(application.start or application.dev)
    case.story.because(f"The command runs in the container of `{container.path}`.")
    build = BuildPlan(
        component="web",
        context=ROOT,
        dockerfile="Dockerfile",
        args=container.args,
        generated=f"# Written by Catalyst from {shorten(container.path)}.\n{base}\n{lines}",
        ignored="" if ".dockerignore" in case.tree.paths else _IGNORED,
    )
    return own_chart(
        case,
        [front],
        builds=(build,),
        found=layers_of(case, found, is_prepared=True),
        application=application,
    )


def container_to_work_in(
    case: Case, container: Devcontainer
) -> tuple[list[Component], tuple[BuildPlan, ...], tuple[PrebuiltImage, ...]]:
    """The container beside the page that says what is missing: people can open a shell in it."""
    idle = Component(COMPONENT, command=_IDLE)
    if container.dockerfile in case.tree.paths:
        case.story.because(
            f"`{container.dockerfile}` builds the container of `{container.path}`, which stays open for a shell."
        )
        return [idle], (own_build(container, COMPONENT),), ()
    if not is_reference(container.image):
        case.story.warn(f"`{container.path}` names no image or Dockerfile that can be used.")
        return [], (), ()
    case.story.because(
        f"The container of `{container.path}`, `{container.image}`, stays open for a shell."
    )
    return [idle], (), (PrebuiltImage(component=COMPONENT, image=container.image),)


def own_build(container: Devcontainer, component: str) -> BuildPlan:
    """The container's own image, from its Dockerfile."""
    return BuildPlan(
        component=component,
        context=container.context or ROOT,
        dockerfile=container.dockerfile,
        target=container.target,
        args=container.args,
    )


def _base(case: Case, container: Devcontainer) -> str:
    """The beginning of a Dockerfile that stands on the container; empty when it cannot be had."""
    if is_reference(container.image):
        return f"FROM {container.image}\n"
    text = case.tree.texts.get(container.dockerfile, "")
    if container.dockerfile not in case.tree.paths or not text:
        return ""
    if container.context != ROOT and _COPIES.search(text):
        case.story.warn(
            f"`{container.dockerfile}` copies files from `{container.context}`, so it cannot be continued with the "
            "whole repository; a plain container is used."
        )
        return ""
    stage = f"\nFROM {container.target}\n" if container.target else ""
    return f"{text.rstrip()}\n{stage}"


def _tell(case: Case, found: Understanding, container: Devcontainer, *, is_used: bool) -> None:
    has_own = found.application.kind is not ApplicationKind.NONE and not is_used
    if has_own and (container.image or container.dockerfile):
        case.story.because(
            f"The container of `{container.path}` is not used, because the application has its own image."
        )


def _tell_not_run(case: Case, found: Understanding, container: Devcontainer) -> None:
    """A warning for commands that nothing else runs: a detected `npm ci` is often the same."""
    done = (found.application.install, found.application.build)
    left = [each for each in container.post_create if each not in done]
    if left:
        listed = ", ".join(f"`{shorten(each)}`" for each in left[:3])
        case.story.warn(f"`postCreateCommand` of `{container.path}` is not run: {listed}.")
