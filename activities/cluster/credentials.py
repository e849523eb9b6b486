"""Passwords of an environment's own services: made up once, kept from push to push (ENV-017).

They begin here and go into a Secret of the environment; nothing here returns or logs one (invariant 4).
"""

import re
import secrets
import string
from base64 import b64decode
from collections.abc import Callable, Mapping

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.cluster.owned import check_owner, ensure_exactly, version_of
from activities.kube import KubeObject
from activities.manifests import make_credentials
from workflows import naming
from workflows.models import CredentialPlan
from workflows.models.messages import EnsureCredentialsInput, EnsureCredentialsResult

_ALPHABET = string.ascii_letters + string.digits
"""Nothing that a URL, a shell or a configuration file would read as anything but itself."""
_PLACE = re.compile(r"\{([^{}]+)\}")


class Credentials:
    """Secrets of an environment that were made up for its services."""

    def __init__(self, api: ApiClient) -> None:
        self._api = api

    async def ensure(self, request: EnsureCredentialsInput) -> EnsureCredentialsResult:
        """Each Secret is there with all its keys; what was made up before stays as it is.

        Raises NameTakenError, ClusterError.
        """
        await check_owner(self._api, request.ref)
        checksums = {
            plan.secret: await self._ensure_one(request, plan) for plan in request.credentials
        }
        return EnsureCredentialsResult(checksums=checksums)

    async def _ensure_one(self, request: EnsureCredentialsInput, plan: CredentialPlan) -> str:
        """Made by a create, of which Kubernetes takes one: an attempt that was thought lost never changes a password."""

        def wanted(known: Mapping[str, str]) -> KubeObject:
            return make_credentials(
                request.ref, request.branch, plan.secret, filled(plan, known, make_up)
            )

        fresh = wanted({})
        found = await self._find(fresh)
        if found is None:
            found = await self._create(fresh)
        kept = wanted(_read(found))
        if found.get("data") == kept["data"]:
            return version_of(found)
        return version_of(await ensure_exactly(self._api, kept))

    async def _find(self, secret: KubeObject) -> KubeObject | None:
        try:
            return await kube.request(self._api, "GET", kube.path_of(secret))
        except kube.NotFoundError:
            return None

    async def _create(self, secret: KubeObject) -> KubeObject:
        """As stored: what another attempt has created meanwhile comes first."""
        path = kube.collection_path("v1", "Secret", secret["metadata"]["namespace"])
        manager = (("fieldManager", naming.FIELD_MANAGER),)
        try:
            return await kube.request(self._api, "POST", path, query=manager, body=secret)
        except kube.ConflictError:
            return await kube.request(self._api, "GET", kube.path_of(secret))


def filled(
    plan: CredentialPlan, known: Mapping[str, str], make: Callable[[int], str]
) -> dict[str, str]:
    """All keys of the Secret: those that are `known`, those that `make` makes up, and the texts that hold them."""
    made = {key: known.get(key) or make(length) for key, length in plan.made.items()}
    texts = {
        key: _PLACE.sub(lambda found: made.get(found[1], found[0]), text)
        for key, text in plan.texts.items()
    }
    return {**texts, **made}


def make_up(length: int) -> str:
    """Letters and digits, from the system's own source of chance."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _read(secret: KubeObject) -> dict[str, str]:
    data = secret.get("data") or {}
    return {key: b64decode(value).decode(errors="replace") for key, value in data.items()}
