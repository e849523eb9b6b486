"""Code that is taken in: at the commit, with nothing lost that somebody made there (ENV-005)."""

from pathlib import Path

import pytest

from activities.development.failures import reasons_of
from activities.development.scripts import INCOMPLETE
from tests.activities.development.container import Pod, RefusedError, git

pytestmark = pytest.mark.spec("ENV-005")


@pytest.fixture
def pod(tmp_path: Path) -> Pod:
    return Pod(tmp_path)


def test_the_code_is_the_commit_s_on_its_branch(pod: Pod) -> None:
    commit = pod.commit({"server.js": "one", "deep/a b.txt": "two"})
    assert pod.take_in(commit, "t1") == []
    assert (pod.code / "deep/a b.txt").read_text() == "two"
    assert git(pod.code, "rev-parse", "HEAD").strip() == commit
    assert git(pod.code, "symbolic-ref", "HEAD").strip() == "refs/heads/feature/cart"
    assert git(pod.code, "status", "--porcelain") == ""
    state = pod.code / ".git/catalyst"
    assert (state / "commit").read_text() == f"{commit}\n"
    assert (state / "turn").read_text() == "t1 keep\n"
    assert "sleep 60" in (state / "dev.sh").read_text()


def test_a_change_is_written_into_the_very_file_so_that_watchers_see_the_next_one_too(
    pod: Pod,
) -> None:
    pod.take_in(pod.commit({"a.txt": "one", "gone.txt": "x"}), "t1")
    before = (pod.code / "a.txt").stat().st_ino
    for turn, text in enumerate(("two", "three"), start=2):
        changes: dict[str, str | None] = {"a.txt": text, f"new {turn}": text}
        pod.take_in(pod.commit(changes), f"t{turn}")
        assert (pod.code / "a.txt").read_text() == text
    assert (pod.code / "a.txt").stat().st_ino == before
    pod.take_in(pod.commit({"gone.txt": None}), "t4")
    assert not (pod.code / "gone.txt").exists()
    assert git(pod.code, "status", "--porcelain") == ""


def test_modes_and_links_change_too(pod: Pod) -> None:
    (pod.source / "link").symlink_to("run.sh")
    pod.take_in(pod.commit({"run.sh": "true", "other": "x"}), "t1")
    (pod.source / "run.sh").chmod(0o755)
    (pod.source / "link").unlink()
    (pod.source / "link").symlink_to("other")
    pod.take_in(pod.commit({}), "t2")
    assert (pod.code / "run.sh").stat().st_mode & 0o111
    assert (pod.code / "link").readlink() == Path("other")
    assert git(pod.code, "status", "--porcelain") == ""


def test_changes_are_put_aside_and_what_is_ignored_stays(pod: Pod) -> None:
    pod.take_in(pod.commit({"a.txt": "one", ".gitignore": "node_modules/\n"}), "t1")
    (pod.code / "a.txt").write_text("by hand")
    (pod.code / "node_modules").mkdir()
    (pod.code / "node_modules/x.js").write_text("kept")
    (pod.code / "notes.txt").write_text("mine")
    told = pod.take_in(pod.commit({"a.txt": "two"}), "t2")
    assert told == ["stashed"]
    assert (pod.code / "a.txt").read_text() == "two"
    assert (pod.code / ".git/catalyst/turn").read_text() == "t2 restart\n"
    assert (pod.code / "node_modules/x.js").read_text() == "kept"
    assert (pod.code / "notes.txt").read_text() == "mine"
    assert "by hand" in git(pod.code, "stash", "show", "--patch")
    assert "git stash list" in reasons_of(told)[0]


def test_a_file_in_the_way_of_a_committed_one_is_put_aside(pod: Pod) -> None:
    pod.take_in(pod.commit({"a.txt": "one"}), "t1")
    (pod.code / "new.txt").write_text("mine")
    assert pod.take_in(pod.commit({"new.txt": "theirs"}), "t2") == ["stashed"]
    assert (pod.code / "new.txt").read_text() == "theirs"
    assert git(pod.code, "show", "stash@{0}^3:new.txt") == "mine"


def test_commits_that_were_made_there_are_kept_under_a_name(pod: Pod) -> None:
    pod.take_in(pod.commit({"a.txt": "one"}), "t1")
    (pod.code / "a.txt").write_text("committed by hand")
    git(pod.code, "commit", "--quiet", "--all", "--message", "by hand")
    mine = git(pod.code, "rev-parse", "HEAD").strip()
    told = pod.take_in(pod.commit({"a.txt": "two"}), "t2")
    assert told == [f"kept {mine}"]
    assert git(pod.code, "rev-parse", f"kept-{mine[:7]}").strip() == mine
    assert f"`kept-{mine[:7]}`" in reasons_of(told)[0]
    assert (pod.code / "a.txt").read_text() == "two"


def test_the_same_commit_again_leaves_changes_where_they_are(pod: Pod) -> None:
    commit = pod.commit({"a.txt": "one"})
    pod.take_in(commit, "t1")
    (pod.code / "a.txt").write_text("tried out")
    assert pod.taken(b"", commit, "t2", mode="restart") == []
    assert (pod.code / "a.txt").read_text() == "tried out"
    assert (pod.code / ".git/catalyst/turn").read_text() == "t2 restart\n"


def test_what_was_cut_off_is_taken_in_the_next_time(pod: Pod) -> None:
    commit = pod.commit({"a.txt": "one"})
    pod.take_in(commit, "t1")
    (pod.code / ".git/index.lock").write_text("")
    pod.take_in(pod.commit({"a.txt": "two"}), "t2")
    assert (pod.code / "a.txt").read_text() == "two"


def test_a_part_of_a_commit_is_refused_where_the_rest_is_not_there(pod: Pod) -> None:
    first, second = pod.commit({"a.txt": "one"}), pod.commit({"a.txt": "two"})
    with pytest.raises(RefusedError) as refused:
        pod.taken(b"", second, "t1", held=first)
    assert refused.value.args[0] == INCOMPLETE
    pod.take_in(second, "t1")
    assert pod.taken(b"", second, "t2", held=second) == []
