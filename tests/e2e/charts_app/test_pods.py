"""What the pods of the generic chart run, know, mount and may do."""

from typing import Any

import pytest

from tests.e2e.charts_app.chart import CATALYST, Chart, app, job, web, worker

pytestmark = [pytest.mark.cluster]


@pytest.mark.spec("ENV-021", "ENV-025", "ENV-030")
def test_the_environment_tells_every_component_where_and_what_it_is(chart: Chart) -> None:
    values = {**app(web=web(), db=worker(catalystEnv=False)), "global": {"catalyst": CATALYST}}
    rendered = chart.render(values)
    told = {entry["name"]: entry["value"] for entry in rendered.container("web")["env"]}
    assert told == {
        "CATALYST_BRANCH": "feat/größere-körbe",
        "CATALYST_COMMIT": CATALYST["commit"],
        "CATALYST_COMPONENT": "web",
        "CATALYST_ENVIRONMENT": "pr-shop-12",
        "CATALYST_HOST": "shop.preview.test",
        "CATALYST_IMAGE": "registry.test/web@sha256:aa",
        "CATALYST_INNER_URL": "http://shop.preview.inner:8080",
        "CATALYST_PROJECT": "web-shop",
        "CATALYST_URL": "http://shop.preview.test:8080",
    }
    assert "env" not in rendered.container("db")


@pytest.mark.spec("ENV-012")
def test_pods_call_themselves_as_they_are_told(chart: Chart) -> None:
    rendered = chart.render(
        app(web=web(), queue=worker(hostname="rabbit"), seed=job(hostname="x1"))
    )
    assert rendered.pod("queue")["hostname"] == "rabbit"
    assert rendered.pod("seed")["hostname"] == "x1"
    assert "hostname" not in rendered.pod("web")


def test_a_commit_that_changes_nothing_for_a_component_does_not_restart_it(chart: Chart) -> None:
    def pods(commit: str) -> dict[str, Any]:
        values = app(web=web(), db=worker(image="registry.test/postgres:16", catalystEnv=False)) | {
            "global": {"catalyst": {**CATALYST, "commit": commit}}
        }
        return chart.render(values).templates()

    before, after = pods("a" * 40), pods("b" * 40)
    assert before["db"] == after["db"]
    assert before["web"] != after["web"]


def test_a_component_that_stays_as_it_serves_knows_nothing_of_the_new_commit(chart: Chart) -> None:
    before = {**app(web=web(), migrate=job()), "global": {"catalyst": CATALYST}}
    images = {"web": "registry.test/web@sha256:cc"}
    told = {**CATALYST, "commit": "b" * 40, "revision": "b", "images": images}
    kept = {
        "served": {
            "image": {**before["image"], "pullPolicy": "IfNotPresent"},
            "global": {"catalyst": CATALYST},
        }
    }
    after = {
        **app(web=web(**kept), migrate=job(**kept), it=web()),
        "image": {"repository": "registry.test/shop", "tag": "2"},
        "global": {"catalyst": told},
    }
    old, new = chart.render(before), chart.render(after)
    for item in old.objects:
        if item["kind"] != "ServiceAccount":
            assert new.one(item["kind"], item["metadata"]["name"]) == item
    assert {"name": "CATALYST_COMMIT", "value": "b" * 40} in new.container("it")["env"]


@pytest.mark.spec("ENV-013", "ENV-030")
@pytest.mark.parametrize(
    ("component", "values", "image"),
    [
        (worker(image="redis:7"), {"image": {"repository": "shop"}}, "redis:7"),
        (worker(), {"image": {"repository": "shop"}}, "shop"),
        (worker(), {"image": {"repository": "shop", "tag": "1"}}, "shop:1"),
        (
            worker(),
            {"image": {"repository": "shop", "tag": "1", "digest": f"sha256:{'0f' * 32}"}},
            f"shop@sha256:{'0f' * 32}",
        ),
        (
            worker(),
            {"image": {"repository": "shop"}, "global": {"catalyst": {"images": {"it": "built"}}}},
            "built",
        ),
        (worker(), {"global": {"catalyst": {"image": "only"}}}, "only"),
        (
            worker(imageFrom="web"),
            {"global": {"catalyst": {"images": {"it": "built", "web": "other"}}}},
            "other",
        ),
        (worker(image="redis:7", imageFrom="web"), {}, "redis:7"),
    ],
)
def test_the_nearest_image_wins(
    chart: Chart, component: dict[str, Any], values: dict[str, Any], image: str
) -> None:
    rendered = chart.render({**values, "components": {"it": component}})
    assert rendered.container("it")["image"] == image


def test_variables_from_secrets_come_first_so_that_others_can_refer_to_them(chart: Chart) -> None:
    component = worker(
        env={"A_URL": "postgres://$(PASSWORD)@db", "VERSION": "3.10", "EMPTY": ""},
        secretEnv={"PASSWORD": {"secret": "db", "key": "password", "optional": True}},
        envFrom=["all"],
    )
    rendered = chart.render({**app(it=component), "secrets": {"db": {}, "all": {}}})
    container = rendered.container("it")
    reference = {"name": "db", "key": "password", "optional": True}
    assert container["env"] == [
        {"name": "PASSWORD", "valueFrom": {"secretKeyRef": reference}},
        {"name": "A_URL", "value": "postgres://$(PASSWORD)@db"},
        {"name": "EMPTY", "value": ""},
        {"name": "VERSION", "value": "3.10"},
    ]
    assert container["envFrom"] == [{"secretRef": {"name": "all"}}]


@pytest.mark.spec("FR-016")
@pytest.mark.parametrize(
    ("component", "probes"),
    [
        (web(), {"readinessProbe": {"tcpSocket": {"port": "http"}, "periodSeconds": 2}}),
        (web(probes={"readiness": {"type": "none"}}), {}),
        (worker(), {}),
        (
            web(probes={"readiness": {"type": "http"}, "liveness": {"type": "tcp", "port": 9}}),
            {
                "readinessProbe": {"httpGet": {"path": "/", "port": "http"}},
                "livenessProbe": {"tcpSocket": {"port": 9}},
            },
        ),
        (
            worker(
                probes={
                    "startup": {
                        "type": "http",
                        "port": 81,
                        "path": "/up",
                        "scheme": "HTTPS",
                        "headers": {"Host": "a.b"},
                        "failureThreshold": 30,
                        "initialDelaySeconds": 0,
                    },
                    "liveness": {"type": "command", "command": ["true", "a b"]},
                }
            ),
            {
                "startupProbe": {
                    "httpGet": {
                        "path": "/up",
                        "port": 81,
                        "scheme": "HTTPS",
                        "httpHeaders": [{"name": "Host", "value": "a.b"}],
                    },
                    "failureThreshold": 30,
                    "initialDelaySeconds": 0,
                },
                "livenessProbe": {"exec": {"command": ["true", "a b"]}},
            },
        ),
    ],
)
def test_probes_are_what_was_asked_for(
    chart: Chart, component: dict[str, Any], probes: dict[str, Any]
) -> None:
    container = chart.render(app(it=component)).container("it")
    assert {key: value for key, value in container.items() if key.endswith("Probe")} == probes


def test_a_changed_file_or_secret_restarts_the_components_that_use_it(chart: Chart) -> None:
    def pods(text: str, checksum: str) -> dict[str, Any]:
        volume = {"type": "config", "mountPath": "/etc/shop", "files": {"shop.ini": text}}
        values = app(
            configured=worker(volumes={"settings": volume}), keyed=worker(envFrom=["db"]), it=web()
        )
        return chart.render({**values, "secrets": {"db": {"checksum": checksum}}}).templates()

    before, other_file, other_secret = pods("a", "1"), pods("b", "1"), pods("a", "2")
    assert [name for name in before if before[name] != other_file[name]] == ["configured"]
    assert [name for name in before if before[name] != other_secret[name]] == ["keyed"]


def test_volumes_of_every_type_are_mounted_where_they_should_be(chart: Chart) -> None:
    volumes = {
        "data": {"type": "persistent", "mountPath": "/data", "size": "1Gi", "keep": True},
        "old": {"type": "persistent", "mountPath": "/old", "existingClaim": "from-before"},
        "tmp": {"type": "empty", "mountPath": "/scratch", "medium": "Memory", "sizeLimit": "16Mi"},
        "settings": {
            "type": "config",
            "mountPath": "/etc/shop.ini",
            "subPath": "shop.ini",
            "readOnly": True,
            "executable": True,
            "files": {"shop.ini": "  a = 1\n\tb: {{ 2 }}\n"},
        },
        "keys": {
            "type": "secret",
            "mountPath": "/keys",
            "secret": "tls",
            "files": {"x/.key": "k"},
        },
    }
    values = {**app(it=worker(volumes=volumes)), "secrets": {"tls": {}}, "storageClass": "fast"}
    rendered = chart.render(values)
    claim = rendered.one("PersistentVolumeClaim", "shop-it--data")
    assert claim["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
    assert claim["spec"] == {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "fast",
        "resources": {"requests": {"storage": "1Gi"}},
    }
    assert rendered.one("ConfigMap", "shop-it--settings")["data"] == {
        "shop.ini": "  a = 1\n\tb: {{ 2 }}\n"
    }
    pod = rendered.pod("it")
    assert {volume.pop("name"): volume for volume in pod["volumes"]} == {
        "data": {"persistentVolumeClaim": {"claimName": "shop-it--data"}},
        "old": {"persistentVolumeClaim": {"claimName": "from-before"}},
        "tmp": {"emptyDir": {"medium": "Memory", "sizeLimit": "16Mi"}},
        "settings": {"configMap": {"name": "shop-it--settings", "defaultMode": 0o755}},
        "keys": {"secret": {"secretName": "tls", "items": [{"key": "k", "path": "x/.key"}]}},
    }
    mounts = {mount.pop("name"): mount for mount in rendered.container("it")["volumeMounts"]}
    settings = {"mountPath": "/etc/shop.ini", "subPath": "shop.ini", "readOnly": True}
    assert mounts["settings"] == settings
    assert rendered.one("Deployment")["spec"]["strategy"] == {"type": "Recreate"}


def test_what_a_component_says_counts_even_when_it_is_nothing(chart: Chart) -> None:
    values = app(
        it=worker(
            security={"profile": "baseline", "runAsUser": 0, "readOnlyRootFilesystem": False},
            replicas=0,
            terminationGracePeriodSeconds=0,
        ),
        page=web(preStopSeconds=0, service={"annotations": {"example.com/note": ""}}),
    )
    values["security"] = {"runAsUser": 10001, "readOnlyRootFilesystem": True}
    values["commonAnnotations"] = {"example.com/note": "x"}
    rendered = chart.render(values)
    pod, container = rendered.pod("it"), rendered.container("it")
    assert pod["securityContext"]["runAsUser"] == 0
    assert container["securityContext"] == {"readOnlyRootFilesystem": False}
    assert rendered.one("Deployment", "shop-it")["spec"]["replicas"] == 0
    assert pod["terminationGracePeriodSeconds"] == 0
    assert "lifecycle" not in rendered.container("page")
    annotations = rendered.one("Service")["metadata"]["annotations"]
    assert annotations == {"example.com/note": ""}
