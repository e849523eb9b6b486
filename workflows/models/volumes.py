"""What an application keeps on volumes of its own, such as those of a compose file (ENV-012)."""

from workflows.models.base import Label, Payload


class VolumePlan(Payload):
    """All that one component keeps; thrown away together when a person asks (ENV-017)."""

    component: Label
    claims: tuple[str, ...]
    """That it mounts, whichever component they are named after."""
    users: tuple[Label, ...]
    """Components that mount one of these, itself among them: none of them may run while they are thrown away."""
