"""Services that are charts: a release of their own, in front of what they are for."""

import pytest

from tests.workflows.planning.plans.cases import NODE, component, mapping, plan_of, problems_of
from tests.workflows.planning.plans.services import AUTO, CHART, HELM
from workflows.models import ReleasePlan, ServiceSettings, Stage
from workflows.planning.plans import plan_text
from workflows.planning.plans.values import service_name
from workflows.planning.steps import steps_of

pytestmark = pytest.mark.spec("ENV-017")

PLACE = "oci://registry.example.com/charts"
SEARCH = (
    f"services: {{search: {{chart: opensearch, repository: '{PLACE}', version: 2.1.0, port: 9200, "
    "values: {replicas: 1, secret: null, url: 'http://{host}'}}}\n"
)


def test_it_is_a_release_with_the_values_as_they_are_written() -> None:
    (search,) = plan_of(NODE, AUTO, SEARCH).service_charts
    assert search.release == ReleasePlan(
        name="chart-pr-shop-7-search",
        chart="opensearch",
        source="remote",
        repository=PLACE,
        version="2.1.0",
        values={"replicas": 1, "secret": None, "url": "http://{host}"},
        is_user_managed=True,
    )
    assert plan_of(NODE, AUTO, SEARCH, commit="b" * 40).service_charts == (search,)


def test_it_comes_before_the_application_which_is_told_where_it_is() -> None:
    plan = plan_of(NODE, AUTO, SEARCH)
    assert plan.stages == (
        Stage(title="service search", release="chart-pr-shop-7-search"),
        Stage(title="application", release="pr-shop-7", components=("web",)),
    )
    env = mapping(component(plan, "web")["env"])
    assert env["SEARCH_HOST"] == "chart-pr-shop-7-search-opensearch"
    assert env["SEARCH_PORT"] == "9200"
    assert plan.route.service == "pr-shop-7-web"
    assert plan.services == (), "it is no component that could be reset"
    assert (
        f"Service `search`: chart `opensearch` 2.1.0 of {PLACE}, reached as `chart-pr-shop-7-search-opensearch:9200`, because "
        "`.catalyst.yaml` asks for it."
    ) in plan.reasons
    assert "Variables that say where `search` is: `SEARCH_HOST`, `SEARCH_PORT`." in plan.reasons


def test_its_stage_is_all_of_its_release_and_ends_with_the_service_that_was_promised() -> None:
    before, _ = steps_of(plan_of(NODE, AUTO, SEARCH))
    assert [(each.release.name, each.components, each.service) for each in before] == [
        ("chart-pr-shop-7-search", (), "chart-pr-shop-7-search-opensearch"),
        ("pr-shop-7", (), ""),
    ]


@pytest.mark.parametrize(
    ("settings", "host"),
    [
        ({"chart": "opensearch"}, "chart-pr-shop-7-search-opensearch"),
        ({"chart": "search"}, "chart-pr-shop-7-search"),
        (
            {"chart": "opensearch", "values": {"nameOverride": "node"}},
            "chart-pr-shop-7-search-node",
        ),
        ({"chart": "opensearch", "values": {"fullnameOverride": "node"}}, "node"),
        ({"chart": "a", "values": {"fullnameOverride": "{environment}-x"}}, "pr-shop-7-x"),
        (
            {"chart": "b", "values": {"nameOverride": "{project}"}},
            "chart-pr-shop-7-search-acme-shop",
        ),
        ({"chart": "opensearch", "host": "{release}-master"}, "chart-pr-shop-7-search-master"),
        ({"chart": "opensearch", "host": "master"}, "master"),
        ({"chart": "o" * 45 + "-x"}, f"chart-pr-shop-7-search-{'o' * 40}"),
        ({"chart": "opensearch", "port": 0}, ""),
    ],
)
def test_the_name_of_its_service(settings: dict[str, object], host: str) -> None:
    asked = ServiceSettings.model_validate(
        {"repository": PLACE, "version": "1", "port": 9200, **settings}
    )
    template = AUTO.model_copy(update={"services": {"search": asked}})
    (search,) = plan_of(NODE, template).service_charts
    assert search.host == host


@pytest.mark.parametrize("key", ["fullnameOverride", "nameOverride"])
def test_a_name_that_is_filled_in_later_has_to_be_told_with_host(key: str) -> None:
    asked = SEARCH.replace("{replicas: 1", f"{{{key}: 'search-{{short_commit}}', replicas: 1")
    (problem,) = problems_of(NODE, AUTO, asked)
    assert "`services.search` does not tell by what name it is reached" in problem
    assert f"`{key}` is `search-{{short_commit}}`" in problem
    assert "`host`" in problem
    (search,) = plan_of(NODE, AUTO, asked.replace("port", "host: found, port")).service_charts
    assert search.host == "found"
    assert plan_of(NODE, AUTO, asked.replace(" port: 9200,", "")).service_charts


def test_a_chart_of_the_repository_is_looked_for_where_it_is() -> None:
    config = "services: {search: {chart: deploy/search/, port: 80}}"
    files = {**NODE, "deploy/search/Chart.yaml": "name: search\nversion: 1.0.0\n"}
    plan = plan_of(files, AUTO, config)
    (search,) = plan.service_charts
    assert (search.release.source, search.release.chart) == ("repository", "deploy/search")
    assert search.host == "chart-pr-shop-7-search"
    assert problems_of(NODE, AUTO, config) == [
        "There is no chart in `deploy/search`: `Chart.yaml` was not found."
    ]


def test_beside_a_chart_of_the_project_it_is_one_more_release_and_no_second_one_of_ours() -> None:
    plan = plan_of(CHART, HELM, SEARCH)
    assert plan.extras is None
    assert [each.release for each in plan.stages] == ["chart-pr-shop-7-search", "pr-shop-7"]
    assert mapping(plan.release.values["global"])["catalyst"] == {
        "services": {"search": {"host": "chart-pr-shop-7-search-opensearch", "port": 9200}}
    }
    both = plan_of(CHART, HELM, SEARCH.replace("{search", "{db: {type: postgres}, search"))
    assert both.extras is not None
    assert list(mapping(both.extras.values["components"])) == ["db"]
    assert [each.title for each in both.stages] == ["service search", "service db", "application"]


def test_one_without_a_port_is_reached_by_nobody() -> None:
    plan = plan_of(NODE, AUTO, SEARCH.replace(" port: 9200,", ""))
    assert not any(each.startswith("SEARCH_") for each in component(plan)["env"])
    assert not any("Variables that say where" in each for each in plan.reasons)
    text = plan_text(plan)
    assert "service search: " in text
    assert "reached as" not in text


def test_a_name_that_something_else_has_is_refused() -> None:
    (problem,) = problems_of(NODE, AUTO, SEARCH.replace("{search", "{web"))
    assert "`services.web`" in problem
    assert "another" in problem


@pytest.mark.parametrize("kind", ["type: redis", "image: acme/search:1, port: 9200"])
def test_nothing_of_it_is_called_like_what_it_was_before_it_was_a_chart(kind: str) -> None:
    before = plan_of(NODE, AUTO, f"services: {{search: {{{kind}}}}}")
    (search,) = plan_of(NODE, AUTO, SEARCH).service_charts
    assert service_name(before.release.name, "search") == "pr-shop-7-search"
    assert not search.release.name.startswith(before.release.name)
    chart = SEARCH.replace("opensearch", "search")
    assert plan_of(NODE, AUTO, chart).service_charts[0].host == search.release.name


def test_a_service_that_is_two_things_or_nothing_is_refused() -> None:
    template = AUTO.model_copy(
        update={"services": {"search": ServiceSettings(chart="a", image="b")}}
    )
    (problem,) = problems_of(NODE, template)
    assert "needs one of `type`, `image` and `chart`" in problem


@pytest.mark.spec("T-5")
def test_the_egress_proxy_is_not_asked_for_it() -> None:
    plan = plan_of(
        NODE,
        AUTO.model_copy(update={"egress": ("api.example.com",)}),
        SEARCH,
        has_egress_proxy=True,
    )
    proxy = mapping(mapping(mapping(plan.release.values["global"])["catalyst"])["proxy"])
    assert "chart-pr-shop-7-search-opensearch" in str(proxy["except"]).split(",")


def test_the_plan_in_words_has_a_line_for_everything_of_it() -> None:
    text = plan_text(plan_of(NODE, AUTO, SEARCH))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    for line in (
        "service search: release chart-pr-shop-7-search",
        "service search: chart opensearch (of a chart repository)",
        f"service search: chart repository {PLACE}, version 2.1.0",
        "service search: value replicas 1",
        "service search: value secret null",
        "service search: reached as chart-pr-shop-7-search-opensearch:9200",
        "stage 1 service search, of chart-pr-shop-7-search: all of it",
    ):
        assert line in lines, line


def test_values_of_template_and_file_have_a_limit_together() -> None:
    services = {
        f"s{number}": ServiceSettings(chart=f"c{number}", values={"a": "x" * 2**17})
        for number in range(4)
    }
    files = NODE | {f"c{number}/Chart.yaml": "name: c\nversion: 1.0.0\n" for number in range(5)}
    template = AUTO.model_copy(update={"services": dict(list(services.items())[:3])})
    config = "services: {more: {chart: c4, values: {a: %s}}}"
    assert len(plan_of(files, template, config % "x").service_charts) == 4
    (problem,) = problems_of(files, template, config % ("x" * 2**17))
    assert "have `values` of more than 512 KiB together" in problem
