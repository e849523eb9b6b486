"""Whether the application answers at its URL, and whether it is the new one that answers (FR-016)."""

import asyncio
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
from kubernetes.aio.client import ApiClient

from activities import kube
from activities.cluster.backends import Backends, read_all_backends, read_backends
from activities.cluster.config import ClusterConfig
from activities.cluster.evidence import Evidence
from activities.cluster.rollout.pods import find_pod_problems, is_ready
from activities.cluster.rollout.problem import Patience, gravest
from activities.cluster.routes import routed_service
from activities.heartbeat import Progress
from activities.known_secrets import read_known
from activities.logs import containers_of
from activities.masking import mask
from workflows.errors import ClusterError, UnhealthyError
from workflows.models.messages import CheckHealthInput

_GOOD = 400
"""Statuses below this are good: a redirect, to a sign-in page for instance, is an answer too."""
_IN_A_ROW = 2
"""Good answers until it counts: a first one may come just before a crash."""
_POLL = 0.25
_LOOK_EVERY = 2.0
"""Seconds between two looks at the pods of an application that does not answer."""
_LOOK_TIMEOUT = 1.0
"""Seconds for each call of such a look: nobody asks the application meanwhile, and its time goes by."""
_ANSWER_TIMEOUT = 5.0
_BODY_LINES = 10
_BODY_BYTES = 4_000


@dataclass(frozen=True)
class Answer:
    """What one request got; status 0 when there was no answer at all."""

    status: int = 0
    body: str = ""
    problem: str = ""

    @property
    def is_good(self) -> bool:
        return 0 < self.status < _GOOD

    def __str__(self) -> str:
        return f"answered {self.status}" if self.status else self.problem


class Health:
    """Asks the application through the ingress, as a browser would, but without resolving its name."""

    def __init__(self, api: ApiClient, config: ClusterConfig) -> None:
        self._api = api
        self._config = config
        self._evidence = Evidence(api)

    async def check(self, request: CheckHealthInput, progress: Progress) -> int:
        """The status of the first good answer of the new version. Raises UnhealthyError, ClusterError."""
        limit = float(request.health.timeout_seconds)
        deadline = time.monotonic() + limit
        await self._wait_for_new_pods(request, deadline, progress)
        patience, in_a_row, first, next_look = Patience(), 0, 0, 0.0
        async with self._client() as client:
            while True:
                answer = await self._ask(client, request)
                in_a_row = in_a_row + 1 if answer.is_good else 0
                first = answer.status if in_a_row == 1 else first
                if in_a_row >= _IN_A_ROW:
                    return first
                progress.detail = f"{request.health.path}: {answer}"
                now = time.monotonic()
                if now >= deadline and not answer.is_good:  # a good one is asked for once more
                    raise await self._unhealthy(request, answer, f"for {limit:g} s")
                if not answer.is_good and now >= next_look:
                    if await self._is_lost(request, patience, now):
                        raise await self._unhealthy(request, answer, "and its container crashes")
                    next_look = time.monotonic() + _LOOK_EVERY
                await asyncio.sleep(_POLL)

    async def _wait_for_new_pods(
        self, request: CheckHealthInput, deadline: float, progress: Progress
    ) -> None:
        """An older pod's answer proves nothing, nor does an answer that was put together with one's help. Once the
        endpoints of no Service name an old pod, ingress and nodes follow after a known lag; a pod that takes its time
        to end is not waited for."""
        namespace = request.ref.namespace
        settled_since: float | None = None
        while True:
            changing = [
                each for each in await read_all_backends(self._api, namespace) if each.leaving
            ]
            now = time.monotonic()
            if not changing:
                return  # nothing old exists that could answer
            leaving = ", ".join(name for each in changing for name in each.leaving)
            progress.detail = f"old pods still end: {leaving}"
            if not all(each.is_settled for each in changing):
                settled_since = None
            elif settled_since is None:
                settled_since = now
            elif now - settled_since >= self._config.ingress_lag:
                return
            if now >= deadline:
                return  # the question itself will tell what is wrong
            await asyncio.sleep(_POLL)

    async def _backends(
        self, request: CheckHealthInput, *, seconds: float = kube.CALL_TIMEOUT
    ) -> Backends | None:
        """None when the route or its Service is not there: then the answer tells. `seconds` bound each call."""
        namespace = request.ref.namespace
        service = await routed_service(self._api, self._config, namespace, seconds=seconds)
        if service is None:
            return None
        found = await read_backends(self._api, namespace, [service], seconds=seconds)
        return found[0] if found else None

    def _client(self) -> httpx.AsyncClient:
        # No proxy of the environment: the ingress is asked directly.
        return httpx.AsyncClient(timeout=_ANSWER_TIMEOUT, trust_env=False, follow_redirects=False)

    async def _ask(self, client: httpx.AsyncClient, request: CheckHealthInput) -> Answer:
        ingress = self._config.address.ingress
        base = ingress if "://" in ingress else f"http://{ingress}"
        host = urlsplit(request.url).netloc
        headers = {"Host": host, "User-Agent": "catalyst-health"}
        try:
            async with (
                asyncio.timeout(_ANSWER_TIMEOUT),  # httpx bounds each read, not the whole answer
                client.stream(
                    "GET",
                    f"{base}{request.health.path}",
                    headers=headers,
                    extensions={"sni_hostname": urlsplit(request.url).hostname},
                ) as response,
            ):
                return Answer(response.status_code, await _beginning(response))
        except (httpx.TimeoutException, TimeoutError):
            return Answer(problem=f"did not answer within {_ANSWER_TIMEOUT:g} s")
        except httpx.HTTPError as error:
            return Answer(problem=f"gave no answer ({type(error).__name__})")

    async def _is_lost(self, request: CheckHealthInput, patience: Patience, now: float) -> bool:
        """Whether its pods crash for good: then waiting longer is pointless."""
        try:
            backends = await self._backends(request, seconds=_LOOK_TIMEOUT)
        except ClusterError:
            return False
        pods = backends.pods if backends else ()
        problems = [problem for pod in pods for problem in find_pod_problems(pod, ())]
        return patience.first_lasting(problems, now) is not None

    async def _unhealthy(
        self, request: CheckHealthInput, answer: Answer, how_long: str
    ) -> UnhealthyError:
        path, known = request.health.path, await read_known(self._api, request.ref.namespace)
        body = [f"GET {path}: {line}" for line in answer.body.splitlines()[:_BODY_LINES]]
        lines = [*body, *await self._last_lines(request)]
        return UnhealthyError(
            mask(f"the application {answer} on {path} {how_long}"),
            excerpt=known.shown(lines),
        )

    async def _last_lines(self, request: CheckHealthInput) -> list[str]:
        """Of the pod that is worst off, else of the first; not masked yet."""
        namespace = request.ref.namespace
        try:
            backends = await self._backends(request)
        except ClusterError as error:
            return [f"(the pods could not be read: {error})"]
        if backends is None or not backends.pods:
            return ["(no pod stands behind the URL)"]
        pod = min(backends.pods, key=is_ready)
        problem = gravest(find_pod_problems(pod, ()))
        if problem is not None and problem.container:
            return await self._evidence.lines_of(namespace, problem)
        name = pod["metadata"]["name"]
        lines: list[str] = []
        for container in containers_of(pod):
            if not container.is_init:
                lines += await self._evidence.last_lines(namespace, name, container.container)
        return lines


async def _beginning(response: httpx.Response) -> str:
    """A page may be large, or never end; its first bytes say what is wrong."""
    body = b""
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > _BODY_BYTES or response.status_code < _GOOD:
            break
    if len(body) <= _BODY_BYTES:
        return body.decode(errors="replace")
    # Cut between two words: half a secret is known by nobody.
    words = body[:_BODY_BYTES].rsplit(None, 1)
    return words[0].decode(errors="replace") if len(words) > 1 else ""
