"""Repositories of the corpus become the plans that stand in `tests/corpus/plans`, line by line.

`python -m tests.workflows.planning.plans.test_corpus` writes them anew; what changed is then read in the difference. The texts of generated Dockerfiles have expectations of their own.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.workflows.planning.plans.cases import ROOT, plan_of
from workflows.errors import PlanError
from workflows.models import DetectionOverrides
from workflows.planning.plans import plan_text
from workflows.repo_config import FILE_NAME

CORPUS = ROOT / "tests/corpus"
EXPECTED = sorted((CORPUS / "plans").glob("*.txt"))


def repository(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((CORPUS / f"{name}.yaml").read_text())
    return found


def shown(name: str) -> str:
    found = repository(name)
    overrides = DetectionOverrides.model_validate(found.get("overrides", {}))
    config = found["files"].get(FILE_NAME, "").removeprefix("version: 1\n")
    try:
        text = plan_text(plan_of(found["files"], config=config, overrides=overrides))
    except PlanError as error:
        return refusal(error)
    generated = ("  build web Dockerfile ", "  build web .dockerignore ")
    return "".join(
        line for line in text.splitlines(keepends=True) if not line.startswith(generated)
    )


def refusal(error: PlanError) -> str:
    """What people are told where there is no plan."""
    lines = ["Refused", "", *(f"  - {each}" for each in error.excerpt or (str(error),))]
    return "\n".join((*lines, "", error.hint, ""))


@pytest.mark.spec(
    "FR-002", "ENV-006", "ENV-008", "ENV-009", "ENV-012", "ENV-017", "ENV-018", "ENV-024"
)
@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.stem)
def test_a_repository_becomes_the_expected_plan(path: Path) -> None:
    assert shown(path.stem) == path.read_text()


def test_every_repository_of_the_corpus_has_its_expected_plan() -> None:
    names = sorted(path.stem for path in CORPUS.glob("*.yaml"))
    assert sorted(path.stem for path in EXPECTED) == names


def test_the_expected_plans_cover_every_kind() -> None:
    kinds = {repository(path.stem)["expect"]["application"]["kind"] for path in EXPECTED}
    assert kinds == {
        *("compose", "dockerfile", "node", "make", "procfile"),
        *("python", "go", "static", "chart", "none"),
    }


if __name__ == "__main__":
    for repository_file in sorted(CORPUS.glob("*.yaml")):
        name = repository_file.stem
        (CORPUS / "plans" / f"{name}.txt").write_text(shown(name))
