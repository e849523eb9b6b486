"""What the demonstration pushes is the published sample, and a change that people see."""

from pathlib import Path

import pytest
import yaml

from deploy.local.demo.scene import greeting, read_tree

SAMPLE = Path(__file__).parents[4] / "deploy" / "examples" / "helm"


def test_the_sample_has_what_a_preview_needs() -> None:
    assert {"Dockerfile", "app.py", "chart/Chart.yaml", "chart/values.yaml"} <= read_tree(
        SAMPLE
    ).keys()


def test_a_tree_is_read_with_its_folders_and_without_compiled_files(tmp_path: Path) -> None:
    (tmp_path / "chart" / "__pycache__").mkdir(parents=True)
    (tmp_path / "chart" / "__pycache__" / "app.pyc").write_bytes(b"\xff")
    (tmp_path / "chart" / "values.yaml").write_text("a: 1\n")
    assert read_tree(tmp_path) == {"chart/values.yaml": "a: 1\n"}


@pytest.mark.parametrize("text", ["Good morning", "it's: 5 o'clock", "grüß Gott", "- {x}"])
def test_a_change_alters_the_greeting_and_nothing_else(text: str) -> None:
    files = read_tree(SAMPLE)
    before = yaml.safe_load(files["chart/values.yaml"])
    changed = greeting(files, text)
    assert changed.keys() == {"chart/values.yaml"}
    after = yaml.safe_load(changed["chart/values.yaml"])
    assert after == {**before, "greeting": text}
