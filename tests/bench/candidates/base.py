"""What one generated application is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Candidate:
    """A repository, how a project deploys it, and what its page says when it runs."""

    name: str
    about: str
    files: Mapping[str, str]
    says: str = ""
    """Stands on the page; the name unless told otherwise."""
    fields: Mapping[str, Any] = field(default_factory=lambda: {"type": "auto"})
    """Of `workflows.models.Template`."""

    @property
    def text(self) -> str:
        return self.says or self.name

    @property
    def is_zero_config(self) -> bool:
        """Neither a Dockerfile nor a configuration file, and a template that says nothing."""
        names = {path.rpartition("/")[2] for path in self.files}
        told = {"Dockerfile", "Containerfile", ".catalyst.yaml", "Chart.yaml"}
        return names.isdisjoint(told) and self.fields == {"type": "auto"}


def config(*lines: str) -> dict[str, str]:
    """A `.catalyst.yaml`."""
    return {".catalyst.yaml": "\n".join(("version: 1", *lines, ""))}
