"""A project beside its environment: the namespace that holds its secrets, and what arrives of them."""

from base64 import b64decode, b64encode
from collections.abc import Mapping

from tests.e2e.cluster.environments import Environment
from tests.e2e.conftest import Namespaces
from workflows import naming
from workflows.models import messages as m


class Project:
    """The project of an environment, with a namespace for its secrets."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.namespace = naming.project_namespace(environment.ref.project)

    async def begin(self, namespaces: Namespaces) -> None:
        namespaces.claim(self.namespace)
        namespace = {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": self.namespace},
        }
        await self.environment.cluster.apply(namespace)
        await self.environment.ensure()

    async def put(
        self, name: str, data: Mapping[str, str], *, kind: str = "Opaque", namespace: str = ""
    ) -> None:
        await self.environment.cluster.apply(
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "type": kind,
                "metadata": {"name": name, "namespace": namespace or self.namespace},
                "data": {key: b64encode(value.encode()).decode() for key, value in data.items()},
            }
        )

    async def copy(self, *names: str, **changes: object) -> m.CopySecretsResult:
        request = m.CopySecretsInput(ref=self.environment.ref, names=names, branch="feat/cart")
        result: m.CopySecretsResult = await self.environment.run(
            self.environment.activities.copy_secrets, request.model_copy(update=changes)
        )
        return result

    async def found(self, name: str = naming.PROJECT_SECRETS) -> dict[str, str] | None:
        """What the environment's Secret of that name holds."""
        path = f"/api/v1/namespaces/{self.environment.namespace}/secrets/{name}"
        secret = await self.environment.cluster.get(path)
        if secret is None:
            return None
        return {key: b64decode(value).decode() for key, value in secret["data"].items()}

    async def pull_secrets(self) -> list[str]:
        path = f"/api/v1/namespaces/{self.environment.namespace}/serviceaccounts/default"
        account = await self.environment.cluster.get(path)
        assert account is not None
        return [each["name"] for each in account.get("imagePullSecrets") or ()]
