"""Scripts of a workspace's root that start its members: which member people look at."""

from workflows.planning.detection.files import Files, name_of, resolve
from workflows.planning.detection.interest import words
from workflows.planning.detection.node.manifest import Manifest, read_manifest
from workflows.planning.detection.node.workspaces import members
from workflows.planning.detection.order import by_preference
from workflows.planning.detection.shell import Call, serving_calls

_ORCHESTRATORS = words("turbo nx lerna wsrun ultra moon rush preconstruct")
_MANAGERS = words("npm pnpm yarn bun")
_EVERY = words("-r --recursive --workspaces workspaces --parallel")
_ONE = words("--filter -F -w --workspace --scope --project workspace --prefix -C --cwd --dir")


def delegate_of(files: Files, manifest: Manifest, calls: list[Call]) -> Manifest | None:
    """The member whose server a root's script starts first; None when it starts its own."""
    known = members(files, manifest.folder)
    folder = manifest.folder
    for call in calls:
        if call.program == "cd" and call.arguments:
            folder = resolve(folder, call.arguments[0]) or folder
        elif found := _delegate(files, manifest.folder, folder, known, call):
            return found
    return None


def _delegate(
    files: Files, root: str, folder: str, known: list[Manifest], call: Call
) -> Manifest | None:
    if call.program in _MANAGERS and folder != root:
        return read_manifest(files, folder)
    if call.program not in _MANAGERS | _ORCHESTRATORS:
        return None
    for wanted in _named(call):
        if found := _find(files, root, known, wanted):
            return found
    is_for_all = call.program in _ORCHESTRATORS or not _EVERY.isdisjoint(call.arguments)
    return _first_serving(known) if is_for_all else None


def _named(call: Call) -> list[str]:
    found, previous = [], ""
    for word in call.arguments:
        flag, _, value = word.partition("=")
        if value and flag in _ONE:
            found.append(value)
        elif previous in _ONE or (call.program == "nx" and not word.startswith("-")):
            found += [word, word.rpartition(":")[2], word.partition(":")[0]]
        previous = word
    return found


def _find(files: Files, root: str, known: list[Manifest], wanted: str) -> Manifest | None:
    plain = wanted.strip(".{}")
    for member in known:
        if plain and plain in (member.name, name_of(member.name), name_of(member.folder)):
            return member
    folder = resolve(root, wanted.strip("{}").removesuffix("..."))
    return read_manifest(files, folder) if folder and folder != root else None


def _first_serving(known: list[Manifest]) -> Manifest | None:
    ordered = sorted(known, key=lambda each: by_preference(each.folder))
    return next((each for each in ordered if serving_calls(each.calls("dev"))), None)
