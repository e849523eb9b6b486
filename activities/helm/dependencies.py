"""Dependencies of a chart that its repository does not hold: read, checked, and put into `charts/`."""

import asyncio
import posixpath
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from activities.documents import Document, DocumentError, read_document
from activities.git import escaping_links
from activities.helm.files import read_text
from activities.helm.pulling import ChartPuller
from activities.helm.repositories import RemoteChart
from workflows.errors import ManifestError

_FILES = (("Chart.yaml", "Chart.lock"), ("requirements.yaml", "requirements.lock"))
"""Where dependencies and their locked versions stand: charts of apiVersion v2, and older ones."""
MAX_DEPENDENCIES = 50
"""Of one chart."""
MAX_DEPTH = 8
"""Of charts of the repository that depend on each other."""
_FILE = "file://"
_PACKED = re.compile(r"(?P<name>.+?)-v?\d+\.\d+")


@dataclass(frozen=True)
class Dependency:
    """One entry of `dependencies`, with the locked version where there is one."""

    name: str
    version: str
    repository: str
    where: str
    """File and line."""

    @property
    def is_local(self) -> bool:
        return self.repository.startswith(_FILE)

    def path(self, chart: str) -> str:
        """Directory of a local one, in the repository, for the chart in the directory `chart`."""
        return posixpath.normpath(posixpath.join(chart, self.repository.removeprefix(_FILE)))


def read_dependencies(root: Path, chart: str) -> tuple[Dependency, ...]:
    """The dependencies of the chart at `chart` below `root` that `charts/` does not hold yet.

    Raises ManifestError for what cannot be read. What Helm itself will say better is left to it.
    """
    found: list[Dependency] = []
    held = _held(root / chart)
    for file, lock in _FILES:
        if not (root / chart / file).is_file():
            continue
        document = _document(root, posixpath.normpath(posixpath.join(chart, file)))
        locked = _locked(root, posixpath.normpath(posixpath.join(chart, lock)))
        found += [
            dependency for dependency in _entries(document, locked) if dependency.name not in held
        ]
    if len(found) > MAX_DEPENDENCIES:
        text = (
            f"the chart at {chart} has {len(found)} dependencies; the limit is {MAX_DEPENDENCIES}"
        )
        raise ManifestError(text)
    return tuple(found)


def leads_outside(root: Path, chart: str) -> bool:
    """Whether the chart needs directories of the repository other than its own."""
    try:
        dependencies = read_dependencies(root, chart)
    except ManifestError:
        return False  # told when they are fetched
    return any(dependency.is_local for dependency in dependencies)


async def fetch_dependencies(
    root: Path, chart: str, puller: ChartPuller, *, above: Sequence[str] = ()
) -> None:
    """Put every dependency into `charts/` of the chart at `chart`. Nothing is done where all are held already.

    Raises ManifestError, naming file and line, and HelmError when a repository does not answer.
    """
    charts = root / chart / "charts"
    for dependency in await asyncio.to_thread(read_dependencies, root, chart):
        charts.mkdir(exist_ok=True)
        if not dependency.is_local:
            remote = RemoteChart(
                dependency.repository, dependency.name, dependency.version, dependency.where
            )
            await puller.pull(remote, charts)
            continue
        path = _local(root, dependency, chart, above)
        await fetch_dependencies(root, path, puller, above=(*above, chart))
        await asyncio.to_thread(shutil.copytree, root / path, charts / dependency.name)


def _local(root: Path, dependency: Dependency, chart: str, above: Sequence[str]) -> str:
    path = dependency.path(chart)
    at, name = dependency.where, dependency.repository
    if any(_is_below(needed, path) for needed in (*above, chart)) or len(above) >= MAX_DEPTH:
        raise ManifestError(f"{at}: dependency `{name}` holds, or needs, the chart that needs it")
    if next(escaping_links(root, path), None):
        raise ManifestError(f"{at}: dependency `{name}` leads out of the repository")
    if not (root / path / "Chart.yaml").is_file():
        raise ManifestError(f"{at}: dependency `{name}`: there is no chart at {path}")
    return path


def _is_below(chart: str, path: str) -> bool:
    return path in (".", chart) or chart.startswith(f"{path}/")


def _entries(document: Document, locked: Sequence[tuple[str, str]] | None) -> Iterator[Dependency]:
    for index, (name, version) in enumerate(_named(document)):
        at: tuple[str | int, ...] = ("dependencies", index)
        repository = document.written((*at, "repository")) or ""
        where = f"{document.name}:{document.mark(at).line}"
        if not repository:
            text = f"{where}: dependency `{name}` is not in `charts/`, and names no repository"
            raise ManifestError(text, hint="Add its `repository`, or commit it below `charts/`.")
        if locked is None or repository.startswith(_FILE):
            yield Dependency(name, version, repository, where)
        elif index < len(locked) and locked[index][0] == name:
            yield Dependency(name, locked[index][1], repository, where)
        else:
            text = f"{where}: the chart's lock file does not have dependency `{name}` in this place"
            raise ManifestError(
                text, hint="Run `helm dependency update`, and commit the lock file."
            )


def _locked(root: Path, path: str) -> Sequence[tuple[str, str]] | None:
    """Names and versions; None where there is no lock file."""
    return _named(_document(root, path)) if (root / path).is_file() else None


def _named(document: Document) -> list[tuple[str, str]]:
    """Name and version of each entry, as they were written."""
    value = document.value
    entries = value.get("dependencies") if isinstance(value, dict) else None
    return [
        (
            document.written(("dependencies", index, "name")) or "",
            document.written(("dependencies", index, "version")) or "",
        )
        for index in range(len(entries) if isinstance(entries, list) else 0)
    ]


def _document(root: Path, path: str) -> Document:
    try:
        return read_document(read_text(root, path), path)
    except DocumentError as error:
        raise ManifestError(str(error)) from None


def _held(directory: Path) -> set[str]:
    """Names of the charts in `charts/`, as directories or packed."""
    names: set[str] = set()
    for path in (directory / "charts").glob("*"):
        if path.suffix == ".tgz":
            found = _PACKED.match(path.name)
            names.add(found["name"] if found else "")
        elif (path / "Chart.yaml").is_file():
            names.add(_name(path))
    return names


def _name(directory: Path) -> str:
    try:
        return _document(directory, "Chart.yaml").written(("name",)) or ""
    except ManifestError:
        return directory.name
