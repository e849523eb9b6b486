"""The JSON Schema that editors check a config with; the model is its one source."""

from typing import Any

from pydantic import JsonValue

from workflows.repo_config.model import RepoConfig


def json_schema() -> dict[str, JsonValue]:
    """JSON Schema 2020-12 of a config. It says less than `parse_config`: nothing about what the project grants."""
    schema = _plain(RepoConfig.model_json_schema(mode="validation"))
    title = {"title": "Catalyst configuration of a repository, version 1"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, **title}


def _plain(node: Any) -> Any:
    """The generated schema without what only Python needs: titles, nulls, and defaults that stand for "left out"."""
    if isinstance(node, list):
        return [_plain(part) for part in node]
    if not isinstance(node, dict):
        return node
    if "anyOf" in node:
        choices = [choice for choice in node["anyOf"] if choice != {"type": "null"}]
        node = {**choices[0], **{key: part for key, part in node.items() if key != "anyOf"}}
    return {key: _part(key, part) for key, part in node.items() if not _is_noise(key, part)} | (
        {"additionalProperties": False} if "patternProperties" in node else {}
    )


def _part(key: str, part: Any) -> Any:
    if key in ("properties", "$defs"):
        return {name: _plain(schema) for name, schema in part.items()}
    return part if key == "default" else _plain(part)


def _is_noise(key: str, part: Any) -> bool:
    is_title = key == "title" and isinstance(part, str)
    return is_title or (key == "default" and part in (None, "", [], {}))
