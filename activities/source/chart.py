"""What Helm will read in a Chart.yaml, read without trusting it, with file and line of what is wrong.

The document is only composed into nodes, never constructed into objects: tags do nothing, and merge keys cannot
multiply.
"""

import posixpath
import re

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from activities.documents import MAX_BYTES
from workflows.models import ChartFacts

_SEMVER = re.compile(
    r"v?\d+(\.\d+){0,2}(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?"
)
"""What Helm 3 takes as a chart's version (https://semver.org, minor and patch may be left out)."""


class _WrongChartError(Exception):
    """What is wrong with a chart, in words, and the line (from 1) where it is."""

    def __init__(self, problem: str, line: int = 0) -> None:
        super().__init__(problem)
        self.line = line


def read_chart(data: bytes, path: str) -> ChartFacts:
    """Facts about the chart in the directory `path` by its Chart.yaml; `error` when it is unusable.

    One byte more than `MAX_BYTES` of a file is enough.
    """
    name = posixpath.join(path, "Chart.yaml")
    try:
        fields = _fields(data)
        return _checked(fields, path)
    except _WrongChartError as error:
        where = f"{name}:{error.line}" if error.line else name
        return ChartFacts(path=path, is_present=True, error=f"{where}: {error}")


def _fields(data: bytes) -> dict[str, Node]:
    if len(data) > MAX_BYTES:
        raise _WrongChartError(f"is larger than {MAX_BYTES // 1024} KiB")
    try:
        root = yaml.compose(data, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _WrongChartError(_words(error), mark.line + 1 if mark else 0) from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise _WrongChartError("holds characters that YAML does not allow") from None
    except RecursionError:
        raise _WrongChartError("is nested too deeply") from None
    if not isinstance(root, MappingNode):
        raise _WrongChartError("is not a mapping of fields", 1)
    return {str(key.value): value for key, value in root.value if isinstance(key, ScalarNode)}


def _checked(fields: dict[str, Node], path: str) -> ChartFacts:
    api = _text(fields, "apiVersion")
    if api not in ("v1", "v2"):
        raise _WrongChartError(f"apiVersion is `{api}`, not v1 or v2", _line(fields, "apiVersion"))
    name = _text(fields, "name")
    if posixpath.basename(name) != name or name in (".", ".."):
        raise _WrongChartError(f"`{name}` is no name for a chart", _line(fields, "name"))
    version = _text(fields, "version")
    if not _SEMVER.fullmatch(version):
        raise _WrongChartError(
            f"version `{version}` is not a semantic version", _line(fields, "version")
        )
    if "type" in fields and _text(fields, "type") not in ("", "application"):
        kind = _text(fields, "type")
        raise _WrongChartError(
            f"a chart of type `{kind}` cannot be installed", _line(fields, "type")
        )
    _check_dependencies(fields.get("dependencies"), path)
    return ChartFacts(path=path, is_present=True, name=name, version=version)


def _check_dependencies(dependencies: Node | None, path: str) -> None:
    """A dependency from a directory may lie anywhere in the repository, and nowhere else."""
    if not isinstance(dependencies, SequenceNode):
        return
    for entry in dependencies.value:
        if not isinstance(entry, MappingNode):
            continue
        for key, value in entry.value:
            is_repository = isinstance(key, ScalarNode) and key.value == "repository"
            if not is_repository or not isinstance(value, ScalarNode):
                continue
            kind, separator, place = str(value.value).partition("://")
            if separator and kind.lower() == "file" and not is_inside(posixpath.join(path, place)):
                raise _WrongChartError(
                    f"dependency `{value.value}` leads out of the repository",
                    value.start_mark.line + 1,
                )


def is_inside(path: str) -> bool:
    """Whether a path written relative to the repository's root stays below it, links aside."""
    if path.startswith("/") or "\0" in path or "\n" in path:
        return False
    plain = posixpath.normpath(path or ".")
    return plain != ".." and not plain.startswith("../") and plain.split("/")[0] != ".git"


def _text(fields: dict[str, Node], key: str) -> str:
    node = fields.get(key)
    if node is None:
        raise _WrongChartError(f"`{key}` is missing")
    if not isinstance(node, ScalarNode):
        raise _WrongChartError(f"`{key}` is not a text", node.start_mark.line + 1)
    return str(node.value).strip()


def _line(fields: dict[str, Node], key: str) -> int:
    return int(fields[key].start_mark.line) + 1


def _words(error: yaml.MarkedYAMLError) -> str:
    parts = [part for part in (error.context, error.problem) if part]
    return ", ".join(parts) or "is not valid YAML"
