"""One source's share of a revision, and how its plan is read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import JsonValue

from workflows.models import RevisionPlan, RouteSettings
from workflows.planning.plans.several.renaming import components_of
from workflows.planning.plans.values import service_name


@dataclass(frozen=True)
class Part:
    """A source with the plan that was made of it alone."""

    name: str
    """Of the source."""
    path: str
    """Of the public URL, as the template says it; empty where it says none."""
    plan: RevisionPlan

    @property
    def components(self) -> dict[str, dict[str, JsonValue]]:
        return components_of(self.plan)

    @property
    def front(self) -> RouteSettings | None:
        """What its public URL would lead to, by name and port; None where nothing of it is reached."""
        ports = {
            service_name(self.plan.release.name, name): port
            for name, each in self.components.items()
            if (port := _first_port(each))
        }
        wanted = self.plan.route
        service = wanted.service or next(iter(ports), "")
        port = wanted.port or ports.get(service, 0)
        return RouteSettings(service=service, port=port) if service and port else None

    def with_plan(self, **changes: object) -> "Part":
        return replace(self, plan=self.plan.model_copy(update=changes))

    def with_components(self, components: Mapping[str, JsonValue]) -> "Part":
        values = {**self.plan.release.values, "components": dict(components)}
        return self.with_plan(release=self.plan.release.model_copy(update={"values": values}))


def mapping(value: JsonValue) -> dict[str, JsonValue]:
    """A copy that may be changed; empty where it is none."""
    return dict(value) if isinstance(value, dict) else {}


def _first_port(component: Mapping[str, JsonValue]) -> int:
    match component.get("ports"):
        case [{"port": int(port)}, *_]:
            return port
    return 0
