"""The generic chart on the real cluster, installed, changed and removed the way Catalyst does it."""

import json
from typing import Any

import pytest

from activities import kube, manifests
from activities.cluster.release import choose_backend
from tests.e2e.charts_app import shop
from tests.e2e.charts_app.chart import CHART
from tests.e2e.helm.conftest import Release
from tests.e2e.support.waiting import eventually
from workflows import naming
from workflows.models import ReleasePlan, RouteSettings
from workflows.models import messages as m

pytestmark = [pytest.mark.cluster]

KubeObject = dict[str, Any]


class Shop:
    """The application in one namespace."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self.cluster = release.cluster
        self.namespace = release.ref.namespace
        self.values = shop.values(f"{self.cluster.connection.registry}/library/python:3.11-slim")
        self._revision = 0

    async def prepare(self) -> str:
        """The team's Secret, and the commit that holds the chart."""
        await self._apply("Secret", "shop-database", stringData={"password": "open-sesame"})
        files: dict[str, str | bytes | None] = {
            f"deploy/chart/{path.relative_to(CHART).as_posix()}": path.read_bytes()
            for path in sorted(CHART.rglob("*"))
            if path.is_file()
        }
        return await self.release.source.push(files)

    async def deploy(self, commit: str) -> None:
        self._revision += 1
        plan = ReleasePlan(name="shop", chart="deploy/chart", values=self.values)
        request = self.release.request(commit, revision=f"rev:{self._revision}")
        await self.release.activities.deploy_release(
            request.model_copy(update={"release": plan, "images": ()})
        )
        await eventually(self.is_ready, within=60, what="every Deployment runs its newest pods")

    async def is_ready(self) -> bool:
        return all(map(_is_rolled_out, await self.items("apps/v1", "Deployment")))

    async def items(self, version: str, kind: str) -> list[KubeObject]:
        return await self.cluster.items(kube.collection_path(version, kind, self.namespace))

    async def names(self, version: str, kind: str) -> set[str]:
        return {item["metadata"]["name"] for item in await self.items(version, kind)}

    async def pods(self) -> dict[str, str]:
        """Names of the Deployments' pods that are not on their way out, by component."""
        pods = [item["metadata"] for item in await self.items("v1", "Pod") if _is_staying(item)]
        names = {pod["labels"][naming.COMPONENT_LABEL]: pod["name"] for pod in pods}
        assert len(names) == len(pods)
        return names

    async def page(self, **wanted: object) -> KubeObject:
        """What the worker last got from the others, through their Services, once they say that."""

        async def look() -> KubeObject | None:
            worker = (await self.pods())["worker"]
            log = await self.cluster.logs(self.namespace, worker, "worker")
            page: KubeObject = json.loads(log.splitlines()[-1])
            return page if page.items() >= wanted.items() else None

        return await eventually(look, within=20, what=f"the worker sees a page with {wanted}")

    async def run_cron(self, name: str) -> str:
        """What the cron component prints when its time has come."""
        (cron,) = await self.items("batch/v1", "CronJob")
        owner = {
            "apiVersion": "batch/v1",
            "kind": "CronJob",
            "name": name,
            "uid": cron["metadata"]["uid"],
        }
        job = cron["spec"]["jobTemplate"]
        await self._apply(
            "Job", "now", "batch/v1", metadata={"ownerReferences": [owner]}, spec=job["spec"]
        )

        async def printed() -> str | None:
            (pod,) = await self.cluster.pods(self.namespace, selector="job-name=now")
            if pod["status"]["phase"] != "Succeeded":
                return None
            return await self.cluster.logs(self.namespace, pod["metadata"]["name"], "nightly")

        return await eventually(printed, within=30, what="the cron component's Job succeeds")

    async def admitted_when_restricted(self) -> set[str]:
        """Components whose pods a namespace of Pod Security "restricted" lets in."""
        ref, pull_request = self.release.ref, self.release.source.pull_request
        namespace = manifests.make_namespace(ref, pull_request, "feature/open")
        namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] = "restricted"
        await self.cluster.apply(namespace)
        (cron,) = await self.items("batch/v1", "CronJob")
        made = [*await self.items("apps/v1", "Deployment"), cron["spec"]["jobTemplate"]]
        admitted = set()
        for template in (item["spec"]["template"] for item in made):
            pod = {"apiVersion": "v1", "kind": "Pod", "spec": template["spec"]}
            component = template["metadata"]["labels"][naming.COMPONENT_LABEL]
            pod["metadata"] = {"name": f"try-{component}"}
            try:
                await kube.request(
                    self.cluster.api,
                    "POST",
                    kube.collection_path("v1", "Pod", self.namespace),
                    query=[("dryRun", "All")],
                    body=pod,
                )
            except kube.ForbiddenError as error:
                if "PodSecurity" not in str(error):
                    raise
            else:
                admitted.add(component)
        return admitted

    async def is_removed(self) -> bool:
        kinds = [("apps/v1", "Deployment"), ("batch/v1", "CronJob"), ("batch/v1", "Job")]
        left = [await self.names(*kind) for kind in [*kinds, ("v1", "Pod"), ("v1", "Service")]]
        volumes = await self.names("v1", "PersistentVolumeClaim")
        return not any(left) and volumes == {"shop-store--data"}

    async def _apply(
        self,
        kind: str,
        name: str,
        version: str = "v1",
        *,
        metadata: KubeObject | None = None,
        **content: object,
    ) -> None:
        named = {"name": name, "namespace": self.namespace}
        await self.cluster.apply(
            {
                "apiVersion": version,
                "kind": kind,
                "metadata": {**named, **(metadata or {})},
                **content,
            }
        )


def _is_staying(pod: KubeObject) -> bool:
    metadata = pod["metadata"]
    return "deletionTimestamp" not in metadata and "job-name" not in metadata["labels"]


def _is_rolled_out(deployment: KubeObject) -> bool:
    status, wanted = deployment["status"], deployment["spec"]["replicas"]
    is_seen = status.get("observedGeneration") == deployment["metadata"]["generation"]
    counts = (status.get(key, 0) for key in ("replicas", "updatedReplicas", "availableReplicas"))
    return is_seen and all(count == wanted for count in counts)


@pytest.mark.spec("ENV-004", "ENV-021", "ENV-030", "OPS-7")
async def test_an_application_of_web_worker_and_cron_lives_and_leaves_only_what_it_is_told_to_keep(
    release: Release,
) -> None:
    app = Shop(release)
    commit = await app.prepare()
    await app.deploy(commit)
    assert await app.page(starts=1, component="web") == {
        "commit": commit,
        "component": "web",
        "url": "postgres://shop:open-sesame@db/shop",
        "file": "currency = EUR 🎉\n",
        "key": "open-sesame",
        "starts": 1,
        "user": 10001,
        "token": False,
    }
    services = await app.items("v1", "Service")
    assert choose_backend(services, "shop", RouteSettings()) == ("shop-web", 80)
    assert await app.run_cron("shop-nightly") == "cleaned with open-sesame\n"

    before = await app.pods()
    components = app.values["components"]
    components["web"]["volumes"]["settings"]["files"]["shop.ini"] = "currency = CHF\n"
    components["store"]["env"] = {"LEVEL": "2"}
    await app.deploy(commit)
    await app.page(starts=2, file="currency = CHF\n")
    after = await app.pods()
    assert {name for name in after if after[name] == before[name]} == {"worker"}
    assert await app.admitted_when_restricted() == {"web", "worker", "nightly"}

    removal = m.RemoveInput(ref=release.ref, release="shop")
    await release.activities.uninstall_release(removal)
    await eventually(app.is_removed, within=30, what="nothing but the kept volume is left")
    assert "shop-database" in await app.names("v1", "Secret")
    assert "shop" not in await app.names("v1", "ServiceAccount")
    assert await app.names("v1", "ConfigMap") == {"kube-root-ca.crt"}
