"""Template type `dockerfile`: each build a component of Catalyst's own chart, one of them behind the public URL."""

from hashlib import sha256

import pytest

from tests.workflows.planning.plans.cases import (
    DOCKERFILE,
    component,
    plan_of,
    problems_of,
    settled_of,
)
from workflows.models import BuildSettings, DetectionOverrides, RouteSettings, Template
from workflows.planning.plans.values import service_name

ONE = {"Dockerfile": DOCKERFILE}
TWO = {**ONE, "api/Dockerfile": "FROM x\nEXPOSE 9000\n", "jobs/Dockerfile": "FROM x\n"}


def built(*names: str, **changes: object) -> Template:
    builds = tuple(
        BuildSettings(component=name, context=name, dockerfile=f"{name}/Dockerfile")
        if name in ("api", "jobs")
        else BuildSettings(component=name)
        for name in names
    )
    return Template(type="dockerfile", builds=builds).model_copy(update=changes)


@pytest.mark.spec("ENV-004", "ENV-031")
def test_a_dockerfile_is_built_and_listens_where_it_says() -> None:
    plan = plan_of(ONE, Template(type="dockerfile"))
    assert [(each.component, each.dockerfile) for each in plan.builds] == [("web", "Dockerfile")]
    assert component(plan) == {
        "kind": "web",
        "ports": [{"name": "http", "port": 80}],
        "probes": {"readiness": {"type": "tcp", "port": "http"}},
        "env": {"PORT": "80"},
    }
    assert plan.release.values["security"] == {"profile": "baseline"}
    assert plan.route == RouteSettings()
    assert plan.reasons == (
        "Image `web` from `Dockerfile`, context `.`",
        "Port 80, by `EXPOSE` in `Dockerfile`.",
    )


@pytest.mark.spec("ENV-004")
def test_the_url_leads_to_web_and_the_others_are_reached_inside() -> None:
    plan = plan_of(TWO, built("jobs", "api", "web"))
    assert component(plan, "web")["kind"] == "web"
    assert component(plan, "api")["ports"] == [{"name": "http", "port": 9000}]
    assert component(plan, "api")["env"] == {"PORT": "9000"}
    assert component(plan, "jobs") == {"kind": "worker"}
    assert plan.route == RouteSettings(service="pr-shop-7-web")


def test_a_route_names_the_component_or_its_service() -> None:
    for named in ("api", "pr-shop-7-api"):
        plan = plan_of(TWO, built("web", "api"), f"routes: [{{service: {named}}}]")
        assert plan.route == RouteSettings(service="pr-shop-7-api")
        plan = plan_of(TWO, built("web", "api", route=RouteSettings(service=named)))
        assert plan.route == RouteSettings(service="pr-shop-7-api")


def test_without_web_the_url_leads_to_the_first() -> None:
    plan = plan_of(TWO, built("jobs", "api"))
    assert plan.route == RouteSettings(service="pr-shop-7-jobs")
    assert component(plan, "jobs")["env"] == {"PORT": "8080"}


def test_a_route_to_nobody_and_one_to_another_port_are_refused() -> None:
    found = problems_of(TWO, built("web", "api"), "routes: [{service: wbe, port: 1}]\nport: 2")
    assert found == [
        ".catalyst.yaml:2:10: the route names `wbe`, which is no component; there are: `web`, `api`.",
        ".catalyst.yaml:2:10: the route leads to port 1, and `port` says 2; say the same in both.",
    ]
    found = problems_of(ONE, built("web", route=RouteSettings(service="wbe")))
    assert found == [
        "The route of the template `development` names `wbe`, which is no component; there are: `web`."
    ]


@pytest.mark.parametrize(
    ("config", "port", "reason"),
    [
        ("port: 3000", 3000, "Port 3000, because it is set."),
        ("routes: [{port: 3000}]", 3000, "Port 3000, because it is set."),
        ("variables: {PORT: 3000}", 3000, "Port 3000, because it is set."),
        ("variables: {PORT: many}", 80, "Port 80, by `EXPOSE` in `Dockerfile`."),
        ("variables: {PORT: 70000}", 80, "Port 80, by `EXPOSE` in `Dockerfile`."),
    ],
)
def test_a_port_that_is_set_comes_before_what_the_dockerfile_says(
    config: str, port: int, reason: str
) -> None:
    plan = plan_of(ONE, Template(type="dockerfile"), config)
    assert component(plan)["ports"][0]["port"] == port
    assert component(plan)["env"]["PORT"] == str(port)
    assert reason in plan.reasons


def test_a_port_said_twice_is_the_one_of_port() -> None:
    plan = plan_of(ONE, Template(type="dockerfile"), "variables: {PORT: 1}\nport: 2")
    assert component(plan)["env"]["PORT"] == "2"
    assert plan.warnings == ("The variable `PORT` is 1; it is set to 2, as `port` says.",)


def test_a_dockerfile_that_names_no_port_gets_one() -> None:
    plan = plan_of({"Dockerfile": "FROM x\n"}, Template(type="dockerfile"))
    assert component(plan)["env"]["PORT"] == "8080"
    assert "Nothing says where it listens: 8080 was assumed and is given as PORT." in plan.reasons


def test_a_command_that_is_set_runs_in_the_image() -> None:
    template = Template(type="dockerfile", application=DetectionOverrides(start="npm start"))
    plan = plan_of(ONE, template)
    assert component(plan)["command"] == ["/bin/sh", "-c", "npm start"]
    told = "`web` runs `npm start` instead of the image's own command, because it is set."
    assert told in plan.reasons


def test_names_that_cannot_stand_side_by_side_are_refused_together() -> None:
    template = Template(
        type="dockerfile",
        builds=tuple(
            BuildSettings(component=name) for name in ("web", "web", "9lives", "a--b", "x" * 41)
        ),
    )
    found = problems_of(ONE, template)
    assert found[0] == (
        "Two builds of the template `development` are called `web`; give each a name of its own."
    )
    assert [each.split("`")[1] for each in found[1:]] == ["9lives", "a--b", "x" * 41]
    assert "a letter first" in found[1]


def test_no_build_at_all_is_refused() -> None:
    assert "names no build; add one to its `builds`" in problems_of(ONE, built())[0]


def test_what_several_builds_read_is_asked_for_once() -> None:
    template = Template(
        type="dockerfile",
        builds=(BuildSettings(component="web"), BuildSettings(component="api", target="api")),
    )
    assert settled_of(ONE, template).files == (".", "Dockerfile")


def test_everything_that_is_missing_is_named_at_once() -> None:
    assert problems_of({"README": ""}, built("web", "api")) == [
        "The Dockerfile `Dockerfile` of `web` was not found.",
        "The build context `api` of `api` was not found.",
        "The Dockerfile `api/Dockerfile` of `api` was not found.",
    ]


@pytest.mark.parametrize(
    ("release", "name", "expected"),
    [
        ("pr-shop-7", "web", "pr-shop-7-web"),
        ("7-shop", "web", f"x-7-shop--{sha256(b'7-shop').hexdigest()[:8]}-web"),
        (
            "p" * 53,
            "api-server",
            "p" * 50 + "---" + sha256(("p" * 53 + "-api-server").encode()).hexdigest()[:10],
        ),
    ],
)
def test_services_are_called_as_the_chart_calls_them(
    release: str, name: str, expected: str
) -> None:
    assert service_name(release, name) == expected
