"""The identity Helm runs as: the namespace's own ServiceAccount, by a token that soon ends.

A user's chart never has the worker's rights: `lookup` reads any Secret its identity may read.
"""

import asyncio
import base64
import json
import os
from pathlib import Path

from kubernetes.aio.client import ApiClient

from activities import kube
from workflows import naming
from workflows.errors import ConfigurationError

_OWNER_ONLY = 0o600


async def request_token(api: ApiClient, namespace: str, seconds: int) -> str:
    """A token of the namespace's Helm ServiceAccount. Raises `kube.NotFoundError` when there is none."""
    path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{naming.HELM_SERVICE_ACCOUNT}/token"
    body = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": seconds},
    }
    answer = await kube.request(api, "POST", path, body=body)
    return str(answer["status"]["token"])


def identity_of(api: ApiClient) -> str:
    """A short name of the cluster: the same for the same address and certificate authority, and for no other.

    Raises ConfigurationError when the authority's file cannot be read.
    """
    return naming.short_hash(str(api.configuration.host), _authority(api).hex())


async def write_kubeconfig(
    api: ApiClient, path: Path, *, namespace: str, token: str, server: str = ""
) -> None:
    """Write a kubeconfig only this user may read. `server` is empty for the API the worker itself uses."""
    await asyncio.to_thread(_write, api, path, namespace, token, server)


def _write(api: ApiClient, path: Path, namespace: str, token: str, server: str) -> None:
    configuration = api.configuration
    cluster: dict[str, object] = {"server": server or configuration.host}
    if authority := _authority(api):
        cluster["certificate-authority-data"] = base64.b64encode(authority).decode()
    name = "catalyst"
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": name, "user": {"token": token}}],
        "contexts": [
            {"name": name, "context": {"cluster": name, "user": name, "namespace": namespace}}
        ],
        "current-context": name,
    }
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "w") as file:
        json.dump(content, file)  # JSON is YAML


def _authority(api: ApiClient) -> bytes:
    """What the cluster's certificate is checked against; empty for the system's own authorities."""
    file = api.configuration.ssl_ca_cert
    if not file:
        return b""
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise ConfigurationError("the cluster's certificate authority cannot be read") from error
