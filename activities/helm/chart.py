"""A chart on the disk and what it says of itself."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import JsonValue

from activities.git import escaping_links
from workflows.errors import ManifestError

_MAX_BYTES = 2 * 2**20
"""Of a chart's own values; larger ones are not looked into, only handed to Helm."""


@dataclass(frozen=True)
class Chart:
    """A chart in a directory."""

    directory: Path
    path: str
    """As people know it: its directory in the repository, or a name."""
    name: str
    """Its own name, by which Helm calls its files; empty where Chart.yaml cannot be read."""
    values: Mapping[str, JsonValue]
    """Its values.yaml; empty where that cannot be read: Helm will say why."""
    schema: Mapping[str, JsonValue]
    sources: Mapping[str, str] = field(default_factory=dict)
    """File of the repository that a file of a made chart comes from; empty for charts that people wrote."""

    def origin(self, file: str) -> str:
        """As people know a file that Helm names `NAME/templates/…`."""
        inside = self._inside(file)
        return self.sources.get(inside) or f"{self.path}/{inside}"

    def read(self, file: str) -> str:
        """Text of a file as Helm names it; empty where there is none."""
        inside = self._inside(file)
        try:
            return (self.directory / inside).read_text(errors="replace")
        except OSError:
            return ""

    def _inside(self, file: str) -> str:
        return file.removeprefix(f"{self.name}/")


def read_chart_of_commit(root: Path, path: str) -> Chart:
    """The chart in the directory `path` of a checkout. Raises ManifestError."""
    directory = root / path
    # Helm follows links, and one that leads to a file of this process would publish it.
    if link := next(escaping_links(root, path), None):
        raise ManifestError(f"{link} leads out of the repository")
    if not (directory / "Chart.yaml").is_file():
        raise ManifestError(f"there is no chart at {path} (no Chart.yaml)")
    return read_chart(directory, path)


def read_chart(directory: Path, path: str) -> Chart:
    """The chart in `directory`, which people know as `path`."""
    name = _mapping(_load(directory / "Chart.yaml")).get("name")
    return Chart(
        directory=directory,
        path=path,
        name=name if isinstance(name, str) else "",
        values=_mapping(_load(directory / "values.yaml")),
        schema=_mapping(_load(directory / "values.schema.json", is_json=True)),
    )


def _load(file: Path, *, is_json: bool = False) -> Any:
    try:
        if file.stat().st_size > _MAX_BYTES:
            return None
        data = file.read_bytes()
        return json.loads(data) if is_json else yaml.load(data, Loader=yaml.CSafeLoader)
    except (OSError, ValueError, yaml.YAMLError, RecursionError):
        return None


def _mapping(value: Any) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}
