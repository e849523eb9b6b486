"""An application with a database, a migration and a seed, brought up stage by stage as a revision does it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from activities import kube
from activities.cluster.rollout.wait import Rollouts
from activities.heartbeat import Progress
from tests.e2e.helm.conftest import Release
from workflows import naming
from workflows.models import JobOutcome
from workflows.models import messages as m
from workflows.values import Values

_SERVE = """
import http.server, os, signal
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = os.environ["ANSWER"].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("", 8000), Handler).serve_forever()
"""
MIGRATE = """
import urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
print("migrating", opener.open("http://db:8000", timeout=5).read().decode(), flush=True)
"""
HANG = "import time; print('waiting for a lock', flush=True); time.sleep(600)"
FAIL = "print('no such table', flush=True); raise SystemExit(3)"
STAGES = (("db",), ("migrate", "seed"), ("web",))


@dataclass
class Application:
    """What each revision brings is said in its fields."""

    release: Release
    version: str = "1"
    migrate: str = MIGRATE
    job: dict[str, Any] = field(default_factory=dict)
    """Further settings of the migration."""

    @property
    def namespace(self) -> str:
        return self.release.ref.namespace

    @property
    def name(self) -> str:
        return self.release.ref.environment

    def values(self) -> Values:
        return {
            "security": {"runAsUser": 10001},
            "components": {
                "db": self._server("worker", f"db {self.version}", service={"aliases": ["db"]}),
                "migrate": self._job(self.migrate, **self.job),
                "seed": self._job("print('seeding', flush=True)", once=True),
                "web": self._server("web", f"page $(CATALYST_COMMIT) {self.version}"),
            },
        }

    def _server(self, kind: str, answer: str, **settings: Any) -> dict[str, Any]:
        return {
            **self._python(_SERVE),
            "kind": kind,
            # Only what depends on the commit is to restart with it.
            "catalystEnv": kind == "web",
            "env": {"ANSWER": answer},
            "ports": [{"name": "http", "port": 8000}],
            "probes": {"readiness": {"type": "tcp", "periodSeconds": 1}},
            **settings,
        }

    def _job(self, program: str, **settings: Any) -> dict[str, Any]:
        return {
            **self._python(program),
            "kind": "job",
            "terminationGracePeriodSeconds": 1,
            "activeDeadlineSeconds": 60,
            **settings,
        }

    def _python(self, program: str) -> dict[str, Any]:
        registry = self.release.cluster.connection.registry
        return {
            "image": f"{registry}/library/python:3.11-slim",
            "command": ["python", "-u", "-c", program],
            "resources": {"requests": {"cpu": "10m", "memory": "24Mi"}},
        }

    def request(self, letter: str, number: int, *, is_last: bool) -> m.DeployReleaseInput:
        """Stage `number`, from 1, of the revision of a commit made of that letter."""
        asked = self.release.request(
            letter * 40, revision=revision_of(letter), values=self.values(), source="catalyst"
        )
        brought = tuple(name for names in STAGES[:number] for name in names)
        changes = {"components": () if is_last else brought, "stage": number, "images": ()}
        return asked.model_copy(update=changes)

    async def deploy(self, letter: str, number: int) -> m.DeployReleaseResult:
        request = self.request(letter, number, is_last=number == len(STAGES))
        return await self.release.activities.deploy_release(request)

    async def roll_out(self, letter: str, number: int) -> tuple[JobOutcome, ...]:
        """How its jobs went, once the stage is up."""
        names = STAGES[number - 1]
        request = m.WaitForRolloutInput(
            ref=self.release.ref,
            commit=letter * 40,
            release=self.name,
            timeout=timedelta(seconds=90),
            revision=revision_of(letter),
            components=names,
            jobs=tuple(name for name in names if name in ("migrate", "seed")),
        )
        found = await Rollouts(self.release.cluster.api).wait(request, Progress())
        assert found is not None
        return found.jobs

    async def bring_up(self, letter: str, *, stages: int = len(STAGES)) -> tuple[JobOutcome, ...]:
        """Stages from the first on; how all their jobs went."""
        jobs: tuple[JobOutcome, ...] = ()
        for number in range(1, stages + 1):
            await self.deploy(letter, number)
            jobs += await self.roll_out(letter, number)
        return jobs

    async def stop(self, letter: str) -> None:
        request = m.StopRevisionInput(
            ref=self.release.ref, revision=revision_of(letter), release=self.name
        )
        await self.release.activities.settle_release(request)

    async def page(self, component: str = "web") -> str:
        service = f"/api/v1/namespaces/{self.namespace}/services/{self.name}-{component}:8000"
        return await kube.read_text(self.release.cluster.api, f"{service}/proxy/")

    @asynccontextmanager
    async def watched_page(self) -> AsyncIterator[list[str]]:
        """Every answer of the page meanwhile; a failed one is an error."""
        answers: list[str] = []

        async def watch() -> None:
            while True:
                answers.append(await self.page())
                await asyncio.sleep(0.05)

        watching = asyncio.create_task(watch())
        try:
            yield answers
            assert not watching.done(), watching.exception()
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def jobs(self) -> dict[str, dict[str, Any]]:
        """By component; those on their way out are none."""
        path = kube.collection_path("batch/v1", "Job", self.namespace)
        return {
            job["metadata"]["labels"][naming.PART_LABEL]: job
            for job in await self.release.cluster.items(path)
            if "deletionTimestamp" not in job["metadata"]
        }

    async def pods(self, component: str) -> list[dict[str, Any]]:
        """Those that are not on their way out."""
        selector = f"{naming.PART_LABEL}={component}"
        pods = await self.release.cluster.pods(self.namespace, selector=selector)
        return [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]

    async def uid(self, component: str) -> str:
        """Of its only pod."""
        [pod] = await self.pods(component)
        return str(pod["metadata"]["uid"])

    async def log(self, component: str) -> str:
        [pod] = await self.pods(component)
        name = pod["metadata"]["name"]
        return await self.release.cluster.logs(self.namespace, name, component)

    async def runs(self, component: str) -> bool:
        return any(pod["status"].get("phase") == "Running" for pod in await self.pods(component))


def revision_of(letter: str) -> str:
    return f"rev:{letter}"
