"""A namespace's objects in memory, in place of an API server: for what must hold wherever an attempt is lost."""

from typing import Any

import pytest

from activities import kube
from workflows.errors import ClusterError


class Objects:
    """Answers reads, deletes and merges. Volume claims stay, on their way out, while there is a StatefulSet of theirs."""

    def __init__(self, *objects: dict[str, Any]) -> None:
        self.objects = list(objects)
        self.calls: list[str] = []
        """`METHOD NAME` of all changes, in order."""
        self.left: int | None = None
        """How many deletes are answered before the worker is lost; None for all."""

        self.made_anew: tuple[str, ...] = ()
        """Claims that no pod holds yet: Kubernetes makes another one at once."""

    def names(self, kind: str, *, is_going: bool | None = None) -> list[str]:
        return [
            each["metadata"]["name"]
            for each in self.objects
            if each["kind"] == kind and is_going in (None, "deletionTimestamp" in each["metadata"])
        ]

    async def request(
        self,
        _api: object,
        method: str,
        path: str,
        *,
        query: Any = (),
        body: Any = None,
        **_: Any,
    ) -> dict[str, Any]:
        place = path.partition("/namespaces/")[2].split("/")[1:]
        if method == "GET" and len(place) == 1:
            wanted = dict(query).get("labelSelector", "")
            return {
                "items": [each for each in self._of(place[0]) if _has(each["metadata"], wanted)]
            }
        found = [each for each in self._of(place[0]) if each["metadata"]["name"] == place[1]]
        if not found:
            raise kube.NotFoundError(place[1])
        if method != "GET":
            self._change(method, found[0], body)
        return found[0]

    def _change(self, method: str, item: dict[str, Any], body: Any) -> None:
        if self.left is not None:
            if not self.left:
                raise ClusterError("the worker is lost")
            self.left -= 1
        self.calls.append(f"{method} {item['metadata']['name']}")
        if method == "DELETE":
            self._delete(item)
        elif item.get("immutable"):
            raise kube.InvalidError("it is immutable")
        else:
            item["metadata"]["labels"] |= body["metadata"]["labels"]
            item["data"] |= body["data"]

    def _of(self, plural: str) -> list[dict[str, Any]]:
        return [each for each in self.objects if f"{each['kind'].lower()}s" == plural]

    def _delete(self, item: dict[str, Any]) -> None:
        if item["kind"] == "PersistentVolumeClaim" and self.names("StatefulSet"):
            if item["metadata"]["name"] in self.made_anew:
                return
            item["metadata"]["deletionTimestamp"] = "2026-03-02T09:15:00Z"
            return
        self.objects.remove(item)
        if not self.names("StatefulSet"):
            gone = self.names("PersistentVolumeClaim", is_going=True)
            self.objects = [each for each in self.objects if each["metadata"]["name"] not in gone]


def make_item(kind: str, name: str, release: str = "", **spec: object) -> dict[str, Any]:
    annotations = {"meta.helm.sh/release-name": release} if release else {}
    return {"kind": kind, "metadata": {"name": name, "annotations": annotations}, "spec": spec}


def use(monkeypatch: pytest.MonkeyPatch, *objects: dict[str, Any]) -> Objects:
    found = Objects(*objects)
    monkeypatch.setattr(kube, "request", found.request)
    return found


def _has(metadata: dict[str, Any], selector: str) -> bool:
    labels = metadata.get("labels") or {}
    for each in filter(None, selector.split(",")):
        key, equals, value = each.partition("=")
        if key not in labels or (equals and labels[key] != value):
            return False
    return True
