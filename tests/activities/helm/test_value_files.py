"""Value files: checked and handed on, with nothing changed but the placeholders."""

from pathlib import Path

import pytest
import yaml

from activities.helm.value_files import ValueFiles, read_value_files
from tests.workflows.test_values import FACTS, image
from workflows.errors import ManifestError
from workflows.values import ValueFacts


def read(root: Path, *texts: str | bytes, facts: ValueFacts | None = FACTS) -> ValueFiles:
    paths = []
    for number, text in enumerate(texts):
        path = f"deploy/{number}.yaml"
        (root / "deploy").mkdir(exist_ok=True)
        (root / path).write_bytes(text.encode() if isinstance(text, str) else text)
        paths.append(path)
    into = root / "into"
    into.mkdir()
    return read_value_files(root, paths, facts, into)


def test_files_are_merged_in_their_order(tmp_path: Path) -> None:
    found = read(tmp_path, "a: {b: 1, c: [1]}\n", "", "a: {c: [2]}\nd:\n")
    assert found.values == {"a": {"b": 1, "c": [2]}, "d": None}
    assert [file.name for file in found.files] == [
        "values-0.yaml",
        "values-1.yaml",
        "values-2.yaml",
    ]


def test_placeholders_are_filled_and_everything_else_stays_the_very_text(tmp_path: Path) -> None:
    text = (
        "url: '{url}'\nhost: http://{host}/x\nv: 1{short_commit}\nimages: [\"{image.worker}\"]\n"
        "mode: 0644\nday: 2026-01-02\non: yes\nbase: &b {x: 1}\nuse:\n  <<: *b\nown: '{{ tpl }} {unknown}'\n"
    )
    (file,) = read(tmp_path, text).files
    filled = file.read_text()
    values = yaml.safe_load(filled)
    assert values["url"] == FACTS.url
    assert values["host"] == f"http://{FACTS.host}/x"
    assert values["v"] == "10123456"
    assert values["images"] == [image("worker").image]
    assert values["use"] == {"x": 1}
    assert values["own"] == "{{ tpl }} {unknown}"
    assert "mode: 0644\nday: 2026-01-02\non: yes\n" in filled


@pytest.mark.spec("ENV-014")
def test_files_of_a_user_managed_release_pass_through_untouched(tmp_path: Path) -> None:
    text = "# ours\nurl: '{url}'   # stays\n"
    (file,) = read(tmp_path, text, facts=None).files
    assert file.read_text() == text


def test_a_file_without_placeholders_keeps_its_comments(tmp_path: Path) -> None:
    text = "# ours\na: {b: '{c}'}\n"
    (file,) = read(tmp_path, text).files
    assert file.read_text() == text


@pytest.mark.spec("EC-2")
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\na: 2\n", "deploy/0.yaml:2:1: `a` stands here a second time"),
        ("a: [\n", "deploy/0.yaml:2:1: is not valid YAML"),
        ("- 1\n", "deploy/0.yaml:1:1: is no mapping of values"),
        ("a: 1\n---\nb: 1\n", "deploy/0.yaml:2:1: a second document begins here"),
        (b"\xff", "deploy/0.yaml:1:1: is not UTF-8"),
        (
            "a:\n  b: '{image.api}'\n",
            "value `deploy/0.yaml:2` asks for {image.api}, which no build",
        ),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(
    text: str | bytes, problem: str, tmp_path: Path
) -> None:
    with pytest.raises(ManifestError) as caught:
        read(tmp_path, text)
    assert str(caught.value).startswith(problem)


@pytest.mark.spec("EC-2")
@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("gone.yaml", "gone.yaml:1:1: is no file of this commit"),
        ("out.yaml", "out.yaml:1:1: leads out of the repository"),
        ("../up.yaml", "../up.yaml:1:1: leads out of the repository"),
        (".git/config", ".git/config:1:1: leads out of the repository"),
        ("folder", "folder:1:1: is no file of this commit"),
    ],
)
def test_a_file_must_be_one_of_the_commit(path: str, problem: str, tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / ".git").mkdir(parents=True)
    (root / ".git/config").write_text("token")
    (root / "folder").mkdir()
    (root / "out.yaml").symlink_to("/etc/hostname")
    (tmp_path / "up.yaml").write_text("a: 1\n")
    with pytest.raises(ManifestError) as caught:
        read_value_files(root, (path,), None, tmp_path)
    assert str(caught.value) == problem
