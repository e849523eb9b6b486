"""What people can read of a preview: one reader for each place, each giving texts that can be searched."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import chain

import httpx

from deploy.local.control.worker import catalyst_url
from deploy.local.processes import Processes
from tests.e2e.support.images import Images
from tests.e2e.support.preview import Preview
from tests.e2e.support.secrets import Text
from tests.e2e.support.stack import Stack
from workflows import naming

BASE_IMAGE = "library/python"
"""Its layers were there before any preview; fetching them would say nothing."""
_OBJECTS = (
    "/api/v1/namespaces/{}/pods",
    "/api/v1/namespaces/{}/configmaps",
    "/api/v1/namespaces/{}/secrets",
    "/api/v1/namespaces/{}/services",
    "/api/v1/namespaces/{}/serviceaccounts",
    "/api/v1/namespaces/{}/events",
    "/apis/apps/v1/namespaces/{}/deployments",
    "/apis/batch/v1/namespaces/{}/jobs",
    "/apis/gateway.networking.k8s.io/v1/namespaces/{}/httproutes",
)


class Surfaces:
    """Reads everything that is shown or kept of one preview."""

    def __init__(self, preview: Preview, http: httpx.AsyncClient, images: Images) -> None:
        self._begun = datetime.now(UTC)
        self._preview = preview
        self._stack = preview.stack
        self._http = http
        self._images = images

    async def kept(self) -> list[Text]:
        """What outlives the preview: histories, logs, the read model, GitHub, pages."""
        return [
            *[text async for text in self.histories()],
            *self.logs(),
            *self.database(),
            *[text async for text in self.github()],
            *[text async for text in self.faces()],
        ]

    async def alive(self) -> list[Text]:
        """What is there as long as the preview is: its cluster objects, its builds, its images."""
        return [
            *[text async for text in self.objects()],
            *[text async for text in self.builds()],
            *[text async for text in self.images()],
        ]

    async def histories(self) -> AsyncIterator[Text]:
        """Every event of every run since the beginning, as it is stored: strings and payloads stand in it as they are."""
        client = self._stack.temporal
        assert client.data_converter.payload_codec is None, "payloads must be decoded first"
        project = self._preview.project
        ids = [f'WorkflowId STARTS_WITH "{prefix}:{project}:"' for prefix in ("env", "rev", "down")]
        ids += ['WorkflowId STARTS_WITH "report:"', 'WorkflowType = "ReconcileWorkflow"']
        since = f'ExecutionStatus = "Running" OR CloseTime >= "{self._begun.isoformat()}"'
        async for found in client.list_workflows(f"({' OR '.join(ids)}) AND ({since})"):
            handle = client.get_workflow_handle(found.id, run_id=found.run_id)
            described = (await handle.describe()).raw_description
            yield Text("history", f"{found.id} description", described.SerializeToString())
            async for event in handle.fetch_history_events():
                place = f"{found.id} event {event.event_id}"
                yield Text("history", place, event.SerializeToString())

    def logs(self) -> list[Text]:
        """What our processes wrote since they were started."""
        records = Processes(self._stack.instance).running()
        logs = {record.name: record.log for record in records if record.name != "node"}
        assert {"api", "worker"} <= logs.keys()
        return [Text(f"{name} log", path.name, path.read_bytes()) for name, path in logs.items()]

    def database(self) -> list[Text]:
        """The read model's files, with what was written last."""
        files = self._stack.instance.state_directory.glob("catalyst.db*")
        return [Text("database", path.name, path.read_bytes()) for path in files]

    async def github(self) -> AsyncIterator[Text]:
        """All that hangs on the pull request and its commits."""
        preview, github = self._preview, self._stack.github
        base = f"/repos/{preview.repository.full_name}"
        issue = f"{base}/issues/{preview.number}"
        yield Text("comment", issue, _dump(await github.list(f"{issue}/comments")))
        for commit in preview.commits:
            path = f"{base}/commits/{commit}/check-runs"
            yield Text("check run", commit[:7], _dump(await github.list(path, "check_runs")))
        for one in await github.list(f"{base}/deployments"):
            path = f"{base}/deployments/{one['id']}/statuses"
            yield Text("deployment", str(one["id"]), _dump([one, await github.list(path)]))

    async def faces(self) -> AsyncIterator[Text]:
        """Every answer of Catalyst about the preview, also those to questions that are wrong."""
        key = f"{self._preview.project}/{self._preview.environment}"
        logs = f"/environments/{key}/logs?tail=5000"
        rest = ("/environments", f"/environments/{key}", logs, f"{logs}&container=build")
        projects = ("/projects", f"/projects/{self._preview.project}")
        for path in (f"/api/v1{path}" for path in (*rest, *projects)):
            yield await self._answer("REST", path)
        pages = ("/?include_deleted=true", f"/environments/{key}", f"/environments/{key}/logs")
        fragments = (f"/fragments{path}" for path in pages[1:])
        for path in chain(pages, fragments):
            yield await self._answer("page", path)
        unknown = (f"/environments/{key}-none", f"/api/v1/environments/{key}-none", "/readyz")
        for path in unknown:
            yield await self._answer("error", path)
        forged = await self._http.post("/webhooks/github", json={"action": "opened"})
        yield Text("error", "/webhooks/github", forged.content)

    async def _answer(self, kind: str, path: str) -> Text:
        answer = await self._http.get(path, headers={"Accept": "text/html, application/json"})
        assert (kind == "error") or answer.is_success, f"{path}: {answer.text}"
        return Text(kind, path, repr(answer.headers).encode() + answer.content)

    async def objects(self) -> AsyncIterator[Text]:
        """The environment's namespace, Secrets too: nothing of Catalyst's own belongs there."""
        cluster, namespace = self._stack.cluster, await self._preview.namespace()
        for path in (path.format(namespace) for path in _OBJECTS):
            for found in await cluster.items(path):
                yield Text("object", f"{path}/{found['metadata']['name']}", _dump(found))
        for release in await cluster.releases(namespace):
            yield Text("release", f"version {release['version']}", _dump(release))

    async def builds(self) -> AsyncIterator[Text]:
        """Jobs, pods and logs of its builds; the one Secret that holds the clone token is looked at by itself."""
        cluster = self._stack.cluster
        for job in await cluster.build_jobs(self._preview.environment):
            yield Text("build Job", job["metadata"]["name"], _dump(job))
        for pod in await cluster.build_pods(self._preview.environment):
            name = pod["metadata"]["name"]
            yield Text("build pod", name, _dump(pod))
            for container in ("fetch", "build"):
                log = await cluster.logs(naming.BUILD_NAMESPACE, name, container, tail=5_000)
                yield Text("build log", f"{name} {container}", log.encode())

    async def images(self) -> AsyncIterator[Text]:
        """The project's images and build caches, decompressed."""
        known = await self._images.digests(BASE_IMAGE)
        for repository in await self._images.repositories(f"{self._preview.project}/"):
            async for text in self._images.texts(repository, known=known):
                yield text


@asynccontextmanager
async def open_surfaces(preview: Preview) -> AsyncIterator[Surfaces]:
    """Open the connections that the readers need."""
    stack: Stack = preview.stack
    registry = f"http://{stack.connection.registry}/v2"
    async with (
        httpx.AsyncClient(base_url=catalyst_url(stack.instance), trust_env=False) as http,
        httpx.AsyncClient(base_url=registry, trust_env=False, timeout=30) as images,
    ):
        yield Surfaces(preview, http, Images(images))


def _dump(found: object) -> bytes:
    return json.dumps(found, ensure_ascii=False).encode()
