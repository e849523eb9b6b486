"""Which kinds of objects the cluster knows."""

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from kubernetes.aio.client import ApiClient

from activities import kube

_VERSION = re.compile(r"(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?/)?v[a-z0-9]{1,60}")


@dataclass(frozen=True)
class Kind:
    """What the cluster says about a kind."""

    group: str
    plural: str
    is_namespaced: bool

    def path(self, version: str, namespace: str, name: str) -> str:
        """Where an object of the kind is in the API."""
        root = f"/apis/{version}" if self.group else f"/api/{version}"
        return f"{root}/namespaces/{quote(namespace, safe='')}/{self.plural}/{quote(name, safe='')}"


Kinds = Mapping[tuple[str, str], Kind]
"""By apiVersion and kind."""


async def discover(api: ApiClient, versions: Iterable[str]) -> Kinds:
    """The kinds of these versions of the API; one that does not exist has none. Raises ClusterError."""
    asked = sorted({version for version in versions if _VERSION.fullmatch(version)})
    answers = await asyncio.gather(*(_kinds_of(api, version) for version in asked))
    return {key: kind for kinds in answers for key, kind in kinds.items()}


async def _kinds_of(api: ApiClient, version: str) -> Kinds:
    group, separator, _ = version.rpartition("/")
    path = f"/apis/{version}" if separator else f"/api/{version}"
    try:
        answer = await kube.request(api, "GET", path)
    except kube.NotFoundError:
        return {}
    return {
        (version, item["kind"]): Kind(group, item["name"], bool(item["namespaced"]))
        for item in answer["resources"]
        if "/" not in item["name"]  # no part of another kind, such as its status
    }
