"""What holds for every compose file, however odd: a plan or a refusal in words, always the same, inside of the repository."""

import json
import posixpath
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.workflows.planning.plans.cases import SCHEMA, settled_of
from workflows.errors import PlanError
from workflows.models import RevisionPlan, Template
from workflows.planning.plans import Settled, plan_text

VALIDATOR = Draft202012Validator(SCHEMA)
NAMES = ("web", "db", "my_app", "Worker-2", "1st", "a" * 60, "ü", "migrate", "web")
TEXTS = (
    *(
        "",
        "x",
        "80",
        "8080:80",
        "53:53/udp",
        "9000-9003",
        "./src",
        "./src:/app",
        "data:/data",
        "/data",
    ),
    *(
        "../x",
        "/etc/passwd:/x",
        "~/x:/y",
        "/var/run/docker.sock:/var/run/docker.sock",
        "./conf:/conf:ro",
    ),
    *(
        "nginx",
        "postgres:17",
        "{url}",
        "{{host}}",
        "$$(x)",
        "${A}",
        "${A:-b}",
        "${B:?no}",
        "$",
        "${",
        "${TOKEN}",
    ),
    *(
        "1m30s",
        "512m",
        "0.5",
        "no",
        "always",
        "1000:1000",
        "root",
        "node",
        "A=b",
        "A",
        "web:8080",
        "CMD",
        "\0",
        "\u2028",
    ),
    *(
        "service_healthy",
        "service_completed_successfully",
        "compose.yaml",
        "other.yaml",
        ".",
        "Dockerfile",
        "\ufdd0s:X\ufdd1",
    ),
)
KEYS = (
    *(
        "image",
        "build",
        "command",
        "entrypoint",
        "environment",
        "env_file",
        "ports",
        "expose",
        "depends_on",
    ),
    *(
        "healthcheck",
        "volumes",
        "tmpfs",
        "configs",
        "secrets",
        "networks",
        "links",
        "hostname",
        "container_name",
    ),
    *(
        "user",
        "working_dir",
        "read_only",
        "stop_grace_period",
        "profiles",
        "deploy",
        "scale",
        "mem_limit",
        "cpus",
    ),
    *(
        "shm_size",
        "restart",
        "x-catalyst",
        "extends",
        "privileged",
        "labels",
        "platform",
        "odd",
        "network_mode",
    ),
)
INNER = (
    *(
        "context",
        "dockerfile",
        "args",
        "target",
        "secrets",
        "test",
        "interval",
        "retries",
        "source",
        "type",
        "file",
    ),
    *(
        "content",
        "external",
        "condition",
        "required",
        "path",
        "public",
        "port",
        "health",
        "size",
        "job",
        "replicas",
    ),
    *(
        "resources",
        "limits",
        "memory",
        "cpus",
        "aliases",
        "service",
        "published",
        "protocol",
        "read_only",
        "disable",
    ),
    *NAMES,
)
scalars = st.sampled_from(TEXTS) | st.sampled_from(
    (None, True, False, 0, 1, 80, 70000, -1, 0.5, 1e300)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(INNER), inner, max_size=3)
    ),
    max_leaves=6,
)
services = st.dictionaries(st.sampled_from(KEYS), values, max_size=5)
likely = st.fixed_dictionaries(
    {},
    optional={
        "image": st.sampled_from(("nginx", "postgres:17", "example/x")),
        "build": st.sampled_from(
            (".", "./src", {"context": ".", "target": "x"}, {"context": "src"})
        ),
        "command": st.sampled_from(("run --now", ["a", "$$(b)"], "echo ${A:-b} {url}")),
        "environment": st.dictionaries(
            st.sampled_from(("A", "DB_HOST", "x.y", "CATALYST_URL")), scalars, max_size=3
        ),
        "ports": st.lists(
            st.sampled_from(("80", "8080:80", "53:53/udp", 9000, "9000-9003")), max_size=3
        ),
        "depends_on": st.lists(st.sampled_from(NAMES[:4]), max_size=2),
        "volumes": st.lists(
            st.sampled_from(("data:/data", "/x", "./conf:/conf", "./src:/app", "./new:/n")),
            max_size=3,
        ),
        "healthcheck": st.sampled_from(
            ({"test": "curl web:80"}, {"disable": True}, {"test": ["NONE"]})
        ),
        "user": st.sampled_from(("0", "1000:1000", "node")),
        "x-catalyst": st.sampled_from(
            ({"public": True}, {"job": True}, {"port": 81}, {"size": "3g"})
        ),
        "secrets": st.just(["token"]),
        "profiles": st.just(["p"]),
        "restart": st.sampled_from(("no", "always")),
    },
)
whole = st.builds(
    lambda first, rest: {**first, **rest},
    st.sampled_from(({"image": "nginx"}, {"build": "."})),
    likely,
)
good = st.builds(
    lambda front, others: {
        "services": {"web": {**front, "ports": ["80"]}, **others},
        "volumes": {"data": None},
        "secrets": {"token": {"environment": "TOKEN"}},
    },
    whole,
    st.dictionaries(st.sampled_from(NAMES[1:4]), whole, max_size=3),
)
odd = st.fixed_dictionaries(
    {"services": st.dictionaries(st.sampled_from(NAMES), likely | likely | services, max_size=4)},
    optional={
        "volumes": st.just({"data": None}) | values,
        "secrets": st.just({"token": {"environment": "TOKEN"}}) | values,
        "configs": values,
        "networks": values,
        "include": st.just(["other.yaml"]) | values,
        "odd": values,
    },
)
documents = good | good | odd
templates = st.sampled_from(
    (
        Template(type="compose"),
        Template(type="auto"),
        Template(type="compose", secrets=("TOKEN",), variables={"A": "{url}"}),
        Template(type="compose", compose="other.yaml"),
    )
)


def repository(document: Any, other: Any) -> dict[str, str]:
    return {
        "compose.yaml": json.dumps(document),
        "other.yaml": json.dumps(other),
        "Dockerfile": "FROM x\nCOPY . .\nEXPOSE 8080\nCMD serve\n",
        "src/Dockerfile": "FROM x\nCMD serve\n",
        "conf/a.conf": "{host} $x",
        ".env": "A=1\n",
    }


@settings(max_examples=300, deadline=None)
@given(documents, documents, templates)
def test_a_compose_file_is_a_valid_plan_or_a_refusal_in_words(
    document: Any, other: Any, template: Template
) -> None:
    files = repository(document, other)
    settled, refusal = answer(files, template)
    again, refused_again = answer(files, template)
    assert (again, str(refused_again)) == (settled, str(refusal))
    if refusal is not None:
        assert str(refusal)
        assert refusal.hint
        assert all(len(each) < 2_000 for each in refusal.excerpt)
    if settled is not None:
        check(settled.draft)
        assert RevisionPlan.model_validate_json(settled.draft.model_dump_json()) == settled.draft
        assert plan_text(settled.draft)


def answer(files: dict[str, str], template: Template) -> tuple[Settled | None, PlanError | None]:
    try:
        return settled_of(files, template), None
    except PlanError as error:
        return None, error


def check(plan: RevisionPlan) -> None:
    VALIDATOR.validate(plan.release.values)
    assert "\ufdd0" not in plan.model_dump_json()
    for build in plan.builds:
        for path in (build.context, build.dockerfile):
            assert not posixpath.normpath(path).startswith(("/", ".."))
    components: Any = plan.release.values["components"]
    staged = [name for stage in plan.stages for name in stage.components]
    assert sorted(staged) == (sorted(components) if staged else [])
    claims = {
        f"pr-shop-7-{name}--{volume}"
        for name, each in components.items()
        for volume in each.get("volumes", {})
    }
    aliases: list[str] = []
    for each in components.values():
        aliases += each.get("service", {}).get("aliases", [])
        for volume in each.get("volumes", {}).values():
            assert volume.get("existingClaim", next(iter(claims))) in claims
            assert volume["mountPath"] != "/"
    assert len(aliases) == len(set(aliases))
    assert not any(each["kind"] == "job" and "ports" in each for each in components.values())
