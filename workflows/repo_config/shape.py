"""What the model knows at a path: the keys that may stand there."""

from types import UnionType
from typing import Any, get_args, get_origin

from workflows.repo_config.base import Section
from workflows.repo_config.problems import Path


def known_keys(root: type[Section], path: Path) -> tuple[str, ...]:
    """Keys of what stands at `path`, then those one level below it (`commands.dev`)."""
    there = _section(_at(root, path))
    fields = there.model_fields if there else {}
    below = [
        f"{name}.{key}"
        for name, field in fields.items()
        for section in (_section(field.annotation),)
        if section is not None
        for key in section.model_fields
    ]
    return (*fields, *below)


def _at(root: type[Section], path: Path) -> Any:
    annotation: Any = root
    for step in path:
        section = _section(annotation)
        if section is not None:
            field = section.model_fields.get(str(step))
            annotation = field.annotation if field else None
        else:
            inner = get_args(annotation)
            annotation = inner[-1 if get_origin(annotation) is dict else 0] if inner else None
    return annotation


def _section(annotation: Any) -> type[Section] | None:
    """Also one that may be left out."""
    known = get_args(annotation) if get_origin(annotation) is UnionType else (annotation,)
    found = [each for each in known if isinstance(each, type) and issubclass(each, Section)]
    return found[0] if found else None
