"""What a compose file takes back of those under it: the tags `!reset` and `!override`.

https://github.com/compose-spec/compose-spec/blob/main/13-merge.md#reset-value
"""

from collections.abc import Iterable, Mapping

from workflows.planning.compose.reading.merging import alike
from workflows.planning.compose.reading.parts import Part, escaped, steps_of

_RESET = "!reset"
"""Nothing of it is left, whatever stands behind the tag."""
TAGS = frozenset({_RESET, "!override"})
"""`!override`: only what stands behind the tag is left."""
Steps = tuple[str, ...]


def without_resets(document: Part | None, tags: Mapping[str, str]) -> Part | None:
    """A file without the values that it has only to take others back."""
    if document is None or _RESET not in tags.values():
        return document
    return _kept(document, "", tags)


def _kept(part: Part, pointer: str, tags: Mapping[str, str]) -> Part:
    if tags.get(pointer) == _RESET:
        return Part(None, part.place)

    def is_kept(below: str) -> bool:
        return tags.get(below) != _RESET

    named = {key: (f"{pointer}/{escaped(key)}", each) for key, each in part.entries.items()}
    if named:
        return part.with_entries(
            {key: _kept(each, at, tags) for key, (at, each) in named.items() if is_kept(at)}
        )
    numbered = [(f"{pointer}/{number}", each) for number, each in enumerate(part.items)]
    if numbered:
        return Part(
            tuple(_kept(each, at, tags) for at, each in numbered if is_kept(at)), part.place
        )
    return part


def taken_back(tags: Mapping[str, str], root: Steps = ()) -> list[Steps]:
    """Ways to the values that are not merged; of those below `root`, from there."""
    found = map(steps_of, tags)
    below = (each for each in found if each[: len(root)] == root)
    return [each[len(root) :] for each in below if not root or each != root]


def without(under: Part, ways: Iterable[Steps]) -> Part:
    """What stands under a file, without the values that it takes back."""
    for way in ways:
        under = _without(under, way)
    return under


def _without(part: Part, way: Steps) -> Part:
    if not way:
        return part.with_entries({})
    key, *further = way
    below = part.get(key)
    if below is None:
        return part
    entries = dict(part.entries)
    if further:
        entries[key] = _without(alike(key, below), tuple(further))
    else:
        del entries[key]
    return part.with_entries(entries)
