"""A chart repository on this machine's loopback: what `helm repo index` makes of packed charts, served over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

CHUNK = b"x" * 2**16


@dataclass
class ChartRepository:
    """Serves a directory; can hang, or answer without an end, in place of a file."""

    helm: Path
    directory: Path
    host: str = ""
    hanging: set[str] = field(default_factory=set)
    endless: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    async def add(self, name: str, version: str, template: str, **files: str) -> Path:
        """Pack a chart with one template and index it; returns the package."""
        chart = self.directory.parent / f"{name}-{version}" / name
        (chart / "templates").mkdir(parents=True)
        (chart / "Chart.yaml").write_text(f"apiVersion: v2\nname: {name}\nversion: {version}\n")
        (chart / "templates/all.yaml").write_text(template)
        for file, text in files.items():
            (chart / f"{file}.yaml").write_text(text)
        await self.run("package", str(chart), "--destination", str(self.directory))
        await self.run("repo", "index", str(self.directory))
        return self.directory / f"{name}-{version}.tgz"

    async def run(self, *arguments: str) -> None:
        home = {"HOME": str(self.directory.parent)}
        process = await asyncio.create_subprocess_exec(
            self.helm, *arguments, env=home, stdout=-3, stderr=-1
        )
        _, told = await process.communicate()
        assert process.returncode == 0, told.decode()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        name = request.path.lstrip("/")
        self.asked.append(name)
        if name in self.hanging:
            await asyncio.sleep(3600)
        if name in self.endless:
            return await self._without_end(request)
        file = self.directory / name
        return web.FileResponse(file) if file.is_file() else web.Response(status=404)

    async def _without_end(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(CHUNK)


@asynccontextmanager
async def serve(helm: Path, root: Path) -> AsyncIterator[ChartRepository]:
    """A repository without charts, until the block ends."""
    directory = root / "charts"
    directory.mkdir(parents=True)
    repository = ChartRepository(helm, directory)
    application = web.Application()
    application.router.add_get("/{tail:.*}", repository._answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    (address,) = runner.addresses
    repository.host = f"127.0.0.1:{address[1]}"
    try:
        yield repository
    finally:
        await runner.cleanup()
