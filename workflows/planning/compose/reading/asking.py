"""Which files a repository's compose files ask for, beside those that are read of any repository."""

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from workflows.models import RepositoryTree
from workflows.planning.compose.reading.loading import Loading
from workflows.planning.compose.reading.parts import Part
from workflows.planning.compose.reading.paths import inside
from workflows.planning.compose.reading.shelf import Shelf
from workflows.planning.compose.translation.copying import is_copied
from workflows.planning.detection.compose import compose_file_of
from workflows.planning.detection.devcontainer import find_devcontainer
from workflows.planning.detection.files import ROOT, join
from workflows.planning.detection.places import search_order

MAX_MOUNTED = 100
"""Files of a directory that is mounted as settings; larger ones belong into an image."""


def asked_files(
    tree: RepositoryTree, chosen: Sequence[str], variables: Mapping[str, str]
) -> dict[str, bool]:
    """Paths of the tree whose texts are needed and not there; whether each is a compose file. Never raises.

    `chosen` are files that a template names; `variables` what Catalyst sets.
    """
    shelf = Shelf(tree)
    found = [compose_file_of(shelf.files, folder) for folder in search_order(shelf.files)]
    container, _, _ = find_devcontainer(shelf.files)
    work = tuple(filter(shelf.has, container.compose if container else ()))
    for path in dict.fromkeys((*chosen, *work, *filter(None, found))):
        if not shelf.has(path):
            continue
        over = work[1:] if path in work[:1] else ()
        is_chosen = path in (*chosen, *work)
        project = Loading(shelf, variables).project(path, is_chosen=is_chosen, over=over)
        for wanted in _wanted(shelf, project):
            shelf.text(wanted)
    return shelf.asked


def _wanted(shelf: Shelf, project: Part) -> Iterator[str]:
    services = project.get("services")
    for service in services.entries.values() if services else ():
        yield from _of_service(shelf, service)
    for section in ("configs", "secrets"):
        part = project.get(section)
        for each in part.entries.values() if part else ():
            if file := each.get("file"):
                yield inside(file.text)


def _of_service(shelf: Shelf, service: Part) -> Iterator[str]:
    files = service.get("env_file")
    for each in (files.items or (files,)) if files else ():
        yield inside((each.get("path") or each).text)
    build = service.get("build")
    context = inside((build.get("context") or build).text or ROOT) if build else ""
    name = _dockerfile(build, context) if build else ""
    dockerfile = shelf.text(name) or ""
    volumes = service.get("volumes")
    for each in volumes.items if volumes else ():
        source = each.get("source")
        text = source.text if source else each.text.partition(":")[0]
        path = inside(text) if text.startswith(".") else ""
        if shelf.has(path):
            yield path
        elif path and path != ROOT and not (context and is_copied(dockerfile, context, path)):
            below = shelf.below(path)
            yield from below if len(below) <= MAX_MOUNTED else ()


def _dockerfile(build: Part, context: str) -> str:
    name = build.get("dockerfile")
    path = posixpath.normpath(join(context, name.text if name else "Dockerfile"))
    return path if context else ""
