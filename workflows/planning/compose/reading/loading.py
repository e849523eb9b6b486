"""A compose file with all that belongs to it: overrides, included and extended files, variables filled in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from workflows.planning.compose.reading.dotenv import read_variables
from workflows.planning.compose.reading.filling import Filling
from workflows.planning.compose.reading.interpolation import Lookup
from workflows.planning.compose.reading.merging import merge
from workflows.planning.compose.reading.parts import Part, Place
from workflows.planning.compose.reading.paths import inside, rooted, with_rooted_paths
from workflows.planning.compose.reading.resets import taken_back, without, without_resets
from workflows.planning.compose.reading.shelf import Shelf
from workflows.planning.detection.files import folder_of, join, name_of, shorten

_MAX_CHAIN = 16
"""Files that include each other, services that extend each other."""
_MAX_FILES = 100
"""Compose files of one project, each counted as often as it is included."""
_MAX_EXTENDED = 50_000
"""Values that services of one project take over from those they extend: real ones a few hundred."""
_OVERRIDES = (
    *("compose.override.yml", "compose.override.yaml"),
    *("docker-compose.override.yml", "docker-compose.override.yaml"),
)
_SECTIONS = ("services", "volumes", "networks", "configs", "secrets")


@dataclass
class Loading:
    """One reading; what is wrong and what is noteworthy is collected."""

    shelf: Shelf
    variables: Mapping[str, str]
    """What Catalyst sets, which comes before the files `.env`."""
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    filling: Filling = field(init=False)
    read: list[str] = field(default_factory=list)
    """Compose files, in the order in which they were read."""
    profiles: str = ""
    """`COMPOSE_PROFILES`, as a variable or `.env` sets it."""
    lookup: Lookup = lambda _: None
    """Variables of the project itself: what Catalyst sets, then `.env` beside the compose file."""
    _extended_size: int = 0
    """Values that services took over from others."""
    _documents: dict[tuple[str, str, Lookup], Part | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.filling = Filling(self.problems)

    def project(self, path: str, *, is_chosen: bool = False, over: Sequence[str] = ()) -> Part:
        """All of the project, paths rooted; a file that was chosen by name stands without its override.

        `over` are further ones that were chosen, each merged over those before.
        """
        folder = folder_of(path)
        paths = [path, *over]
        if not is_chosen:
            beside = (join(folder, name) for name in _OVERRIDES)
            paths += [each for each in beside if self.shelf.has(each)][:1]
        lookup = self._lookup([join(folder, ".env")])
        self.lookup = lookup
        self.profiles = lookup("COMPOSE_PROFILES") or ""
        return self._merged(paths, folder, lookup, ())

    def _merged(
        self, paths: Sequence[str], folder: str, lookup: Lookup, chain: tuple[str, ...]
    ) -> Part:
        merged = Part({}, Place(paths[0]))
        for path in paths:
            document = self._document(path, folder, lookup)
            if document is None:
                continue
            own = self._extended_all(path, document, lookup)
            for included in self._included(own, folder, lookup, (*chain, path)):
                own = self._with_included(own, included)
            merged = merge(without(merged, taken_back(self.shelf.tags(path))), own)
        return merged

    def _document(self, path: str, folder: str, lookup: Lookup) -> Part | None:
        key = (path, folder, lookup)
        if key not in self._documents:
            if len(self._documents) == _MAX_FILES:
                self.problems.append(f"More than {_MAX_FILES} compose files belong to each other.")
            is_one_more = len(self._documents) < _MAX_FILES
            self._documents[key] = self._read(path, folder, lookup) if is_one_more else None
        return self._documents[key]

    def _read(self, path: str, folder: str, lookup: Lookup) -> Part | None:
        raw = without_resets(self.shelf.document(path), self.shelf.tags(path))
        if raw is None:
            why = self.shelf.problem(path) or (
                "was not read: too many files are included, or too many in a row"
            )
            self.problems.append(f"`{shorten(path)}` {why}.")
            return None
        if path not in self.read:
            self.read.append(path)
        if not isinstance(raw.value, dict):
            self.problems.append(f"`{path}`: the file must hold keys and values, `services` first.")
            return None
        return with_rooted_paths(self.filling.filled(raw, lookup), folder)

    def _lookup(self, env_files: Sequence[str], outer: Lookup | None = None) -> Lookup:
        """What Catalyst sets comes first, then what stands outside of an included file, then its own files."""
        known: dict[str, str] = {}

        def lookup(name: str) -> str | None:
            for value in (self.variables.get(name), outer(name) if outer else None):
                if value is not None:
                    return value
            return known.get(name)

        for path in env_files:
            text = self.shelf.text(path)
            if text is None:
                continue
            found = read_variables(text, lookup)
            known.update(found.values)
            self.warnings += [
                f"`{path}:{line}` is no line `NAME=value`." for line in found.bad_lines[:3]
            ]
            self.filling.take(path, found)
        return lookup

    # --- extends

    def _extended_all(self, path: str, document: Part, lookup: Lookup) -> Part:
        services = document.get("services")
        if services is None or not services.entries:
            return document
        whole = {
            name: self._extended(path, document, name, lookup, ()) for name in services.entries
        }
        return document.with_entries({**document.entries, "services": services.with_entries(whole)})

    def _extended(
        self,
        path: str,
        document: Part,
        name: str,
        lookup: Lookup,
        chain: tuple[tuple[str, str], ...],
    ) -> Part:
        """The service over the one it extends."""
        services = document.get("services")
        service = (services.get(name) if services else None) or Part({}, document.place)
        extends = service.get("extends")
        if extends is None:
            return service
        named = extends.get("service") or extends
        file = extends.get("file")
        origin = inside(file.text) if file else path
        here = (path, name)
        if len(chain) >= _MAX_CHAIN or self._extended_size > _MAX_EXTENDED:
            self.problems.append(
                f"{extends.place}: services that extend others are too many, or grow too large."
            )
            return _without(service, "extends")
        if here in chain:
            circle = " -> ".join(f"`{each}`" for _, each in (*chain, here))
            self.problems.append(
                f"{extends.place}: services extend each other in a circle: {circle}."
            )
            return _without(service, "extends")
        base = document if origin == path else self._origin(origin, extends, lookup)
        known = base.get("services") if base else None
        if base is None or known is None or named.text not in known.entries:
            if base is not None:
                self.problems.append(
                    f"{extends.place}: `extends` names the service `{shorten(named.text)}`, which is not in `{origin}`."
                )
            return _without(service, "extends")
        under = self._extended(origin, base, named.text, lookup, (*chain, here))
        under = without(under, taken_back(self.shelf.tags(path), ("services", name)))
        self._extended_size += sum(
            1 + len(each.entries) + len(each.items) for each in under.entries.values()
        )
        return _without(merge(under, service), "extends")

    def _origin(self, path: str, extends: Part, lookup: Lookup) -> Part | None:
        if not path:
            self.problems.append(
                f"{extends.place}: the file of `extends` is outside of the repository."
            )
            return None
        return self._document(path, folder_of(path), lookup)

    # --- include

    def _included(
        self, document: Part, folder: str, lookup: Lookup, chain: tuple[str, ...]
    ) -> list[Part]:
        include = document.get("include")
        if include is None:
            return []
        found = []
        for entry in include.items or (include,):
            listed = entry.get("path") or entry
            texts = [each.text for each in (listed.items or (listed,))]
            paths = [inside(rooted(text, folder)) for text in texts]
            if circle := [each for each in paths if each in chain]:
                self.problems.append(f"{entry.place}: `{circle[0]}` includes itself.")
            elif missing := [
                text for text, each in zip(texts, paths, strict=True) if not self.shelf.has(each)
            ]:
                self.problems.append(
                    f"{entry.place}: `{shorten(missing[0])}` is included, and is not in the repository."
                )
            elif len(chain) >= _MAX_CHAIN:
                self.problems.append(
                    f"{entry.place}: files that include others are too many in a row."
                )
            else:
                found.append(self._include(entry, paths, folder, lookup, chain))
        return found

    def _include(
        self, entry: Part, paths: list[str], folder: str, lookup: Lookup, chain: tuple[str, ...]
    ) -> Part:
        said, files = entry.get("project_directory"), entry.get("env_file")
        own_folder = inside(rooted(said.text, folder)) if said else folder_of(paths[0])
        env = [join(own_folder or ".", ".env")]
        if files is not None:
            env = [inside(rooted(each.text, folder)) for each in (files.items or (files,))]
        own_lookup = self._lookup(env, lookup)
        return self._merged(paths, own_folder or ".", own_lookup, chain)

    def _with_included(self, document: Part, included: Part) -> Part:
        entries = dict(document.entries)
        for section in _SECTIONS:
            theirs = included.get(section)
            if theirs is None or not theirs.entries:
                continue
            ours = entries.get(section) or Part({}, theirs.place)
            for name in sorted(ours.entries.keys() & theirs.entries.keys()):
                if ours.entries[name].plain() != theirs.entries[name].plain():
                    where = theirs.entries[name].place
                    self.problems.append(
                        f"{ours.entries[name].place}: `{section}.{shorten(name)}` is said in `{name_of(where.path)}` too, "
                        "which is included; give one another name."
                    )
            entries[section] = ours.with_entries({**theirs.entries, **ours.entries})
        return document.with_entries(entries)


def _without(part: Part, key: str) -> Part:
    return part.with_entries({name: each for name, each in part.entries.items() if name != key})
