"""Which container a command is for. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from activities.kube import Container, KubeObject
from activities.logs import describe_state
from workflows import naming
from workflows.planning.plans.development.places import SIDECAR

_OVER = ("Succeeded", "Failed")


class PlaceError(Exception):
    """There is no container to run it in."""


class UnknownComponentError(PlaceError):
    """The environment has no component of that name."""


class UnclearComponentError(PlaceError):
    """It has several, and none was named."""


class NotRunningError(PlaceError):
    """Its container is not running now."""


class UnknownDirectoryError(PlaceError):
    """The container has no such directory."""


class BusyError(PlaceError):
    """Too many commands are running."""


@dataclass(frozen=True)
class Place:
    """One component's container in one pod."""

    component: str
    container: Container
    state: str
    """`running`, or what it does in place of it."""
    holds_code: bool
    """Whether its code is that of the branch, in `/code`."""


def places_in(namespace: str, pods: Sequence[KubeObject]) -> tuple[Place, ...]:
    """Those of all pods that are not about to end."""
    return tuple(
        _place(namespace, pod)
        for pod in pods
        if not pod["metadata"].get("deletionTimestamp")
        and (pod.get("status") or {}).get("phase") not in _OVER
    )


def find_place(places: Sequence[Place], component: str | None) -> Place:
    """The running one of that component; of the one that holds the code, or that is alone, where none is named.

    Raises PlaceError.
    """
    names = sorted({each.component for each in places})
    if not places:
        raise NotRunningError("no container of the environment is there yet")
    wanted = component or _obvious(places, names)
    found = [each for each in places if each.component == wanted]
    if not found:
        raise UnknownComponentError(
            f"there is no component `{wanted}`; there are: {_listed(names)}"
        )
    running = [each for each in found if each.state == "running"]
    if not running:
        raise NotRunningError(f"`{wanted}` is not running now ({found[0].state})")
    return running[0]


def _obvious(places: Sequence[Place], names: list[str]) -> str:
    with_code = sorted({each.component for each in places if each.holds_code})
    if len(with_code) == 1:
        return with_code[0]
    if len(names) > 1:
        raise UnclearComponentError(f"say in which component: {_listed(names)}")
    return names[0]


def _place(namespace: str, pod: KubeObject) -> Place:
    metadata, spec, status = pod["metadata"], pod["spec"], pod.get("status") or {}
    labels = metadata.get("labels") or {}
    names = [each["name"] for each in spec["containers"]]
    component = labels.get(naming.COMPONENT_LABEL) or labels.get(naming.PART_LABEL) or names[0]
    name = component if component in names else names[0]
    states = {
        each["name"]: each.get("state") or {} for each in status.get("containerStatuses") or ()
    }
    return Place(
        component=component,
        container=Container(namespace, metadata["name"], name),
        state=describe_state(states.get(name, {})),
        holds_code=any(each["name"] == SIDECAR for each in spec.get("initContainers") or ()),
    )


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{each}`" for each in names)
