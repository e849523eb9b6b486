"""Images are what registries and container engines expect, and the same tree is the same image."""

import gzip
import io
import json
import os
import tarfile
from hashlib import sha256
from pathlib import Path

from deploy.local.images.oci import Settings, blob, mark_deletions, write_image, write_layer


async def make_layer(tmp_path: Path, name: str = "a") -> tuple[Path, str]:
    tree, blobs = tmp_path / f"tree-{name}", tmp_path / f"blobs-{name}"
    (tree / "bin").mkdir(parents=True)
    blobs.mkdir()
    (tree / "bin" / "tool").write_text("#!/bin/sh\n")
    (tree / "bin" / "tool").chmod(0o755)
    layer = await write_layer(tree, blobs)
    return blobs, write_image(blobs, [layer], Settings(command=("tool",)))


async def test_digests_name_the_content_they_stand_for(tmp_path: Path) -> None:
    blobs, digest = await make_layer(tmp_path)

    manifest = json.loads(blob(blobs, digest).read_bytes())
    config = json.loads(blob(blobs, manifest["config"]["digest"]).read_bytes())
    (layer,) = manifest["layers"]
    packed = blob(blobs, layer["digest"]).read_bytes()

    assert f"sha256:{sha256(packed).hexdigest()}" == layer["digest"]
    assert layer["size"] == len(packed)
    plain = gzip.decompress(packed)
    assert config["rootfs"]["diff_ids"] == [f"sha256:{sha256(plain).hexdigest()}"]
    assert config["config"]["Cmd"] == ["tool"]
    with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
        member = archive.getmember("./bin/tool")
    assert member.mode == 0o755
    assert member.mtime == 0


async def test_the_same_tree_gives_the_same_image(tmp_path: Path) -> None:
    _, one = await make_layer(tmp_path, "a")
    _, other = await make_layer(tmp_path, "b")
    assert one == other


def test_entries_that_packages_deleted_are_marked_as_deleted(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        return  # only root can make the overlay's mark; the local stack needs root anyway
    (tmp_path / "etc").mkdir()
    os.mknod(tmp_path / "etc" / "gone", 0o020000, os.makedev(0, 0))
    mark_deletions(tmp_path)
    assert [path.name for path in (tmp_path / "etc").iterdir()] == [".wh.gone"]
