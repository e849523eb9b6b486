"""What is mounted into one service, as it is collected: names, paths and limits."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from workflows.planning.compose.specification.sizes import quantity
from workflows.planning.compose.translation.naming import component_name
from workflows.planning.compose.translation.special import literal, secrets_in
from workflows.planning.compose.wishes import Values
from workflows.planning.detection.files import name_of, shorten

MAX_TEXTS = 256 * 1024
"""Bytes of all files that are mounted: they stand in the release, which many may read."""
_KEY = re.compile(r"\.?[A-Za-z0-9_-][A-Za-z0-9._-]*")
_PATH = re.compile(r"/[^:\s]+")
_LONGEST_NAME = 36
"""Of a volume that gets a number, so that it stays within 40."""


@dataclass
class Budget:
    """How much is mounted into all services together, and what stands against it."""

    problems: list[str]
    size: int = 0
    """Bytes."""


@dataclass
class Mounts:
    """Volumes of one service by the names that the chart has for them."""

    service: str
    budget: Budget
    place: str = ""
    """Of what is being looked at."""
    values: Values = field(default_factory=dict)
    _paths: set[str] = field(default_factory=set)

    @property
    def shown(self) -> str:
        return f"`{shorten(self.service, 60)}`"

    def problem(self, words: str) -> None:
        self.budget.problems.append(f"{self.place}: {words}.")

    def add(self, name: str, target: str, values: Values) -> None:
        """A volume at a path; a path that is said twice, as an override does, is taken once."""
        path = posixpath.normpath(target)
        if not _PATH.fullmatch(path) or path == "/":
            self.problem(
                f"{self.shown} mounts something at `{shorten(target, 60)}`, which is no path to mount at"
            )
        elif path not in self._paths:
            self._paths.add(path)
            self.values[self._unique(component_name(name))] = {**values, "mountPath": path}

    def memory(self, path: str, size: int = 0) -> None:
        """`size`: bytes; 0 for no limit of its own."""
        limit: Values = {"sizeLimit": quantity(size)} if size else {}
        self.add("memory", path, {"type": "empty", "medium": "Memory", **limit})

    def file(self, name: str, target: str, text: str, *, is_run: bool = False) -> None:
        """One file in a directory that the image fills."""
        texts = {name_of(target): text}
        self.folder(name, target, texts, sub_path=name_of(target), is_run=is_run)

    def folder(
        self,
        name: str,
        target: str,
        texts: Mapping[str, str],
        *,
        sub_path: str = "",
        is_run: bool = False,
    ) -> None:
        """Files directly in a directory; nothing else is there. `is_run`: they are programs, whatever they begin with."""
        self.budget.size += sum(len(text.encode()) for text in texts.values())
        bad = [each for each in texts if not _KEY.fullmatch(each)]
        if self.budget.size > MAX_TEXTS:
            self.too_much(name, f"with all else that is mounted more than {MAX_TEXTS // 1024} KiB")
        elif bad:
            self.problem(
                f"{self.shown} mounts a file called `{shorten(bad[0], 60)}`; only letters, digits, `.`, `-` and `_` are "
                "possible"
            )
        elif any(secrets_in(text) for text in texts.values()):
            self.problem(
                f"`{shorten(name, 60)}` of {self.shown} would hold a secret; use `secrets` instead of `configs`"
            )
        else:
            self.add(name, target, _config(texts, sub_path, is_run=is_run))

    def too_much(self, name: str, size: str) -> None:
        self.problem(
            f"`{shorten(name, 80)}` is mounted into {self.shown} and holds {size}; put it into an image with a `Dockerfile` "
            "instead"
        )

    def _unique(self, name: str) -> str:
        taken = name
        number = 2
        while taken in self.values:
            taken = f"{name[:_LONGEST_NAME].strip('-')}-{number}"
            number += 1
        return taken


def _config(texts: Mapping[str, str], sub_path: str, *, is_run: bool) -> Values:
    values: Values = {
        "type": "config",
        "files": {each: literal(text) for each, text in sorted(texts.items())},
    }
    if is_run or any(text.startswith("#!") for text in texts.values()):
        values["executable"] = True
    return {**values, **({"subPath": sub_path} if sub_path else {})}


def mounted_texts(volumes: Values) -> Iterator[str]:
    """Of all files among a component's volumes."""
    for volume in volumes.values():
        files = volume.get("files") if isinstance(volume, dict) else None
        is_config = isinstance(volume, dict) and volume.get("type") == "config"
        if is_config and isinstance(files, dict):
            yield from (text for text in files.values() if isinstance(text, str))
