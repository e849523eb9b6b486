"""Which service of a compose file the public URL leads to, and why."""

from collections.abc import Callable, Collection, Mapping

from workflows.planning.compose.specification.checking import Checked
from workflows.planning.compose.specification.model import Port, Service
from workflows.planning.detection.compose import is_backing, is_proxy, rank_of_name
from workflows.planning.detection.files import shorten


def front_of(
    checked: Checked,
    wanted: str,
    components: Mapping[str, str],
    ports: Mapping[str, list[Port]],
    jobs: Collection[str],
) -> tuple[str, str]:
    """The service, empty where none listens, and the reason as a part of a sentence. What contradicts itself is noted."""
    public = [name for name, each in checked.services.items() if each.catalyst.public]
    if len(public) > 1:
        listed = ", ".join(f"`{shorten(name, 60)}`" for name in public)
        checked.problems.append(
            f"{checked.place(public[1], 'x-catalyst')}: {listed} are all `public`; one of them can be."
        )
    if public:
        return public[0], "its `x-catalyst` says `public`"
    for name, component in components.items():
        if wanted and wanted in (name, component):
            return name, "a route names it"
    able = [name for name in checked.services if name not in jobs]
    if not able:
        return "", ""
    order = _order(checked, ports)
    chosen = min(able, key=order)
    service = checked.services[chosen]
    if not ports.get(chosen):
        return "", ""
    why = "it publishes a port" if service.ports else "it listens"
    return chosen, f"{why}, and {_why(chosen, service)}"


def _order(
    checked: Checked, ports: Mapping[str, list[Port]]
) -> Callable[[str], tuple[bool, bool, bool, bool, int, bool]]:
    """Published before others, the repository's own before proxies, by name, then by the order of the file."""

    def order(name: str) -> tuple[bool, bool, bool, bool, int, bool]:
        service = checked.services[name]
        is_built = service.build is not None
        return (
            not ports.get(name),
            is_backing(service.image) and not is_built,
            not service.ports,
            is_proxy(service.image) and not is_built,
            rank_of_name(name),
            not is_built,
        )

    return order


def _why(name: str, service: Service) -> str:
    if rank_of_name(name) < rank_of_name(""):
        return "its name says that people look at it"
    return "it is built from the repository" if service.build else "it comes first"
