"""How all that a compose file runs finds room in what its environment may use (FR-010).

A compose file rarely says how much its services need. What says nothing gets a container's default limit, and a dozen of
those are more than the quota: then each gets a smaller part. A push replaces pods, so there has to be room for old and new.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_FLOOR, Decimal

from pydantic import JsonValue

from workflows.models import Quota, RoomPlan
from workflows.planning.compose import Piece
from workflows.planning.compose.specification.sizes import quantity as size_text
from workflows.planning.compose.wishes import Values
from workflows.repo_config.quantities import quantity, smaller

_MAX_LISTED = 6
_CHANGED = ("resources", "strategy")
Number = Callable[["Pods"], int]


@dataclass(frozen=True)
class Resource:
    """CPU or memory: what the environment has of it, and how it is divided."""

    name: str
    total: str
    usual: str
    """Limit of a container that says nothing."""
    usual_request: str
    step: Decimal
    """Parts are multiples of it."""
    good: Decimal
    """A part below this is too small to keep two versions side by side for."""
    least: Decimal
    """With less, hardly anything starts."""
    shown: str = ""


@dataclass(frozen=True)
class Pods:
    """Those of one piece."""

    piece: Piece
    number: int
    surge: int
    """Further ones while a push replaces them."""
    said: dict[str, Decimal]
    """Limits of the file's own."""

    @property
    def at_once(self) -> int:
        return self.number + self.surge


@dataclass
class Fitted:
    """The pieces, changed where that was needed, and what people are told."""

    pieces: list[Piece]
    reasons: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def fitted(path: str, pieces: Sequence[Piece], quota: Quota) -> Fitted:
    """All pieces with limits that fit together; a problem where nothing helps. Pure."""
    resources = _resources(quota)
    pods = [_pods(_completed(piece, resources), resources) for piece in pieces]
    all_at_once, one_by_one = (
        {each.name: _part(each, pods, number) for each in resources}
        for number in (_side_by_side, _alone)
    )
    has_room = sum(map(_side_by_side, pods)) <= quota.pods
    is_good = all(_is_at_least(each.good, each, all_at_once, pods) for each in resources)
    if has_room and is_good:
        return _divided(pods, resources, all_at_once)
    if problems := _problems(path, pods, resources, one_by_one, quota):
        return Fitted(list(pieces), problems=problems)
    found = _divided([_without_surge(each) for each in pods], resources, one_by_one)
    found.reasons.insert(
        0,
        "There is no room for two versions of everything: services are stopped before their new version starts.",
    )
    return found


def changed(pieces: Sequence[Piece], found: Fitted) -> RoomPlan:
    """What `fitted` has made of these, so that it can be taken back."""
    before = {
        piece.name: {key: piece.values[key] for key in _CHANGED if key in piece.values}
        for piece, fits in zip(pieces, found.pieces, strict=True)
        if any(piece.values.get(key) != fits.values.get(key) for key in _CHANGED)
    }
    return RoomPlan(before=before, reasons=tuple(found.reasons))


def unchanged(values: Values, name: str, room: RoomPlan) -> Values:
    """The component as it was before."""
    if name not in room.before:
        return values
    kept = {key: each for key, each in values.items() if key not in _CHANGED}
    return {**kept, **room.before[name]}


def _resources(quota: Quota) -> tuple[Resource, Resource]:
    mebi = Decimal(2**20)
    return (
        Resource(
            "cpu", quota.cpu, quota.default_cpu, quota.default_cpu_request,
            step=Decimal("0.01"), good=Decimal("0.1"), least=Decimal("0.02"), shown=" CPU",
        ),
        Resource(
            "memory", quota.memory, quota.default_memory, quota.default_memory_request,
            step=16 * mebi, good=256 * mebi, least=32 * mebi, shown=" of memory",
        ),
    )  # fmt: skip


def _completed(piece: Piece, resources: Sequence[Resource]) -> Piece:
    """Limit and request where the file says one of them.

    What it limits it does not reserve, and Kubernetes would do so. What it reserves is allowed too: a request above the
    limit, which may be the usual one, is refused.
    """
    said = _mapping(piece.values.get("resources"))
    requests, limits = _mapping(said.get("requests")), _mapping(said.get("limits"))
    if not requests and not limits:
        return piece
    for each in resources:
        request, limit = requests.get(each.name), limits.get(each.name)
        if limit is not None and request is None:
            requests = {**requests, each.name: smaller(str(limit), each.usual_request)}
        elif (
            request is not None
            and limit is None
            and smaller(str(request), each.usual) == each.usual
        ):
            limits = {**limits, each.name: request}
    filled: Values = {"requests": requests, **({"limits": limits} if limits else {})}
    return _with(piece, {"resources": filled})


def _pods(piece: Piece, resources: Sequence[Resource]) -> Pods:
    values = piece.values
    is_job = values.get("kind") == "job"
    replicas = values.get("replicas", 1)
    number = replicas if isinstance(replicas, int) and not is_job else 1
    is_rolling = not is_job and not _has_volume(values)
    surge = -(-number // 4) if is_rolling else 0  # Kubernetes: a quarter more, rounded up
    said = {each.name: limit for each in resources if (limit := _limit(values, each)) is not None}
    return Pods(piece, number, surge, said)


def _has_volume(values: Values) -> bool:
    """One that Kubernetes keeps: the chart stops such a component before it starts anew."""
    volumes = _mapping(values.get("volumes")).values()
    return any(_mapping(each).get("type") == "persistent" for each in volumes)


def _limit(values: Values, resource: Resource) -> Decimal | None:
    """None where the file leaves it to others."""
    said = _mapping(values.get("resources"))
    limit = _mapping(said.get("limits")).get(resource.name)
    if limit is not None:
        return quantity(str(limit))
    # What a job waits with is a container of its own, which has the usual limit.
    return quantity(resource.usual) if "waitFor" in values else None


def _side_by_side(pods: Pods) -> int:
    return pods.at_once


def _alone(pods: Pods) -> int:
    return pods.number


def _part(resource: Resource, pods: Sequence[Pods], number: Number) -> Decimal:
    """What each pod gets that says nothing: the usual limit, or less; below zero where the others leave nothing."""
    said = sum(each.said.get(resource.name, Decimal(0)) * number(each) for each in pods)
    left = quantity(resource.total) - said
    silent = sum(number(each) for each in pods if resource.name not in each.said)
    usual = quantity(resource.usual)
    if silent * usual <= left:
        return usual
    if not silent:
        return left
    steps = (left / silent / resource.step).to_integral_value(ROUND_FLOOR)
    return steps * resource.step


def _is_at_least(
    least: Decimal, resource: Resource, parts: dict[str, Decimal], pods: Sequence[Pods]
) -> bool:
    """Where everything says what it needs, only that it fits counts."""
    is_silent = any(resource.name not in each.said for each in pods)
    wanted = min(least, quantity(resource.usual)) if is_silent else Decimal(0)
    return parts[resource.name] >= wanted


def _without_surge(pods: Pods) -> Pods:
    if not pods.surge:
        return pods
    return replace(pods, surge=0, piece=_with(pods.piece, {"strategy": "Recreate"}))


def _divided(
    pods: Sequence[Pods], resources: Sequence[Resource], parts: dict[str, Decimal]
) -> Fitted:
    """The pieces with the part of each resource that is less than usual."""
    found = Fitted([each.piece for each in pods])
    for resource in resources:
        part = parts[resource.name]
        silent = [each for each in pods if resource.name not in each.said and each.number]
        if not silent or part >= quantity(resource.usual):
            continue
        limit = _text(resource, part)
        found.pieces = [
            _limited(piece, resource, limit) if resource.name not in each.said else piece
            for piece, each in zip(found.pieces, pods, strict=True)
        ]
        found.reasons.append(
            f"A container that names no limit may use {limit}{resource.shown}, and not {resource.usual}: so all "
            f"{sum(each.number for each in pods)} fit into the {resource.total} of the environment."
        )
    return found


def _limited(piece: Piece, resource: Resource, limit: str) -> Piece:
    """With a request too: Kubernetes would take the limit for one."""
    said = _mapping(piece.values.get("resources"))
    requests, limits = _mapping(said.get("requests")), _mapping(said.get("limits"))
    asked = str(requests.get(resource.name, resource.usual_request))
    return _with(
        piece,
        {
            "resources": {
                "requests": {**requests, resource.name: smaller(limit, asked)},
                "limits": {**limits, resource.name: limit},
            }
        },
    )


def _with(piece: Piece, values: Values) -> Piece:
    return replace(piece, values={**piece.values, **values})


def _problems(
    path: str,
    pods: Sequence[Pods],
    resources: Sequence[Resource],
    parts: dict[str, Decimal],
    quota: Quota,
) -> list[str]:
    found, number = [], sum(map(_alone, pods))
    advice = "put services under a profile that is not active, or raise the template's"
    if number > quota.pods:
        found.append(
            f"{path}: it needs {number} pods (one for each service, replica and job), more than the {quota.pods} that the "
            f"environment may have; {advice} `quota.pods`."
        )
    for each in resources:
        if not _is_at_least(each.least, each, parts, pods):
            said = _listed(each, pods)
            found.append(
                f"{path}: its {number} containers need more than the {each.total}{each.shown} that the environment may use{said}; "
                f"lower their limits, {advice} `quota.{each.name}`."
            )
    return found


def _listed(resource: Resource, pods: Sequence[Pods]) -> str:
    """The largest limits that the file says."""
    said = [(each.said.get(resource.name, Decimal(0)) * each.number, each) for each in pods]
    large = sorted((each for each in said if each[0]), key=lambda each: -each[0])[:_MAX_LISTED]
    listed = ", ".join(f"`{each.piece.service}` {_text(resource, size)}" for size, each in large)
    return f" (limits: {listed})" if listed else ""


def _text(resource: Resource, amount: Decimal) -> str:
    return f"{int(amount * 1000)}m" if resource.name == "cpu" else size_text(int(amount))


def _mapping(value: JsonValue) -> Values:
    return value if isinstance(value, dict) else {}
