"""From settings to the objects that do the work: the one place where every part is made and handed to the others."""

import asyncio
import logging
import tempfile
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from temporalio.client import Client

from activities import kube
from activities.addresses import PublicAddress
from activities.branches import BranchActivities
from activities.build import BuildActivities, BuildConfig
from activities.cluster import ClusterActivities, ClusterConfig
from activities.development import DevelopmentActivities
from activities.github import GitHubActivities, GitHubClients
from activities.helm import HelmActivities, HelmConfig
from activities.images import ImageActivities, ImageConfig
from activities.manifests import NetworkRules, cidr_of
from activities.origin import RememberingAccess
from activities.registry import Registry
from activities.signals import SignalActivities
from activities.source import SourceActivities
from activities.store import ProjectReader, Store, StoreActivities
from worker.settings import WorkerSettings
from worker.workers import Implementations
from workflows.errors import ConfigurationError
from workflows.planning.dockerfiles import Mirrors
from workflows.rendering import Links

log = logging.getLogger(__name__)


@asynccontextmanager
async def compose(settings: WorkerSettings, client: Client) -> AsyncGenerator[Implementations]:
    """Everything connected, and closed again in the opposite order.

    Raises ConfigurationError for an unusable App key or setting, StoreError when the database cannot be opened, OSError
    when a file is missing.
    """
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(Store.open(settings.database_url))
        reader = ProjectReader(settings.database_url)
        stack.callback(reader.close)
        api = await kube.connect(settings.kubeconfig)
        stack.push_async_callback(api.close)
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="catalyst-worker-")))
        build = make_build_config(settings)
        registry = await stack.enter_async_context(Registry(build.registry_url))
        clients = GitHubClients(
            base_url=settings.github_url,
            app_id=settings.github_app_id,
            private_key=await asyncio.to_thread(settings.github_app_key.read_text),
        )
        access = RememberingAccess(clients)
        helm_work = work / "helm"
        await asyncio.to_thread(helm_work.mkdir)
        yield Implementations(
            github=(
                SourceActivities(
                    access,
                    reader,
                    work / "source",
                    has_egress_proxy=bool(settings.egress_proxy_image),
                    mirrors=make_mirrors(settings),
                    with_directory=frozenset(settings.development_directories),
                ),
                GitHubActivities(clients, make_links(settings)),
                BranchActivities(access, work),
            ),
            builds=(
                BuildActivities(api, registry, build, access, store.kept_logs),
                ImageActivities(api, make_image_config(settings)),
            ),
            cluster=(
                ClusterActivities(api, make_cluster_config(settings), store.kept_logs),
                HelmActivities(api, make_helm_config(settings, helm_work), access),
                DevelopmentActivities(api, access, work),
            ),
            control=(StoreActivities(store), SignalActivities(client)),
        )


def make_address(settings: WorkerSettings) -> PublicAddress:
    return PublicAddress(
        domain=settings.domain,
        scheme=settings.public_scheme,
        port=settings.public_port,
        ingress=settings.ingress,
        inner_domain=settings.inner_domain,
        gateway=settings.gateway,
        ingress_class=settings.ingress_class,
    )


def make_cluster_config(settings: WorkerSettings) -> ClusterConfig:
    _, _, port = settings.registry.rpartition(":")
    return ClusterConfig(
        address=make_address(settings),
        network=NetworkRules(
            ingress_namespace=settings.ingress_namespace,
            ingress_cidrs=(settings.ingress_cidr,) if settings.ingress_cidr else (),
            inner_cidrs=settings.cluster_cidrs,
            registry_cidr=cidr_of(settings.registry),
            registry_port=int(port) if port.isdigit() else 443,
        ),
        probe_image=settings.probe_image,
        egress_image=settings.egress_proxy_image,
        directories=settings.development_directories,
    )


def make_build_config(settings: WorkerSettings) -> BuildConfig:
    """Raises ConfigurationError for networks of a host that builds do not know by name: a slip would leave all open."""
    config = BuildConfig(
        registry=settings.registry,
        builder_image=settings.builder_image,
        is_plain_http=settings.registry_is_plain_http,
        mirror=settings.registry_mirror,
        git_url=settings.git_url,
        package_sources=settings.build_sources,
        networks=settings.build_networks,
        proxy_image=settings.egress_proxy_image,
        cluster_cidrs=settings.cluster_cidrs,
        mirrors=make_mirrors(settings),
        state_size=settings.build_state_size,
    )
    named = config.named_hosts
    if unknown := sorted(settings.build_networks.keys() - named):
        raise ConfigurationError(
            f"CATALYST_WORKER_BUILD_NETWORKS names {', '.join(unknown)}, but the hosts that builds know by name are: "
            f"{', '.join(sorted(named)) or 'none'}"
        )
    if config.open_hosts:
        log.warning(
            "builds may reach every public address, since these hosts are known by name only: %s. Name an image in "
            "CATALYST_WORKER_EGRESS_PROXY_IMAGE, or their networks in CATALYST_WORKER_BUILD_NETWORKS",
            ", ".join(config.open_hosts),
        )
    return config


def make_mirrors(settings: WorkerSettings) -> Mirrors:
    return Mirrors(npm=settings.npm_mirror, pypi=settings.pypi_mirror)


def make_image_config(settings: WorkerSettings) -> ImageConfig:
    plain = {settings.registry, settings.registry_mirror} - {""}
    return ImageConfig(
        plain_registries=frozenset(plain if settings.registry_is_plain_http else ()),
        mirror=settings.registry_mirror,
    )


def make_helm_config(settings: WorkerSettings, work_dir: Path) -> HelmConfig:
    return HelmConfig(
        executable=settings.helm,
        app_chart=settings.app_chart,
        tools_image=settings.tools_image or settings.builder_image,
        chart_repositories=settings.chart_repositories,
        plain_hosts=frozenset({settings.registry} if settings.registry_is_plain_http else ()),
        address=make_address(settings),
        work_dir=work_dir,
    )


def make_links(settings: WorkerSettings) -> Links:
    return Links(web_url=settings.web_url, temporal_ui_url=settings.temporal_ui_url)
