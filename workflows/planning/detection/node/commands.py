"""The three commands of a Node.js application: follow changes, build, serve; with what each is based on."""

from dataclasses import dataclass, field

from workflows.planning.detection.files import Files
from workflows.planning.detection.node.frameworks import Framework
from workflows.planning.detection.node.listening import is_dev_server, listening_arguments
from workflows.planning.detection.node.managers import Manager
from workflows.planning.detection.node.manifest import Manifest
from workflows.planning.detection.shell import Call, serving_calls

_DEV_NAMES = ("dev", "start:dev", "develop", "serve")
_START_NAMES = ("start:prod", "start:production", "start")
_PREVIEW = "preview"
"""Serves a build for a look: where nothing else does."""


@dataclass
class Commands:
    dev: str = ""
    build: str = ""
    start: str = ""
    reasons: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class CommandWriter:
    files: Files
    manifest: Manifest
    manager: Manager
    framework: Framework
    port: int

    def of_scripts(self, chosen: str, *, is_own: bool) -> Commands:
        """`chosen` is the script that speaks for the application; `is_own` when no member of a workspace serves."""
        commands = Commands()
        if dev := self._dev_script(chosen):
            commands.dev = self._run(dev, commands)
            if dev != chosen:
                commands.reasons.append(f"`scripts.{dev}` follows changes, so it is `dev`.")
        if start := self._start_script():
            commands.start = self._run(start, commands)
        elif is_own and self.framework.start:
            commands.start = self.manager.execute(self.framework.start)
            commands.reasons.append(
                f"No script serves a build, so `start` is the usual one of {self.framework.title}."
            )
        if "build" in self.manifest.scripts:
            commands.build = self.manager.run("build")
        elif is_own and self.framework.build:
            commands.build = self.manager.execute(self.framework.build)
        return commands

    def of_framework(self) -> Commands:
        """Without any script: the framework's usual commands."""
        usual = self.framework
        dev = " ".join(each for each in (usual.dev, usual.host) if each)
        return Commands(
            dev=self.manager.execute(dev),
            build=self.manager.execute(usual.build),
            start=self.manager.execute(usual.start),
        )

    def of_program(self, call: Call) -> Commands:
        build = self.manager.run("build") if "build" in self.manifest.scripts else ""
        start = str(call)
        return Commands(
            build=build,
            start=self.manager.execute(start) if start.startswith("node ") else start,
        )

    def _dev_script(self, chosen: str) -> str:
        """The chosen one if it follows changes, else another that does."""
        if chosen in _DEV_NAMES or self._is_dev_server(chosen):
            return chosen
        others = (name for name in _DEV_NAMES[1:] if name in self.manifest.scripts)
        return next((name for name in others if serving_calls(self.manifest.calls(name))), "")

    def _start_script(self) -> str:
        is_better = self.framework.start and _PREVIEW not in self.framework.start
        for name in _START_NAMES if is_better else (*_START_NAMES, _PREVIEW):
            serves = serving_calls(self.manifest.calls(name))
            if serves and not self._is_dev_server(name):
                return name
        return ""

    def _is_dev_server(self, name: str) -> bool:
        return any(is_dev_server(each) for each in self.manifest.calls(name))

    def _run(self, script: str, commands: Commands) -> str:
        arguments, text = listening_arguments(self.files, self.manifest, script, self.port)
        if text:
            (commands.reasons if arguments else commands.warnings).append(text)
        return self.manager.run(script, arguments)
