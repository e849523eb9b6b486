"""A namespace's objects in memory, in place of an API server: for what must hold wherever an attempt is lost."""

from typing import Any

import pytest

from activities import kube
from workflows.errors import ClusterError


class Objects:
    """Answers lists and deletes. Volume claims stay, on their way out, while there is a StatefulSet of theirs."""

    def __init__(self, *objects: dict[str, Any]) -> None:
        self.objects = list(objects)
        self.calls: list[str] = []
        """`DELETE NAME`, in order."""
        self.left: int | None = None
        """How many deletes are answered before the worker is lost; None for all."""

    def names(self, kind: str, *, is_going: bool | None = None) -> list[str]:
        return [
            each["metadata"]["name"]
            for each in self.objects
            if each["kind"] == kind and is_going in (None, "deletionTimestamp" in each["metadata"])
        ]

    async def request(
        self, _api: object, method: str, path: str, *, query: Any = (), **_: Any
    ) -> dict[str, Any]:
        place = path.partition("/namespaces/")[2].split("/")[1:]
        if method == "GET":
            wanted = dict(query).get("labelSelector", "")
            return {
                "items": [each for each in self._of(place[0]) if _has(each["metadata"], wanted)]
            }
        if self.left is not None:
            if not self.left:
                raise ClusterError("the worker is lost")
            self.left -= 1
        self.calls.append(f"{method} {place[1]}")
        for each in self._of(place[0]):
            if each["metadata"]["name"] == place[1]:
                self._delete(each)
                return {}
        raise kube.NotFoundError(place[1])

    def _of(self, plural: str) -> list[dict[str, Any]]:
        return [each for each in self.objects if f"{each['kind'].lower()}s" == plural]

    def _delete(self, item: dict[str, Any]) -> None:
        if item["kind"] == "PersistentVolumeClaim" and self.names("StatefulSet"):
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
