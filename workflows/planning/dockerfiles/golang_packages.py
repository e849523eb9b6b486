"""What Go code imports from elsewhere: it is compiled before the sources, and again only when it changes."""

import re
from collections.abc import Iterable, Iterator

from workflows.planning.detection.files import name_of
from workflows.planning.dockerfiles.model import Layout

MAX_PACKAGES = 64
"""More would make the longest line of the Dockerfile; the rest is compiled with the sources."""
_IMPORT = re.compile(r'(?m)^import[ \t]+(?:[\w.]+[ \t]+)?"([^"\n]+)"')
_BLOCK = re.compile(r"(?ms)^import[ \t]*\((.*?)^\)")
_IN_BLOCK = re.compile(r'(?m)^[ \t]*(?:[\w.]+[ \t]+)?"([^"\n]+)"')
_PACKAGE = re.compile(r"[A-Za-z0-9][\w./~+-]*", re.ASCII)
_MODULE = re.compile(r"(?m)^module[ \t]+\"?([^\s\"]+)")
_CONDITION = re.compile(r"(?m)^//[ \t]*(?:go:build|\+build)\b")
_ELSEWHERE = re.compile(
    r"_(?:test|windows|darwin|freebsd|netbsd|openbsd|solaris|plan9|js|wasm|wasip1|android|ios)\.go$"
)
_NOT_COMPILED = frozenset(("C", "unsafe"))


def code_of(layout: Layout) -> Iterator[str]:
    """Paths of the Go code that was read."""
    return (each for each in layout.files.read_under(layout.context) if each.endswith(".go"))


def imported_packages(layout: Layout, *, with_modules: bool) -> tuple[str, ...]:
    """Sorted import paths of the standard library, and of other modules where those are fetched before the sources.

    Code for other systems, under build conditions, and of tests is passed over: it may import what does not compile
    here. Never more than MAX_PACKAGES.
    """
    own = _own_modules(layout)
    found = {
        package
        for path in code_of(layout)
        if not _ELSEWHERE.search(name_of(path))
        for package in _imports(layout.files.text(path))
        if (with_modules or not _is_of_a_module(package)) and not _is_below(package, own)
    }
    return tuple(sorted(found - _NOT_COMPILED)[:MAX_PACKAGES])


def _imports(text: str) -> Iterator[str]:
    if _CONDITION.search(text):
        return
    found = [
        *_IMPORT.findall(text),
        *(p for b in _BLOCK.findall(text) for p in _IN_BLOCK.findall(b)),
    ]
    yield from (each for each in found if _PACKAGE.fullmatch(each))


def _is_of_a_module(package: str) -> bool:
    """A dot in the first element: https://go.dev/ref/mod#module-path"""
    return "." in package.partition("/")[0]


def _own_modules(layout: Layout) -> tuple[str, ...]:
    files = layout.files
    modules = (each for each in files.read_under(layout.context) if name_of(each) == "go.mod")
    return tuple(name for each in modules for name in _MODULE.findall(files.text(each)))


def _is_below(package: str, modules: Iterable[str]) -> bool:
    return any(package == each or package.startswith(f"{each}/") for each in modules)
