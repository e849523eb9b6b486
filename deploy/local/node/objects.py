"""What every local cluster holds from the start: DNS, storage, ingress, Gateway API."""

import json
from pathlib import Path
from string import Template

from deploy.local import golang, versions
from deploy.local.cluster import ClusterConnection
from deploy.local.instance import DNS_ADDRESS
from deploy.local.node import configuration, layout
from deploy.local.steps import Outcome, StepContext

_MANIFESTS = Path(__file__).parents[1] / "manifests"
_GATEWAY_API = golang.GoTools(module="gatewayapi")
_LISTENER_PORT = "8000"
"""Where Traefik listens in its pod; a Gateway's listener has to name the same."""
_FIELD_MANAGER = "--field-manager=catalyst-local"


class ClusterObjects:
    """Applies the objects with the pinned kubectl; doing it again changes nothing."""

    def __init__(self, connection: ClusterConnection) -> None:
        self._connection = connection

    async def ensure_namespaces(self, context: StepContext) -> Outcome:
        """The namespaces that Catalyst itself uses."""
        await self._apply(context, self._render("namespaces"))
        return Outcome.DONE

    async def ensure_base(self, context: StepContext) -> Outcome:
        """Namespaces, storage class, policies' enforcer, DNS."""
        await self._apply(
            context, self._render("namespaces"), self._render("base"), self._render("dns")
        )
        return Outcome.DONE

    async def ensure_gateway_api(self, context: StepContext) -> Outcome:
        """The kinds of the Gateway API, known to the apiserver."""
        module = await golang.module_directory(_GATEWAY_API, "sigs.k8s.io/gateway-api", context)
        files = sorted((module / "config" / "crd" / "standard").glob("*.yaml"))
        await self._apply(context, *(file.read_text() for file in files))
        await self._kubectl(
            context, "wait", "--for=condition=Established", "--timeout=30s", "crd", "--all"
        )
        return Outcome.DONE

    async def ensure_ingress(self, context: StepContext) -> Outcome:
        """Traefik, its service at the node's address, and the Gateway for previews."""
        await self._apply(context, self._render("ingress"))
        address = [{"ip": self._connection.ingress_address}]
        patch = json.dumps({"status": {"loadBalancer": {"ingress": address}}})
        service = ["service/traefik", "--namespace=catalyst-ingress"]
        await self._kubectl(
            context, "patch", *service, "--subresource=status", "--type=merge", f"--patch={patch}"
        )
        return Outcome.DONE

    async def wait_for_dns(self, context: StepContext) -> Outcome:
        """Wait until the cluster's DNS answers."""
        await self._wait_for_rollout(context, "kube-system", "coredns")
        return Outcome.DONE

    async def wait_for_ingress(self, context: StepContext) -> Outcome:
        """Wait until the Gateway takes routes."""
        await self._wait_for_rollout(context, "catalyst-ingress", "traefik")
        namespace, name = self._connection.gateway.split("/")
        await self._kubectl(
            context,
            "wait",
            "--for=condition=Programmed",
            "--timeout=60s",
            f"--namespace={namespace}",
            f"gateway/{name}",
        )
        return Outcome.DONE

    async def ensure_prepulled(self, context: StepContext) -> Outcome:
        """Have the node begin to fetch the images of the first build; not waited for."""
        # A job cannot be changed, and one that ended a while ago is gone: both are fine.
        job = ["job/prepull", "--namespace=catalyst-builds", "--ignore-not-found"]
        await self._kubectl(context, "delete", *job)
        await self._apply(context, self._render("prepull"))
        return Outcome.DONE

    async def _wait_for_rollout(self, context: StepContext, namespace: str, name: str) -> None:
        await self._kubectl(
            context,
            "rollout",
            "status",
            "--timeout=120s",
            f"--namespace={namespace}",
            f"deployment/{name}",
        )

    def _render(self, name: str) -> str:
        cluster = self._connection
        namespace, gateway = cluster.gateway.split("/")
        return Template((_MANIFESTS / f"{name}.yaml").read_text()).substitute(
            base_image=f"docker.io/library/python:{versions.PYTHON}-slim",
            browser_port=cluster.browser_port,
            builder_image=cluster.builder_image,
            cluster_domain=cluster.cluster_domain,
            cluster_domain_pattern=cluster.cluster_domain.replace(".", r"\."),
            dns_address=DNS_ADDRESS,
            gateway_name=gateway,
            gateway_namespace=namespace,
            ingress_address=cluster.ingress_address,
            ingress_class=cluster.ingress_class,
            ingress_port=cluster.ingress_port,
            listener_port=_LISTENER_PORT,
            pause_image=configuration.pause_image(cluster.registry),
            preview_domain=cluster.preview_domain,
            tools=layout.TOOLS,
        )

    async def _apply(self, context: StepContext, *manifests: str) -> None:
        options = ["apply", "--server-side", "--force-conflicts", _FIELD_MANAGER, "-f", "-"]
        await self._kubectl(context, *options, stdin="\n---\n".join(manifests).encode())

    async def _kubectl(
        self, context: StepContext, *arguments: str, stdin: bytes | None = None
    ) -> None:
        kubeconfig = f"--kubeconfig={self._connection.kubeconfig}"
        await context.run(self._connection.kubectl, kubeconfig, *arguments, stdin=stdin)
