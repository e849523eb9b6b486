"""Which objects the generic chart makes of which values."""

import re

import pytest
import yaml

from tests.e2e.charts_app.chart import (
    CATALYST,
    CHART,
    NAMESPACE,
    Chart,
    app,
    cron,
    job,
    web,
    worker,
)
from tests.e2e.charts_app.restricted import violations
from workflows import naming

pytestmark = [pytest.mark.cluster]


@pytest.mark.spec("ENV-004", "OPS-7")
def test_each_kind_of_component_becomes_its_own_kind_of_workload(chart: Chart) -> None:
    rendered = chart.render(app(page=web(), mailer=worker(), nightly=cron()))
    assert sorted(rendered.names()) == [
        ("CronJob", "shop-nightly"),
        ("Deployment", "shop-mailer"),
        ("Deployment", "shop-page"),
        ("Service", "shop-page"),
        ("ServiceAccount", "shop"),
    ]


def test_a_service_has_every_port_of_its_component_and_no_other_pods(chart: Chart) -> None:
    ports = [
        {"name": "http", "port": 8080, "servicePort": 80},
        {"name": "dns", "port": 53, "protocol": "UDP"},
    ]
    rendered = chart.render(app(page=web(ports=ports), mailer=worker()))
    service = rendered.one("Service")["spec"]
    assert service["ports"] == [
        {"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"},
        {"name": "dns", "port": 53, "targetPort": "dns", "protocol": "UDP"},
    ]
    templates = rendered.templates()
    assert service["selector"].items() <= templates["page"]["metadata"]["labels"].items()
    assert not service["selector"].items() <= templates["mailer"]["metadata"]["labels"].items()


def test_a_component_without_ports_is_reached_by_name_through_a_headless_service(
    chart: Chart,
) -> None:
    rendered = chart.render(
        app(
            db=worker(service={"aliases": ["database"]}),
            peer=worker(service={"headless": True, "annotations": {"example.com/x": "1"}}),
            hidden=worker(),
        )
    )
    services = rendered.all("Service")
    assert set(services) == {"shop-db", "database", "shop-peer"}
    assert {service["spec"]["clusterIP"] for service in services.values()} == {"None"}
    assert services["shop-peer"]["metadata"]["annotations"] == {"example.com/x": "1"}


@pytest.mark.spec("ENV-021")
@pytest.mark.parametrize(
    "branch", ["main", "feat/cart", "größer", "-", "x" * 80, "a/" * 40, "release-1.2", "-dev-"]
)
def test_labels_are_those_that_catalyst_writes_for_the_same_environment(
    chart: Chart, branch: str
) -> None:
    values = {**app(web=web()), "global": {"catalyst": {**CATALYST, "branch": branch}}}
    rendered = chart.render(values)
    labels = rendered.one("Deployment")["metadata"]["labels"]
    assert labels[naming.BRANCH_LABEL] == naming.label_value(branch)
    assert labels[naming.PROJECT_LABEL] == "web-shop"
    assert labels[naming.ENVIRONMENT_LABEL] == "pr-shop-12"
    assert labels[naming.COMPONENT_LABEL] == "web"
    assert labels[naming.COMMIT_LABEL] == CATALYST["commit"]
    assert labels["app.kubernetes.io/managed-by"] == "Helm"


def test_a_cron_component_runs_once_at_a_time_and_keeps_one_job_of_each_outcome(
    chart: Chart,
) -> None:
    component = cron(timeZone="Europe/Berlin", suspend=True, activeDeadlineSeconds=60)
    spec = chart.render(app(nightly=component)).one("CronJob")["spec"]
    job = spec.pop("jobTemplate")["spec"]
    assert spec == {
        "schedule": "0 3 * * *",
        "timeZone": "Europe/Berlin",
        "suspend": True,
        "concurrencyPolicy": "Forbid",
        "startingDeadlineSeconds": 300,
        "successfulJobsHistoryLimit": 1,
        "failedJobsHistoryLimit": 1,
    }
    assert (job["backoffLimit"], job["activeDeadlineSeconds"]) == (0, 60)
    assert job["template"]["spec"]["restartPolicy"] == "Never"


@pytest.mark.spec("ENV-018")
def test_a_job_runs_once_in_a_revision_and_leaves_its_log(chart: Chart) -> None:
    values = {**app(migrate=job(), page=web()), "global": {"catalyst": CATALYST}}
    found = chart.render(values).one("Job")
    assert found["metadata"]["name"] == "shop-migrate--0f1e2d3c4b5a6978"
    assert found["metadata"]["labels"][naming.REVISION_LABEL] == "0f1e2d3c4b5a6978"
    spec = found["spec"]
    pod = spec.pop("template")["spec"]
    assert spec == {
        "backoffLimit": 0,
        "activeDeadlineSeconds": 630,
        "podFailurePolicy": {
            "rules": [
                {
                    "action": "Ignore",
                    "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}],
                }
            ]
        },
    }
    assert (pod["restartPolicy"], pod["activeDeadlineSeconds"]) == ("Never", 600)
    assert violations(pod) == []
    (container,) = pod["containers"]
    assert (container["name"], container["command"]) == ("migrate", ["migrate"])


@pytest.mark.spec("ENV-018")
def test_a_job_says_how_long_and_how_often_it_may_try(chart: Chart) -> None:
    component = job(activeDeadlineSeconds=60, backoffLimit=2, once=True)
    found = chart.render(app(seed=component))
    spec = found.one("Job", "shop-seed--1")["spec"]  # by hand: the release's own revision
    assert (spec["activeDeadlineSeconds"], spec["backoffLimit"]) == (90, 2)
    assert found.pod("seed")["activeDeadlineSeconds"] == 60


@pytest.mark.spec("OPS-7")
def test_an_http_route_leads_from_the_environments_host_to_the_web_component(chart: Chart) -> None:
    ports = [
        {"name": "admin", "port": 9000},
        {"name": "http", "port": 8080, "servicePort": 80},
    ]
    gateway = {"name": "public", "namespace": "infra", "sectionName": "https"}
    route = {"type": "httproute", "port": "http", "gateway": gateway}
    values = {
        **app(page=web(ports=ports), mailer=worker()),
        "route": route,
        "global": {"catalyst": CATALYST},
    }
    assert chart.render(values).one("HTTPRoute")["spec"] == {
        "parentRefs": [{"group": "gateway.networking.k8s.io", "kind": "Gateway", **gateway}],
        "hostnames": ["shop.preview.test"],
        "rules": [{"backendRefs": [{"kind": "Service", "name": "shop-page", "port": 80}]}],
    }


@pytest.mark.spec("OPS-7")
def test_an_ingress_has_the_class_hosts_and_certificate_of_its_settings(chart: Chart) -> None:
    route = {
        "type": "ingress",
        "component": "page",
        "hosts": ["a.test", "b.test"],
        "annotations": {"example.com/size": "8m"},
        "ingress": {"class": "internal", "tlsSecret": "wildcard"},
    }
    ingress = chart.render({**app(page=web(), api=web()), "route": route}).one("Ingress")
    spec = ingress["spec"]
    assert ingress["metadata"]["annotations"] == {"example.com/size": "8m"}
    assert spec["ingressClassName"] == "internal"
    assert spec["tls"] == [{"secretName": "wildcard", "hosts": ["a.test", "b.test"]}]
    assert [rule["host"] for rule in spec["rules"]] == ["a.test", "b.test"]
    backend = spec["rules"][0]["http"]["paths"][0]["backend"]["service"]
    assert backend == {"name": "shop-page", "port": {"number": 8080}}


@pytest.mark.parametrize("release", ["1st", "a.b", "web--0a1b2c3d", "x" * 53])
def test_names_are_valid_whatever_the_release_is_called(chart: Chart, release: str) -> None:
    long = "c" * 40
    volumes = {"v" * 40: {"type": "config", "mountPath": "/x", "files": {"a": "b"}}}
    values = app(**{long: web(volumes=volumes), "it": cron(), "j" * 40: job()})
    rendered = chart.render({**values, "global": {"catalyst": CATALYST}}, release)
    for kind, name in rendered.names():
        assert naming._LABEL.fullmatch(name), (kind, name)
        assert name[0].isalpha()
        assert len(name) <= (52 if kind == "CronJob" else naming.MAX_LABEL)
    assert {item["metadata"]["namespace"] for item in rendered.objects} == {NAMESPACE}


def test_every_documented_example_renders(chart: Chart) -> None:
    documented = re.findall(r"```yaml\n(.*?)```", (CHART / "README.md").read_text(), re.DOTALL)
    texts = [*documented, (CHART / "ci" / "shop-values.yaml").read_text()]
    assert len(texts) > 2
    for text in texts:
        example = yaml.safe_load(text)
        assert set(chart.render(example).templates()) == set(example["components"])


@pytest.mark.spec("ENV-018")
def test_a_job_waits_in_its_own_pod_for_what_it_needs(chart: Chart) -> None:
    wait = {"db": {"image": "postgres:17", "command": ["pg_isready", "--host=db"]}}
    found = chart.render(app(migrate=job(waitFor=wait), page=web())).one("Job")
    pod = found["spec"]["template"]["spec"]
    assert violations(pod) == []
    [waiting] = pod["initContainers"]
    assert (waiting["name"], waiting["image"]) == ("wait--db", "postgres:17")
    assert waiting["command"] == ["pg_isready", "--host=db"]


@pytest.mark.spec("ENV-012")
def test_what_names_itself_is_reached_before_it_is_ready(chart: Chart) -> None:
    broker = worker(
        ports=[{"name": "tcp-9092", "port": 9092}],
        env={"discovery.type": "single-node"},
        service={"aliases": ["kafka"], "publishNotReady": True},
    )
    rendered = chart.render(app(broker=broker, page=web()))
    services = rendered.all("Service")
    assert services["kafka"]["spec"]["publishNotReadyAddresses"] is True
    assert "publishNotReadyAddresses" not in services["shop-page"]["spec"]
    env = {each["name"]: each["value"] for each in rendered.container("broker")["env"]}
    assert env == {"discovery.type": "single-node"}


@pytest.mark.spec("ENV-012")
def test_files_can_be_programs(chart: Chart) -> None:
    files = {"type": "config", "files": {"start.sh": "#!/bin/sh\n"}}
    volumes = {
        "plain": {**files, "mountPath": "/a"},
        "run": {**files, "mountPath": "/b", "executable": True},
    }
    pod = chart.render(app(page=web(volumes=volumes))).pod("page")
    modes = {each["name"]: each["configMap"].get("defaultMode") for each in pod["volumes"]}
    assert modes == {"plain": None, "run": 0o755}


@pytest.mark.spec("ENV-012")
def test_an_empty_volume_is_filled_from_the_image_by_root(chart: Chart) -> None:
    volumes = {
        "data": {
            "type": "persistent",
            "size": "1Gi",
            "mountPath": "/data",
            "subPath": "data",
            "fromImage": True,
        },
        "more": {"type": "persistent", "size": "1Gi", "mountPath": "/more"},
    }
    security = {"profile": "baseline", "runAsUser": 1000}
    limits = {"limits": {"cpu": "80m"}}
    page = web(volumes=volumes, security=security, resources=limits, image="acme/shop:1")
    [filling] = chart.render(app(page=page)).pod("page")["initContainers"]
    assert (filling["name"], filling["image"]) == ("fill--data", "acme/shop:1")
    assert filling["command"][-1] == "/data"
    assert filling["securityContext"]["runAsUser"] == 0
    assert filling["resources"] == limits
    assert filling["volumeMounts"] == [
        {"name": "data", "mountPath": "/.catalyst-volume", "subPath": "data"}
    ]
