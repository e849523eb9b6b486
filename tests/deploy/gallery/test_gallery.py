"""The page of the examples shows what they are, and an example without a usable template is named."""

from pathlib import Path

import pytest

from deploy.gallery import __main__ as command
from deploy.gallery.examples import DIRECTORY, Example, ExampleError, read_example, read_examples
from deploy.gallery.page import gallery, plan_of

NAMES = [path.parent.name for path in sorted(DIRECTORY.glob("*/README.md"))]


@pytest.mark.spec("OPS-2")
@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_planned_with_the_template_of_its_readme(name: str) -> None:
    example = read_example(DIRECTORY / name)
    plan = plan_of(example)
    is_run = plan.builds or plan.images or plan.development is not None
    assert is_run or example.template.is_user_managed
    assert plan.reasons
    lines = example.files["README.md"].splitlines()
    assert len(lines) <= 25, "a page, not a manual"
    assert any(line.startswith("Without Catalyst: ") for line in lines)


@pytest.mark.parametrize("name", ["node", "python", "static", "monorepo"])
def test_an_example_without_configuration_has_none(name: str) -> None:
    example = read_example(DIRECTORY / name)
    assert example.fields == {"type": "auto"}
    assert not {".catalyst.yaml", "Dockerfile"} & example.files.keys()
    assert plan_of(example).builds[0].generated


def test_no_example_downloads_packages() -> None:
    for example in read_examples():
        for path, text in example.files.items():
            if path.endswith("requirements.txt"):
                assert not [line for line in text.splitlines() if line and line[0] != "#"], path
            if path.endswith("package-lock.json"):
                assert "https://" not in text, path
            if path.endswith("Dockerfile"):
                assert "install" not in text, path


def test_the_page_holds_each_example_with_its_plan() -> None:
    examples = read_examples()
    page = gallery(examples)
    for example in examples:
        assert f"\n## {example.name}\n" in page
        assert f"]({example.name}/README.md)" in page
    assert page.count("Plan of preview at") == len(examples)


def test_a_page_that_is_behind_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "FILE", tmp_path / "README.md")
    monkeypatch.setattr("sys.argv", ["gallery", "--check"])
    assert command.main() == 1
    assert "--write" in capsys.readouterr().err
    monkeypatch.setattr("sys.argv", ["gallery", "--write"])
    assert command.main() == 0
    monkeypatch.setattr("sys.argv", ["gallery", "--check"])
    assert command.main() == 0


@pytest.mark.parametrize(
    ("readme", "problem"),
    [
        ("# Shop\n\nA shop.\n", "no template"),
        ('# Shop\n\nA shop.\n\n```json\n{"type": "auto", "chrat": "x"}\n```\n', "chrat"),
        ('# Shop\n\nA shop.\n\n```json\n{"type": "automatic"}\n```\n', "automatic"),
        ("# Shop\n\nA shop.\n\n```json\n{type: auto}\n```\n", "README.md"),
    ],
)
def test_a_readme_without_a_usable_template_is_named(
    tmp_path: Path, readme: str, problem: str
) -> None:
    directory = tmp_path / "shop"
    directory.mkdir()
    (directory / "README.md").write_text(readme)
    with pytest.raises(ExampleError, match="shop") as caught:
        read_example(directory)
    assert problem in str(caught.value)


def test_an_example_is_its_files_and_no_others(tmp_path: Path) -> None:
    directory = tmp_path / "shop"
    (directory / "__pycache__").mkdir(parents=True)
    (directory / "__pycache__" / "app.pyc").write_bytes(b"\xff\xfe")
    (directory / "README.md").write_text('# Shop\n\nA shop.\n\n```json\n{"type": "auto"}\n```\n')
    (directory / "app.py").write_text("print('hello')\n")
    found: Example = read_example(directory)
    assert sorted(found.files) == ["README.md", "app.py"]
    assert (found.name, found.title, found.summary) == ("shop", "Shop", "A shop.")
