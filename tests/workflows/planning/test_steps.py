"""What each stage asks of Helm and of the rollout."""

from datetime import timedelta

import pytest
from pydantic import JsonValue

from workflows.errors import PlanError
from workflows.models import HealthCheck, Quota, ReleasePlan, RevisionPlan, RouteSettings, Stage
from workflows.planning.steps import steps_of

COMPONENTS: dict[str, JsonValue] = {
    "db": {"kind": "worker"},
    "migrate": {"kind": "job", "activeDeadlineSeconds": 1800},
    "seed": {"kind": "job"},
    "web": {"kind": "web"},
}


def plan(*stages: Stage, later: tuple[Stage, ...] = (), **changes: object) -> RevisionPlan:
    made = RevisionPlan(
        commit="a" * 40,
        builds=(),
        release=ReleasePlan(
            name="pr-7", chart="", source="catalyst", values={"components": COMPONENTS}
        ),
        route=RouteSettings(),
        health=HealthCheck(),
        quota=Quota(),
        rollout_timeout_seconds=300,
        stages=stages,
        stages_after_health=later,
    )
    return made.model_copy(update=changes)


def stage(*components: str, release: str = "pr-7") -> Stage:
    return Stage(title="+".join(components) or "all", release=release, components=components)


def test_a_plan_without_stages_has_no_steps() -> None:
    assert steps_of(plan()) == ((), ())


@pytest.mark.spec("ENV-018")
def test_each_stage_adds_its_components_and_the_last_one_of_a_release_brings_all() -> None:
    before, after = steps_of(
        plan(stage("db"), stage("migrate"), stage("web"), later=(stage("seed"),))
    )
    assert [step.number for step in (*before, *after)] == [1, 2, 3, 4]
    assert [step.components for step in (*before, *after)] == [
        ("db",),
        ("db", "migrate"),
        ("db", "migrate", "web"),
        (),
    ]
    assert [step.awaited for step in (*before, *after)] == [
        ("db",),
        ("migrate",),
        ("web",),
        ("seed",),
    ]
    assert [step.jobs for step in (*before, *after)] == [(), ("migrate",), (), ("seed",)]


@pytest.mark.spec("ENV-018")
def test_releases_come_up_independently_of_each_other() -> None:
    extras = ReleasePlan(
        name="pr-7-extras", chart="", source="catalyst", values={"components": COMPONENTS}
    )
    own = ReleasePlan(name="pr-7", chart="deploy/chart", values={"components": ["web"]})
    of_extras = "pr-7-extras"
    before, _ = steps_of(
        plan(
            stage("db", release=of_extras),
            stage("migrate", release=of_extras),
            stage(),
            release=own,
            extras=extras,
        )
    )
    assert [(step.release.name, step.components, step.awaited) for step in before] == [
        (of_extras, ("db",), ("db",)),
        (of_extras, (), ("migrate",)),
        ("pr-7", (), ()),
    ]


@pytest.mark.spec("FR-018")
def test_a_stage_is_waited_for_longer_than_its_jobs_may_run() -> None:
    before, _ = steps_of(plan(stage("db"), stage("migrate", "seed"), stage("seed"), stage()))
    assert [step.limit for step in before] == [
        timedelta(seconds=300),
        timedelta(seconds=1860),
        timedelta(seconds=660),
        timedelta(seconds=1860),
    ]
    (first, *_), _ = steps_of(plan(stage("seed"), stage("web"), rollout_timeout_seconds=3600))
    assert first.limit == timedelta(seconds=3600)


def test_a_stage_of_a_release_that_is_not_planned_is_refused() -> None:
    with pytest.raises(PlanError, match="the stage db is of release pr-8"):
        steps_of(plan(stage("db", release="pr-8")))
