"""What an environment holds of its project's secrets: copies, each marked with where it came from."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Final

from activities.kube import KubeObject
from activities.manifests.namespace import labels_of
from activities.project_secrets import Found
from workflows import naming
from workflows.models import EnvironmentRef

ORIGIN_ANNOTATION: Final = f"{naming.DOMAIN}/origin"
"""Lines `key: Secret of the project's namespace`; an annotation's own key could not hold every name."""


def make_secrets(ref: EnvironmentRef, branch: str, found: Mapping[str, Found]) -> KubeObject:
    """Exactly these keys. Not `immutable`: a kubelet keeps showing the old content of such a Secret that is made anew
    while an older pod still uses it, so a redeploy could start with yesterday's values."""
    origins = "\n".join(f"{name}: {secret.origin}" for name, secret in sorted(found.items()))
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
        "metadata": {
            **_metadata(ref, branch, naming.PROJECT_SECRETS),
            "annotations": {ORIGIN_ANNOTATION: origins},
        },
        "data": {name: b64encode(secret.value).decode() for name, secret in found.items()},
    }


def make_registry_secret(ref: EnvironmentRef, branch: str, config: str) -> KubeObject:
    """`config` is the text of a `.dockerconfigjson`."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/dockerconfigjson",
        "metadata": _metadata(ref, branch, naming.REGISTRY_SECRET),
        "data": {".dockerconfigjson": b64encode(config.encode()).decode()},
    }


def make_pull_secrets(ref: EnvironmentRef, *, has_credentials: bool) -> KubeObject:
    """What the default ServiceAccount's pods pull images with, for a field manager of its own.

    Without credentials the field is not named: what we set before goes, what a chart has set stays.
    """
    account: KubeObject = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "default", "namespace": ref.namespace},
    }
    if has_credentials:
        account["imagePullSecrets"] = [{"name": naming.REGISTRY_SECRET}]
    return account


def _metadata(ref: EnvironmentRef, branch: str, name: str) -> KubeObject:
    return {"name": name, "namespace": ref.namespace, "labels": labels_of(ref, branch)}
