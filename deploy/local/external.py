"""An existing cluster instead of the node: named by settings, checked, and otherwise left alone.

Set `CATALYST_LOCAL_KUBECONFIG` and what else cannot be guessed. The programs `helm` and `kubectl`
are still the pinned ones, because releases depend on Helm's version.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from deploy.local import golang, versions
from deploy.local.browser import ensure_forward, stop_forward
from deploy.local.cluster import ClusterConnection, connection_file, write_connection
from deploy.local.instance import Instance, InstanceError
from deploy.local.node.objects import ClusterObjects
from deploy.local.steps import Outcome, Step, StepContext, StepError

KUBECONFIG_VARIABLE = "CATALYST_LOCAL_KUBECONFIG"
_PREFIX = "CATALYST_LOCAL_"
_CLIENTS = replace(
    golang.KUBERNETES,
    packages=("helm.sh/helm/v4/cmd/helm", "k8s.io/kubernetes/cmd/kubectl"),
)


class ExternalSettings(BaseModel):
    """What has to be told about a cluster that is there already (`CATALYST_LOCAL_…`)."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    kubeconfig: Path
    """A kubeconfig file whose current context may create namespaces and roles."""
    registry: str
    """`HOST:PORT` of a registry that nodes pull from and build pods push to, over plain HTTP."""
    ingress: str
    """`HOST:PORT` of the ingress controller, as reached from this machine."""
    host_address: str
    """This machine's address, as reached from pods: the local GitHub listens there."""
    preview_domain: str = "localhost"
    """Previews answer at `NAME.<domain>`."""
    cluster_domain: str = "catalyst.internal"
    """The same from inside pods; the cluster's DNS has to answer for it with the ingress."""
    gateway: str = "catalyst-system/catalyst"
    """`NAMESPACE/NAME` of a Gateway with listeners for both domains, open to all namespaces."""
    ingress_class: str = "traefik"
    """The class of Ingress objects."""
    ingress_namespace: str = "traefik"
    """Where the ingress controller's pods are."""
    builder_image: str = f"docker.io/moby/buildkit:{versions.BUILDKIT}-rootless"
    """The image that build Jobs run."""
    mirror: str = ""
    """`HOST:PORT` of a registry that is asked for `docker.io/library/…`, where Docker Hub cannot be reached."""


def read_settings(environment: Mapping[str, str]) -> ExternalSettings | None:
    """Return the settings of an existing cluster, or nothing when none was asked for.

    Raises InstanceError naming what is missing.
    """
    if not environment.get(KUBECONFIG_VARIABLE):
        return None
    values = {
        name: environment[variable]
        for name in ExternalSettings.model_fields
        if (variable := _PREFIX + name.upper()) in environment
    }
    try:
        return ExternalSettings.model_validate(values)
    except ValidationError as error:
        missing = ", ".join(_PREFIX + str(item["loc"][0]).upper() for item in error.errors())
        message = f"{KUBECONFIG_VARIABLE} is set, so these are needed as well: {missing}"
        raise InstanceError(message) from error


@dataclass(frozen=True)
class ExternalCluster:
    """The same steps by name as those of the node, for a cluster that somebody else runs."""

    instance: Instance
    settings: ExternalSettings

    @property
    def connection(self) -> ClusterConnection:
        """How the cluster is reached."""
        tools = golang.artifact(_CLIENTS, self.instance.cache_directory)
        host, _, port = self.settings.ingress.rpartition(":")
        given = self.settings.model_dump(exclude={"ingress"})
        return ClusterConnection(
            instance=self.instance.name,
            helm=tools / "helm",
            kubectl=tools / "kubectl",
            ingress_address=host,
            ingress_port=int(port),
            browser_port=self.instance.ports.ingress,
            node_address=host,
            **given,
        )

    def steps(self, *, ready: str) -> list[Step]:
        """Return the steps that check the cluster and prepare it; `ready` names the last."""
        compile_clients = partial(golang.ensure_go_tools, _CLIENTS, self.instance.cache_directory)
        return [
            Step("kubernetes", "Helm and kubectl", compile_clients, is_heavy=True),
            Step("node", "the existing cluster answers", self._check, ("kubernetes",)),
            Step("registry", "its registry answers", self._check_registry),
            Step("base-objects", "namespaces", self._ensure_namespaces, ("node",)),
            Step("forward", "browser port", self._forward),
            Step(ready, "cluster ready", self._write, ("registry", "base-objects", "forward")),
        ]

    async def delete_if_present(self) -> None:
        """Forget the cluster; what runs in it belongs to whoever runs it."""
        connection_file(self.instance).unlink(missing_ok=True)
        await stop_forward(self.instance)

    async def _check(self, context: StepContext) -> Outcome:
        kubeconfig = f"--kubeconfig={self.settings.kubeconfig}"
        kubectl = partial(context.run, self.connection.kubectl, kubeconfig)
        await kubectl("get", "--raw=/readyz")
        namespace, name = self.settings.gateway.split("/")
        await kubectl("get", "gateway", name, f"--namespace={namespace}")
        return Outcome.DONE

    async def _check_registry(self, _: StepContext) -> Outcome:
        url = f"http://{self.settings.registry}/v2/"
        try:
            async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
                (await client.get(url)).raise_for_status()
        except httpx.HTTPError as error:
            hint = f"check {_PREFIX}REGISTRY: builds push there and nodes pull from there"
            raise StepError(f"{url} does not answer: {error}", hint=hint) from error
        return Outcome.DONE

    async def _ensure_namespaces(self, context: StepContext) -> Outcome:
        return await ClusterObjects(self.connection).ensure_namespaces(context)

    async def _forward(self, _: StepContext) -> Outcome:
        return await ensure_forward(self.instance, self.connection)

    async def _write(self, _: StepContext) -> Outcome:
        write_connection(self.connection, connection_file(self.instance))
        return Outcome.DONE
