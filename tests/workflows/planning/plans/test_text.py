"""A plan as text, the same for the same plan, and the difference between two."""

import pytest

from tests.workflows.planning.plans.cases import DOCKERFILE, NODE, plan_of
from workflows.models import BuildSettings, PrebuiltImage, RouteSettings, Template
from workflows.planning.plans import plan_diff, plan_facts, plan_text

ONE = {"Dockerfile": DOCKERFILE}


@pytest.mark.spec("FR-002")
def test_a_plan_is_told_line_by_line() -> None:
    assert (
        plan_text(plan_of(ONE, None, "variables: {A: '1'}"))
        == """\
Plan of pr-shop-7 at aaaaaaa, template development

  build web                  Dockerfile
  build web context          .
  release                    pr-shop-7
  chart                      Catalyst's own for applications
  web.env.A                  1
  web.env.PORT               80
  web.kind                   web
  web.ports[0]               {"name": "http", "port": 80}
  web.probes.readiness.port  http
  web.probes.readiness.type  tcp
  security.profile           baseline
  route                      the only Service
  health                     / within 120 s
  rollout                    within 300 s
  quota                      cpu 4, memory 8Gi, storage 20Gi, pods 50
  of a container             cpu 500m (requests 50m), memory 512Mi (requests 128Mi)

Why
  - `Dockerfile` builds the image and says what runs in it.
  - Port 80, by `EXPOSE` in `Dockerfile`.
  - Variables: `A` from `.catalyst.yaml`.
"""
    )


def test_everything_a_plan_does_is_in_its_text() -> None:
    files = {**ONE, "chart/Chart.yaml": "name: shop", "v.yaml": ""}
    template = Template(
        builds=(BuildSettings(target="run", args={"A": "a b"}, secrets=("TOKEN",)),),
        images=(PrebuiltImage(component="db", image="acme/db:1", check="build"),),
        value_files=("v.yaml",),
        values={"list": [{"deep": [1]}, "x"], "odd.key": None, "empty": {}, "on": True},
        secrets=("TOKEN",),
        route=RouteSettings(service="gate", port=80),
        is_user_managed=True,
    )
    facts = plan_facts(plan_of(files, template))
    assert {
        "build web target": "run",
        "build web argument A": "a b",
        "build web secrets": "TOKEN",
        "image db": "acme/db:1",
        "image db check": "build",
        "image db patience": "1200 s",
        "chart": "chart (of the repository)",
        "values file 1": "v.yaml",
        "passed through": "untouched",
        "value list[0].deep": "[1]",
        "value list[1]": "x",
        'value "odd.key"': "null",
        "value on": "true",
        "secrets": "TOKEN",
        "route": "gate, port 80",
    }.items() <= facts.items()


def test_manifests_and_chart_repositories_are_told() -> None:
    plan = plan_of({"k8s/a.yaml": ""}, Template(type="manifests"))
    assert plan_facts(plan)["manifest k8s/a.yaml"] == "applied"
    image = Template(type="image", images=(PrebuiltImage(image="acme/shop:1"),))
    assert "image web check" not in plan_facts(plan_of({}, image))
    template = Template(
        chart="web", chart_repository="https://charts.example.com", chart_version="1.0"
    )
    facts = plan_facts(plan_of({}, template))
    assert facts["chart repository"] == "https://charts.example.com, version 1.0"


def test_long_texts_are_told_by_their_size_and_fingerprint() -> None:
    facts = plan_facts(
        plan_of(ONE, None, f"variables: {{A: {'x' * 200}, B: 'a  b', C: \"a\\nb\"}}")
    )
    assert facts["web.env.A"].startswith("200 characters (")
    assert facts["web.env.B"] == '"a  b"'
    assert facts["web.env.C"].startswith("2 lines (")
    assert plan_facts(plan_of(NODE))["build web"] == "generated Dockerfile"


def test_an_unchanged_plan_says_so() -> None:
    plan = plan_of(ONE).model_copy(update={"unchanged": "No file changed."})
    assert "\nUnchanged: No file changed.\n" in plan_text(plan)


def test_equal_plans_of_other_commits_do_not_differ() -> None:
    assert plan_diff(plan_of(ONE), plan_of(ONE, commit="b" * 40)) == ""


def test_each_difference_is_one_line() -> None:
    new = plan_of({"Dockerfile": "FROM x\nEXPOSE 81\n"}, None, "resources: {cpu: 1}\nsecrets: []")
    assert (
        plan_diff(plan_of(ONE, Template(type="auto", secrets=("T",))), new)
        == """\
changed  web.env.PORT: 80 -> 81
removed  web.envFrom: ["catalyst-secrets"]
changed  web.ports[0]: {"name": "http", "port": 80} -> {"name": "http", "port": 81}
removed  secrets.catalyst-secrets.checksum: {secrets_checksum}
removed  secrets: T
changed  quota: cpu 4, memory 8Gi, storage 20Gi, pods 50 -> cpu 1, memory 8Gi, storage 20Gi, pods 50
"""
    )


def test_of_a_dockerfile_the_lines_that_differ_are_shown() -> None:
    files = {**NODE, "package.json": '{"scripts": {"start": "node other.js"}}'}
    changed = plan_of(NODE, None, "commands: {start: node other.js}")
    found = plan_diff(plan_of(NODE), changed)
    assert "changed  build web Dockerfile:\n" in found
    assert '  -CMD ["npm", "start"]\n  +CMD ["node", "other.js"]\n' in found
    assert plan_diff(plan_of(NODE), plan_of(files)) == ""
    assert "added    web.env.A: 1\n" in plan_diff(
        plan_of(NODE), plan_of(NODE, None, "variables: {A: 1}")
    )
