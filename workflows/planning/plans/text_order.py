"""The lines of a plan that say what is brought up after what, and which Secrets are made up."""

from collections.abc import Iterator, Sequence

from workflows.models import CredentialPlan, RevisionPlan, Stage


def order_facts(plan: RevisionPlan) -> Iterator[tuple[str, str]]:
    """Stages by their number, and the Secrets of services by name."""
    for made in plan.credentials:
        yield f"Secret {made.secret}", _keys(made)
    yield from _stages("stage", plan.stages, plan.release.name)
    yield from _stages("once the URL answers", plan.stages_after_health, plan.release.name)


def _keys(made: CredentialPlan) -> str:
    """Names only, and nothing of a text: it has the place of what is made up in it."""
    lengths = [f"{key} ({length} characters, made once)" for key, length in made.made.items()]
    return ", ".join((*lengths, *made.texts))


def _stages(name: str, stages: Sequence[Stage], release: str) -> Iterator[tuple[str, str]]:
    for at, stage in enumerate(stages, 1):
        where = f"{stage.title}, of {stage.release}" if stage.release != release else stage.title
        listed = ", ".join(stage.components) or "all of it"
        yield f"{name} {at}", f"{where}: {listed}"
