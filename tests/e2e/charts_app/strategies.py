"""Values that the chart must take: whatever its schema allows and that does not contradict itself."""

from typing import Any

from hypothesis import strategies as st

from tests.e2e.charts_app.chart import KubeObject

# YAML knows these words as something else, and Kubernetes's labels are cut near these lengths.
names = st.one_of(
    st.sampled_from(["web", "a", "a-b", "b", "b-c", "n", "on", "null", "true", "e1"]),
    st.from_regex(r"\A[a-z][a-z0-9]{0,12}(-[a-z0-9]{1,9}){0,3}\Z"),
    st.from_regex(r"\A[a-z][a-z0-9]{38,39}\Z"),
).filter(lambda name: len(name) <= 40)
releases = st.one_of(
    st.sampled_from(["shop", "a", "pr-shop-12", "1st", "a.b", "x--0a1b2c3d", "r" * 53]),
    st.from_regex(r"\A[a-z][a-z0-9]{0,20}(-[a-z0-9]{1,10}){0,2}\Z"),
)
texts = st.text(
    st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"]), max_size=40
)
variables = st.from_regex(r"\A[A-Z_][A-Z0-9_]{0,10}\Z").filter(
    lambda name: not name.startswith("CATALYST_")
)
paths = st.from_regex(r"\A(/[a-z0-9._-]{1,6}){1,3}\Z")
keys = st.from_regex(r"\A\.?[A-Za-z0-9_-][A-Za-z0-9._-]{0,8}\Z")
SECRETS = ("db", "mail.keys")
secrets = st.sampled_from(SECRETS)
quantities = st.sampled_from(["64Mi", "1Gi", "0.5G", "100k"])


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[KubeObject]:
    """Any of these keys, or none."""
    return st.fixed_dictionaries({}, optional=fields)


def _amounts(cpu: list[object], memory: list[str]) -> st.SearchStrategy[KubeObject]:
    return some(cpu=st.sampled_from(cpu), memory=st.sampled_from(memory))


resources = some(
    requests=_amounts(["100m", "0.5", 0], ["64Mi", "100k", "0.5Gi"]),
    limits=_amounts(["500m", "0.75", 2], ["512Mi", "1.5G", "1Ti"]),
)
security = some(
    profile=st.sampled_from(["restricted", "baseline"]),
    runAsUser=st.integers(1, 2**31 - 1),
    runAsGroup=st.integers(0, 2**31 - 1),
    fsGroup=st.integers(0, 2**31 - 1),
    readOnlyRootFilesystem=st.booleans(),
    powerless=st.booleans(),
)
timings = {
    "initialDelaySeconds": st.integers(0, 600),
    "periodSeconds": st.integers(1, 60),
    "timeoutSeconds": st.integers(1, 60),
    "failureThreshold": st.integers(1, 600),
}
probe = st.one_of(
    st.just({"type": "none"}),
    st.fixed_dictionaries(
        {"type": st.just("http"), "port": st.integers(1, 65535)},
        optional={"path": st.just("/a?b=c"), "scheme": st.just("HTTPS"), **timings},
    ),
    st.fixed_dictionaries(
        {"type": st.just("tcp"), "port": st.integers(1, 65535)}, optional=timings
    ),
    st.fixed_dictionaries(
        {"type": st.just("command"), "command": st.lists(texts, min_size=1, max_size=3)},
        optional=timings,
    ),
)


def _volume(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[KubeObject]:
    always = {"type": st.just(kind), "mountPath": paths, **fields}
    return st.fixed_dictionaries(always, optional={"readOnly": st.booleans()})


volume = st.one_of(
    _volume("persistent", size=quantities, keep=st.booleans()),
    _volume("persistent", existingClaim=st.just("from-before")),
    _volume("empty"),
    _volume("config", files=st.dictionaries(keys, texts, min_size=1, max_size=3)),
    _volume("secret", secret=secrets),
)


def _has_distinct_mounts(volumes: KubeObject) -> bool:
    return len({item["mountPath"] for item in volumes.values()}) == len(volumes)


def _ends_in_time(item: KubeObject) -> bool:
    return bool(item.get("preStopSeconds", 0) <= item.get("terminationGracePeriodSeconds", 10))


def _has_distinct_ports(ports: list[KubeObject]) -> bool:
    numbers = {(item.get("servicePort", item["port"]), item.get("protocol")) for item in ports}
    return len(numbers) == len(ports)


ports = st.lists(
    st.fixed_dictionaries(
        {"name": st.from_regex(r"\A[a-z][a-z0-9]{0,14}\Z"), "port": st.integers(1, 65535)},
        optional={"servicePort": st.integers(1, 65535), "protocol": st.just("UDP")},
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda item: item["name"],
).filter(_has_distinct_ports)

_COMMON: dict[str, st.SearchStrategy[Any]] = {
    "image": st.sampled_from(["redis:7", "a/b@sha256:" + "0f" * 32]),
    "command": st.lists(texts, max_size=3),
    "args": st.lists(texts, max_size=3),
    "workingDir": paths,
    "catalystEnv": st.booleans(),
    "proxyEnv": st.booleans(),
    "env": st.dictionaries(variables, texts, max_size=3),
    "envFrom": st.lists(secrets, unique=True),
    "volumes": st.dictionaries(names, volume, max_size=3).filter(_has_distinct_mounts),
    "resources": resources,
    "security": security,
    "podAnnotations": st.dictionaries(st.just("example.com/note"), texts),
    "terminationGracePeriodSeconds": st.integers(0, 60),
}
_RUNNING: dict[str, st.SearchStrategy[Any]] = {
    **_COMMON,
    "replicas": st.integers(0, 5),
    "strategy": st.sampled_from(["RollingUpdate", "Recreate"]),
    "preStopSeconds": st.integers(0, 5),
    "probes": some(startup=probe, readiness=probe, liveness=probe),
    "service": some(headless=st.booleans()),
}
_CRON: dict[str, st.SearchStrategy[Any]] = {
    **_COMMON,
    "suspend": st.booleans(),
    "timeZone": st.just("Etc/UTC"),
    "concurrencyPolicy": st.sampled_from(["Allow", "Forbid", "Replace"]),
    "backoffLimit": st.integers(0, 5),
}
_JOB: dict[str, st.SearchStrategy[Any]] = {
    **_COMMON,
    "once": st.booleans(),
    "backoffLimit": st.integers(0, 5),
    "activeDeadlineSeconds": st.integers(1, 3600),
    "waitFor": st.just({"db": {"image": "postgres:17", "command": ["pg_isready"]}}),
}
component = st.one_of(
    st.fixed_dictionaries({"kind": st.just("job")}, optional=_JOB),
    st.fixed_dictionaries({"kind": st.just("web"), "ports": ports}, optional=_RUNNING),
    st.fixed_dictionaries({"kind": st.just("worker")}, optional={"ports": ports, **_RUNNING}),
    st.fixed_dictionaries(
        {"kind": st.just("cron"), "schedule": st.sampled_from(["@daily", "*/5 1-3 * JAN mon"])},
        optional=_CRON,
    ),
).filter(_ends_in_time)
catalyst = some(
    commit=st.just("4f2a9c0d1e7b6835a2c4d9e0f1b3a5c7d8e6f402"),
    url=st.just("http://shop.test"),
    host=st.just("shop.test"),
    environment=st.just("pr-shop-12"),
    project=st.just("web-shop"),
    branch=texts,
    revision=st.just("0f1e2d3c4b5a6978"),
)
values = st.fixed_dictionaries(
    {
        "image": st.just({"repository": "registry.test/shop", "tag": "1"}),
        "secrets": st.just({name: {"checksum": "1"} for name in SECRETS}),
        "components": st.dictionaries(names, component, min_size=1, max_size=5),
    },
    optional={
        "security": security,
        "global": st.fixed_dictionaries({"catalyst": catalyst}),
        "storageClass": st.just("fast"),
        "imagePullSecrets": st.just(["pull"]),
        "commonAnnotations": st.dictionaries(st.just("example.com/owner"), texts),
    },
)
