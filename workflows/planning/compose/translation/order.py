"""What is brought up after what, by `depends_on`, and which services are jobs."""

from collections.abc import Mapping

from workflows.planning.compose.specification.checking import Checked
from workflows.planning.compose.specification.model import Service
from workflows.planning.detection.compose import base_name
from workflows.planning.detection.files import shorten
from workflows.planning.detection.interest import words

_HEALTHY = "service_healthy"
_COMPLETED = "service_completed_successfully"
NEVER = ("no", "false")
"""What `restart` says of a service that is not to be started again."""
_ENDING = words(
    "migrate migration migrations migrator seed seeder seeds init initdb setup bootstrap provision createbucket "
    "createbuckets fixtures"
)
"""Words in names of services that do one thing and end."""
_ENDING_IMAGES = words("mc migrate flyway liquibase")


def waits_for_health(checked: Checked, name: str) -> str:
    """The first service that waits until this one is healthy; empty where none does."""
    return next(
        (
            other
            for other, service in checked.services.items()
            if name in service.depends_on and service.depends_on[name].condition == _HEALTHY
        ),
        "",
    )


def jobs_of(checked: Checked) -> dict[str, str]:
    """Services that run once for each revision, each with the reason as the end of a sentence."""
    awaited = {
        name
        for service in checked.services.values()
        for name, each in service.depends_on.items()
        if each.condition == _COMPLETED
    }
    found = {}
    for name, service in checked.services.items():
        if service.catalyst.job:
            found[name] = "`x-catalyst` says that it is a job"
        elif name in awaited:
            found[name] = "others wait until it has completed"
        elif reason := _ends_by_itself(name, service):
            found[name] = reason
    return found


def _ends_by_itself(name: str, service: Service) -> str:
    is_kept = service.restart.startswith(("always", "unless-stopped"))
    if is_kept or service.ports or service.expose or service.healthcheck or service.catalyst.public:
        return ""
    if service.restart in NEVER:
        return "it is not to be restarted, and listens nowhere"
    image = base_name(service.image)
    if not _ENDING.isdisjoint(name.lower().replace("_", "-").split("-")):
        return "its name says that it does one thing and ends"
    return f"`{image}` does one thing and ends" if image in _ENDING_IMAGES else ""


def dependencies(checked: Checked) -> dict[str, tuple[str, ...]]:
    """Service to those it waits for; what cannot be is noted."""
    found: dict[str, tuple[str, ...]] = {}
    for name, service in checked.services.items():
        wanted = []
        linked = {each.partition(":")[0]: None for each in service.links}
        for other in (
            *service.depends_on,
            *(each for each in linked if each not in service.depends_on),
        ):
            dependency = service.depends_on.get(other)
            if other in checked.services:
                wanted.append(other)
            elif other not in checked.invalid and (dependency is None or dependency.required):
                checked.problems.append(_missing(checked, name, other))
        found[name] = tuple(wanted)
    if circle := _circle(found):
        listed = " -> ".join(f"`{shorten(each, 60)}`" for each in circle)
        checked.problems.append(
            f"{checked.place(circle[0], 'depends_on')}: services wait for each other in a circle: {listed}."
        )
        return dict.fromkeys(found, ())
    return found


def _missing(checked: Checked, name: str, other: str) -> str:
    place, shown = checked.place(name, "depends_on", other), shorten(other, 60)
    if other in checked.inactive:
        profiles = ", ".join(f"`{each}`" for each in checked.inactive[other])
        return (
            f"{place}: `{shorten(name, 60)}` waits for `{shown}`, which does not run without the profile {profiles}; "
            "set `COMPOSE_PROFILES`, or write `required: false`."
        )
    return f"{place}: `{shorten(name, 60)}` waits for `{shown}`, which is no service of the file."


def _circle(wanted: Mapping[str, tuple[str, ...]]) -> list[str]:
    """One circle, its first name repeated at the end; empty when there is none."""
    left = dict(wanted)
    while free := [name for name in left if not any(other in left for other in left[name])]:
        for name in free:
            del left[name]
    if not left:
        return []
    path = [next(iter(left))]
    while path.count(path[-1]) < 2:
        path.append(next(other for other in left[path[-1]] if other in left))
    return path[path.index(path[-1]) :]


def levels(wanted: Mapping[str, tuple[str, ...]]) -> list[list[str]]:
    """Services in the order in which they are brought up, those of one list together; one list where none waits.

    Each as late as the others allow: what nobody waits for comes last, as it may need all others to be well.
    """
    height: dict[str, int] = {}
    order = _dependents_first(wanted)
    for name in order:
        height[name] = max(
            (height[other] + 1 for other in wanted if name in wanted[other]), default=0
        )
    most = max(height.values(), default=0)
    return [[name for name in wanted if height[name] == most - at] for at in range(most + 1)]


def _dependents_first(wanted: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Every service after all that wait for it; there are no circles."""
    waiting_for = {name: sum(name in each for each in wanted.values()) for name in wanted}
    ready = [name for name, number in waiting_for.items() if number == 0]
    found = []
    while ready:
        name = ready.pop(0)
        found.append(name)
        for other in dict.fromkeys(wanted[name]):
            waiting_for[other] -= 1
            if waiting_for[other] == 0:
                ready.append(other)
    return found
