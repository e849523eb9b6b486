"""Helm's own records of a release, and how a cut-off one is settled.

A Helm that was killed leaves its newest record `pending-…`, and every later one refuses to work ("another
operation is in progress"). Such a record is marked failed, as Helm itself does on an orderly cancel: the
version before it stays `deployed`, and what the cut-off one has created is still known to the next upgrade or uninstall.
"""

import base64
import gzip
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kubernetes.aio.client import ApiClient
from pydantic import JsonValue
from temporalio import activity

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
_OURS = f"owner=helm,name,{naming.REVISION_LABEL}"
"""Catalyst has told Helm the revision of every version it ever deployed; people's own releases have none."""
_MAX_CONTENT = 64 * 1024 * 1024
"""Bytes of a record unpacked. A Secret holds 1 MiB, which may be packed a thousand times smaller than it is."""
_GZIP = zlib.MAX_WBITS | 16


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
        """Mark every unsettled version failed; how many there were.

        What looks like a record and is none stays as it is: Helm passes it over too.
        """
        unsettled = [record for record in await self.list() if record.status in _UNSETTLED]
        for record in unsettled:
            await self._fail(record)
        return len(unsettled)

    async def deployed_values(self, chart: str) -> Values:
        """All that the deployed version was installed with, the chart's own defaults included.

        Empty where none is deployed, or it is of another chart.
        """
        for record in reversed(await self.list()):
            if record.status == DEPLOYED and (content := await self._content(record)) is not None:
                return values_of(content, chart)
        return {}

    async def newest_manifest(self) -> str:
        """What the newest version rendered to; empty where there is none."""
        for record in reversed(await self.list()):
            if (content := await self._content(record)) is not None:
                return str(content.get("manifest", ""))
        return ""

    async def _content(self, record: Record) -> dict[str, Any] | None:
        """None for one that cannot be read."""
        secret = await kube.request(self._api, "GET", f"{self._path}/{record.name}")
        try:
            return _unpack(_packed(secret))
        except ValueError as error:
            activity.logger.warning("the release record %s is passed over: %s", record.name, error)
            return None

    async def _fail(self, record: Record) -> None:
        path = f"{self._path}/{record.name}"
        try:
            secret = await kube.request(self._api, "GET", path)
            patch = {
                "metadata": {
                    "resourceVersion": secret["metadata"]["resourceVersion"],
                    "labels": {"status": FAILED},
                },
                "data": {"release": failed_release(_packed(secret))},
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
        except (
            ValueError,
            kube.InvalidError,
        ) as error:  # the latter: Helm makes none that stays as it is
            activity.logger.warning("the release record %s is passed over: %s", record.name, error)
        except kube.ConflictError as error:
            raise HelmError("a release record changed while it was settled") from error


async def releases_in(api: ApiClient, namespace: str) -> tuple[str, ...]:
    """Names of all releases that Catalyst has deployed there, in alphabetical order; what people install beside them by
    hand is theirs. Raises ClusterError.
    """
    path = kube.collection_path("v1", "Secret", namespace)
    answer = await kube.request(api, "GET", path, query=[("labelSelector", _OURS)])
    labels = (item["metadata"]["labels"] for item in answer["items"])
    return tuple(sorted({str(each["name"]) for each in labels if each["name"]}))


def values_of(release: Mapping[str, Any], chart: str) -> Values:
    """Those of a record of that chart, as Helm puts them together: a null takes a default away."""
    described = _mapping(release.get("chart"))
    if _mapping(described.get("metadata")).get("name") != chart:
        return {}
    own, given = _mapping(described.get("values")), _mapping(release.get("config"))
    return _without_nulls(merge(own, given))


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
    """The record's content with its status changed: base64 of base64 of gzip of JSON, as Helm stores it.

    Raises ValueError for what is no record.
    """
    content = _unpack(data)
    info = _mapping(content.get("info"))
    content["info"] = {**info, "status": FAILED, "description": _REASON}
    packed = gzip.compress(json.dumps(content).encode(), mtime=0)
    return base64.b64encode(base64.b64encode(packed)).decode()


def _packed(secret: KubeObject) -> str:
    return str(_mapping(secret.get("data")).get("release", ""))


def _unpack(data: str) -> dict[str, Any]:
    """Raises ValueError for what is no record."""
    try:
        packed = base64.b64decode(base64.b64decode(data))
        content = json.loads(zlib.decompressobj(_GZIP).decompress(packed, _MAX_CONTENT))
    except (zlib.error, RecursionError) as error:
        raise ValueError("it cannot be unpacked") from error
    if not isinstance(content, dict):
        raise ValueError("it is no mapping")  # noqa: TRY004  (whose fault it is not the caller's)
    return content


def _record(secret: KubeObject) -> Record:
    labels: Mapping[str, str] = secret["metadata"].get("labels") or {}
    version = labels.get("version", "")
    return Record(
        name=secret["metadata"]["name"],
        version=int(version) if re.fullmatch("[0-9]{1,9}", version) else 0,
        status=labels.get("status", ""),
        labels=labels,
    )


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
