"""YAML 1.2 as people write it in configuration, composed from PyYAML's events.

PyYAML's own constructors are not used: they know neither where a value stood nor that a key came twice, follow YAML 1.1,
and build whatever anchors ask for before anyone can count it.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import Protocol, TypeVar

import yaml
from yaml import events as e
from yaml.reader import Reader

from activities.documents.document import (
    MAX_DEPTH,
    MAX_NODES,
    MAX_TEXT,
    DocumentError,
    Entry,
    Mark,
    Node,
)
from activities.documents.scalars import resolve
from activities.documents.text import whole

_CORE = "tag:yaml.org,2002:"
_MERGE = "<<"
T = TypeVar("T")


class _HasPlace(Protocol):
    """A mark of PyYAML's: from 0."""

    line: int
    column: int


def read_yaml(text: str, name: str, tags: Collection[str] = ()) -> Node:
    """The one document in `text`, whose values may have these tags. Raises DocumentError."""
    return _compose(text, name, lambda composer: composer.document(), tags)


def read_yaml_stream(text: str, name: str) -> tuple[Node, ...]:
    """All documents in `text`; each may be as large as one alone, and knows no anchor of another. Raises DocumentError."""
    return _compose(text, name, lambda composer: tuple(composer.documents()))


def _compose(
    text: str, name: str, read: "Callable[[_Composer], T]", tags: Collection[str] = ()
) -> T:
    if unprintable := Reader.NON_PRINTABLE.search(text):
        line = text.count("\n", 0, unprintable.start()) + 1
        column = unprintable.start() - text.rfind("\n", 0, unprintable.start())
        code = ord(unprintable.group())
        raise DocumentError(name, line, column, f"holds the control character U+{code:04X}")
    composer = _Composer(name, yaml.parse(text, Loader=yaml.SafeLoader), tags)
    try:
        return read(composer)
    except yaml.MarkedYAMLError as error:
        at = _mark(error.problem_mark or error.context_mark)
        raise DocumentError(name, *at, f"is not valid YAML: {_words(error)}") from None
    except (ValueError, OverflowError):  # PyYAML hands "\UFFFFFFFF" to chr()
        problem = "is not valid YAML: a text near here holds an escape that is no character"
        raise DocumentError(name, *composer.last, problem) from None


_PLAINER = {
    "'\\t' that cannot start": "a tab where YAML wants spaces",
    "'`' that cannot start": "texts that begin with a backtick need quotes",
    "'@' that cannot start": "texts that begin with `@` need quotes",
    "'%' that cannot start": "texts that begin with `%` need quotes",
    "mapping values are not allowed here": (
        "a key does not fit here: either the indentation is wrong, or a text that holds `: ` needs quotes"
    ),
    "expected <block end>": "the indentation does not fit the lines above",
    "could not find expected ':'": "a key without `:`, or a text that needs quotes, in the line above",
}
"""What the parser's words for the commonest mistakes mean to the person who made them."""


def _words(error: yaml.MarkedYAMLError) -> str:
    said = ", ".join(part for part in (error.context, error.problem) if part)
    return next((plain for words, plain in _PLAINER.items() if words in said), said)


def _mark(mark: _HasPlace | None) -> Mark:
    return Mark(mark.line + 1, mark.column + 1) if mark else Mark(1, 1)


class _Composer:
    """Events in, one tree of nodes out; refuses on the way what would grow too large."""

    def __init__(self, name: str, events: Iterator[e.Event], tags: Collection[str]) -> None:
        self._name = name
        self._events = events
        self._tags = tags
        self.last = Mark(1, 1)
        """Where reading had come to."""
        self._anchors: dict[str, Node | None] = {}
        """None while the anchored value is still being read."""
        self._count = 0
        """Values written, whether kept or not: a key that is merged over counts too."""

    def document(self) -> Node:
        next(self._events)  # the stream's start
        if isinstance(next(self._events), e.StreamEndEvent):
            return Node(Mark(1, 1))
        root = self._node(next(self._events), 1)
        next(self._events)  # the document's end
        if not isinstance(more := next(self._events), e.StreamEndEvent):
            raise self._error(more, "a second document begins here; write one document a file")
        return root

    def documents(self) -> Iterator[Node]:
        next(self._events)  # the stream's start
        while not isinstance(next(self._events), e.StreamEndEvent):
            self._anchors, self._count = {}, 0
            yield self._node(next(self._events), 1)
            next(self._events)  # the document's end

    def _node(self, event: e.Event, depth: int) -> Node:
        self._count += 1
        self.last = _mark(event.start_mark)
        if self._count > MAX_NODES:
            raise self._error(event, f"holds more than {MAX_NODES} values")
        if depth > MAX_DEPTH:
            raise self._error(event, f"is nested more than {MAX_DEPTH} levels deep")
        if isinstance(event, e.AliasEvent):
            return self._alias(event, depth)
        anchor = getattr(event, "anchor", None)
        if anchor is not None:
            self._anchors[anchor] = None
        tag = self._own_tag(event)
        if isinstance(event, e.ScalarEvent):
            node = self._scalar(event)
        elif isinstance(event, e.SequenceStartEvent):
            node = self._sequence(event, depth)
        else:  # by the parser's grammar
            node = self._mapping(event, depth)
        if tag:
            node = replace(node, tag=tag)
        if anchor is not None:
            self._anchors[anchor] = node
        return node

    def _alias(self, event: e.AliasEvent, depth: int) -> Node:
        if event.anchor not in self._anchors:
            raise self._error(event, f"`*{event.anchor}` names an anchor that does not exist")
        node = self._anchors[event.anchor]
        if node is None:
            raise self._error(event, f"`*{event.anchor}` holds itself")
        if depth + node.height - 1 > MAX_DEPTH:
            raise self._error(event, f"is nested more than {MAX_DEPTH} levels deep")
        return node

    def _scalar(self, event: e.ScalarEvent) -> Node:
        text = whole(event.value)
        if text is None:
            raise self._error(event, "holds half of a surrogate pair, which is no character")
        self._check_tag(event, "str")
        is_plain = event.tag is None and event.style is None
        value = resolve(text) if is_plain else text
        return Node(_mark(event.start_mark), scalar=value, written=text, length=len(text))

    def _sequence(self, event: e.SequenceStartEvent, depth: int) -> Node:
        self._check_tag(event, "seq")
        items: list[Node] = []
        size, length = 1, 0
        while not isinstance(part := next(self._events), e.SequenceEndEvent):
            items.append(self._node(part, depth + 1))
            size, length = size + items[-1].size, length + items[-1].length
            self._check_size(size, part, length)
        return Node.of_items(_mark(event.start_mark), tuple(items))

    def _mapping(self, event: e.Event, depth: int) -> Node:
        self._check_tag(event, "map")
        entries: dict[str, Entry] = {}
        merged: Entry | None = None
        size, length = 1, 0
        while not isinstance(part := next(self._events), e.MappingEndEvent):
            key, is_merge = self._key(part)
            known = merged if is_merge else entries.get(key)
            if known is not None:
                line = known.mark.line
                raise self._error(part, f"`{key}` stands here a second time (first in line {line})")
            entry = Entry(_mark(part.start_mark), self._node(next(self._events), depth + 1))
            if is_merge:
                merged = entry
            else:
                entries[key] = entry
            size, length = size + entry.node.size, length + len(key) + entry.node.length
            self._check_size(size, part, length)
        if merged is not None:
            entries = {**self._merged(merged, event), **entries}
        return Node.of_entries(_mark(event.start_mark), entries)

    def _key(self, event: e.Event) -> tuple[str, bool]:
        """A key is text: `on`, `8080` and `true` as they were written. Also whether it is the merge key."""
        self._count += 1
        if isinstance(event, e.AliasEvent):
            node = self._alias(event, 1)
            if node.items is not None or node.entries is not None:
                raise self._error(event, "a key must be text, not a list or a mapping")
            return node.written, False
        if not isinstance(event, e.ScalarEvent):
            raise self._error(event, "a key must be text, not a list or a mapping")
        if event.anchor is not None:
            self._anchors[event.anchor] = self._scalar(event)
        node = self._scalar(event)
        return node.written, event.style is None and node.written == _MERGE

    def _merged(self, merge: Entry, event: e.Event) -> dict[str, Entry]:
        """What `<<` brings in: of several mappings the first that has a key wins."""
        sources = merge.node.items if merge.node.items is not None else (merge.node,)
        entries: dict[str, Entry] = {}
        for source in sources:
            if source.entries is None:
                problem = "`<<` takes a mapping or a list of mappings"
                raise DocumentError(self._name, *merge.mark, problem)
            entries = {**source.entries, **entries}
            self._count += len(source.entries)
            self._check_size(self._count, event)
        return entries

    def _own_tag(self, event: e.Event) -> str:
        """A tag that the file's readers asked for; the value is then read as if it had none."""
        if not isinstance(event, e.ScalarEvent | e.CollectionStartEvent):
            return ""  # an alias
        tag = str(event.tag or "")
        if tag not in self._tags:
            return ""
        event.tag = None
        return tag

    def _check_tag(self, event: e.Event, allowed: str) -> None:
        """`!!str` and `!` ask for text, `!!map` and `!!seq` say what stands there anyway; no other tag is taken."""
        tag = str(getattr(event, "tag", None) or "!")
        if tag not in ("!", f"{_CORE}{allowed}"):
            written = f"!!{tag.removeprefix(_CORE)}" if tag.startswith(_CORE) else tag
            raise self._error(event, f"the tag `{written[:80]}` is not supported here")

    def _check_size(self, size: int, event: e.Event, length: int = 0) -> None:
        if size > MAX_NODES:
            problem = f"grows to more than {MAX_NODES} values by anchors that repeat each other"
            raise self._error(event, problem)
        if length > MAX_TEXT:
            what = f"{MAX_TEXT // 1024} KiB of text"
            raise self._error(event, f"grows to more than {what} by anchors that are repeated")

    def _error(self, event: e.Event, problem: str) -> DocumentError:
        return DocumentError(self._name, *_mark(event.start_mark), problem)
