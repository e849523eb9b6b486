"""Every repository of the corpus is understood as it says, field by field, with every reason and warning.

A repository is one file in `tests/corpus`: `files` (path to text), `overrides`, and `expect` with the fields of the
application that are not empty, all reasons and warnings, and the candidates with why they were not chosen.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.workflows.planning.detection.trees import understood
from workflows.models import Understanding

CORPUS = Path(__file__).resolve().parents[3] / "corpus"
REPOSITORIES = sorted(CORPUS.glob("*.yaml"))


def shown(found: Understanding) -> dict[str, Any]:
    """What was understood, in the form of `expect`: empty fields are left out."""
    application = found.application.model_dump(mode="json", exclude_defaults=True)
    told: dict[str, Any] = {
        "candidates": [{"path": each.path, "reason": each.reason} for each in found.candidates],
        "backing_compose": found.backing_compose,
        "backing_services": list(found.backing_services),
        "charts": [each.path for each in found.charts],
    }
    if found.devcontainer:
        told["devcontainer"] = found.devcontainer.model_dump(mode="json", exclude_defaults=True)
    return {
        "application": {"kind": "none", **application},
        "reasons": list(found.reasons),
        "warnings": list(found.warnings),
        **{name: value for name, value in told.items() if value},
    }


@pytest.mark.spec("ENV-006", "ENV-007", "ENV-008", "ENV-009", "ENV-011", "ENV-024", "EC-1")
@pytest.mark.parametrize("path", REPOSITORIES, ids=lambda path: path.stem)
def test_a_repository_is_understood_with_every_reason(path: Path) -> None:
    repository: Mapping[str, Any] = yaml.safe_load(path.read_text())
    found = understood(repository["files"], **repository.get("overrides", {}))
    assert shown(found) == repository["expect"]


def test_the_corpus_covers_every_kind() -> None:
    expected = [yaml.safe_load(path.read_text())["expect"]["application"] for path in REPOSITORIES]
    kinds = {each["kind"] for each in expected}
    assert kinds == {
        *("compose", "dockerfile", "node", "make", "procfile"),
        *("python", "go", "static", "chart", "none"),
    }
    assert len(REPOSITORIES) >= 40
