"""What of an update that ended before it was through has reached the pods."""

from pydantic import AwareDatetime

from workflows.models.base import Commit, Payload
from workflows.models.environment import EnvironmentRef


class ReadServingInput(Payload):
    ref: EnvironmentRef
    commit: Commit
    """Of the revision that has ended."""
    since: AwareDatetime
    """When the first attempt at that commit began: pods that are older are none that they have made."""


class SeenComponent(Payload):
    """Which pods of a component are ready; several kinds of them side by side, or none."""

    component: str
    is_new: bool = False
    """Those that the revision has made."""
    is_old: bool = False
    """Those of what was there before it."""
    is_same: bool = False
    """Those of what was there before it, which it took over as they are: its update changes nothing about them."""
    is_coming: bool = False
    """Some that the revision has made are not ready so far."""


class ReadServingResult(Payload):
    url: str = ""
    """Public URL; empty while nothing leads there."""
    front: SeenComponent | None = None
    """All pods behind it, taken together."""
    components: tuple[SeenComponent, ...] = ()
    """Each that is to have pods."""


class ServingSeen(Payload):
    """Sent by the revision to its environment, at its end."""

    number: int
    seen: ReadServingResult
