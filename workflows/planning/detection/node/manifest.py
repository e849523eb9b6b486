"""A `package.json`, narrowed to what detection asks of it; wrong types are as good as nothing."""

from dataclasses import dataclass, field

from pydantic import JsonValue

from workflows.planning.detection.files import (
    Files,
    folder_of,
    join,
    mapping,
    string,
    strings,
)
from workflows.planning.detection.shell import Call, calls_of


@dataclass(frozen=True)
class Manifest:
    path: str
    value: dict[str, JsonValue]
    scripts: dict[str, str] = field(default_factory=dict)
    dependencies: frozenset[str] = frozenset()

    @property
    def folder(self) -> str:
        return folder_of(self.path)

    @property
    def name(self) -> str:
        return string(self.value.get("name"))

    @property
    def workspaces(self) -> list[str]:
        """Globs, in either of the two forms npm and yarn know."""
        value = self.value.get("workspaces")
        return strings(value) or strings(mapping(value).get("packages"))

    def calls(self, script: str) -> list[Call]:
        """What a script calls, other scripts of the same file followed."""
        return calls_of(self.scripts.get(script, ""), self.expand)

    def expand(self, call: Call) -> list[str] | None:
        if call.program in ("run-p", "run-s", "npm-run-all", "npm-run-all2"):
            return [each for name in call.arguments for each in self._matching(name)]
        name = script_of(call)
        return [self.scripts[name]] if name in self.scripts else None

    def _matching(self, name: str) -> list[str]:
        """Scripts by name, or by the pattern `dev:*`."""
        if name.endswith("*"):
            start = name.rstrip("*")
            return [text for each, text in self.scripts.items() if each.startswith(start)]
        return [self.scripts[name]] if name in self.scripts else []


def read_manifest(files: Files, folder: str) -> Manifest | None:
    path = join(folder, "package.json")
    value = files.mapping(path)
    if not value:
        return None
    scripts = mapping(value.get("scripts"))
    groups = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
    return Manifest(
        path=path,
        value=value,
        scripts={
            name: text for name, text in scripts.items() if isinstance(text, str) and text.strip()
        },
        dependencies=frozenset(name for group in groups for name in mapping(value.get(group))),
    )


def script_of(call: Call) -> str:
    """`npm run dev`, `yarn dev`, `pnpm run dev`, `npm start` -> the script's name; empty for anything else."""
    if call.program not in ("npm", "pnpm", "yarn", "bun", "node"):
        return ""
    names = [each for each in call.arguments if not each.startswith("-")]
    if call.program == "node":  # `node --run dev`
        return names[0] if "--run" in call.arguments and names else ""
    if len(names) != len(call.arguments) and _selects(call):
        return ""
    if names[:1] == ["run"] or names[:1] == ["run-script"]:
        names = names[1:]
    return names[0] if names else ""


def _selects(call: Call) -> bool:
    """Whether a call is for other packages than the one it stands in."""
    flags = (
        "--filter",
        "-F",
        "-w",
        "--workspace",
        "--workspaces",
        "-r",
        "--recursive",
        "--prefix",
        "-C",
        "--cwd",
    )
    return any(each.split("=")[0] in flags for each in call.arguments)
