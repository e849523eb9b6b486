"""The container's first process: step after step, and it stays whatever becomes of them (ENV-005, ENV-010)."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.activities.development.container import PLAN, Pod
from tests.support import wait
from workflows.models import DevelopmentPlan, DevelopmentStep

pytestmark = pytest.mark.spec("ENV-005", "ENV-010")
PATIENCE = 30.0


@pytest.fixture
def pod(tmp_path: Path) -> Pod:
    return Pod(tmp_path)


@pytest.fixture
def supervisor(pod: Pod) -> Iterator["subprocess.Popen[bytes]"]:
    """Ends with everything that it has started."""
    process = pod.supervised()
    yield process
    process.terminate()
    assert process.wait(PATIENCE) == 0


async def until(condition: Callable[[], bool]) -> None:
    async def holds() -> bool:
        return condition()

    await wait.eventually(holds, seconds=PATIENCE)


def telling(**changes: object) -> DevelopmentPlan:
    """Every step notes its name."""
    fields: dict[str, object] = {
        "install": ("echo installed >> ../told",),
        "inputs": ("package.json",),
        "migrations": (
            DevelopmentStep(title="migrate", command="echo migrated >> ../told"),
            DevelopmentStep(title="seed", command="echo seeded >> ../told", is_once=True),
        ),
        "command": "echo served >> ../told; exec sleep 60",
    }
    return PLAN.model_copy(update={**fields, **changes})


def told(pod: Pod) -> list[str]:
    return (pod.root / "told").read_text().split()


def runs(pid: int) -> bool:
    """Not gone, and not only waiting for somebody to take notice of its end."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.usefixtures("supervisor")
async def test_each_step_is_done_before_the_next_and_a_push_repeats_what_it_must(pod: Pod) -> None:
    commit = pod.commit({"package.json": "{}", "a.txt": "one"})
    pod.take_in(commit, "t1", plan=telling())
    await until(lambda: pod.status == ["t1", "serving", "dev", "0"])
    await until(lambda: told(pod) == ["installed", "migrated", "seeded", "served"])

    pod.take_in(pod.commit({"a.txt": "two"}), "t2", plan=telling())
    await until(lambda: pod.status[:2] == ["t2", "serving"])
    assert told(pod)[4:] == ["migrated"], "the server goes on"

    pod.take_in(pod.commit({"package.json": '{"a": 1}'}), "t3", plan=telling())
    await until(lambda: told(pod)[5:] == ["installed", "migrated", "served"])

    pod.take_in(pod.commit({"a.txt": "three"}), "t4", mode="restart", plan=telling())
    await until(lambda: told(pod)[8:] == ["migrated", "served"])

    pod.take_in(pod.commit({"a.txt": "four"}), "t5", mode="anew", plan=telling())
    await until(lambda: told(pod)[10:] == ["installed", "migrated", "seeded", "served"])


@pytest.mark.usefixtures("supervisor")
@pytest.mark.parametrize(
    ("changes", "step", "code"),
    [
        ({"install": ("exit 3", "echo never >> ../told")}, "dependencies", "3"),
        ({"migrations": (DevelopmentStep(title="m", command="exit 4"),)}, "migrations", "4"),
        ({"command": "exit 5"}, "dev", "5"),
        ({"command": "true"}, "dev", "0"),
        ({"command": "kill -9 $$"}, "dev", "137"),
    ],
)
async def test_what_fails_is_told_and_another_command_mends_it(
    pod: Pod, changes: dict[str, object], step: str, code: str
) -> None:
    commit = pod.commit({"package.json": "{}"})
    pod.take_in(commit, "t1", plan=telling(**changes))
    await until(lambda: pod.status == ["t1", "failed", step, code])
    pod.taken(b"", commit, "t2", plan=telling())
    await until(lambda: pod.status[:2] == ["t2", "serving"])
    assert "never" not in told(pod)


@pytest.mark.usefixtures("supervisor")
async def test_a_newer_commit_ends_a_step_that_takes_its_time(pod: Pod) -> None:
    commit = pod.commit({"package.json": "{}"})
    pod.take_in(commit, "t1", plan=telling(install=("exec sleep 600",)))
    await until(lambda: pod.status[:3] == ["t1", "running", "dependencies"])
    pod.taken(b"", commit, "t2", plan=telling())
    await until(lambda: pod.status[:2] == ["t2", "serving"])


@pytest.mark.usefixtures("supervisor")
@pytest.mark.spec("ENV-018")
@pytest.mark.parametrize(
    ("moment", "step"), [("after_install", "post-build"), ("migrations", "migrations")]
)
async def test_a_job_before_the_server_is_ended_with_its_time_and_all_it_had_started(
    pod: Pod, moment: str, step: str
) -> None:
    commit = pod.commit({"package.json": "{}"})
    command = f"sleep 600 & echo $! > {pod.root}/helper; exec sleep 600"
    # Shorter than people may ask for, so that nobody waits for it here.
    hangs = DevelopmentStep.model_construct(title="m", command=command, timeout_seconds=1)
    pod.take_in(commit, "t1", plan=telling(**{moment: (hangs,)}))
    await until(lambda: pod.status == ["t1", "failed", step, "overdue"])
    helper = int((pod.root / "helper").read_text())
    await until(lambda: not runs(helper))
    ends = DevelopmentStep(title="m", command="echo done >> ../told")
    pod.taken(b"", commit, "t2", plan=telling(**{moment: (ends,)}))
    await until(lambda: pod.status[:2] == ["t2", "serving"])
    assert "done" in told(pod)


@pytest.mark.usefixtures("supervisor")
@pytest.mark.spec("ENV-018")
async def test_jobs_come_after_the_dependencies_and_once_somebody_asks_beside_the_server(
    pod: Pod,
) -> None:
    plan = telling(
        after_install=(DevelopmentStep(title="types", command="echo typed >> ../told"),),
        after_health=(
            DevelopmentStep(title="tell", command="echo tells >> ../told"),
            DevelopmentStep(title="fill", command="echo filled >> ../told", is_once=True),
        ),
    )
    commit = pod.commit({"package.json": "{}"})
    pod.take_in(commit, "t1", plan=plan)
    await until(lambda: pod.status[:2] == ["t1", "serving"])
    first = ["installed", "typed", "migrated", "seeded", "served"]
    await until(lambda: told(pod) == first)
    assert pod.jobs("t1") == "done post-deploy 0"
    assert told(pod)[5:] == ["tells", "filled"]
    assert pod.jobs("t1") == "done post-deploy 0"
    assert told(pod)[7:] == [], "another attempt finds that they have run"

    pod.taken(b"", commit, "t2", plan=plan)
    await until(lambda: pod.status[:2] == ["t2", "serving"])
    assert pod.jobs("t1") == "superseded"
    assert pod.jobs("t2") == "done post-deploy 0"
    assert told(pod)[7:] == ["typed", "migrated", "tells"], "the server goes on"


@pytest.mark.usefixtures("supervisor")
@pytest.mark.spec("ENV-018")
async def test_a_job_that_fails_or_takes_too_long_is_told_and_the_server_goes_on(pod: Pod) -> None:
    commit = pod.commit({"package.json": "{}"})
    fails = DevelopmentStep(title="tell", command="exit 6")
    pod.take_in(commit, "t1", plan=telling(after_health=(fails,)))
    await until(lambda: pod.status[:2] == ["t1", "serving"])
    assert pod.jobs("t1") == "failed post-deploy 6"

    takes = DevelopmentStep(title="tell", command="exec sleep 600")
    pod.taken(b"", commit, "t2", plan=telling(after_health=(takes,)))
    await until(lambda: pod.status[:2] == ["t2", "serving"])
    assert pod.jobs("t2", seconds=2) == "slow running post-deploy"
    await until(lambda: pod.status == ["t2", "serving", "dev", "0"])
    assert "served" not in told(pod)[4:], "the server goes on"


async def test_a_container_that_was_killed_does_not_do_it_again(pod: Pod) -> None:
    pod.take_in(pod.commit({"package.json": "{}"}), "t1", plan=telling())
    first = pod.supervised()
    await until(lambda: pod.status[:2] == ["t1", "serving"])
    first.terminate()
    first.wait(PATIENCE)
    again = pod.supervised()
    try:
        await until(lambda: pod.status == ["t1", "failed", "dev", "137"])
    finally:
        again.terminate()
        again.wait(PATIENCE)


async def test_a_new_pod_starts_with_the_code_that_is_there(pod: Pod) -> None:
    pod.take_in(pod.commit({"package.json": "{}"}), "t1", plan=telling())
    process = pod.supervised()
    try:
        await until(lambda: pod.status[:2] == ["t1", "serving"])
    finally:
        process.terminate()
        process.wait(PATIENCE)
