"""A Secret with what was made up for one service of an environment."""

from base64 import b64encode
from collections.abc import Mapping

from activities.kube import KubeObject
from activities.manifests.namespace import labels_of
from workflows.models import EnvironmentRef


def make_credentials(
    ref: EnvironmentRef, branch: str, name: str, values: Mapping[str, str]
) -> KubeObject:
    """Exactly these keys."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
        "metadata": {"name": name, "namespace": ref.namespace, "labels": labels_of(ref, branch)},
        "data": {key: b64encode(value.encode()).decode() for key, value in values.items()},
    }
