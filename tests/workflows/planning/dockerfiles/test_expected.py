"""The Dockerfiles of some repositories of the corpus, as people would read them."""

from pathlib import Path

import pytest
import yaml

from tests.workflows.planning.detection.trees import tree_of
from workflows.models import DetectionOverrides
from workflows.planning.detection import understand
from workflows.planning.dockerfiles import Generated, generate

CORPUS = Path(__file__).resolve().parents[3] / "corpus"
EXPECTED = sorted((Path(__file__).parent / "expected").glob("*.Dockerfile"))


def generated(name: str) -> Generated:
    repository = yaml.safe_load((CORPUS / f"{name}.yaml").read_text())
    tree = tree_of(repository["files"])
    overrides = DetectionOverrides.model_validate(repository.get("overrides", {}))
    return generate(understand(tree, overrides).application, tree)


@pytest.mark.spec("ENV-031")
@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.stem)
def test_a_repository_gets_the_dockerfile_one_would_write(path: Path) -> None:
    assert generated(path.stem).dockerfile == path.read_text()


def test_every_language_is_among_them() -> None:
    texts = "".join(path.read_text() for path in EXPECTED)
    for image in ("node:", "python:", "golang:", "nginx:", "buildpack-deps:"):
        assert f"FROM docker.io/library/{image}" in texts


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.stem)
def test_the_same_repository_gets_the_same_dockerfile(path: Path) -> None:
    assert generated(path.stem) == generated(path.stem)
