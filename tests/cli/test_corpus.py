"""The command says of every repository of the corpus, written to a disk, what detection is expected to say of it."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.__main__ import main
from tests.cli.trees import write

ROOT = Path(__file__).resolve().parents[2]
REPOSITORIES = sorted((ROOT / "tests/corpus").glob("*.yaml"))


def config_of(overrides: dict[str, Any]) -> str:
    """The `.catalyst.yaml` that asks for the same."""
    commands = {key: overrides[key] for key in ("build", "start", "dev") if key in overrides}
    rest = {key: value for key, value in overrides.items() if key not in commands}
    return json.dumps({"version": 1, **rest, **({"commands": commands} if commands else {})})


@pytest.mark.spec("ENV-006", "ENV-007", "ENV-009", "ENV-011")
@pytest.mark.parametrize("path", REPOSITORIES, ids=lambda path: path.stem)
def test_a_repository_on_disk_is_understood_as_expected(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = yaml.safe_load(path.read_text())
    overrides = repository.get("overrides", {})
    config = {".catalyst.yaml": config_of(overrides)} if overrides else {}
    root = write(tmp_path / "repository", {**repository["files"], **config})
    root.mkdir(exist_ok=True)
    code = main(["plan", "--json", str(root)])
    answer = json.loads(capsys.readouterr().out)
    expected = repository["expect"]
    said = answer["understanding"]
    if ".." in overrides.get("workdir", ""):
        assert [problem["key"] for problem in answer["problems"]] == ["workdir"]
        return
    is_refused = (ROOT / f"tests/corpus/plans/{path.stem}.txt").read_text().startswith("Refused")
    assert code == (said["application"]["kind"] == "none" or is_refused)
    assert answer["problems"] == []
    assert said["application"].items() >= expected["application"].items()
    assert said["reasons"] == expected["reasons"]
    assert said["warnings"] == expected["warnings"]


@pytest.mark.parametrize("path", REPOSITORIES[::10], ids=lambda path: path.stem)
def test_every_reason_and_warning_is_in_the_words_too(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = yaml.safe_load(path.read_text())
    root = write(tmp_path / "repository", repository["files"])
    main(["plan", str(root)])
    text = " ".join(capsys.readouterr().out.split())
    if not repository.get("overrides"):
        for sentence in (*repository["expect"]["reasons"], *repository["expect"]["warnings"]):
            assert " ".join(sentence.split()) in text
