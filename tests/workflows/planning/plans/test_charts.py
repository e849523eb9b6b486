"""Template type `helm`: value files, chart repositories, charts passed through, and what is mapped into values."""

from typing import Any

import pytest

from tests.workflows.planning.plans.cases import (
    DOCKERFILE,
    mapping,
    plan_of,
    problems_of,
    settled_of,
)
from workflows.models import (
    BuildSettings,
    DetectionOverrides,
    PrebuiltImage,
    RouteSettings,
    Template,
)

CHART = {"chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n"}
BUILT = {**CHART, "Dockerfile": DOCKERFILE}
REMOTE: dict[str, Any] = {
    "chart": "podinfo",
    "chart_repository": "https://charts.example.com",
    "chart_version": "6.1.0",
}


@pytest.mark.spec("FR-002")
def test_value_files_are_asked_for_and_kept_in_their_order() -> None:
    template = Template(value_files=("b.yaml", "a.yaml", "b.yaml"), values={"replicas": 1})
    files = {**BUILT, "a.yaml": "", "b.yaml": ""}
    plan = plan_of(files, template)
    assert plan.release.value_files == ("b.yaml", "a.yaml")
    assert settled_of(files, template).files == (".", "Dockerfile", "b.yaml", "a.yaml")
    assert "Values from `b.yaml`" in plan.reasons
    assert problems_of(BUILT, template)[0] == "The file of values `b.yaml` was not found."


@pytest.mark.spec("FR-002")
def test_a_chart_of_a_chart_repository_needs_no_chart_and_no_dockerfile_in_the_commit() -> None:
    plan = plan_of({}, Template(**REMOTE))
    release = plan.release
    assert (release.source, release.chart) == ("remote", "podinfo")
    assert (release.repository, release.version) == ("https://charts.example.com", "6.1.0")
    assert plan.builds == ()
    assert plan.reasons == (
        "No image is built: there is no `Dockerfile` at the root.",
        "Chart `podinfo` 6.1.0 from https://charts.example.com",
    )
    assert settled_of({}, Template(**REMOTE)).charts == ()


def test_beside_a_chart_of_a_chart_repository_a_dockerfile_is_built_as_before() -> None:
    plan = plan_of({"Dockerfile": DOCKERFILE}, Template(**REMOTE))
    assert [each.component for each in plan.builds] == ["web"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"chart_version": ""}, "names no version; set `chart_version`"),
        ({"chart_repository": ""}, "names `chart_version` and no `chart_repository`"),
        ({"chart_repository": "charts.example.com"}, "must begin with `https://` or `oci://`"),
    ],
)
def test_a_chart_repository_that_is_half_named_is_refused(
    changes: dict[str, str], words: str
) -> None:
    found = problems_of(BUILT, Template(**{**REMOTE, **changes}))
    assert words in found[0]


@pytest.mark.spec("ENV-014")
def test_a_user_managed_chart_passes_through_untouched() -> None:
    template = Template(is_user_managed=True, values={"a": 1}, variables={"COLOUR": "red"})
    plan = plan_of(CHART, template)
    assert plan.release.is_user_managed
    assert plan.release.values == {"a": 1}
    assert plan.warnings == (
        "The variables `COLOUR` have no effect: the chart and its values are passed on untouched.",
    )


@pytest.mark.spec("ENV-030")
def test_variables_are_where_a_chart_finds_what_catalyst_knows() -> None:
    template = Template(
        values={"global": {"catalyst": {"variables": {"B": "own"}}, "x": 1}},
        variables={"A": "hidden", "B": "2"},
    )
    plan = plan_of(BUILT, template, "variables: {C: 3}")
    shared = mapping(plan.release.values["global"])
    assert shared["x"] == 1
    assert shared["catalyst"]["variables"] == {"A": "hidden", "B": "own", "C": "3"}
    assert (
        "Variables: `A`, `B` from the template `development`; `C` from `.catalyst.yaml`."
        in plan.reasons
    )
    assert "hidden" not in "".join(plan.reasons)


@pytest.mark.spec("ENV-029")
def test_a_chart_is_told_of_the_secret_and_gets_no_values_of_it() -> None:
    plan = plan_of(BUILT, Template(secrets=("TOKEN",)))
    assert plan.secrets == ("TOKEN",)
    assert plan.release.values == {}
    assert (
        "The Secret `catalyst-secrets` holds `TOKEN`; the chart can refer to it by that name."
        in plan.reasons
    )


@pytest.mark.spec("ENV-013")
def test_a_chart_may_run_built_and_prebuilt_images() -> None:
    template = Template(
        builds=(BuildSettings(component="api"),),
        images=(PrebuiltImage(component="db", image="ghcr.io/acme/db:{short_sha}"),),
    )
    plan = plan_of(BUILT, template)
    assert [each.component for each in plan.builds] == ["api"]
    assert plan.images[0].image == "ghcr.io/acme/db:aaaaaaa"


def test_a_prebuilt_image_takes_the_place_of_the_build_that_nobody_asked_for() -> None:
    plan = plan_of(BUILT, Template(images=(PrebuiltImage(image="ghcr.io/acme/shop:1"),)))
    assert plan.builds == ()
    assert [each.component for each in plan.images] == ["web"]


def test_a_component_cannot_be_built_and_prebuilt() -> None:
    template = Template(
        builds=(BuildSettings(args={"A": "1"}),), images=(PrebuiltImage(image="acme/shop:1"),)
    )
    assert problems_of(BUILT, template) == [
        "`web` is both built and prebuilt; remove it from `builds` or from `images` of the template `development`."
    ]


def test_the_configuration_file_names_builds_and_the_route() -> None:
    config = "builds: {api: {dockerfile: Dockerfile}}\nroutes: [{service: gate}]"
    template = Template.model_validate({"route": {"service": "web", "port": 9}})
    plan = plan_of(BUILT, template, config)
    assert [each.component for each in plan.builds] == ["api"]
    assert (plan.route.service, plan.route.port) == ("gate", 0)
    assert plan_of(BUILT, template, "routes: [{port: 8}]").route == RouteSettings(
        service="web", port=8
    )
    assert plan_of(BUILT, template).route.port == 9


def test_what_is_left_to_detection_elsewhere_has_no_effect_and_is_said() -> None:
    template = Template(application=DetectionOverrides(port=80, start="x"))
    assert plan_of(BUILT, template).warnings == (
        "`start`, `port` have no effect: the template `development` deploys a Helm chart, which says itself what runs.",
    )
