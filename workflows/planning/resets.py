"""Services whose data is to be thrown away (ENV-017): asked for once, told to every revision until one has done it.

A revision that is superseded half-way leaves the wish where it is, so the next one begins it anew; one that has done it
says so before the service comes back, so that nothing that was written since is ever thrown away. What works with the
data begins anew afterwards; where that revision does not come so far, the next one sees to it.
"""

from collections.abc import Sequence

from workflows.models import EnvironmentState, Reset, RevisionPlan
from workflows.models.messages import RevisionProgress
from workflows.planning.detection.compose import is_backing


def ask_for_reset(state: EnvironmentState, reset: Reset) -> None:
    """A later wish takes the place of an earlier one, which the revision at work may be about to fulfil."""
    others = [each for each in state.resets if each.service != reset.service]
    state.resets = [*others, reset]
    # What would be brought back would be thrown away again.
    state.restores = [each for each in state.restores if each.service != reset.service]


def note_resets(state: EnvironmentState, ids: Sequence[str]) -> None:
    """These have been carried out."""
    state.resets = [each for each in state.resets if each.id not in ids]
    state.after_reset = True


def note_begun_anew(state: EnvironmentState) -> None:
    """What works with the data has begun anew since it was thrown away or brought back."""
    state.after_reset = state.after_restore = False


def resettable(plan: RevisionPlan) -> tuple[str, ...]:
    """What a person may throw away the data of: services, and components that keep something of their own accord."""
    charts = (each.name for each in plan.service_charts)
    return (*plan.services, *charts, *(each.component for each in plan.volumes))


def kept_running(plan: RevisionPlan) -> tuple[str, ...]:
    """Components that go on while the application starts anew: services, and databases, caches and brokers of a compose
    file, which may hold in memory what nobody asked to throw away."""
    components = plan.release.values.get("components")
    known = components.items() if isinstance(components, dict) else ()
    return (
        *plan.services,
        *(
            name
            for name, each in known
            if isinstance(each, dict)
            and name not in plan.services
            and is_backing(str(each.get("image", "")))
        ),
    )


def note_services(state: EnvironmentState, progress: RevisionProgress) -> None:
    """What the environment has of its own, as soon as it is planned."""
    if progress.services is not None:
        state.services = list(progress.services)
        state.backups = list(progress.backups)
