"""A project's secrets on their way into one environment: by name, and no further (ENV-019, ENV-029, EC-6).

Values go from the project's Secret to the environment's; nothing here returns or logs one.
"""

from collections.abc import Mapping

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.cluster.owned import check_owner, ensure_exactly, version_of
from activities.manifests import make_pull_secrets, make_registry_secret, make_secrets
from activities.project_secrets import Found, read_registry_credentials, read_secrets
from workflows import naming
from workflows.models.messages import CopySecretsInput, CopySecretsResult

PULL_SECRETS_MANAGER = f"{naming.FIELD_MANAGER}-pull-secrets"
"""Field manager of `imagePullSecrets` alone: the namespace's own step applies the rest of that ServiceAccount, and
would take away what it does not name."""


class Secrets:
    """Copies of a project's secrets in environments."""

    def __init__(self, api: ApiClient) -> None:
        self._api = api

    async def copy(self, request: CopySecretsInput) -> CopySecretsResult:
        """Afterwards the environment has exactly what it is granted; nothing for untrusted code.

        Raises SecretError, NameTakenError, ConfigurationError, ClusterError. What cannot be read leaves the
        environment as it was.
        """
        await check_owner(self._api, request.ref)
        ref, found, config = request.ref, dict[str, Found](), None
        if request.is_trusted:
            found = await read_secrets(self._api, ref.project, request.template, request.names)
            config = await read_registry_credentials(self._api, ref.project)
        await self._put_registry(request, config)
        checksum = await self._put(request, found)
        return CopySecretsResult(checksum=checksum, reasons=origins(found))

    async def _put(self, request: CopySecretsInput, found: dict[str, Found]) -> str:
        """The checksum: the Secret's own version, which changes with its content and is made of nothing of it."""
        if not found:
            await self._delete_if_present(request, naming.PROJECT_SECRETS)
            return ""
        wanted = make_secrets(request.ref, request.branch, found)
        return version_of(await ensure_exactly(self._api, wanted))

    async def _put_registry(self, request: CopySecretsInput, config: str | None) -> None:
        """The reference goes before the Secret does, and comes after it."""
        if config is not None:
            wanted = make_registry_secret(request.ref, request.branch, config)
            await ensure_exactly(self._api, wanted)
        await kube.apply(
            self._api,
            make_pull_secrets(request.ref, has_credentials=config is not None),
            field_manager=PULL_SECRETS_MANAGER,
        )
        if config is None:
            await self._delete_if_present(request, naming.REGISTRY_SECRET)

    async def _delete_if_present(self, request: CopySecretsInput, name: str) -> None:
        metadata = {"namespace": request.ref.namespace, "name": name}
        path = kube.path_of({"apiVersion": "v1", "kind": "Secret", "metadata": metadata})
        try:
            await kube.request(self._api, "DELETE", path)
        except kube.NotFoundError:
            return


def origins(found: Mapping[str, Found]) -> tuple[str, ...]:
    """Which key came from where, in words; one sentence for each Secret."""
    names: dict[str, list[str]] = {}
    for name, secret in found.items():
        names.setdefault(secret.origin, []).append(name)
    return tuple(
        f"from the project's Secret `{origin}`: {', '.join(each)}" for origin, each in names.items()
    )
