"""The program that `make setup` makes, called as people call it: from a checkout of somebody else's."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """`.venv/bin/catalyst` of a checkout with a space in its path."""
    checkout = tmp_path / "a checkout"
    programs = checkout / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("activities", "api", "cli", "deploy", "workflows"):
        (checkout / name).symlink_to(ROOT / name)
    python = programs / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    program = programs / "catalyst"
    shutil.copy(ROOT / "cli" / "launcher.sh", program)
    program.chmod(0o755)
    return program


def test_it_plans_a_repository_by_a_link_and_from_within_and_runs_nothing_of_it(
    program: Path, tmp_path: Path
) -> None:
    repository = tmp_path / "repository"
    for name in ("cli", "pydantic"):
        trap = repository / name
        trap.mkdir(parents=True)
        for file in ("__init__.py", "__main__.py"):
            (trap / file).write_text("raise SystemExit('this is the repository')\n")
    (repository / "Dockerfile").write_text("FROM scratch\nEXPOSE 8080\n")
    link = tmp_path / "catalyst"
    link.symlink_to(program)

    ended = subprocess.run(
        [link, "plan", "--json", "."], cwd=repository, check=True, capture_output=True, text=True
    )

    assert json.loads(ended.stdout)["plan"]["builds"][0]["dockerfile"] == "Dockerfile"
