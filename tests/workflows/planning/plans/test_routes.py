"""Where the public URL leads: its root, and paths below it."""

from tests.workflows.planning.plans.cases import plan_of, problems_of
from tests.workflows.planning.plans.test_charts import BUILT
from tests.workflows.planning.plans.test_dockerfiles import TWO, built
from workflows.models import PathRoute, RouteSettings, Template
from workflows.planning.plans import plan_facts

PATHS = (
    "routes:\n- {path: /api, service: api}\n- {path: /, service: web}\n- {path: /old, port: 80}\n"
)


def test_paths_lead_to_components_and_what_names_none_follows_the_root() -> None:
    plan = plan_of(TWO, built("api", "web"), PATHS)
    assert plan.route == RouteSettings(service="pr-shop-7-web")
    assert plan.more_routes == (
        PathRoute(path="/api", service="pr-shop-7-api"),
        PathRoute(path="/old", service="pr-shop-7-web", port=80),
    )
    assert plan_facts(plan)["route /api"] == "pr-shop-7-api"


def test_the_root_stays_where_it_is_when_only_a_path_below_it_is_routed() -> None:
    config = "routes: [{path: /api, service: pr-shop-7-api}]"
    plan = plan_of(TWO, built("web", "api"), config)
    assert plan.route.service == "pr-shop-7-web"
    assert [(each.path, each.service) for each in plan.more_routes] == [("/api", "pr-shop-7-api")]


def test_a_path_that_leads_to_nothing_reached_is_a_problem() -> None:
    config = "routes: [{path: /, service: web}, {path: /jobs, service: jobs}]"
    (problem,) = problems_of(TWO, built("web", "jobs"), config)
    assert problem == (
        ".catalyst.yaml:2:35: the route names `jobs`, which is no component that is reached by a port; "
        "there are: `web`."
    )


def test_the_services_of_a_chart_are_the_charts_own() -> None:
    config = "routes: [{path: /api, service: gate, port: 8}]"
    template = Template.model_validate({"route": {"service": "web"}})
    plan = plan_of(BUILT, template, config)
    assert plan.route.service == "web"
    assert plan.more_routes == (PathRoute(path="/api", service="gate", port=8),)
