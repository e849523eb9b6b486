"""The published JSON Schema is what the model says, and knows no less than it can."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from activities.documents import read_document
from tests.workflows.repo_config.configs import FULL
from workflows.repo_config import json_schema

ROOT = Path(__file__).resolve().parents[3]
FILE = ROOT / "deploy/schema/catalyst.schema.json"


def test_the_published_schema_is_that_of_the_model() -> None:
    assert json.loads(FILE.read_text()) == json_schema()
    command = [sys.executable, "-m", "deploy.schema", "--check"]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def test_every_key_is_described() -> None:
    schema: dict[str, Any] = json_schema()
    sections = {"": schema, **schema["$defs"]}
    for name, section in sections.items():
        assert section["additionalProperties"] is False, name
        for key, field in section["properties"].items():
            described = field if "$ref" not in field else sections[field["$ref"].rsplit("/", 1)[1]]
            assert described.get("description"), f"{name}.{key}"


@pytest.mark.parametrize(
    ("text", "is_valid"),
    [
        (FULL, True),
        ("version: 1", True),
        ("{}", False),
        ("version: 2", False),
        ("version: 1\ntemplte: x", False),
        ("version: 1\nport: '80'", False),
        ("version: 1\nttl: 3", False),
        ("version: 1\nttl: 3 days", False),
        ("version: 1\nvariables: {1A: x}", False),
        ("version: 1\nvariables: {A: [x]}", False),
        ("version: 1\nresources: {memory: 512}", False),
        ("version: 1\nhealth:", False),
        ("version: 1\nkind: none", False),
    ],
)
def test_editors_see_what_the_parser_sees(text: str, is_valid: bool) -> None:
    validator = Draft202012Validator(json_schema())
    Draft202012Validator.check_schema(json_schema())
    assert validator.is_valid(read_document(text, "x.yaml").value) is is_valid
