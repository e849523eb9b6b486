"""A template as it stands in a project's settings, read from a file, to plan a checkout with it."""

from pathlib import Path

from pydantic import JsonValue, ValidationError

from activities.documents import MAX_BYTES, DocumentError, TextError, decode, read_document
from workflows.models import Template
from workflows.project_rules import template_problems
from workflows.repo_config.nearest import nearest
from workflows.repo_config.problems import key_of

KEY = "development"
"""What the template is called in the project that is assumed."""


class TemplateError(Exception):
    """What is wrong with a template, all of it, as text for the person who wrote it."""


def read_template(path: Path) -> Template:
    """The template in a JSON or YAML file. Raises TemplateError."""
    value = _read(path)
    try:
        template = Template.model_validate(value)
    except ValidationError as error:
        wrong = [f"`{key_of(each['loc'])}`: {each['msg']}" for each in error.errors()]
        raise TemplateError(f"{path}: {'; '.join(wrong)}") from None
    wrong = _unknown(value, template.model_dump(mode="json"), "")
    wrong += [
        f"`{key_of(each.path[2:])}` {each.message}" for each in template_problems(KEY, template)
    ]
    if wrong:
        raise TemplateError(f"{path}: {'; '.join(wrong)}")
    return template


def _read(path: Path) -> JsonValue:
    try:
        with path.open("rb") as file:
            text = decode(file.read(MAX_BYTES + 1))
        # JSON is YAML as well, so one reader does for both.
        value = read_document(text, "template.yaml").value
    except OSError as error:
        raise TemplateError(f"`{path}` cannot be read: {error.strerror}") from None
    except TextError as error:
        raise TemplateError(f"`{path}` {error}") from None
    except DocumentError as error:
        raise TemplateError(f"{path}:{error.line}:{error.column}: {error.problem}") from None
    if not isinstance(value, dict):
        raise TemplateError(f'{path}: must hold keys and values, such as `{{"type": "auto"}}`')
    return value


def _unknown(said: JsonValue, understood: JsonValue, path: str) -> list[str]:
    """Keys that validation has passed over: a misspelt one would be ignored in silence."""
    if isinstance(said, list) and isinstance(understood, list):
        pairs = enumerate(zip(said, understood, strict=False))
        return [words for at, pair in pairs for words in _unknown(*pair, f"{path}[{at}]")]
    if not isinstance(said, dict) or not isinstance(understood, dict):
        return []
    found: list[str] = []
    for name, value in said.items():
        full = f"{path}.{name}".lstrip(".")
        if name in understood:
            found += _unknown(value, understood[name], full)
        else:
            meant = nearest(name, understood)
            found.append(f"unknown key `{full}`" + (f"; did you mean `{meant}`?" if meant else ""))
    return found
