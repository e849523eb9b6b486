"""What runs around a command, run by this machine's own shell as by the container's."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import pytest

from activities.executing.scripts import END, NOWHERE, RUN
from tests.support.wait import eventually
from workflows.planning.plans.development.places import CODE

pytestmark = [pytest.mark.spec("OPS-4", "ENV-033"), pytest.mark.invariant(6)]
_PYTHON = sys.executable
LONG = "600"


class Shell:
    """The container: a directory for its code, and processes that are ended with the test."""

    def __init__(self, root: Path) -> None:
        self.code = root / "code"
        (self.code / "web").mkdir(parents=True)
        self.mark = uuid4().hex

    @contextmanager
    def start(
        self, *command: str, seconds: int = 60, directory: str = "", stdin: bytes = b""
    ) -> "Iterator[subprocess.Popen[bytes]]":
        arguments = [str(seconds), directory, str(len(stdin)), *command]
        started = subprocess.Popen(
            ["sh", "-c", RUN.replace(CODE, str(self.code)), f"run-{self.mark}", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert started.stdin is not None
        started.stdin.write(stdin)
        started.stdin.flush()  # and left open, as the older protocol leaves it
        try:
            yield started
        finally:
            self.end()
            started.communicate(timeout=10)

    async def has_begun(self) -> None:
        async def look() -> bool:
            return bool(self.left())

        await eventually(look, seconds=30)

    def run(
        self, *command: str, directory: str = "", stdin: bytes = b""
    ) -> tuple[int, bytes, bytes]:
        with self.start(*command, directory=directory, stdin=stdin) as started:
            code = started.wait(30)
            assert started.stdout is not None
            assert started.stderr is not None
            return code, started.stdout.read(), started.stderr.read()

    def end(self) -> int:
        return subprocess.run(
            ["sh", "-c", END, "end", self.mark], check=False, timeout=30
        ).returncode

    def left(self) -> list[str]:
        """Processes of the command."""
        found = []
        for each in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                is_marked = (
                    f"CATALYST_EXECUTION={self.mark}".encode() in (each / "environ").read_bytes()
                )
                if is_marked or f"run-{self.mark}".encode() in (each / "cmdline").read_bytes():
                    found.append(each.name)
        return found


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_a_command_runs_as_it_is_with_its_own_end(shell: Shell) -> None:
    code, out, err = shell.run("sh", "-c", 'echo "$1"; echo oh >&2; exit 3', "x", "a  b; $(id) 'q'")
    assert (code, out, err) == (3, b"a  b; $(id) 'q'\n", b"oh\n")


def test_it_begins_in_the_code_or_below_it(shell: Shell) -> None:
    assert shell.run("pwd")[1].decode().strip() == str(shell.code)
    assert shell.run("pwd", directory="web")[1].decode().strip() == str(shell.code / "web")


def test_a_directory_that_is_not_there_is_told_by_the_mark_alone(shell: Shell) -> None:
    code, out, err = shell.run("touch", "made", directory="api")
    assert (code, out, err.decode().strip()) == (NOWHERE, b"", shell.mark)
    assert not list(shell.code.rglob("made"))


def test_without_code_it_begins_where_the_container_does(shell: Shell) -> None:
    shell.code = shell.code / "nothing"
    assert shell.run("pwd")[1].decode().strip() == str(Path.cwd())
    assert shell.run("pwd", directory="web")[0] == NOWHERE


def test_input_ends_where_it_ends_though_the_connection_stays_open(shell: Shell) -> None:
    text = "grün\nzwei ".encode() * 20_000
    code, out, _ = shell.run("wc", "-c", stdin=text)
    assert (code, int(out)) == (0, len(text))
    assert shell.run("sh", "-c", "cat > file; exit 4", stdin=b"line\n")[0] == 4
    assert (shell.code / "file").read_bytes() == b"line\n"


def test_a_program_that_is_not_there_is_told_as_by_a_shell(shell: Shell) -> None:
    code, _, err = shell.run("no-such-program")
    assert code == 127
    assert b"no-such-program" in err


STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("sleep", LONG), id="alone"),
        pytest.param(("sh", "-c", f"sleep {LONG} & sleep {LONG}"), id="with children"),
        pytest.param(("sh", "-c", f"setsid sleep {LONG}; true"), id="in a session of its own"),
        pytest.param((_PYTHON, "-c", STUBBORN), id="that ignores what it is told"),
    ],
)
async def test_everything_of_a_command_is_ended(shell: Shell, command: tuple[str, ...]) -> None:
    with shell.start(*command) as started:
        await shell.has_begun()
        assert shell.end() == 0
        assert shell.left() == []
        started.communicate(timeout=10)


async def test_one_with_input_is_ended_too(shell: Shell) -> None:
    with shell.start("sleep", LONG, stdin=b"text") as started:
        await shell.has_begun()
        assert shell.end() == 0
        started.communicate(timeout=10)
    assert shell.left() == []


def test_one_that_is_ended_in_its_first_moment_does_not_begin_after_that(tmp_path: Path) -> None:
    for number in range(12):  # one in seven got away once
        shell = Shell(tmp_path / str(number))
        with shell.start("sleep", LONG, stdin=b"text"):
            while not shell.left():
                pass
            assert shell.end() == 0
            assert shell.left() == []


def test_ending_what_has_ended_is_fine(shell: Shell) -> None:
    shell.run("true")
    assert shell.end() == 0


async def test_it_ends_by_itself_when_nobody_ends_it(shell: Shell) -> None:
    with shell.start("sleep", LONG, seconds=1) as started:
        started.wait(30)

        async def is_gone() -> bool:
            return not shell.left()

        await eventually(is_gone, seconds=30)


async def test_others_are_left_alone(shell: Shell, tmp_path: Path) -> None:
    other = Shell(tmp_path / "other")
    with other.start("sleep", LONG) as started:
        await other.has_begun()
        assert shell.end() == 0
        assert started.poll() is None
        assert other.end() == 0
        started.communicate(timeout=10)


def test_a_process_that_watches_is_no_child_of_the_command(shell: Shell) -> None:
    waits = "import os\ntry:\n    os.wait()\nexcept ChildProcessError:\n    print('none')"
    assert shell.run(_PYTHON, "-c", waits)[1] == b"none\n"
