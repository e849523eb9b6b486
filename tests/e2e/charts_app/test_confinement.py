"""What the pods of the generic chart may do: users, powers, accounts, and the way out."""

from typing import Any

import pytest

from tests.e2e.charts_app.chart import CATALYST, Chart, app, cron, web, worker
from tests.e2e.charts_app.restricted import violations

pytestmark = [pytest.mark.cluster]


@pytest.mark.spec("ENV-017")
def test_root_may_be_without_any_power(chart: Chart) -> None:
    security = {"profile": "baseline", "runAsUser": 0, "powerless": True}
    rendered = chart.render(app(web=web(), nightly=cron(security=security)))
    context = rendered.container("nightly")["securityContext"]
    assert context["allowPrivilegeEscalation"] is False
    assert context["capabilities"] == {"drop": ["ALL"]}


def test_pods_are_restricted_unless_baseline_is_asked_for(chart: Chart) -> None:
    rendered = chart.render(
        app(
            page=web(ports=[{"name": "http", "port": 80}]),
            nightly=cron(security={"runAsUser": 1000660000}),
            legacy=worker(security={"profile": "baseline", "runAsUser": 0}),
        )
    )
    assert violations(rendered.pod("page")) == []
    assert violations(rendered.pod("nightly")) == []
    assert rendered.pod("nightly")["securityContext"]["runAsUser"] == 1000660000
    legacy = rendered.pod("legacy")
    assert legacy["securityContext"] == {
        "runAsUser": 0,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert rendered.container("legacy")["securityContext"] == {"readOnlyRootFilesystem": False}


def test_a_restricted_pod_may_write_to_its_persistent_volume(chart: Chart) -> None:
    volumes = {"data": {"type": "persistent", "mountPath": "/data", "size": "1Gi"}}
    rendered = chart.render(
        app(
            plain=worker(volumes=volumes),
            user=worker(volumes=volumes, security={"runAsUser": 1000}),
            told=worker(volumes=volumes, security={"runAsUser": 1000, "fsGroup": 0}),
        )
    )
    groups = {
        name: template["spec"]["securityContext"]["fsGroup"]
        for name, template in rendered.templates().items()
    }
    assert groups == {"plain": 10001, "user": 1000, "told": 0}


def test_pods_use_the_releases_account_and_pull_secrets_and_get_no_token(chart: Chart) -> None:
    values = {**app(it=worker()), "imagePullSecrets": ["registry"]}
    pod = chart.render(values).pod("it")
    assert pod["imagePullSecrets"] == [{"name": "registry"}]
    assert pod["serviceAccountName"] == "shop"
    assert pod["automountServiceAccountToken"] is False
    borrowed = {**values, "serviceAccount": {"create": False}}
    rendered = chart.render(borrowed)
    assert rendered.pod("it")["serviceAccountName"] == "default"
    assert rendered.pod("it")["automountServiceAccountToken"] is False
    assert rendered.all("ServiceAccount") == {}


@pytest.mark.spec("T-5")
def test_a_component_is_led_through_the_egress_proxy_but_not_to_its_own_environment(
    chart: Chart,
) -> None:
    proxy = {"url": "http://egress.test:3128", "except": "db,shop-db"}
    values = {
        **app(
            web=web(env={"HTTPS_PROXY": "mine"}),
            db=worker(catalystEnv=False),
            mail=worker(catalystEnv=False, proxyEnv=True),
            deaf=worker(proxyEnv=False),
        ),
        "global": {"catalyst": {**CATALYST, "proxy": proxy}},
    }
    rendered = chart.render(values)
    told = {entry["name"]: entry["value"] for entry in rendered.container("web")["env"]}
    assert told["HTTPS_PROXY"] == "mine"
    assert told["https_proxy"] == told["HTTP_PROXY"] == told["http_proxy"] == proxy["url"]
    own = "localhost,127.0.0.1,::1,.svc,.cluster.local,shop.preview.test,shop.preview.inner"
    assert told["NO_PROXY"] == told["no_proxy"] == f"{own},db,shop-db"
    assert "env" not in rendered.container("db")
    # Images of others know nothing of the commit, and may be told of the proxy all the same.
    names = {
        each for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY") for each in (name, name.lower())
    }
    mail = {entry["name"]: entry["value"] for entry in rendered.container("mail")["env"]}
    assert mail == {**{name: told[name] for name in names}, "HTTPS_PROXY": proxy["url"]}
    deaf = {entry["name"] for entry in rendered.container("deaf")["env"]}
    assert deaf == told.keys() - names


@pytest.mark.spec("T-5", "ENV-021")
def test_a_push_restarts_no_image_of_others_that_is_told_of_the_proxy(chart: Chart) -> None:
    def pod(commit: str, **proxy: Any) -> dict[str, Any]:
        known = {**CATALYST, "commit": commit, **proxy}
        values = {
            **app(web=web(), mail=worker(image="acme/mail:1", catalystEnv=False, proxyEnv=True)),
            "global": {"catalyst": known},
        }
        return chart.render(values).templates()["mail"]

    proxy = {"url": "http://egress.test:3128", "except": "mail"}
    assert pod("a" * 40, proxy=proxy) == pod("b" * 40, proxy=proxy)
    assert "env" not in pod("a" * 40)["spec"]["containers"][0]
