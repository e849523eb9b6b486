"""`catalyst plan`: what would run, why, and what is wrong, in words or as JSON."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.__main__ import main
from cli.checkout import open_checkout
from cli.plan import PlanReport, make_report
from cli.terminal import Screen, clean, screen_of
from cli.words import KINDS, plan_text
from tests.cli.trees import commit, write
from workflows.models import ApplicationKind

ROOT = Path(__file__).resolve().parents[2]
SHOP = {
    "package.json": json.dumps(
        {"scripts": {"dev": "vite", "build": "vite build"}, "devDependencies": {"vite": "5"}}
    ),
    "package-lock.json": "{}",
    "index.html": "<p>",
}


def plan(root: Path, screen: Screen | None = None) -> str:
    return plan_text(make_report(open_checkout(root)), root.name, screen or Screen())


@pytest.mark.spec("ENV-006", "ENV-007")
def test_a_checkout_is_explained_in_words(tmp_path: Path) -> None:
    text = plan(commit(tmp_path / "shop", SHOP))
    assert text.startswith("catalyst plan: shop\n\n  Node application (vite, npm)\n\n")
    assert "\n  install  " in text
    assert "\n  dev  " in text
    assert "\nWhy\n  - " in text
    assert "Problems" not in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@pytest.mark.spec("ENV-011")
def test_the_config_overrides_what_was_detected(tmp_path: Path) -> None:
    config = "version: 1\ncommands: {dev: npm run special}\nport: 4321\nttl: 3d\negress: [a.org]\n"
    root = write(tmp_path, {**SHOP, ".catalyst.yaml": config})
    report = make_report(open_checkout(root))
    assert report.is_usable
    assert report.understanding.application.dev == "npm run special"
    assert report.understanding.application.port == 4321
    text = plan(root)
    assert "`.catalyst.yaml` is valid; it sets `commands`, `port`, `ttl`, `egress`." in text
    assert "Compared with what the project grants when a push arrives: `ttl`, `egress`." in text
    assert "Checked, and not used yet: `ttl`." in text


def test_an_invalid_config_is_shown_with_file_line_and_column(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = "version: 1\ndevCommand: npm start\nroutes:\n  - prot: 80\n"
    root = write(tmp_path, {**SHOP, ".catalyst.yaml": config})
    assert main(["plan", str(root)]) == 1
    text = capsys.readouterr().out
    assert "2 problems in .catalyst.yaml: nothing would be deployed\n" in text
    assert (
        "  .catalyst.yaml:2:1: unknown key `devCommand`; did you mean `commands.dev`?\n"
        "  .catalyst.yaml:4:5: unknown key `prot` in `routes[0]`; did you mean `port`?\n" in text
    )
    assert "Node application" in text


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        (
            b"a: 1\na: 2\n",
            ":2:1: `a` stands here a second time (first in line 1)",
        ),
        (b"\xff\xfea", ":1:1: is encoded as UTF-16; save it as UTF-8"),
        (b"", ":1:1: the file is empty; it needs at least `version: 1`"),
        (b"version: 1\nworkdir: nowhere\n", ":2:1: the repository has no directory `nowhere`"),
        (b"#" * 300_000, ":1:1: is larger than 256 KiB"),
    ],
)
def test_a_config_that_cannot_be_read_is_a_problem_too(
    tmp_path: Path, config: bytes, problem: str
) -> None:
    report = make_report(open_checkout(write(tmp_path, {**SHOP, ".catalyst.yaml": config})))
    [found] = report.problems
    assert problem == f":{found.line}:{found.column}: {found.message}"
    assert not report.is_usable


def test_a_config_of_another_name_is_pointed_out(tmp_path: Path) -> None:
    text = plan(write(tmp_path, {**SHOP, ".catalyst.yml": "version: 1\n"}))
    assert "`.catalyst.yml` is not read; the name of the file is `.catalyst.yaml`." in text


@pytest.mark.spec("EC-1", "ENV-008")
def test_nothing_found_and_nothing_there_are_different_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", str(tmp_path)]) == 1
    assert "The repository is empty." in capsys.readouterr().out
    assert main(["plan", str(write(tmp_path, {"README.md": "hi"}))]) == 1
    text = " ".join(capsys.readouterr().out.split())
    assert "Nothing to run was found." in text
    assert "say what to run with `commands` in" in text


@pytest.mark.spec("ENV-008", "ENV-011")
@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("commands: {start: ./serve}", "`.catalyst.yaml` says what to run in a base container."),
        (
            "builds: {api: {dockerfile: odd/image.txt}}",
            "`.catalyst.yaml` says which images to build: api.",
        ),
    ],
)
def test_where_nothing_is_detected_the_config_may_say_it_all(
    tmp_path: Path, config: str, words: str
) -> None:
    files = {"odd/image.txt": "FROM scratch\n", ".catalyst.yaml": f"version: 1\n{config}\n"}
    root = write(tmp_path, files)
    assert make_report(open_checkout(root)).is_usable
    assert words in " ".join(plan(root).split())


def test_json_holds_the_same_and_is_one_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write(tmp_path, {**SHOP, ".catalyst.yaml": "version: 1\nport: x\n"})
    assert main(["plan", "--json", str(root)]) == 1
    printed = capsys.readouterr().out
    answer: dict[str, Any] = json.loads(printed)
    assert printed.isascii()
    assert answer["format"] == 1
    assert answer["understanding"]["application"]["kind"] == "node"
    assert answer["understanding"]["reasons"]
    assert answer["problems"] == [
        {
            "line": 2,
            "column": 1,
            "key": "port",
            "message": "`port` must be a whole number, not text",
            "nearest": "",
        }
    ]
    assert PlanReport.model_validate_json(printed).problems


def test_the_command_tells_success_failure_and_wrong_usage_apart(tmp_path: Path) -> None:
    write(tmp_path / "shop", SHOP)

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "cli", *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    good = run("plan", str(tmp_path / "shop"))
    assert (good.returncode, good.stderr) == (0, "")
    assert "\x1b" not in good.stdout
    missing = run("plan", str(tmp_path / "none"))
    assert missing.returncode == 2
    assert missing.stderr.endswith("cannot be read: No such file or directory\n")
    assert run("plan", "--nonsense").returncode == 2
    assert run().returncode == 2
    assert "nothing of the repository is executed" in " ".join(run("plan", "--help").stdout.split())


class Terminal(io.StringIO):
    encoding = "UTF-8"

    def isatty(self) -> bool:
        return True


def test_colour_is_for_terminals_that_welcome_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert screen_of(Terminal(), {}) == Screen(width=60, has_colour=True, bullet="·")
    assert not screen_of(Terminal(), {"NO_COLOR": "1"}).has_colour
    assert not screen_of(Terminal(), {"TERM": "dumb"}).has_colour
    assert screen_of(io.StringIO(), {}) == Screen(width=100, has_colour=False, bullet="-")


@pytest.mark.parametrize("width", [40, 60, 100])
def test_sentences_fit_the_terminal_and_commands_stay_whole(tmp_path: Path, width: int) -> None:
    command = "npm run " + "very-long-name-" * 10 + "end"
    config = f"version: 1\ncommands: {{dev: {command}}}\n"
    root = write(tmp_path, {**SHOP, ".catalyst.yaml": config})
    lines = plan(root, Screen(width=width)).splitlines()
    assert [line for line in lines if line.endswith(command)]
    sentences = [line for line in lines[lines.index("Why") :] if line.startswith(("  - ", "    "))]
    assert len(sentences) > 3
    for line in sentences:
        assert len(line) <= width or len(line.strip("- ").split()) == 1


def test_with_colour_the_words_are_the_same(tmp_path: Path) -> None:
    root = write(tmp_path, {**SHOP, ".catalyst.yaml": "version: 1\nport: x\n"})
    painted = plan(root, Screen(has_colour=True))
    assert "\x1b[31m1 problem in .catalyst.yaml" in painted
    plain = painted
    for code in ("0", "1", "2", "31", "32", "33", "36"):
        plain = plain.replace(f"\x1b[{code}m", "")
    assert plain == plan(root)


def test_a_repository_cannot_steer_the_terminal(tmp_path: Path) -> None:
    manifest = json.dumps(
        {"scripts": {"dev": "vite \x1b]0;owned\x07"}, "dependencies": {"vite": "5"}}
    )
    config = 'version: 1\n"key\\e[2J": 1\n'
    root = write(
        tmp_path,
        {"package.json": manifest, "a\x1b[2Jb/Procfile": "web: x", ".catalyst.yaml": config},
    )
    text = plan(root)
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "unknown key `key\\x1b[2J`" in text


@given(st.text())
def test_what_is_printed_is_printable(text: str) -> None:
    assert all(part.isprintable() for part in clean(text).split("\n"))


def test_a_reader_that_stops_early_is_no_failure(tmp_path: Path) -> None:
    root = write(tmp_path, SHOP)
    command = f'"{sys.executable}" -m cli plan "{root}" | true'
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_terminal_without_unicode_gets_what_it_can_show(tmp_path: Path) -> None:
    root = write(tmp_path / "caf\u00e9", {"Procfile": "web: ./caf\u00e9"})
    done = subprocess.run(
        [sys.executable, "-m", "cli", "plan", str(root)],
        cwd=ROOT,
        env={"PYTHONIOENCODING": "ascii", "PATH": ""},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert b"- " in done.stdout


@pytest.mark.parametrize(
    ("pyproject", "words"),
    [
        ('requires-python = ">=3.11"\n', "Python application (flask, Python 3.11 or newer, pip)"),
        ("", "Python application (flask, pip)"),
    ],
)
def test_the_headline_says_each_thing_once(tmp_path: Path, pyproject: str, words: str) -> None:
    manifest = f'[project]\nname = "shop"\ndependencies = ["flask"]\n{pyproject}'
    app = "from flask import Flask\n\napp = Flask(__name__)\n"
    assert words in plan(write(tmp_path, {"pyproject.toml": manifest, "app.py": app}))


def test_every_kind_has_its_words() -> None:
    assert set(KINDS) == set(ApplicationKind)
