"""Variables of compose files, filled in value by value, within limits."""

from dataclasses import dataclass, field

from workflows.planning.compose.reading.dotenv import Variables
from workflows.planning.compose.reading.interpolation import (
    Interpolation,
    InterpolationError,
    Lookup,
)
from workflows.planning.compose.reading.parts import Part, Place
from workflows.planning.detection.files import shorten

_MAX_FILLED = 2**22
"""Characters of all values with variables: real files have some kilobytes."""


@dataclass
class Filling:
    """Collects what is wrong, and what nothing sets, on the way."""

    problems: list[str] = field(default_factory=list)
    unset: dict[str, Place] = field(default_factory=dict)
    """Names of variables that nothing sets, each with the first place that asks for it."""
    _size: int = 0

    def filled(self, part: Part, lookup: Lookup) -> Part:
        """The part with the variables in all its texts replaced; keys stay as they are."""
        if isinstance(part.value, dict):
            return part.with_entries(
                {key: self.filled(each, lookup) for key, each in part.value.items()}
            )
        if isinstance(part.value, tuple):
            return Part(tuple(self.filled(each, lookup) for each in part.value), part.place)
        if isinstance(part.value, str) and "$" in part.value:
            return Part(self._text(part.value, part.place, lookup), part.place)
        return part

    def take(self, path: str, found: Variables) -> None:
        """What is wrong in a file of variables, and what nothing sets there."""
        for line, why in found.refused:
            self.problems.append(f"{Place(path, line)}: {shorten(why)}.")
        for name, line in found.unset.items():
            self.unset.setdefault(name, Place(path, line))

    def _text(self, text: str, place: Place, lookup: Lookup) -> str:
        if self._size > _MAX_FILLED:
            return ""
        filler = Interpolation(lookup)
        try:
            filled = filler.fill(text)
        except InterpolationError as error:
            self.problems.append(f"{place}: {shorten(str(error))}.")
            return ""
        self._size += len(filled)
        if self._size > _MAX_FILLED:
            self.problems.append(f"{place}: all variables together grow too large.")
        for name in filler.unset:
            self.unset.setdefault(name, place)
        return filled
