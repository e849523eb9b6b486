"""Environment variables of compose services: from the file, the files it names, and Catalyst."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from workflows.planning.compose.reading.dotenv import Variables, read_variables
from workflows.planning.compose.reading.interpolation import Lookup
from workflows.planning.compose.reading.paths import inside
from workflows.planning.compose.reading.shelf import Shelf
from workflows.planning.compose.specification.checking import Checked
from workflows.planning.compose.specification.model import EnvFile
from workflows.planning.compose.translation.naming import renamed
from workflows.planning.compose.translation.special import is_secret_alone, literal, secrets_in
from workflows.planning.compose.wishes import Wishes
from workflows.planning.detection.files import shorten

_MAX_TOLD = 3
"""Lines of one file."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_EXAMPLES = (".example", ".sample", ".dist", ".template")
_LOCAL = re.compile(r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0):(\d{2,5})")


@dataclass
class Environment:
    """Of one service, as the chart has it."""

    env: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    """Variable to the project's secret that fills it."""


@dataclass
class Settings:
    """What all services share while their variables are worked out."""

    checked: Checked
    shelf: Shelf
    lookup: Lookup
    wishes: Wishes
    renamed: Mapping[str, str]
    """Host names that had to change."""
    warn: Callable[[str], None]
    published: Mapping[int, str] = field(default_factory=dict)
    """Ports of the machine, each with the service that publishes it."""
    _missing: set[str] = field(default_factory=set)

    def environment_of(self, name: str, *, is_own: bool) -> Environment:
        """The file's variables over those of the files it names; what Catalyst was told of the environment over both."""
        service = self.checked.services[name]
        said = self._of_files(name, service.env_file)
        for key, value in service.environment.items():
            taken = self.lookup(key) if value is None else value
            if taken is None:
                said.pop(key, None)  # nothing outside sets it: it is not there at all
            else:
                said[key] = taken
        found = Environment()
        for key, value in said.items():
            self._add(found, name, key, value)
        above = self.wishes.above
        given = dict(above) if is_own else {key: above[key] for key in above if key in said}
        if is_own:
            given = {**{k: v for k, v in self.wishes.below.items() if k not in said}, **given}
        for key, value in given.items():
            found.env[key] = value
            found.secrets.pop(key, None)
        return found

    def _add(self, found: Environment, service: str, key: str, value: str) -> None:
        if key.upper().startswith("CATALYST_"):
            return  # the chart sets them for everybody
        place = self.checked.place(service, "environment", key)
        if not _NAME.fullmatch(key):
            self.checked.problems.append(
                f"{place}: `{shorten(key, 60)}` of `{shorten(service, 60)}` is no name of a variable."
            )
            return
        if "\0" in value:
            self.checked.problems.append(f"{place}: `{shorten(key, 60)}` holds the character NUL.")
            return
        if is_secret_alone(value) and secrets_in(value)[0] in self.wishes.secrets:
            found.secrets[key] = secrets_in(value)[0]
            return
        for secret in secrets_in(value):
            found.secrets.setdefault(secret, secret)
        self._note_local(service, key, value, place)
        found.env[key] = literal(renamed(value, key, self.renamed), is_expanded=True)

    def _of_files(self, name: str, files: tuple[EnvFile, ...]) -> dict[str, str]:
        said: dict[str, str] = {}

        def lookup(key: str) -> str | None:
            return said[key] if key in said else self.lookup(key)

        for file in files:
            path = inside(file.path)
            text = self.shelf.text(path)
            if text is None:
                self._note_missing(name, file, path)
                continue
            found = read_variables(text, lookup, is_raw=file.format == "raw")
            said.update(found.values)
            for key in found.taken_over:
                if (value := self.lookup(key)) is not None:
                    said[key] = value
            self._note_lines(path, found)
        return said

    def _note_lines(self, path: str, found: Variables) -> None:
        for line in found.bad_lines[:_MAX_TOLD]:
            self.warn(f"`{path}:{line}` is no line `NAME=value`.")
        for line, why in found.refused:
            self.checked.problems.append(f"{path}:{line}: {shorten(why)}.")
        for name, line in list(found.unset.items())[:_MAX_TOLD]:
            self.warn(
                f"{path}:{line}: the variable `{shorten(name, 60)}` is not set; an empty text takes its place."
            )
        if (more := len(found.unset) - _MAX_TOLD) > 0:
            self.warn(f"{path}: {more} more variables are not set; empty texts take their places.")

    def _note_missing(self, name: str, file: EnvFile, path: str) -> None:
        if not file.required and path and not self.shelf.has(path):
            return
        place, shown = (
            self.checked.place(name, "env_file"),
            shorten(file.path.removeprefix("./"), 80),
        )
        if not path:
            self.checked.problems.append(
                f"{place}: the file of variables `{shown}` is outside of the repository."
            )
            return
        if self.shelf.has(path):
            self.warn(f"The file of variables `{shown}` {self.shelf.problem(path)}.")
            return
        example = next((f"{path}{end}" for end in _EXAMPLES if self.shelf.has(f"{path}{end}")), "")
        listed = f" (`{example}` lists them)" if example else ""
        if path not in self._missing:
            self._missing.add(path)
            self.warn(
                f"{place}: the file of variables `{shown}` is not in the repository, so its variables{listed} are not set; set "
                "them in the project's settings or in `.catalyst.yaml`."
            )

    def _note_local(self, service: str, key: str, value: str, place: str) -> None:
        """A browser reaches the public service alone, and a container itself alone."""
        for port in map(int, _LOCAL.findall(value)):
            other = self.published.get(port)
            if other is not None and other != service:
                self.warn(
                    f"{place}: `{shorten(key, 60)}` names port {port} of the machine, where `{shorten(other, 60)}` listens with "
                    f"Compose; in a preview it is `{shorten(other, 60)}` for services, and `${{CATALYST_URL}}` for browsers "
                    "where it is the public one."
                )
