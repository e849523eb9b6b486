"""What a stage of a plan asks of Helm and of the rollout."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from pydantic import JsonValue

from workflows.errors import PlanError
from workflows.models import ReleasePlan, RevisionPlan, Stage

JOB_SECONDS = 600
"""How long a job of Catalyst's own chart may run that does not say it; the chart's own default."""
_STARTING = timedelta(minutes=1)
"""On top of a job's limit, which begins with its pod: for the pod to get its node and image, and for the verdict."""


@dataclass(frozen=True)
class Step:
    """One stage, as it is carried out."""

    number: int
    """From 1 among all of the plan."""
    title: str
    release: ReleasePlan
    components: tuple[str, ...]
    """At their new state from now on; empty for all of the release, as in its last stage."""
    awaited: tuple[str, ...]
    """Those of this stage alone; empty for all of the release."""
    jobs: tuple[str, ...]
    """Those of `awaited` that have to end."""
    limit: timedelta
    """For all of them to be ready."""
    service: str = ""
    """Name of the Service that it has to have in the end."""


def steps_of(plan: RevisionPlan) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """Those before the URL answers, and those after. Raises PlanError for a stage of no release of the plan."""
    stages = (*plan.stages, *plan.stages_after_health)
    last = {stage.release: number for number, stage in enumerate(stages, start=1)}
    brought: dict[str, tuple[str, ...]] = {}
    steps = []
    for number, stage in enumerate(stages, start=1):
        names = brought.get(stage.release, ())
        brought[stage.release] = tuple(dict.fromkeys((*names, *stage.components)))
        is_whole = number == last[stage.release] or not stage.components
        components = () if is_whole else brought[stage.release]
        steps.append(_step(plan, stage, number, components))
    return tuple(steps[: len(plan.stages)]), tuple(steps[len(plan.stages) :])


def _step(plan: RevisionPlan, stage: Stage, number: int, components: tuple[str, ...]) -> Step:
    release = _release(plan, stage)
    hosts = {each.release.name: each.host for each in plan.service_charts}
    jobs = {
        name: seconds
        for name, seconds in _jobs(release.values)
        if name in stage.components or not stage.components
    }
    limit = timedelta(seconds=plan.rollout_timeout_seconds)
    longest = max((timedelta(seconds=each) + _STARTING for each in jobs.values()), default=limit)
    return Step(
        number=number,
        title=stage.title,
        release=release,
        components=components,
        awaited=stage.components,
        jobs=tuple(jobs),
        limit=max(limit, longest),
        service=hosts.get(stage.release, ""),
    )


def _release(plan: RevisionPlan, stage: Stage) -> ReleasePlan:
    releases = [plan.release, *([plan.extras] if plan.extras else [])]
    releases += [each.release for each in plan.service_charts]
    for release in releases:
        if release.name == stage.release:
            return release
    raise PlanError(
        f"the stage {stage.title} is of release {stage.release}, which the plan has not"
    )


def _jobs(values: Mapping[str, JsonValue]) -> Iterable[tuple[str, int]]:
    """Jobs of Catalyst's own chart, and how many seconds each may run; none in values of other charts."""
    components = values.get("components")
    for name, each in components.items() if isinstance(components, dict) else ():
        if isinstance(each, dict) and each.get("kind") == "job":
            seconds = each.get("activeDeadlineSeconds")
            yield name, seconds if isinstance(seconds, int) else JOB_SECONDS
