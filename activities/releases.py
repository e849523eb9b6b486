"""What of a namespace is a release's: what Helm has made, and the volumes that Kubernetes makes for its StatefulSets.

Of the latter Helm knows nothing, and its uninstall leaves them.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.kube import KubeObject
from workflows import naming

_RELEASE = "meta.helm.sh/release-name"
"""Annotation of Helm's on everything that it has made."""
_CLAIM = ("v1", "PersistentVolumeClaim")
_STATEFUL_SET = ("apps/v1", "StatefulSet")


def is_of(item: KubeObject, release: str, kept: Sequence[str] = ()) -> bool:
    """Whether an object is the release's, and of none of these components."""
    metadata = item["metadata"]
    component = (metadata.get("labels") or {}).get(naming.PART_LABEL, "")
    return (metadata.get("annotations") or {}).get(_RELEASE) == release and component not in kept


def is_claim_of(claim: KubeObject, owner: KubeObject) -> bool:
    """Whether a volume claim is one that the StatefulSet's pods have: `TEMPLATE-SET-NUMBER`, as Kubernetes calls them."""
    templates = owner["spec"].get("volumeClaimTemplates") or ()
    start, _, number = _name(claim).rpartition("-")
    return number.isdecimal() and start in {f"{_name(each)}-{_name(owner)}" for each in templates}


@asynccontextmanager
async def without_claims(
    api: ApiClient, namespace: str, release: str
) -> AsyncIterator[tuple[str, ...]]:
    """Around what stops a release's pods: its volume claims, by name, go with them.

    Each is deleted before, while there are StatefulSets to find it by, and stays until the last pod that has it is gone:
    whoever comes after an attempt that was lost in between finds nothing that was forgotten. And it is deleted after, for
    Kubernetes makes another one where a pod has not begun yet.
    """
    claims = await _claims_of(api, namespace, release)
    await _delete_claims(api, namespace, claims)
    yield claims
    await _delete_claims(api, namespace, claims)


async def _claims_of(api: ApiClient, namespace: str, release: str) -> tuple[str, ...]:
    sets = [each for each in await _list(api, _STATEFUL_SET, namespace) if is_of(each, release)]
    return tuple(
        _name(claim)
        for claim in await _list(api, _CLAIM, namespace)
        if is_of(claim, release) or any(is_claim_of(claim, each) for each in sets)
    )


async def _delete_claims(api: ApiClient, namespace: str, names: Sequence[str]) -> None:
    for name in names:
        with suppress(kube.NotFoundError):
            path = f"{kube.collection_path(*_CLAIM, namespace)}/{name}"
            await kube.request(api, "DELETE", path)


async def _list(api: ApiClient, kind: tuple[str, str], namespace: str) -> list[KubeObject]:
    answer = await kube.request(api, "GET", kube.collection_path(*kind, namespace))
    items: list[KubeObject] = answer["items"]
    return items


def _name(item: KubeObject) -> str:
    return str(item["metadata"]["name"])
