"""What `.catalyst.yaml` may decide: the template, less than is granted, variables, secrets, health; all else is said."""

from typing import Any

import pytest

from tests.workflows.planning.plans.cases import (
    DOCKERFILE,
    NODE,
    asked,
    component,
    plan_of,
    problems_of,
)
from workflows.models import (
    BuildSettings,
    DetectionOverrides,
    PrebuiltImage,
    Quota,
    RepositoryTree,
    RevisionPlan,
    Template,
)
from workflows.planning.detection import MAX_PATHS
from workflows.planning.plans import plan_text, settle, why_unchanged
from workflows.repo_config import parse_config

ONE = {"Dockerfile": DOCKERFILE}
AUTO = Template(type="auto", secrets=("TOKEN", "KEY"), quota=Quota(cpu="2"), ttl_seconds=3600)


def test_the_file_chooses_one_of_the_projects_templates() -> None:
    other = Template(type="dockerfile", rollout_timeout_seconds=77, is_selectable=True)
    plan = plan_of(ONE, AUTO, "template: staging", templates={"staging": other})
    assert (plan.template, plan.rollout_timeout_seconds) == ("staging", 77)
    assert plan_of(ONE, AUTO, "port: 80").template == "development"


@pytest.mark.spec("EC-6")
@pytest.mark.invariant(7)
def test_a_pull_request_cannot_choose_a_template_with_other_secrets() -> None:
    """Its file is written by whoever pushes: only templates that the project lets it choose are there for it."""
    production = Template(type="auto", secrets=("PAYMENT_KEY",))
    config = "template: production\nsecrets: [PAYMENT_KEY]\n"
    assert problems_of(ONE, AUTO, config, templates={"production": production}) == [
        ".catalyst.yaml:2:1: the project has no template `production` that this file may choose",
        ".catalyst.yaml:3:11: the project does not grant the secret `PAYMENT_KEY` to previews",
    ]
    assert plan_of(ONE, AUTO, "template: development").template == "development"


@pytest.mark.spec("FR-002")
def test_everything_beyond_the_grant_or_not_there_is_named_at_once_with_its_place() -> None:
    config = (
        "template: develop\nresources: {cpu: 4}\nttl: 2h\nsecrets: [OTHER]\nworkdir: wbe\n"
        "builds:\n  web: {dockerfile: Dockerfil}\n"
    )
    assert problems_of({**ONE, "web/x": ""}, AUTO, config) == [
        ".catalyst.yaml:2:1: the project has no template `develop` that this file may choose; did you mean `development`?",
        ".catalyst.yaml:3:13: `resources.cpu` asks for 4; the project grants at most 2",
        ".catalyst.yaml:4:1: `ttl` asks for 2h; the project grants at most 1h",
        ".catalyst.yaml:5:11: the project does not grant the secret `OTHER` to previews",
        ".catalyst.yaml:6:1: the repository has no directory `wbe`",
        ".catalyst.yaml:8:9: the repository has no file `Dockerfil`; did you mean `Dockerfile`?",
    ]


def test_resources_are_narrowed() -> None:
    plan = plan_of(ONE, AUTO, "resources: {cpu: 1, memory: 1Gi}")
    assert (plan.quota.cpu, plan.quota.memory) == ("1", "1Gi")


@pytest.mark.spec("ENV-030")
def test_variables_come_from_five_places_the_nearest_last() -> None:
    names = ("A", "B", "C", "D", "E")
    layers = [{name: str(depth) for name in names[depth:]} for depth in range(5)]
    template = AUTO.model_copy(update={"secrets": (), "variables": layers[1]})
    config = "variables: {C: c, D: c, E: c}"
    plan = plan_of(
        NODE,
        template,
        config,
        project_variables=layers[0],
        variables={"D": "own", "E": "own"},
    )
    assert component(plan)["env"] == {
        "A": "0",
        "B": "1",
        "C": "c",
        "D": "own",
        "E": "own",
        "HOST": "0.0.0.0",
        "PORT": "3000",
    }
    assert (
        "Variables: `A` from the project; `B` from the template `development`; `C` from `.catalyst.yaml`; "
        "`D`, `E` from this environment's own settings; `HOST`, `PORT` from what was detected."
    ) in plan.reasons


def test_names_that_no_environment_can_have_are_refused() -> None:
    template = AUTO.model_copy(update={"variables": {"catalyst_url": "x"}})
    found = problems_of(ONE, template, project_variables={"A-B": "x"}, variables={"1": ""})
    assert found == [
        "The variable `A-B` from the project has a name that no environment variable can have.",
        (
            "The variable `catalyst_url` from the template `development` is reserved: Catalyst itself sets what "
            "begins with `CATALYST_`."
        ),
        (
            "The variable `1` from this environment's own settings has a name that no environment variable can "
            "have."
        ),
    ]


@pytest.mark.spec("ENV-029", "EC-6")
def test_granted_secrets_are_named_and_their_values_never_seen() -> None:
    plan = plan_of(ONE, AUTO, "secrets: [KEY]")
    assert plan.secrets == ("KEY",)
    assert component(plan)["envFrom"] == ["catalyst-secrets"]
    assert plan.release.values["secrets"] == {
        "catalyst-secrets": {"checksum": "{secrets_checksum}"}
    }
    assert "Secrets of the project, as environment variables: `KEY`." in plan.reasons
    assert plan_of(ONE, AUTO).secrets == ("TOKEN", "KEY")
    assert plan_of(ONE, AUTO, "secrets: []").secrets == ()


def test_a_variable_hides_a_secret_of_its_name_and_says_so() -> None:
    template = AUTO.model_copy(update={"variables": {"TOKEN": "x"}})
    assert plan_of(ONE, template).warnings == (
        "`TOKEN` is both a secret and a variable from the template `development`; the variable is used.",
    )


@pytest.mark.spec("EC-6")
@pytest.mark.invariant(7)
def test_the_code_of_a_fork_gets_no_secrets_at_all() -> None:
    config = "secrets: [KEY]\nbuilds: {web: {secrets: [TOKEN]}}"
    plan = plan_of(ONE, AUTO, config, is_trusted=False)
    assert plan.secrets == ()
    assert plan.builds[0].secrets == ()
    text = plan.model_dump_json(exclude={"reasons", "warnings"})
    assert "catalyst-secrets" not in text
    assert "TOKEN" not in text
    assert plan.warnings == (
        "The build of `web` gets no secrets, because the commit comes from a fork.",
        "No secrets are given, because the commit comes from a fork.",
    )


@pytest.mark.spec("ENV-029")
def test_a_build_mounts_only_what_the_template_grants() -> None:
    builds = (BuildSettings(secrets=("TOKEN", "TOKEN")),)
    template = AUTO.model_copy(update={"type": "dockerfile", "builds": builds})
    assert plan_of(ONE, template).builds[0].secrets == ("TOKEN",)
    builds = (BuildSettings(secrets=("NPM",)),)
    [found] = problems_of(ONE, template.model_copy(update={"builds": builds}))
    assert found.startswith("The build of `web` mounts the secret `NPM`, which the template")


def test_health_is_the_files_over_the_templates() -> None:
    template = Template.model_validate(
        {"type": "auto", "health": {"path": "/up", "timeout_seconds": 9}}
    )
    assert plan_of(ONE, template).health.path == "/up"
    plan = plan_of(ONE, template, "health: {timeout: 90s}")
    assert (plan.health.path, plan.health.timeout_seconds) == ("/up", 90)
    plan = plan_of(ONE, template, "health: {path: /ok}")
    assert (plan.health.path, plan.health.timeout_seconds) == ("/ok", 9)


def test_what_has_no_effect_yet_is_said() -> None:
    config = "ttl: 30m\n"
    assert plan_of(ONE, AUTO.model_copy(update={"secrets": ()}), config).warnings == (
        "`ttl` in `.catalyst.yaml` is checked and not used yet.",
    )


@pytest.mark.spec("T-5", "FR-013")
def test_networks_that_are_granted_are_opened_and_the_file_may_take_fewer() -> None:
    granted = ("192.0.2.0/24", "2001:db8::/48", "api.example.com")
    template = AUTO.model_copy(update={"secrets": (), "egress": granted})
    plan = plan_of(ONE, template)
    assert plan.egress == granted[:2]
    assert plan.egress_hosts == ()
    assert [each.partition(":")[0] for each in plan.warnings] == [
        "`api.example.com` cannot be reached"
    ]
    assert "CATALYST_WORKER_EGRESS_PROXY_IMAGE" in plan.warnings[0]
    assert (
        "It may reach `192.0.2.0/24`, `2001:db8::/48` outside, as the project grants."
        in plan.reasons
    )
    assert plan_of(ONE, template, "egress: [192.0.2.7/32]").egress == ("192.0.2.7/32",)
    assert plan_of(ONE, template, "egress: []").egress == ()
    assert problems_of(ONE, template, "egress: [198.51.100.0/24]")


@pytest.mark.spec("T-5", "FR-013")
def test_host_names_that_are_granted_are_opened_through_a_proxy_that_the_application_is_told_of() -> (
    None
):
    granted = ("192.0.2.0/24", "*.example.com")
    template = AUTO.model_copy(update={"secrets": (), "egress": granted})
    services = "services: {db: {type: postgres}}"
    plan = plan_of(ONE, template, services, has_egress_proxy=True)
    assert plan.egress_hosts == ("*.example.com",)
    assert plan.warnings == ()
    assert (
        "It may reach `*.example.com` through the egress proxy, as the project grants."
        in plan.reasons
    )
    assert "*.example.com (through the egress proxy)" in plan_text(plan)
    told = proxy_of(plan)
    assert told["url"] == "{egress_proxy}"
    assert told["except"] == "192.0.2.0/24,pr-shop-7-web,pr-shop-7-db,db"
    fewer = plan_of(ONE, template, "egress: [api.example.com, 192.0.2.7/32]", has_egress_proxy=True)
    assert fewer.egress_hosts == ("api.example.com",)
    none = plan_of(ONE, template, "egress: []", has_egress_proxy=True)
    assert none.egress_hosts == ()
    assert proxy_of(none) == {}


@pytest.mark.spec("T-5")
def test_a_chart_of_the_projects_own_is_told_where_to_find_the_proxy() -> None:
    template = Template(type="manifests", manifests=("k8s",), egress=("api.example.com",))
    files = {"k8s/app.yaml": "kind: Service"}
    plan = plan_of(files, template, has_egress_proxy=True)
    assert plan.egress_hosts == ("api.example.com",)
    assert any("from the ConfigMap `catalyst-egress`" in each for each in plan.reasons)
    assert plan.release.values == {}


def proxy_of(plan: RevisionPlan) -> dict[str, Any]:
    values: Any = plan.release.values
    proxy: dict[str, Any] = values.get("global", {}).get("catalyst", {}).get("proxy", {})
    return proxy


@pytest.mark.invariant(7)
def test_the_code_of_a_fork_reaches_nothing_outside() -> None:
    granted = ("192.0.2.0/24", "api.example.com")
    template = AUTO.model_copy(update={"secrets": (), "egress": granted})
    plan = plan_of(ONE, template, is_trusted=False, has_egress_proxy=True)
    assert plan.egress == ()
    assert plan.egress_hosts == ()
    assert proxy_of(plan) == {}
    assert "Nothing outside is opened, because the commit comes from a fork." in plan.warnings


def test_settings_that_the_type_of_the_template_has_no_use_for_are_said() -> None:
    template = Template(
        type="auto", values={"a": 1}, builds=(), images=(PrebuiltImage(image="a:1"),)
    )
    assert plan_of(ONE, template).warnings == (
        "`values`, `builds`, `images` of the template `development` have no effect: it is of type `auto`.",
    )
    template = Template(type="dockerfile", manifests=("deploy",))
    assert plan_of(ONE, template).warnings == (
        "`manifests` of the template `development` has no effect: it is of type `dockerfile`.",
    )


def test_of_a_tree_that_is_known_in_part_nothing_is_said_to_be_missing() -> None:
    paths = tuple(f"f{number}" for number in range(MAX_PATHS))
    config = parse_config({"version": 1, "builds": {"web": {"context": "deep", "dockerfile": "D"}}})
    settled = settle(asked(AUTO), RepositoryTree(paths=paths), config)
    assert settled.files == ("deep", "D")


def test_a_problem_of_the_file_says_how_to_see_it_without_a_push() -> None:
    with pytest.raises(Exception, match="asks for 4") as caught:
        plan_of(ONE, AUTO, "resources: {cpu: 4}")
    assert "catalyst plan" in getattr(caught.value, "hint", "")


def test_commits_that_touch_nothing_relevant_are_unchanged() -> None:
    config = parse_config({"version": 1, "paths": {"ignore": ["docs/**"]}})
    assert why_unchanged(config, ["docs/a.md"]) == (
        "`docs/a.md`, the only changed file, does not matter by `paths`."
    )
    assert why_unchanged(config, ["docs/a.md", "src/b.js"]) == ""
    assert why_unchanged(config, None) == ""
    assert why_unchanged(None, ["docs/a.md"]) == ""


def test_overrides_that_are_empty_decide_nothing() -> None:
    template = AUTO.model_copy(update={"application": DetectionOverrides(port=5)})
    assert component(plan_of(ONE, template))["env"]["PORT"] == "5"
