"""Looking into the cluster: namespaces, pods, Jobs, releases and images, as they are right now."""

import base64
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from activities import kube
from deploy.local.cluster import ClusterConnection
from workflows import naming

_MANIFESTS = "application/vnd.docker.distribution.manifest.v2+json"


class Cluster:
    """A client with full rights, for tests alone."""

    def __init__(self, api: Any, connection: ClusterConnection) -> None:
        self.api = api
        self.connection = connection

    async def get(self, path: str) -> dict[str, Any] | None:
        """Return one object or list by its API path; None when there is none."""
        try:
            return await kube.request(self.api, "GET", path)
        except kube.NotFoundError:
            return None

    async def items(self, path: str, *, selector: str = "") -> list[dict[str, Any]]:
        """Return the objects of a collection."""
        query = [("labelSelector", selector)] if selector else []
        found = await kube.request(self.api, "GET", path, query=query)
        return list(found["items"])

    async def namespace(self, name: str) -> dict[str, Any] | None:
        return await self.get(f"/api/v1/namespaces/{name}")

    async def pods(self, namespace: str, *, selector: str = "") -> list[dict[str, Any]]:
        return await self.items(f"/api/v1/namespaces/{namespace}/pods", selector=selector)

    async def build_jobs(self, environment: str) -> list[dict[str, Any]]:
        """Return the build Jobs of an environment."""
        path = f"/apis/batch/v1/namespaces/{naming.BUILD_NAMESPACE}/jobs"
        return await self.items(path, selector=f"{naming.ENVIRONMENT_LABEL}={environment}")

    async def build_pods(self, environment: str) -> list[dict[str, Any]]:
        """Return the build pods of an environment."""
        return await self.pods(
            naming.BUILD_NAMESPACE, selector=f"{naming.ENVIRONMENT_LABEL}={environment}"
        )

    async def releases(self, namespace: str) -> list[dict[str, Any]]:
        """Return Helm's records: `{"version": …, "info": {"status": …}, …}`, oldest first."""
        found = await self.items(f"/api/v1/namespaces/{namespace}/secrets", selector="owner=helm")
        records = [_release(secret) for secret in found]
        return sorted(records, key=lambda record: int(record["version"]))

    async def logs(
        self,
        namespace: str,
        pod: str,
        container: str,
        *,
        tail: int = 40,
        is_previous: bool = False,
    ) -> str:
        path = f"/api/v1/namespaces/{namespace}/pods/{pod}/log"
        query = [("container", container), ("tailLines", str(tail))]
        query += [("previous", "true")] * is_previous
        answer = await self.api.call_api(
            *await self.api.param_serialize(
                "GET", path, query_params=query, auth_settings=["BearerToken"]
            )
        )
        text: bytes = await answer.read()
        return text.decode(errors="replace")

    async def may(self, user: str, verb: str, kind: str, namespace: str) -> bool:
        """Ask the API whether a user may do that; `kind` is a plural with its group, as kubectl takes it."""
        resource, _, group = kind.partition(".")
        attributes = {"namespace": namespace, "verb": verb, "group": group, "resource": resource}
        review = await kube.request(
            self.api,
            "POST",
            "/apis/authorization.k8s.io/v1/subjectaccessreviews",
            body={
                "apiVersion": "authorization.k8s.io/v1",
                "kind": "SubjectAccessReview",
                "spec": {"user": user, "resourceAttributes": attributes},
            },
        )
        return bool(review["status"]["allowed"])

    async def apply(self, wanted: dict[str, Any]) -> dict[str, Any]:
        return await kube.apply(self.api, wanted, field_manager="tests")

    async def delete(self, path: str) -> None:
        """Delete an object; fine when there is none."""
        try:
            await kube.request(self.api, "DELETE", path)
        except kube.NotFoundError:
            return

    async def image_tags(self, project: str, environment: str, component: str) -> list[str]:
        """Return the tags in the environment's image repository; empty when it is unknown."""
        base = f"http://{self.connection.registry}/v2"
        repository = naming.image_repository("", project, environment, component).lstrip("/")
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            answer = await client.get(f"{base}/{repository}/tags/list")
            if answer.status_code == httpx.codes.NOT_FOUND:
                return []
            answer.raise_for_status()
            tags = answer.json()["tags"] or []
            present = []
            for tag in tags:
                # The listing may name tags whose manifest was deleted.
                head = await client.head(
                    f"{base}/{repository}/manifests/{tag}", headers={"Accept": _MANIFESTS}
                )
                if head.is_success:
                    present.append(tag)
        return present


@asynccontextmanager
async def open_cluster(connection: ClusterConnection) -> AsyncIterator[Cluster]:
    """Open the client and close it at the end."""
    api = await kube.connect(connection.kubeconfig, None)
    try:
        yield Cluster(api, connection)
    finally:
        await api.close()  # type: ignore[no-untyped-call]  # the library's


def _release(secret: dict[str, Any]) -> dict[str, Any]:
    """Helm keeps a record as base64 of gzip of JSON, in a Secret, whose values are base64 once more."""
    inner = base64.b64decode(base64.b64decode(secret["data"]["release"]))
    record: dict[str, Any] = json.loads(gzip.decompress(inner))
    return record
