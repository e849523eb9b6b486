"""At its end the demonstration says where everything is, or why it is not there and what to do."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.schemas import EnvironmentDetail, Links, Standing
from deploy.local.demo import summary
from deploy.local.instance import INSTANCE_VARIABLE, Instance
from tests.support.github.client_models import Pull
from workflows.models import Failure, Phase, PhaseTiming, Revision

NOW = datetime(2026, 1, 2, tzinfo=UTC)
COMMIT = "a" * 40


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(
        name="catalyst-unit", checkout=tmp_path, state_home=tmp_path, cache_home=tmp_path
    )


@pytest.fixture
def pull() -> Pull:
    return Pull.model_validate(
        {
            "id": 1,
            "number": 4,
            "state": "open",
            "title": "A change",
            "draft": False,
            "html_url": "",
            "head": {"ref": "feature", "sha": COMMIT},
            "base": {"ref": "main"},
        }
    )


def environment(phase: Phase, failure: Failure | None = None) -> EnvironmentDetail:
    timings = (
        PhaseTiming(phase="build", started_at=NOW, finished_at=NOW + timedelta(seconds=9)),
        PhaseTiming(phase="deploy", started_at=NOW),
    )
    revision = Revision(number=1, id="rev", commit=COMMIT, created_at=NOW, timings=timings)
    return EnvironmentDetail(
        team="acme",
        project="acme-shop",
        environment="pr-shop-4",
        repository="acme/shop",
        number=4,
        phase=phase,
        url="http://acme-shop-pr-shop-4.localhost:20000/",
        created_at=NOW,
        updated_at=NOW,
        links=Links(page="http://page/", logs="", pull_request="", workflow="http://workflow/"),
        standing=Standing(state="fine"),
        failure=failure,
        revisions=(revision,),
    )


def test_success_names_every_address_and_the_time_of_each_phase(
    instance: Instance, pull: Pull
) -> None:
    text = "\n".join(summary.success(instance, pull, environment(Phase.READY), 12.34))
    for wanted in (
        "http://acme-shop-pr-shop-4.localhost:20000/",
        "/acme/shop/pull/4",
        "http://page/",
        "http://workflow/",
        "9.0 s  build",
        "12.3 s  from opening",
        "make down",
    ):
        assert wanted in text


def test_a_phase_without_an_end_has_no_time() -> None:
    assert [line.split()[-1] for line in summary.phases(environment(Phase.READY))] == ["build"]


def test_commands_carry_the_name_of_a_second_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(INSTANCE_VARIABLE, "second")
    assert all(
        command.startswith(f"{INSTANCE_VARIABLE}=second ") for command, _ in summary.next_commands()
    )


def test_failure_shows_cause_last_lines_what_to_do_and_the_workers_log(instance: Instance) -> None:
    instance.log_directory.mkdir(parents=True)
    (instance.log_directory / "worker.log").write_text("the worker said this\n")
    cause = Failure(
        phase="build", message="the Dockerfile failed", excerpt=("E: no",), hint="Correct it."
    )
    found = environment(Phase.FAILED, cause)
    text = "\n".join(summary.failure(instance, RuntimeError("the preview failed"), found))
    for wanted in (
        "build: the Dockerfile failed",
        "| E: no",
        "Correct it.",
        "the worker said this",
    ):
        assert wanted in text


def test_failure_without_anything_known_still_says_what_to_do(instance: Instance) -> None:
    text = "\n".join(summary.failure(instance, TimeoutError(), None))
    assert "TimeoutError" in text
    assert "make demo" in text
