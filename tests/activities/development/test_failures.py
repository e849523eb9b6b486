"""What a development server's own words mean, for people."""

from datetime import timedelta

import pytest

from activities.development.failures import failure_of
from activities.development.pods import takes_code
from tests.activities.development.container import PLAN

KNOWN = PLAN.model_copy(update={"memory": "2Gi", "command": "npm run dev"})
pytestmark = pytest.mark.spec("ENV-005", "ENV-010")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("failed dev 1", "has ended with exit code 1: `npm run dev`"),
        ("failed dev 137", "ran out of memory (limit 2Gi; exit code 137)"),
        ("failed dependencies 137", "installing the dependencies ran out of memory (limit 2Gi"),
        ("failed dependencies 1", "installing the dependencies failed with exit code 1"),
        ("failed migrations 2", "a migration failed with exit code 2"),
        ("failed post-build 2", "a job `post-build` failed with exit code 2"),
        ("failed post-deploy 2", "a job `post-deploy` failed with exit code 2"),
        ("slow running post-deploy", "a job `post-deploy` was not done in time"),
        ("failed dev", "has ended with exit code 1"),
        ("silent", "does not listen on port 3000, 20 s after its start: `npm run dev`"),
        ("slow running migrations", "a migration was not done in time"),
        ("slow waiting", "the development server was not done in time"),
        ("", "the development server was not done in time"),
    ],
)
def test_each_end_is_told_in_words(said: str, message: str) -> None:
    error = failure_of(said, KNOWN, ("last line",), timedelta(seconds=20))
    assert message in str(error)
    assert error.excerpt == ("last line",)
    assert error.hint


@pytest.mark.parametrize(
    ("pod", "is_so"),
    [
        ({"status": {"initContainerStatuses": [{"name": "code", "state": {"running": {}}}]}}, True),
        ({"status": {"initContainerStatuses": [{"name": "code", "state": {"waiting": {}}}]}}, False),
        ({"status": {"initContainerStatuses": [{"name": "wait--db", "state": {"running": {}}}]}}, False),
        ({}, False),
    ],
)  # fmt: skip
def test_code_goes_into_a_pod_whose_container_for_it_runs(
    pod: dict[str, object], is_so: bool
) -> None:
    assert takes_code({"metadata": {"name": "web-1"}, **pod}) is is_so
    assert not takes_code({"metadata": {"name": "web-1", "deletionTimestamp": "now"}, **pod})
