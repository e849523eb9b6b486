"""The script that makes a backup, run by this machine's shell with stand-ins for PostgreSQL's own programs."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from workflows.planning.plans.beside.dumping import SCRIPT

pytestmark = pytest.mark.spec("ENV-017")

TOOLS = {
    "pg_isready": "exit 0",
    "pg_dump": 'for each in "$@"; do case "$each" in --file=*) echo dumped > "${each#--file=}";; esac; done',
    # `--list` reads the beginning alone.
    "pg_restore": 'case "$*" in *--list*) exit 0;; esac; for last in "$@"; do :; done; grep dumped "$last" > /dev/null',
    "sleep": "exit 0",
}
NAME = re.compile(r"db-[0-9]{8}T[0-9]{6}Z\.dump")


@dataclass(frozen=True)
class Place:
    """Directory of the volume, stand-ins, and the file that holds the last word."""

    root: Path

    @property
    def volume(self) -> Path:
        return self.root / "volume"

    @property
    def word(self) -> str:
        return (self.root / "word").read_text()

    def names(self) -> list[str]:
        return sorted(each.name for each in self.volume.iterdir())

    def keep(self, *stamps: str) -> None:
        for stamp in stamps:
            (self.volume / f"db-{stamp}.dump").write_text("x" * 5)

    def run(self, keep: int = 7, **tools: str) -> subprocess.CompletedProcess[str]:
        for name, text in {**TOOLS, **tools}.items():
            path = self.root / "bin" / name
            path.write_text(f"#!/bin/sh\n{text}\n")
            path.chmod(0o755)
        return subprocess.run(
            ["/bin/sh", "-c", SCRIPT],
            env={
                "PATH": f"{self.root / 'bin'}:{os.defpath}",
                "BACKUP_DIRECTORY": str(self.volume),
                "BACKUP_RECORD": str(self.root / "word"),
                "BACKUP_OF": "db",
                "BACKUP_KEEP": str(keep),
                "HOSTNAME": "pod-1",
            },
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "volume").mkdir()
    (tmp_path / "bin").mkdir()
    return Place(tmp_path)


def test_a_backup_is_named_after_its_service_and_the_time_and_is_listed(place: Place) -> None:
    done = place.run()
    assert done.returncode == 0, done.stderr
    [name] = place.names()
    assert NAME.fullmatch(name)
    assert place.word == f"{name[3:-5]} 7\n"
    assert oct((place.volume / name).stat().st_mode)[-3:] == "600"


def test_the_oldest_go_beyond_those_that_are_kept(place: Place) -> None:
    place.keep("20250101T000000Z", "20250102T000000Z", "20250103T000000Z")
    assert place.run(keep=2).returncode == 0
    newest, other = sorted(place.names(), reverse=True)
    assert other == "db-20250103T000000Z.dump"
    assert place.word.splitlines() == [f"{newest[3:-5]} 7", "20250103T000000Z 5"]


def test_what_is_no_backup_is_left_alone(place: Place) -> None:
    kept = ("notes.txt", "other-20250101T000000Z.dump", "db-x.dump")
    for name in kept:
        (place.volume / name).write_text("x")
    assert place.run(keep=1).returncode == 0
    assert {*kept} < {*place.names()}
    assert len(place.word.splitlines()) == 1


@pytest.mark.parametrize("tool", ["pg_dump", "pg_restore"])
def test_one_that_fails_or_cannot_be_read_has_no_name_and_costs_no_older_one(
    place: Place, tool: str
) -> None:
    place.keep("20250101T000000Z")
    failing = f"{TOOLS[tool]}\necho 'it broke' >&2\nexit 1"
    done = place.run(keep=1, **{tool: failing})
    assert done.returncode != 0
    assert "it broke" in done.stderr
    assert place.names() == ["db-20250101T000000Z.dump"]


def test_one_whose_end_is_missing_has_no_name(place: Place) -> None:
    cut = TOOLS["pg_dump"].replace("dumped", "dum")
    assert place.run(pg_dump=cut).returncode != 0
    assert place.names() == []


def test_a_database_that_does_not_answer_is_said(place: Place) -> None:
    done = place.run(pg_isready="exit 2")
    assert done.returncode == 1
    assert "the database does not answer" in done.stderr


def test_what_a_killed_one_has_left_goes_after_a_while(place: Place) -> None:
    old, new = place.volume / ".unfinished-pod-0", place.volume / ".unfinished-pod-2"
    for each in (old, new):
        each.write_text("x")
    os.utime(old, (1, 1))
    assert place.run().returncode == 0
    assert not old.exists()
    assert new.exists(), "another one may be at work"


def test_two_in_one_second_have_two_names(place: Place) -> None:
    times = 'n=$(cat "$0.n" 2>/dev/null || echo 0); echo $((n + 1)) > "$0.n"; [ $n -lt 1 ] && echo 20250101T000000Z || echo 20250101T000001Z'
    place.keep("20250101T000000Z")
    assert place.run(date=times).returncode == 0
    assert place.names() == ["db-20250101T000000Z.dump", "db-20250101T000001Z.dump"]
