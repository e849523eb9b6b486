"""What a development server's own words mean, for people."""

from datetime import timedelta

import pytest

from activities.development.failures import check_ended, failure_of
from activities.development.pods import takes_code
from activities.kube import Executed
from tests.activities.development.container import PLAN
from workflows.errors import ClusterError
from workflows.models import DevelopmentStep

KNOWN = PLAN.model_copy(
    update={
        "memory": "2Gi",
        "command": "npm run dev",
        "after_install": (DevelopmentStep(title="types", command="tsc", timeout_seconds=20),),
        "migrations": (
            DevelopmentStep(title="migrate", command="make db", timeout_seconds=60),
            DevelopmentStep(title="seed", command="make seed", timeout_seconds=30),
        ),
    }
)
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
        ("failed migrations overdue", "a migration took longer than 90 s and was ended"),
        ("failed post-build overdue", "a job `post-build` took longer than 20 s and was ended"),
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


@pytest.mark.spec("FR-009", "FR-013")
@pytest.mark.parametrize(
    "line",
    [
        "npm error request to https://packages.example.com/next failed, reason: getaddrinfo EAI_AGAIN packages.example.com",
        "npm error code ECONNREFUSED",
        "NewConnectionError('<pip…>: Failed to establish a new connection: [Errno 111] Connection refused')",
        'go: github.com/a/b@v1.2.3: Get "https://modules.example.com/…": dial tcp 192.0.2.1:443: i/o timeout',
        "  Caused by: dns error: failed to lookup address information: Temporary failure in name resolution",
    ],
)
def test_an_installation_that_reaches_nothing_is_told_who_can_open_the_way(line: str) -> None:
    told = failure_of("failed dependencies 1", KNOWN, ("installing", line))
    assert "`egress` of the template" in told.hint
    assert "CATALYST_WORKER_NPM_MIRROR" in told.hint
    assert "egress" not in failure_of("failed migrations 1", KNOWN, ("waiting", line)).hint
    assert "egress" not in failure_of("failed dependencies 1", KNOWN, ("no such version",)).hint


@pytest.mark.spec("FR-009", "ENV-006")
def test_a_lock_file_that_is_out_of_date_is_told_with_what_mends_it() -> None:
    line = "error: lockfile had changes, but lockfile is frozen"
    told = failure_of("failed dependencies 1", KNOWN, (line,))
    assert "Run `bun install`, commit the lock file, then push." in told.hint


@pytest.mark.spec("FR-011")
def test_a_container_that_was_killed_meanwhile_is_not_the_commits_fault() -> None:
    check_ended(Executed(code=0, stdout=bytearray(b"failed dev 1")))
    with pytest.raises(ClusterError, match="exit code 137"):
        check_ended(Executed(code=137, stdout=bytearray(b"running dependencies 0")))
