"""Keys that change nothing in a preview, taken out of a service and told; and those that are refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from workflows.planning.compose.reading.parts import Part
from workflows.planning.compose.specification.keys import RULES, Rules, Way
from workflows.planning.detection.files import shorten

_MAX_LISTED = 60
"""Places of a key, and keys: more are counted. As many services as a preview may have have one each."""
_NOTHING = Rules()


@dataclass
class Idle:
    """What has been met so far, each key with its places."""

    problems: list[str]
    ignored: dict[str, list[str]] = field(default_factory=dict)
    """Without effect, though somebody may count on it."""
    quiet: dict[str, list[str]] = field(default_factory=dict)
    """Without effect, and nobody will miss it."""

    def service(self, name: str, part: Part) -> Part:
        """The service without what is ignored, refused or foreign."""
        return self.without(part, RULES, f"`{shorten(name)}`")

    def without(
        self, part: Part, rules: Mapping[Way, Rules], where: str, way: Way = (), shown: str = ""
    ) -> Part:
        """The part without what the rules take out of it. `shown` goes before keys where they are told."""
        if part.items and _is_known(rules, (*way, "*")):
            below = (self.without(each, rules, where, (*way, "*"), shown) for each in part.items)
            return Part(tuple(below), part.place)
        if not part.entries:
            return part
        own, kept = rules.get(way, _NOTHING), {}
        for key, each in part.entries.items():
            written = f"{shown}{shorten(key, 60)}"
            if key in own.ignored:
                self.ignored.setdefault(written, []).append(str(each.place))
            elif key in own.quiet:
                self.quiet.setdefault(written, []).append(str(each.place))
            elif key in own.refused:
                self._refuse(own, key, each, f"the build of {where}" if "build" in way else where)
            elif way not in rules or not key.startswith("x-"):
                kept[key] = each
        for key, each in kept.items():
            step = key if _is_known(rules, (*way, key)) else "*"
            if _is_known(rules, (*way, step)):
                prefix = shown if step == "*" else f"{shown}{key}."
                kept[key] = self.without(each, rules, where, (*way, step), prefix)
        return part.with_entries(kept)

    def _refuse(self, rules: Rules, key: str, part: Part, where: str) -> None:
        refused = rules.refused[key]
        if part.value in refused.told:
            self.ignored.setdefault(f"{key}: {part.value}", []).append(str(part.place))
        elif not refused.is_harmless(part):
            self.problems.append(
                f"{part.place}: {where} asks for `{key}`, which is refused: {refused.reason}."
            )

    def warnings(self) -> list[str]:
        """One for all keys that somebody may count on."""
        listed = _listed(self.ignored)
        return [f"Without effect in a preview: {listed}."] if listed else []

    def reasons(self) -> list[str]:
        """One sentence for all others."""
        listed = _listed(self.quiet)
        return [f"Left aside, for a preview has no use for it: {listed}."] if listed else []


def _is_known(rules: Mapping[Way, Rules], way: Way) -> bool:
    """Whether a rule holds there or below."""
    return any(each[: len(way)] == way for each in rules)


def _listed(found: Mapping[str, Sequence[str]]) -> str:
    keys = sorted(found.items())
    told = [f"`{key}` ({_places(places)})" for key, places in keys[:_MAX_LISTED]]
    return ", ".join([*told, *_more(len(keys))])


def _places(places: Sequence[str]) -> str:
    """`compose.yaml:5, 9, other.yaml:3`: a file is named once."""
    told: list[str] = []
    former, all_places = "", list(dict.fromkeys(places))
    for place in all_places[:_MAX_LISTED]:
        path, _, line = place.rpartition(":")
        told.append(line if path == former else place)
        former = path
    return ", ".join([*told, *_more(len(all_places))])


def _more(count: int) -> list[str]:
    return [f"and {count - _MAX_LISTED} more"] if count > _MAX_LISTED else []
