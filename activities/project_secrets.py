"""A project's secrets and registry credentials, read from the project's own namespace (ENV-019, ENV-029, EC-6).

Only by name, only what is asked for, and never from a Secret of another template: production's stay production's.
Values leave this module in `Found` alone, which does not print them.
"""

import json
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass, field

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.kube import KubeObject
from workflows import naming
from workflows.errors import ConfigurationError, SecretError

MAX_VALUE = 100_000
"""Bytes. Linux starts no process with a variable of more than 131,072 bytes, its name included."""
MAX_TOTAL = 1_000_000
"""Bytes of all values together: Kubernetes takes 1 MiB in one Secret, its keys included."""
_REGISTRY_TYPE = "kubernetes.io/dockerconfigjson"
_REGISTRY_KEY = ".dockerconfigjson"


@dataclass(frozen=True)
class Found:
    """One secret and where it came from."""

    value: bytes = field(repr=False)
    origin: str
    """Name of the Secret in the project's namespace."""


async def read_secrets(
    api: ApiClient, project: str, template: str, names: Iterable[str]
) -> dict[str, Found]:
    """The named secrets, the template's own before the project's, in the order of their names.

    Raises SecretError when one is missing or too large, ConfigurationError when Catalyst may not read them,
    ClusterError.
    """
    wanted = sorted(set(names))
    if not wanted:
        return {}
    namespace = naming.project_namespace(project)
    await _refuse_environments(api, namespace)
    found: dict[str, Found] = {}
    for origin in (naming.PROJECT_SECRETS, naming.template_secrets(template)):
        secret = await _read(api, namespace, origin)
        data = (secret or {}).get("data") or {}
        found |= {name: Found(b64decode(data[name]), origin) for name in wanted if name in data}
    missing = [name for name in wanted if name not in found]
    if missing:
        raise _missing(namespace, template, missing)
    _check_sizes(namespace, found)
    return {name: found[name] for name in wanted}


async def read_registry_credentials(api: ApiClient, project: str) -> str | None:
    """The project's `.dockerconfigjson`, or None when it has none.

    Raises SecretError when it is of another type or form, ConfigurationError when Catalyst may not read it,
    ClusterError.
    """
    namespace = naming.project_namespace(project)
    secret = await _read(api, namespace, naming.REGISTRY_SECRET)
    if secret is None:
        return None
    await _refuse_environments(api, namespace)
    text = b64decode((secret.get("data") or {}).get(_REGISTRY_KEY, ""))
    if secret.get("type") != _REGISTRY_TYPE or not _is_docker_config(text):
        raise SecretError(
            f"Secret `{naming.REGISTRY_SECRET}` in namespace `{namespace}` holds no registry credentials",
            hint=f"Make it again with `kubectl -n {namespace} create secret docker-registry",
        )
    return text.decode()


async def _read(api: ApiClient, namespace: str, name: str) -> KubeObject | None:
    metadata = {"namespace": namespace, "name": name}
    path = kube.path_of({"apiVersion": "v1", "kind": "Secret", "metadata": metadata})
    try:
        return await kube.request(api, "GET", path)
    except kube.NotFoundError:
        return None
    except kube.ForbiddenError as error:
        raise ConfigurationError(
            f"Catalyst may not read Secret `{name}` in namespace `{namespace}`",
            hint="An operator has to let the worker get Secrets there.",
        ) from error


async def _refuse_environments(api: ApiClient, namespace: str) -> None:
    """Whoever can install a chart chooses the Secrets of an environment, and its name may read like a project's key."""
    path = kube.path_of({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    try:
        found = await kube.request(api, "GET", path)
    except kube.NotFoundError:
        return
    if naming.ENVIRONMENT_LABEL in (found["metadata"].get("labels") or {}):
        raise ConfigurationError(
            f"namespace `{namespace}` is an environment's, so no project's secrets are read from it",
            hint="An operator has to remove that environment and make the project's namespace.",
        )


def _is_docker_config(text: bytes) -> bool:
    try:
        config = json.loads(text)
    except ValueError:
        return False
    return isinstance(config, dict) and isinstance(config.get("auths"), dict)


def _missing(namespace: str, template: str, names: list[str]) -> SecretError:
    listed = ", ".join(f"`{name}`" for name in names)
    return SecretError(
        f"Secret `{naming.PROJECT_SECRETS}` in namespace `{namespace}` has no key {listed}, and"
        f" `{naming.template_secrets(template)}` has none either",
        hint="Add what is missing to one of the two Secrets, or take the name out of the template's secrets;"
        " then `retry`.",
    )


def _check_sizes(namespace: str, found: dict[str, Found]) -> None:
    for name, secret in found.items():
        if len(secret.value) > MAX_VALUE:
            raise SecretError(
                f"key `{name}` of Secret `{secret.origin}` in namespace `{namespace}` is {len(secret.value):,}"
                f" bytes long; at most {MAX_VALUE:,} are taken"
            )
    total = sum(len(secret.value) for secret in found.values())
    if total > MAX_TOTAL:
        raise SecretError(
            f"the secrets granted from namespace `{namespace}` are {total:,} bytes together;"
            f" at most {MAX_TOTAL:,} are taken"
        )
