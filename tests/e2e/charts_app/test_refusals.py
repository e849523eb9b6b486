"""Values that the chart refuses, and what Helm tells the person who wrote them."""

from typing import Any

import pytest

from tests.e2e.charts_app.chart import Chart, app, cron, job, web, worker

pytestmark = [pytest.mark.cluster]

NAME = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"


def volume(**changes: Any) -> dict[str, Any]:
    return app(it=worker(volumes={"data": {"mountPath": "/data", **changes}}))


def probe(**changes: Any) -> dict[str, Any]:
    return app(it=web(probes={"readiness": changes}))


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({}, ["at '/components': minProperties: got 0, want 1"]),
        ({"component": {}}, ["additional properties 'component' not allowed"]),
        (
            app(Web_1=worker()),
            [
                "at '/components': additional properties 'Web_1' not allowed",
                f"'Web_1' does not match pattern '{NAME}'",
            ],
        ),
        (app(**{"x" * 41: worker()}), ["maxLength: got 41, want 40"]),
        (
            app(it={"kind": "task"}),
            ["at '/components/it/kind': value must be one of 'web', 'worker', 'cron', 'job'"],
        ),
        (app(it={}), ["at '/components/it': missing property 'kind'"]),
        (app(it={"kind": "web"}), ["at '/components/it': missing property 'ports'"]),
        (app(it=web(ports=[])), ["at '/components/it/ports': minItems: got 0, want 1"]),
        (
            app(it=web(ports=[{"name": "HTTP", "port": 70000}])),
            [
                f"at '/components/it/ports/0/name': 'HTTP' does not match pattern '{NAME}'",
                "at '/components/it/ports/0/port': maximum: got 70,000, want 65,535",
            ],
        ),
        (
            app(it=worker(schedule="@daily", repicas=2)),
            ["at '/components/it': additional properties", "'repicas'", "'schedule'"],
        ),
        (
            app(it=job(ports=[], schedule="@daily", restartPolicy="Always")),
            ["at '/components/it': additional properties", "'ports'", "'restartPolicy'"],
        ),
        (
            app(it=job(activeDeadlineSeconds=0, once="yes")),
            [
                "at '/components/it/activeDeadlineSeconds': minimum: got 0, want 1",
                "at '/components/it/once': got string, want boolean",
            ],
        ),
        (
            {**app(it=worker()), "global": {"catalyst": {"revision": "rev:1"}}},
            ["at '/global/catalyst/revision': 'rev:1' does not match pattern"],
        ),
        (app(it={"kind": "cron"}), ["at '/components/it': missing property 'schedule'"]),
        (app(it=cron(schedule="daily")), ["at '/components/it/schedule': 'daily' does not match"]),
        (
            app(it=cron(ports=[], probes={})),
            ["at '/components/it': additional properties", "'ports'", "'probes'"],
        ),
        (
            app(it=worker(env={"PORT": 8080, "A B": ""})),
            [
                "at '/components/it/env/PORT': got number, want string",
                "at '/components/it/env': additional properties 'A B' not allowed",
            ],
        ),
        (
            app(it=worker(secretEnv={"KEY": {"secret": "db"}})),
            ["at '/components/it/secretEnv/KEY': missing property 'key'"],
        ),
        (
            app(it=worker(resources={"limits": {"memory": "512m", "cpu": 1.5, "gpu": 1}})),
            [
                "at '/components/it/resources/limits/memory': '512m' does not match pattern",
                "at '/components/it/resources/limits/cpu': got number, want integer or string",
                "at '/components/it/resources/limits': additional properties 'gpu' not allowed",
            ],
        ),
        (
            probe(type="grpc"),
            [
                (
                    "at '/components/it/probes/readiness/type': "
                    "value must be one of 'http', 'tcp', 'command', 'none'"
                )
            ],
        ),
        (
            probe(type="tcp", path="/"),
            ["at '/components/it/probes/readiness': additional properties 'path' not allowed"],
        ),
        (
            probe(type="command"),
            ["at '/components/it/probes/readiness': missing property 'command'"],
        ),
        (
            volume(type="hostPath"),
            [
                (
                    "at '/components/it/volumes/data/type': "
                    "value must be one of 'persistent', 'empty', 'config', 'secret'"
                )
            ],
        ),
        (
            volume(type="persistent", mountPath="data"),
            [
                "at '/components/it/volumes/data/mountPath': 'data' does not match pattern",
                "at '/components/it/volumes/data': missing property 'size'",
            ],
        ),
        (
            volume(type="empty", size="1Gi"),
            ["at '/components/it/volumes/data': additional properties 'size' not allowed"],
        ),
        (
            volume(type="config", files={"a/b": "c"}, subPath="../../etc"),
            [
                "at '/components/it/volumes/data/files': additional properties 'a/b' not allowed",
                "at '/components/it/volumes/data/subPath': '../../etc' does not match pattern",
            ],
        ),
        (
            {**app(it=worker()), "security": {"profile": "privileged"}},
            ["at '/security/profile': value must be one of 'restricted', 'baseline'"],
        ),
        (
            {**app(it=worker()), "route": {"type": "httproute"}},
            ["at '/route/gateway/name': minLength: got 0, want 1"],
        ),
        (
            {**app(it=worker()), "global": {"catalyst": {"sha": "1"}}},
            ["at '/global/catalyst': additional properties 'sha' not allowed"],
        ),
    ],
)
def test_the_schema_names_the_place_and_what_is_wrong_there(
    chart: Chart, values: dict[str, Any], says: list[str]
) -> None:
    refusal = chart.refuse(values)
    assert [words for words in says if words not in refusal] == [], refusal


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (
            {"components": {"it": worker()}},
            (
                "components.it.image: missing, and nothing else names one "
                "(image.repository, global.catalyst.images.it)"
            ),
        ),
        (
            volume(type="persistent", size="1Gi", fromImage=True),
            'components.it.volumes.data.fromImage: root copies it, which profile "restricted" refuses',
        ),
        (
            {
                **app(it=job(imageFrom="web")),
                "global": {"catalyst": {"images": {"api": "a", "page": "b"}}},
            },
            'components.it.imageFrom: nothing is built as "web" (built: api, page)',
        ),
        (
            {**app(it=worker(envFrom=["db"])), "secrets": {"mail": {}, "api": {}}},
            (
                'components.it.envFrom: the top-level `secrets` does not list Secret "db" '
                "(it lists: api, mail)"
            ),
        ),
        (
            app(it=worker(secretEnv={"KEY": {"secret": "db", "key": "k"}})),
            (
                "components.it.secretEnv.KEY.secret: the top-level `secrets` does not list "
                'Secret "db" (it lists: none)'
            ),
        ),
        (
            volume(type="secret", secret="db"),
            "components.it.volumes.data.secret: the top-level `secrets` does not list",
        ),
        (
            app(it=worker(env={"CATALYST_COMMIT": "mine"})),
            "components.it.env.CATALYST_COMMIT: names that begin with CATALYST_ are Catalyst's",
        ),
        (
            {
                **app(it=worker(env={"A": ""}, secretEnv={"A": {"secret": "db", "key": "k"}})),
                "secrets": {"db": {}},
            },
            "components.it.secretEnv.A: `env` sets the same variable",
        ),
        (
            app(it=web(ports=[{"name": "a", "port": 1}, {"name": "a", "port": 2}])),
            'components.it.ports[1].name: "a" stands twice',
        ),
        (
            app(
                it=web(
                    ports=[
                        {"name": "a", "port": 80},
                        {"name": "b", "port": 8080, "servicePort": 80},
                    ]
                )
            ),
            "components.it.ports[1]: the Service would have port 80/TCP twice",
        ),
        (
            probe(type="http", port="admin"),
            'components.it.probes.readiness.port: no port is named "admin" (named are: http)',
        ),
        (
            app(it=worker(probes={"liveness": {"type": "tcp"}})),
            "components.it.probes.liveness.port: missing, and the component has no TCP port",
        ),
        (
            app(
                it=worker(
                    volumes={
                        "a": {"type": "empty", "mountPath": "/x"},
                        "b": {"type": "empty", "mountPath": "/x/"},
                    }
                )
            ),
            'components.it.volumes.b.mountPath: volume "a" is mounted at /x/ too',
        ),
        (
            app(it=worker(security={"runAsUser": 0})),
            "components.it.security.runAsUser: 0 is root",
        ),
        (
            app(it=worker(resources={"requests": {"cpu": 2}, "limits": {"cpu": "1500m"}})),
            "components.it.resources.requests.cpu: 2 is more than the limit of 1500m",
        ),
        (
            app(it=worker(resources={"requests": {"memory": "1Gi"}, "limits": {"memory": "1G"}})),
            "components.it.resources.requests.memory: 1Gi is more than the limit of 1G",
        ),
        (
            app(it=web(preStopSeconds=11)),
            "components.it.preStopSeconds: more than terminationGracePeriodSeconds (10)",
        ),
        (
            app(a=web(service={"aliases": ["shop-b"]}), b=web()),
            'components.a.service.aliases: component "b" has a Service "shop-b" already',
        ),
        (
            {**app(a=web(), b=web()), "route": {"type": "ingress"}},
            (
                "route.component: missing, and there is not exactly one component of kind web "
                "(there are: a, b)"
            ),
        ),
        (
            {**app(a=web()), "route": {"type": "ingress", "component": "b"}},
            'route.component: no component of kind web is named "b" (there are: a)',
        ),
        (
            {**app(a=web()), "route": {"type": "ingress", "port": "x"}},
            'route.port: component "a" has no such TCP port "x" (it has: http)',
        ),
        (
            {**app(a=web()), "route": {"type": "ingress"}},
            "route.hosts: missing, and global.catalyst.host is empty",
        ),
    ],
)
def test_what_no_schema_can_say_is_refused_in_words(
    chart: Chart, values: dict[str, Any], says: str
) -> None:
    assert says in chart.refuse(values)


def test_everything_that_contradicts_itself_is_told_at_once(chart: Chart) -> None:
    refusal = chart.refuse(app(a=worker(envFrom=["x"]), b=worker(security={"runAsUser": 0})))
    assert "components.a.envFrom" in refusal
    assert "components.b.security" in refusal
