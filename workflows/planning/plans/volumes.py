"""Which components of a release keep something, and who shares it."""

from collections.abc import Collection, Iterator, Mapping

from pydantic import JsonValue

from workflows.models import ReleasePlan, RevisionPlan, VolumePlan
from workflows.planning.plans.values import volume_name


def with_volumes(plan: RevisionPlan) -> RevisionPlan:
    """The plan with what its application keeps; services, backups and the code that is worked on are not of it."""
    others = {*plan.services, *(each.component for each in plan.backups)}
    if plan.development is not None:
        others.add(plan.development.component)
    return plan.model_copy(update={"volumes": _volumes_of(plan.release, others)})


def _volumes_of(release: ReleasePlan, others: Collection[str]) -> tuple[VolumePlan, ...]:
    if release.source != "catalyst":
        return ()
    claims = {
        name: tuple(dict.fromkeys(_claims(release.name, name, _mapping(each))))
        for name, each in _mapping(release.values.get("components")).items()
        if name not in others
    }
    return tuple(
        VolumePlan(
            component=name,
            claims=own,
            users=tuple(each for each, used in claims.items() if not set(own).isdisjoint(used)),
        )
        for name, own in claims.items()
        if own
    )


def _claims(release: str, component: str, values: Mapping[str, JsonValue]) -> Iterator[str]:
    for name, volume in _mapping(values.get("volumes")).items():
        match volume:
            case {"type": "persistent", "existingClaim": str(claim)}:
                yield claim
            case {"type": "persistent"}:
                yield volume_name(release, component, name)


def _mapping(value: JsonValue) -> Mapping[str, JsonValue]:
    return value if isinstance(value, dict) else {}
