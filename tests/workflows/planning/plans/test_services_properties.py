"""What holds for every plan with services and jobs: all of it is brought up once, and knows only its own environment."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflows.planning.detection.test_properties import trees
from tests.workflows.planning.plans.cases import asked, mapping
from tests.workflows.planning.plans.test_properties import VALIDATOR, environments, planned
from workflows import naming
from workflows.models import (
    BuildSettings,
    JobSettings,
    ReleasePlan,
    RepositoryTree,
    RevisionPlan,
    ServiceSettings,
    Template,
)
from workflows.planning.plans import PlanningRequest, plan_text

pytestmark = pytest.mark.spec("ENV-017", "ENV-018")

names = st.sampled_from(("db", "cache", "reports-db", "files", "web", "x" * 40, "1st"))
sizes = st.sampled_from(("", "2Gi", "15Gi"))
services = st.one_of(
    st.builds(
        ServiceSettings,
        type=st.sampled_from(("postgres", "postgres", "redis", "s3")),
        version=st.sampled_from(("", "16")),
        size=sizes,
        variables=st.dictionaries(st.sampled_from(("A", "POSTGRES_PASSWORD")), st.just("x")),
    ),
    st.builds(
        ServiceSettings,
        image=st.just("acme/search:1"),
        port=st.sampled_from((0, 9200)),
        volume=st.sampled_from(("", "/data")),
    ),
)
jobs = st.builds(
    JobSettings,
    when=st.sampled_from(("post-build", "pre-deploy", "pre-deploy", "post-deploy")),
    command=st.sampled_from(("npm run migrate", "a 'b' \"c\" $D")),
    component=st.sampled_from(("", "", "web", "worker")),
    run=st.sampled_from(("revision", "once")),
)
templates = st.builds(
    Template,
    type=st.sampled_from(("auto", "dockerfile", "helm", "manifests")),
    builds=st.sampled_from(
        ((BuildSettings(),), (BuildSettings(), BuildSettings(component="worker")))
    ),
    services=st.dictionaries(names, services, max_size=3),
    jobs=st.dictionaries(st.sampled_from(("migrate", "seed", "db")), jobs, max_size=3),
    secrets=st.sampled_from(((), ("TOKEN",), ("DATABASE_URL",))),
    variables=st.sampled_from(({}, {"PGHOST": "elsewhere"})),
)
requests = st.builds(asked, templates, environment=environments, is_trusted=st.booleans())


def releases(plan: RevisionPlan) -> list[ReleasePlan]:
    """Those of Catalyst's own chart."""
    found = [plan.release, *([plan.extras] if plan.extras else [])]
    return [each for each in found if each.source == "catalyst"]


def components(release: ReleasePlan) -> dict[str, dict[str, Any]]:
    found = mapping(release.values["components"])
    return {name: mapping(each) for name, each in found.items()}


@settings(max_examples=200, deadline=None)
@given(request=requests, tree=trees())
def test_everything_is_brought_up_in_exactly_one_stage(
    request: PlanningRequest, tree: RepositoryTree
) -> None:
    plan = planned(request, tree)
    if plan is None or not plan.stages:
        return
    stages = (*plan.stages, *plan.stages_after_health)
    named = Counter((each.release, name) for each in stages for name in each.components)
    wanted = {(each.name, name) for each in releases(plan) for name in components(each)}
    assert named == Counter(wanted)
    if plan.release.source != "catalyst":
        assert [each.components for each in stages if each.release == plan.release.name] == [()]
    kinds = {
        name: each["kind"]
        for release in releases(plan)
        for name, each in components(release).items()
    }
    assert all(
        kinds[name] == "job" for each in plan.stages_after_health for name in each.components
    )


@settings(max_examples=200, deadline=None)
@given(request=requests, tree=trees())
def test_what_is_told_of_a_service_is_of_this_environment_and_holds_no_secret(
    request: PlanningRequest, tree: RepositoryTree
) -> None:
    plan = planned(request, tree)
    if plan is None:
        return
    keys = {each.secret: {*each.made, *each.texts} for each in plan.credentials}
    for release in releases(plan):
        VALIDATOR.validate(release.values)
        known = {*mapping(release.values.get("secrets", {}))}
        for each in components(release).values():
            for source in mapping(each.get("secretEnv", {})).values():
                assert source["key"] in keys[source["secret"]]
                assert source["secret"] in known
            assert not {*mapping(each.get("env", {}))} & {*mapping(each.get("secretEnv", {}))}
    assert (
        set(plan.secrets) <= {"TOKEN", "DATABASE_URL"} if request.is_trusted else not plan.secrets
    )
    own = naming.release_names(request.environment)
    hosts = [
        text for each in plan.credentials for key, text in each.texts.items() if key == "PGHOST"
    ]
    assert all(host.startswith((own[0][:20], own[1][:20], "x-")) for host in hosts)
    assert RevisionPlan.model_validate_json(plan.model_dump_json()) == plan
    assert plan_text(plan)
