"""Stand-ins of databases and the like: of what previews have beside their applications."""

import shutil
from pathlib import Path

from deploy.local import golang, versions
from deploy.local.images import rootfs, standins
from deploy.local.images.oci import Settings, write_layer
from deploy.local.images.variants import Making, StandIn, Variant, names_of

_ENTRYPOINTS = Path(__file__).parent / "entrypoints"
_ENTRYPOINT = "usr/local/bin/docker-entrypoint.sh"
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_POSTGRES = (f"postgresql-{versions.POSTGRES}",)
_REDIS = ("redis-server",)


def _tagged(repository: str, *numbers: str) -> tuple[str, ...]:
    tags = [tag for number in numbers for tag in (number, f"{number}-alpine")]
    return names_of(repository, *tags, "alpine", "latest")


POSTGRES_NAMES = _tagged("postgres", "14", "15", "16", "17")
REDIS_NAMES = _tagged("redis", "6", "7", "7.2", "7.4", "8")
OBJECTS_NAMES = (f"versity/versitygw:{versions.VERSITYGW}", "versity/versitygw:latest")


def _script(name: str) -> str:
    return (_ENTRYPOINTS / f"{name}.sh").read_text()


def _add_entrypoint(tree: Path, name: str) -> None:
    script = tree / _ENTRYPOINT
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(_script(name))
    script.chmod(0o755)


async def _make_postgres(making: Making) -> list[Variant]:
    """From the newer Debian, whose PostgreSQL is the one that previews get by themselves."""
    making.context.note(f"installing PostgreSQL {versions.POSTGRES}")
    tree = making.target / "postgres"
    tools = standins.debian_tools(making.cache)
    await rootfs.make_base(
        tree, tools, making.context, suite=versions.NEWER_DEBIAN, packages=_POSTGRES
    )
    _finish_postgres(tree)
    _add_entrypoint(tree, "postgres")
    making.context.note("packing it")
    layer = await write_layer(tree, making.target)
    shutil.rmtree(tree)
    number = versions.POSTGRES
    settings = Settings(
        entrypoint=("docker-entrypoint.sh",),
        command=("postgres",),
        environment=(
            f"PATH=/usr/lib/postgresql/{number}/bin:{_PATH}",
            "PGDATA=/var/lib/postgresql/data",
            "LANG=C.UTF-8",
        ),
        labels=(*standins.standin_labels("postgres"), ("dev.catalyst.stand-in.version", number)),
        # Ends at once, and leaves nothing to recover.
        stop_signal="SIGINT",
    )
    return [Variant(POSTGRES_NAMES, (layer,), settings)]


def _finish_postgres(tree: Path) -> None:
    """Without the cluster that the package makes, and listening where the image it stands for does."""
    data = tree / "var" / "lib" / "postgresql"
    shutil.rmtree(data / versions.POSTGRES, ignore_errors=True)
    shutil.rmtree(tree / "etc" / "postgresql" / versions.POSTGRES, ignore_errors=True)
    (tree / "docker-entrypoint-initdb.d").mkdir()
    sample = tree / "usr" / "share" / "postgresql" / versions.POSTGRES / "postgresql.conf.sample"
    text = sample.read_text()
    sample.write_text(text.replace("#listen_addresses = 'localhost'", "listen_addresses = '*'", 1))


async def _make_redis(making: Making) -> list[Variant]:
    tree = making.target / "redis"
    await rootfs.add_packages(making.base_tree, _REDIS, tree, making.cache, making.context)
    _add_entrypoint(tree, "redis")
    (tree / "data").mkdir()
    layer = await write_layer(tree, making.target)
    shutil.rmtree(tree)
    settings = Settings(
        entrypoint=("docker-entrypoint.sh",),
        command=("redis-server",),
        directory="/data",
        labels=(*standins.standin_labels("redis"), ("dev.catalyst.stand-in.version", "Debian's")),
    )
    return [Variant(REDIS_NAMES, (making.base, layer), settings)]


async def _make_objects(making: Making) -> list[Variant]:
    """The gateway's own program, compiled here: no stand-in, but the image of its makers cannot be had."""
    tree = making.target / "versitygw"
    programs = tree / "usr" / "local" / "bin"
    programs.mkdir(parents=True)
    program = golang.artifact(golang.VERSITYGW, making.cache) / "versitygw"
    shutil.copy2(program, programs / "versitygw")
    layer = await write_layer(tree, making.target)
    shutil.rmtree(tree)
    settings = Settings(
        command=("versitygw",),
        labels=standins.standin_labels("versitygw"),
    )
    return [Variant(OBJECTS_NAMES, (making.base, layer), settings)]


POSTGRES = StandIn(
    "postgres", _make_postgres, ("1", versions.NEWER_DEBIAN, *_POSTGRES, _script("postgres"))
)
REDIS = StandIn("redis", _make_redis, ("1", *_REDIS, _script("redis")))
OBJECTS = StandIn("objects", _make_objects, ("1", golang.VERSITYGW.key()))
