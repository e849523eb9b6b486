"""`catalyst plan --template FILE`: a template of a project's settings, tried on a checkout."""

import json
from pathlib import Path

import pytest

from cli.__main__ import main
from cli.template import TemplateError, read_template
from tests.cli.trees import write


def planned(tmp_path: Path, template: str | bytes, *options: str) -> int:
    root = write(tmp_path / "shop", {"Dockerfile": "FROM x\nEXPOSE 81\n"})
    write(tmp_path, {"template": template})
    return main(["plan", *options, "--template", str(tmp_path / "template"), str(root)])


@pytest.mark.spec("ENV-013")
@pytest.mark.parametrize(
    "template",
    [
        json.dumps({"type": "image", "images": [{"image": "acme/shop:{short_sha}-{number}"}]}),
        "type: image\nimages:\n  - image: acme/shop:{short_sha}-{number}\n",
    ],
)
def test_a_template_is_read_as_json_or_yaml(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], template: str
) -> None:
    assert planned(tmp_path, template) == 0
    text = capsys.readouterr().out
    assert "acme/shop:0000000-1" in text
    assert "Deployed by a template of type `image`." in text


def test_its_grants_are_kept_and_those_of_the_file_are_added(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    template = (
        '{"type": "dockerfile", "secrets": ["KEY"], "quota": {"cpu": "1"}, "ttl_seconds": 60}'
    )
    config = "version: 1\nttl: 3d\nsecrets: [TOKEN]\n"
    write(tmp_path / "shop", {".catalyst.yaml": config})
    assert planned(tmp_path, template, "--json") == 0
    plan = json.loads(capsys.readouterr().out)["plan"]
    assert plan["secrets"] == ["TOKEN"]
    assert plan["quota"]["cpu"] == "1"


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{", "template:1:"),
        (b"\xff\xfe", "template` is encoded as UTF-16"),
        ("[]", "must hold keys and values"),
        ('{"type": "docker"}', "`type`: Input should be"),
        ('{"type": "auto", "bulds": []}', "unknown key `bulds`; did you mean `builds`?"),
        (
            '{"builds": [{"kontext": "."}]}',
            "unknown key `builds[0].kontext`; did you mean `context`?",
        ),
        ('{"route": {"zzzzzzz": 1}}', "unknown key `route.zzzzzzz`\n"),
        ('{"type": "image"}', "`images` is empty: the type `image` needs at least one image"),
    ],
)
def test_what_is_wrong_with_a_template_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], template: str | bytes, words: str
) -> None:
    assert planned(tmp_path, template) == 2
    captured = capsys.readouterr()
    assert words in captured.err
    assert captured.out == ""


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="cannot be read: No such file"):
        read_template(tmp_path / "none")


def test_a_template_and_a_type_at_once_are_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="2"):
        planned(tmp_path, "{}", "--type", "helm")
