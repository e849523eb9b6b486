"""What holds for all values that the chart takes."""

import json
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from activities import kube
from tests.e2e.charts_app import strategies
from tests.e2e.charts_app.chart import CHART, NAMESPACE, Chart, KubeObject, Rendered, app, web
from tests.e2e.charts_app.restricted import violations
from tests.e2e.conftest import Namespaces
from tests.e2e.support.cluster import Cluster
from workflows import naming

pytestmark = [pytest.mark.cluster]

VALIDATOR = Draft202012Validator(json.loads((CHART / "values.schema.json").read_text()))
KINDS = {
    "ConfigMap",
    "CronJob",
    "Deployment",
    "Job",
    "PersistentVolumeClaim",
    "Service",
    "ServiceAccount",
}
LABELS = {
    "app.kubernetes.io/name",
    "app.kubernetes.io/instance",
    "app.kubernetes.io/managed-by",
    "helm.sh/chart",
}

RENDERING = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    # Every look starts Helm: the first failing values are shown as they are.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.mark.spec("ENV-004", "ENV-021")
@RENDERING
@given(values=strategies.values, release=strategies.releases)
def test_any_valid_values_become_distinct_labelled_restricted_objects_of_the_namespace(
    chart: Chart, values: KubeObject, release: str
) -> None:
    VALIDATOR.validate(values)
    rendered = chart.render(values, release)
    _check_objects(rendered)
    assert set(rendered.templates()) == set(values["components"])
    for name, component in values["components"].items():
        _check_pod(rendered, name, component, values)


def _check_objects(rendered: Rendered) -> None:
    twice = [name for name, count in Counter(rendered.names()).items() if count > 1]
    assert twice == []
    for item in rendered.objects:
        metadata = item["metadata"]
        assert item["kind"] in KINDS
        assert metadata["namespace"] == NAMESPACE
        assert metadata["labels"].keys() >= LABELS
        assert naming._LABEL.fullmatch(metadata["name"])
        assert len(metadata["name"]) <= naming.MAX_LABEL
        for value in metadata["labels"].values():
            assert naming.label_value(value) == value


def _check_pod(rendered: Rendered, name: str, component: KubeObject, values: KubeObject) -> None:
    pod, container = rendered.pod(name), rendered.container(name)
    security = {**values.get("security", {}), **component.get("security", {})}
    if security.get("profile", "restricted") == "restricted":
        assert violations(pod) == []
    if security.get("powerless"):
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    context = {**pod["securityContext"], **container["securityContext"]}
    named = {key: security[key] for key in security if key not in ("profile", "powerless")}
    assert {key: context.get(key) for key in named} == named
    assert pod["automountServiceAccountToken"] is False
    found = {entry["name"]: entry.get("value") for entry in container.get("env", ())}
    assert found.items() >= component.get("env", {}).items()
    assert container.get("args", []) == component.get("args", [])
    assert container.get("command", []) == component.get("command", [])
    claims = rendered.all("PersistentVolumeClaim")
    for volume in pod.get("volumes", ()):
        if config := volume.get("configMap"):
            data = rendered.one("ConfigMap", config["name"])["data"]
            assert data == component["volumes"][volume["name"]]["files"]
        if claim := volume.get("persistentVolumeClaim"):
            assert claim["claimName"] in {*claims, "from-before"}


@given(
    release=strategies.releases,
    parts=st.sets(st.tuples(strategies.names, strategies.names), min_size=2, max_size=12),
)
@RENDERING
def test_no_two_parts_of_an_application_ever_share_a_name(
    chart: Chart, release: str, parts: set[tuple[str, str]]
) -> None:
    components: KubeObject = {}
    for component, volume in sorted(parts):
        entry = components.setdefault(component, {"kind": "worker", "volumes": {}})
        mount = {
            "type": "config",
            "mountPath": f"/{volume}",
            "files": {"a": f"{component} {volume}"},
        }
        entry["volumes"][volume] = mount
    rendered = chart.render({"image": {"repository": "x"}, "components": components}, release)
    configs = rendered.all("ConfigMap")
    assert len(configs) == len(parts)
    assert len(rendered.all("Deployment")) == len(components)


@pytest.mark.spec("OPS-7")
async def test_kubernetes_accepts_whatever_the_schema_does(
    chart: Chart, cluster: Cluster, namespaces: Namespaces
) -> None:
    rendered: list[Rendered] = []

    @settings(RENDERING, max_examples=15)
    @given(values=strategies.values, release=strategies.releases)
    def render(values: KubeObject, release: str) -> None:
        rendered.append(chart.render(values, release))

    render()
    for kind in ("httproute", "ingress"):
        route = {"type": kind, "hosts": ["shop.test", "*.shop.test"], "gateway": {"name": "public"}}
        rendered.append(chart.render({**app(page=web()), "route": route}))
    namespace = await namespaces.create("t-chart")
    for item in (item for release in rendered for item in release.objects):
        item["metadata"]["namespace"] = namespace
        await kube.request(
            cluster.api,
            "POST",
            kube.collection_path(item["apiVersion"], item["kind"], namespace),
            query=[("dryRun", "All"), ("fieldValidation", "Strict")],
            body=item,
        )
