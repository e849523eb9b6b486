"""The generic chart, rendered by the real Helm."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from activities.helm.command import as_yaml
from tests.e2e.stacks import ROOT

CHART = ROOT / "deploy" / "charts" / "app"
NAMESPACE = "team-shop"
KubeObject = dict[str, Any]
Values = Mapping[str, Any]


class RefusedError(Exception):
    """Helm does not render these values; the text is what it tells people."""


@dataclass(frozen=True)
class Chart:
    """What tests ask of the chart without a cluster."""

    helm: Path

    def render(self, values: Values, release: str = "shop") -> "Rendered":
        """Raises RefusedError with what Helm printed."""
        command = [
            str(self.helm),
            "template",
            release,
            str(CHART),
            f"--namespace={NAMESPACE}",
            "--values=-",
        ]
        done = subprocess.run(
            command,
            input=as_yaml(json.dumps(values).encode()),
            capture_output=True,
            timeout=60,
            check=False,
        )
        if done.returncode:
            raise RefusedError(done.stderr.decode())
        documents = yaml.load_all(done.stdout, Loader=yaml.CSafeLoader)
        return Rendered(tuple(document for document in documents if document))

    def refuse(self, values: Values) -> str:
        """What Helm says about values it must not take."""
        try:
            rendered = self.render(values)
        except RefusedError as error:
            return str(error)
        raise AssertionError(f"rendered {[*rendered.names()]} instead of refusing")


@dataclass(frozen=True)
class Rendered:
    """The objects of one release."""

    objects: tuple[KubeObject, ...]

    def names(self) -> list[tuple[str, str]]:
        return [(item["kind"], item["metadata"]["name"]) for item in self.objects]

    def one(self, kind: str, name: str = "") -> KubeObject:
        """The only object of that kind, or the one of that name."""
        found = [
            item
            for item in self.objects
            if item["kind"] == kind and name in ("", item["metadata"]["name"])
        ]
        assert len(found) == 1, f"{kind} {name}: {self.names()}"
        return found[0]

    def all(self, kind: str) -> dict[str, KubeObject]:
        return {item["metadata"]["name"]: item for item in self.objects if item["kind"] == kind}

    def templates(self) -> dict[str, KubeObject]:
        """Pod templates by the component they belong to."""
        return {
            template["metadata"]["labels"]["app.kubernetes.io/component"]: template
            for item in self.objects
            if (template := pod_template(item)) is not None
        }

    def pod(self, component: str) -> KubeObject:
        pod: KubeObject = self.templates()[component]["spec"]
        return pod

    def container(self, component: str) -> KubeObject:
        (container,) = self.pod(component)["containers"]
        return dict(container)


def pod_template(item: KubeObject) -> KubeObject | None:
    match item:
        case {"kind": "Deployment" | "Job", "spec": {"template": template}}:
            return dict(template)
        case {"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": template}}}}:
            return dict(template)
    return None


def web(**changes: Any) -> KubeObject:
    return {"kind": "web", "ports": [{"name": "http", "port": 8080}], **changes}


def worker(**changes: Any) -> KubeObject:
    return {"kind": "worker", **changes}


def cron(**changes: Any) -> KubeObject:
    return {"kind": "cron", "schedule": "0 3 * * *", **changes}


def job(**changes: Any) -> KubeObject:
    return {"kind": "job", "command": ["migrate"], **changes}


def app(**components: KubeObject) -> KubeObject:
    """Values with these components and an image for all of them."""
    return {"image": {"repository": "registry.test/shop", "tag": "1"}, "components": components}


CATALYST = {
    "commit": "4f2a9c0d1e7b6835a2c4d9e0f1b3a5c7d8e6f402",
    "url": "http://shop.preview.test:8080",
    "innerUrl": "http://shop.preview.inner:8080",
    "host": "shop.preview.test",
    "environment": "pr-shop-12",
    "project": "web-shop",
    "branch": "feat/größere-körbe",
    "revision": "0f1e2d3c4b5a6978",
    "image": "registry.test/web@sha256:aa",
    "images": {"web": "registry.test/web@sha256:aa", "worker": "registry.test/worker@sha256:bb"},
}
"""As a preview of two built images gets it."""
