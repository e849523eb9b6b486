"""Which container a command is for. Pure."""

from collections.abc import Iterator, Sequence
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


class UnknownContainerError(PlaceError):
    """The component has no container of that name that goes on running."""


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
    """One container of a component's pod."""

    component: str
    container: Container
    state: str
    """`running`, or what it does in place of it."""
    is_main: bool
    """Whether it is the one that is meant where none is named."""
    holds_code: bool
    """Whether the code of its pod is that of the branch, in `/code`."""


def places_in(namespace: str, pods: Sequence[KubeObject]) -> tuple[Place, ...]:
    """Those of all pods that are not about to end."""
    return tuple(
        place
        for pod in pods
        if not pod["metadata"].get("deletionTimestamp")
        and (pod.get("status") or {}).get("phase") not in _OVER
        for place in _places(namespace, pod)
    )


def find_place(
    places: Sequence[Place], component: str | None, container: str | None = None
) -> Place:
    """The running one of that component; of the one that holds the code, or that is alone, where none is named.

    Of its containers the main one, unless another is named. Raises PlaceError.
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
    found = _of_container(found, container)
    running = [each for each in found if each.state == "running"]
    if not running:
        what = f"`{container}` of `{wanted}`" if container else f"`{wanted}`"
        raise NotRunningError(f"{what} is not running now ({found[0].state})")
    return running[0]


def _of_container(places: Sequence[Place], container: str | None) -> list[Place]:
    """Those of that name, in each pod of one component."""
    if not container:
        return [each for each in places if each.is_main]
    found = [each for each in places if each.container.name == container]
    if not found:
        names = list(dict.fromkeys(each.container.name for each in places))
        raise UnknownContainerError(
            f"`{places[0].component}` has no container `{container}`; there are: {_listed(names)}"
        )
    return found


def _obvious(places: Sequence[Place], names: list[str]) -> str:
    with_code = sorted({each.component for each in places if each.holds_code})
    if len(with_code) == 1:
        return with_code[0]
    if len(names) > 1:
        raise UnclearComponentError(f"say in which component: {_listed(names)}")
    return names[0]


def _places(namespace: str, pod: KubeObject) -> Iterator[Place]:
    """The containers of one pod, the main one first; with those beside it, but not with what comes before it and ends."""
    metadata, spec = pod["metadata"], pod["spec"]
    labels = metadata.get("labels") or {}
    names = [each["name"] for each in spec["containers"]]
    component = labels.get(naming.COMPONENT_LABEL) or labels.get(naming.PART_LABEL) or names[0]
    main = component if component in names else names[0]
    before = spec.get("initContainers") or ()
    names += [each["name"] for each in before if each.get("restartPolicy") == "Always"]
    states = _states(pod)
    for name in sorted(names, key=lambda each: each != main):
        yield Place(
            component=component,
            container=Container(namespace, metadata["name"], name),
            state=describe_state(states.get(name, {})),
            is_main=name == main,
            holds_code=any(each["name"] == SIDECAR for each in before),
        )


def _states(pod: KubeObject) -> dict[str, KubeObject]:
    status = pod.get("status") or {}
    listed = [
        each
        for key in ("containerStatuses", "initContainerStatuses")
        for each in status.get(key) or ()
    ]
    return {each["name"]: each.get("state") or {} for each in listed}


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{each}`" for each in names)
