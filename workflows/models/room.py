"""How what an environment may use was divided among components that name no limit (FR-010)."""

from pydantic import Field, JsonValue

from workflows.models.base import Payload


class RoomPlan(Payload):
    """What was changed for it, so that it can be divided anew together with components of other sources."""

    before: dict[str, dict[str, JsonValue]] = Field(default_factory=dict)
    """Component to those of its values, `resources` and `strategy`, as they were before."""
    reasons: tuple[str, ...] = ()
    """What people were told of it."""
