"""Helm's own records of a release, and how a cut-off one is settled.

A Helm that was killed leaves its newest record `pending-…`, and every later one refuses to work ("another
operation is in progress"). Such a record is marked failed, as Helm itself does on an orderly cancel: the
version before it stays `deployed`, and what the cut-off one has created is still known to the next upgrade or uninstall.
"""

import base64
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kubernetes.aio.client import ApiClient
from pydantic import JsonValue

from activities import kube
from activities.kube import KubeObject
from workflows import naming
from workflows.errors import HelmError
from workflows.values import Values, merge

_UNSETTLED = ("pending-install", "pending-upgrade", "pending-rollback", "uninstalling")
"""`uninstalling` too: an upgrade refuses a release whose removal was cut off."""
FAILED = "failed"
DEPLOYED = "deployed"
_REASON = "stopped by Catalyst before it was done"


@dataclass(frozen=True)
class Record:
    """One version of a release."""

    name: str
    """Of the Secret that holds it."""
    version: int
    status: str
    labels: Mapping[str, str]


class ReleaseRecords:
    """The records of one release, read and written as the worker."""

    def __init__(self, api: ApiClient, namespace: str, release: str) -> None:
        self._api = api
        self._path = kube.collection_path("v1", "Secret", namespace)
        self._selector = f"owner=helm,name={release}"

    async def list(self) -> tuple[Record, ...]:
        """Oldest first; none where there is no such release or namespace."""
        # Names and labels are enough: the contents can be a megabyte each.
        answer = await kube.request(
            self._api, "GET", self._path, query=[("labelSelector", self._selector)]
        )
        records = (_record(item) for item in answer["items"])
        return tuple(sorted(records, key=lambda record: record.version))

    async def settle(self) -> int:
        """Mark every unsettled version failed; how many there were."""
        unsettled = [record for record in await self.list() if record.status in _UNSETTLED]
        for record in unsettled:
            await self._fail(record)
        return len(unsettled)

    async def deployed_values(self, chart: str) -> Values:
        """All that the deployed version was installed with, the chart's own defaults included.

        Empty where none is deployed, or it is of another chart.
        """
        deployed = [record for record in await self.list() if record.status == DEPLOYED]
        if not deployed:
            return {}
        secret = await kube.request(self._api, "GET", f"{self._path}/{deployed[-1].name}")
        return values_of(_unpack(secret["data"]["release"]), chart)

    async def newest_manifest(self) -> str:
        """What the newest version rendered to; empty where there is none."""
        records = await self.list()
        if not records:
            return ""
        secret = await kube.request(self._api, "GET", f"{self._path}/{records[-1].name}")
        return str(_unpack(secret["data"]["release"]).get("manifest", ""))

    async def _fail(self, record: Record) -> None:
        path = f"{self._path}/{record.name}"
        try:
            secret = await kube.request(self._api, "GET", path)
            patch = {
                "metadata": {
                    "resourceVersion": secret["metadata"]["resourceVersion"],
                    "labels": {"status": FAILED},
                },
                "data": {"release": failed_release(secret["data"]["release"])},
            }
            await kube.request(
                self._api,
                "PATCH",
                path,
                body=patch,
                content_type="application/merge-patch+json",
            )
        except kube.NotFoundError:
            return
        except kube.ConflictError as error:
            raise HelmError("a release record changed while it was settled") from error


async def releases_in(api: ApiClient, namespace: str) -> tuple[str, ...]:
    """Names of all releases that Helm has a record of there, in alphabetical order. Raises ClusterError."""
    path = kube.collection_path("v1", "Secret", namespace)
    answer = await kube.request(api, "GET", path, query=[("labelSelector", "owner=helm,name")])
    labels = (item["metadata"]["labels"] for item in answer["items"])
    return tuple(sorted({str(each["name"]) for each in labels}))


def values_of(release: Mapping[str, Any], chart: str) -> Values:
    """Those of a record of that chart, as Helm puts them together: a null takes a default away."""
    described = release.get("chart") or {}
    if (described.get("metadata") or {}).get("name") != chart:
        return {}
    return _without_nulls(merge(described.get("values") or {}, release.get("config") or {}))


def _without_nulls(values: Mapping[str, JsonValue]) -> Values:
    return {
        key: _without_nulls(value) if isinstance(value, dict) else value
        for key, value in values.items()
        if value is not None
    }


def find_deployed(records: tuple[Record, ...], revision: str, stage: int = 0) -> Record | None:
    """The newest record, if it is the finished work of that very revision and stage."""
    newest = records[-1] if records else None
    if newest is None or newest.status != DEPLOYED:
        return None
    is_of_revision = newest.labels.get(naming.REVISION_LABEL) == naming.short_hash(revision)
    is_of_stage = newest.labels.get(naming.STAGE_LABEL, "0") == str(stage)
    return newest if is_of_revision and is_of_stage else None


def failed_release(data: str) -> str:
    """The record's content with its status changed: base64 of base64 of gzip of JSON, as Helm stores it."""
    content = _unpack(data)
    content["info"] = {**content["info"], "status": FAILED, "description": _REASON}
    packed = gzip.compress(json.dumps(content).encode(), mtime=0)
    return base64.b64encode(base64.b64encode(packed)).decode()


def _unpack(data: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(base64.b64decode(data))))
    return content


def _record(secret: KubeObject) -> Record:
    labels: Mapping[str, str] = secret["metadata"].get("labels") or {}
    return Record(
        name=secret["metadata"]["name"],
        version=int(labels.get("version", "0")),
        status=labels.get("status", ""),
        labels=labels,
    )
