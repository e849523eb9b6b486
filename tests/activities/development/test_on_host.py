"""Somebody's own directory as the code: a checkout where it is empty, and else not one file of it is touched (ENV-005)."""

import subprocess
from pathlib import Path

import pytest

from activities.development.on_host import LAY_OUT, LOOK, reasons_on_host
from activities.development.scripts import BUSY
from tests.activities.development.container import PLAN, Pod, RefusedError, fed, git
from workflows.planning.plans.development.files import development_files
from workflows.planning.plans.development.places import STATE_ON_HOST

pytestmark = pytest.mark.spec("ENV-005")


@pytest.fixture
def pod(tmp_path: Path) -> Pod:
    return Pod(tmp_path)


def script(pod: Pod, text: str) -> str:
    return pod.script(text.replace(STATE_ON_HOST, str(state_of(pod))))


def state_of(pod: Pod) -> Path:
    return pod.root / "cache/.catalyst"


def look(pod: Pod, turn: str = "t1") -> str:
    done = subprocess.run(
        ["sh", "-c", script(pod, LOOK), "look", turn], capture_output=True, check=True, timeout=60
    )
    return done.stdout.decode().strip()


def lay_out(pod: Pod, commit: str, turn: str = "t1", *, is_empty: bool = True) -> list[str]:
    pack = b""
    if is_empty:
        listed = git(pod.source, "rev-list", "--objects", commit)
        pack = subprocess.run(
            ["git", "pack-objects", "-q", "--stdout"],
            cwd=pod.source,
            input=listed.encode(),
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
    files = development_files(PLAN.model_copy(update={"is_on_host": True}))
    sizes = [f"{name}:{len(text.encode())}" for name, text in files.items()]
    arguments = [commit, "feature/cart", str(len(pack)), turn, "keep", *sizes]
    return fed(script(pod, LAY_OUT), arguments, "".join(files.values()).encode() + pack)


def test_an_empty_directory_gets_a_checkout_on_its_branch(pod: Pod) -> None:
    commit = pod.commit({"server.js": "one", "deep/a b.txt": "two"})
    assert look(pod) == "empty"
    assert lay_out(pod, commit) == ["laid-out"]
    assert (pod.code / "deep/a b.txt").read_text() == "two"
    assert git(pod.code, "symbolic-ref", "HEAD").strip() == "refs/heads/feature/cart"
    assert git(pod.code, "status", "--porcelain") == ""
    assert not (pod.code / ".git/catalyst").exists()
    state = state_of(pod)
    assert (state / "turn").read_text() == "t1 keep\n"
    assert "sleep 60" in (state / "dev.sh").read_text()
    assert look(pod) == f"holds {commit}"


def test_what_somebody_has_there_is_not_touched(pod: Pod) -> None:
    first = pod.commit({"server.js": "one"})
    lay_out(pod, first)
    (pod.code / "server.js").write_text("mine")
    (pod.code / "new.txt").write_text("mine too")
    before = snapshot(pod.code)
    second = pod.commit({"server.js": "two"})
    assert look(pod) == f"holds {first}"
    assert lay_out(pod, second, "t2", is_empty=False) == []
    assert snapshot(pod.code) == before
    assert (state_of(pod) / "turn").read_text() == "t2 keep\n"


def test_files_that_come_while_a_checkout_is_on_its_way_are_not_touched(pod: Pod) -> None:
    commit = pod.commit({"server.js": "one"})
    (pod.code / "server.js").write_text("mine")
    assert look(pod) == "holds"
    with pytest.raises(RefusedError) as refused:
        lay_out(pod, commit)
    assert refused.value.args[0] == BUSY
    assert [each.name for each in pod.code.iterdir()] == ["server.js"]


def test_a_checkout_that_was_cut_off_is_done_again_by_its_own_revision_alone(pod: Pod) -> None:
    commit = pod.commit({"server.js": "one"})
    state_of(pod).mkdir()
    (state_of(pod) / "checking-out").write_text("t1\n")
    (pod.code / "server.js").write_text("o")
    assert look(pod, "t2") == "cut-off"
    with pytest.raises(RefusedError):
        lay_out(pod, commit, "t2")
    assert (pod.code / "server.js").read_text() == "o"
    assert look(pod) == "empty"
    assert lay_out(pod, commit) == ["laid-out"]
    assert (pod.code / "server.js").read_text() == "one"
    assert look(pod) == f"holds {commit}"


def test_what_became_of_it_is_told() -> None:
    commit = "a" * 40
    for looked, words in {
        "empty": "was empty, and got a checkout of aaaaaaa",
        f"holds {'b' * 40}": "of the node, at bbbbbbb, is left as it is",
        "holds": "of the node is left as it is",
        "cut-off": "empty the directory and `redeploy`",
    }.items():
        assert words in reasons_on_host(commit, looked)[0]


def snapshot(directory: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(each.relative_to(directory)): (each.stat().st_mtime_ns, each.read_bytes())
        for each in directory.rglob("*")
        if each.is_file()
    }
