"""Names are always valid, stay readable where they can, and never serve two."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows import naming
from workflows.planning.plans.values import service_name

LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
LABEL_VALUE = re.compile(r"([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?")
ANY = st.one_of(st.text(max_size=100), st.from_regex(LABEL, fullmatch=True))
KEYS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", fullmatch=True)


def is_label(name: str, limit: int = 63) -> bool:
    return len(name) <= limit and LABEL.fullmatch(name) is not None


@pytest.mark.spec("FR-001")
@pytest.mark.parametrize(
    ("source", "number", "name"),
    [
        ("shop", 7, "pr-shop-7"),
        ("my-shop", 123, "pr-my-shop-123"),
        ("Shop", 7, "pr-shop-7--"),
        ("my.shop", 7, "pr-my-shop-7--"),
        ("a--b", 7, "pr-a-b-7--"),
        ("x" * 80, 7, "pr-xxxx"),
        ("日本", 7, "pr-7--"),
    ],
)
def test_environments_are_named_after_source_and_number(
    source: str, number: int, name: str
) -> None:
    found = naming.environment_name(source, number)
    assert found == name or (name.endswith(("--", "x")) and found.startswith(name))
    assert is_label(found)


@pytest.mark.spec("FR-001")
@given(ANY, st.integers(1, 10**6))
def test_an_environments_name_is_always_a_label(source: str, number: int) -> None:
    assert is_label(naming.environment_name(source, number))
    assert is_label(naming.release_name(naming.environment_name(source, number)), 53)


@pytest.mark.spec("FR-001")
@given(ANY, ANY, st.integers(20, 63))
def test_two_texts_never_share_a_name(one: str, other: str, limit: int) -> None:
    names = naming.slug(one, limit=limit), naming.slug(other, limit=limit)
    assert all(is_label(name, limit) for name in names)
    assert (names[0] == names[1]) is (one == other)


@pytest.mark.spec("ENV-017")
@given(ANY, ANY, st.integers(1, 10**6))
def test_no_object_of_an_environments_release_is_called_like_that_of_a_service(
    source: str, service: str, number: int
) -> None:
    for environment in (
        naming.environment_name(source, number),
        naming.agent_environment_name(source, service),
        naming.branch_environment_name(source),
    ):
        release = naming.service_release_name(environment, service)
        assert is_label(release, 53)
        for other in naming.release_names(environment):
            assert not service_name(other, "chart-search").startswith("chart-")
            assert not release.startswith(other)


@pytest.mark.spec("FR-001")
@given(KEYS, KEYS, KEYS, KEYS)
def test_the_last_candidate_of_a_namespace_belongs_to_one_pair_alone(
    project: str, environment: str, other_project: str, other_environment: str
) -> None:
    mine = list(naming.namespace_candidates(project, environment))
    others = list(naming.namespace_candidates(other_project, other_environment))
    assert all(is_label(name) and not naming.is_reserved(name) for name in mine)
    if (project, environment) != (other_project, other_environment):
        assert mine[-1] not in others


@pytest.mark.spec("FR-001")
def test_pairs_that_read_alike_differ_in_their_second_candidate() -> None:
    one = list(naming.namespace_candidates("a-b", "c"))
    other = list(naming.namespace_candidates("a", "b-c"))
    assert one[0] == other[0] == "a-b-c"
    assert one[1] != other[1]


@pytest.mark.parametrize("name", ["kube-system", "default", "catalyst-system", "catalyst-x"])
def test_the_clusters_own_names_are_reserved(name: str) -> None:
    assert naming.is_reserved(name)
    assert not naming.is_reserved(f"x-{name}")


def test_a_reserved_readable_name_is_passed_over() -> None:
    candidates = list(naming.namespace_candidates("kube", "system"))
    assert len(candidates) == 1
    assert not naming.is_reserved(candidates[0]) or candidates[0].startswith("kube-system--")


@pytest.mark.spec("ENV-021")
@given(st.text(max_size=100))
def test_any_text_has_a_label_value(text: str) -> None:
    value = naming.label_value(text)
    assert len(value) <= 63
    assert LABEL_VALUE.fullmatch(value)


@pytest.mark.spec("ENV-021")
@pytest.mark.parametrize(
    ("text", "value"),
    [("main", "main"), ("v1.2_x", "v1.2_x"), ("", ""), ("feature/cart", "feature-cart--")],
)
def test_a_label_value_stays_readable(text: str, value: str) -> None:
    assert naming.label_value(text).startswith(value)


def test_images_and_caches_are_apart() -> None:
    image = naming.image_repository("r:5000", "acme-shop", "pr-shop-7", "web")
    assert image == "r:5000/acme-shop/pr-shop-7/web"
    assert naming.cache_repository("r:5000", "acme-shop", "web") == "r:5000/acme-shop/cache/web"


def test_a_build_has_one_name_for_a_revision_and_component() -> None:
    name = naming.build_job_name("rev:1", "web")
    assert is_label(name)
    assert name == naming.build_job_name("rev:1", "web")
    assert name != naming.build_job_name("rev:1", "jobs")
    assert naming.short_hash("a", "b") != naming.short_hash("ab")


def test_workflow_ids_say_what_they_are() -> None:
    assert naming.environment_workflow_id("p", "e") == "env:p:e"
    assert naming.revision_workflow_id("p", "e", "12345678", 3) == "rev:p:e:12345678:3"
    assert naming.teardown_workflow_id("p", "e") == "down:p:e"
    assert naming.reporter_workflow_id(7) == "report:7"


def test_a_comment_is_found_again_by_its_marker() -> None:
    assert naming.comment_marker(42, 7) == "<!-- catalyst:42:7 -->"


@pytest.mark.spec("ENV-029")
def test_a_templates_secrets_have_a_name_that_kubernetes_takes_and_nobody_elses() -> None:
    assert naming.template_secrets("staging") == "catalyst-secrets-staging"
    odd, other = naming.template_secrets("My Template!"), naming.template_secrets("my-template")
    assert odd != other
    assert all(re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", name) for name in (odd, other))
    assert naming.project_namespace("team-shop") == "team-shop"


@pytest.mark.spec("ENV-022")
@pytest.mark.parametrize("source", ["shop", "a" * 63, "a--b"])
def test_an_agent_s_environment_has_a_name_of_its_own(source: str) -> None:
    name = naming.agent_environment_name(source, "basket")
    assert re.fullmatch(r"agent-[a-z0-9-]{1,56}[a-z0-9]", name)
    assert name != naming.agent_environment_name(source, "other")


@given(KEYS)
def test_what_belongs_to_a_namespace_is_named_after_it(namespace: str) -> None:
    assert naming.directory_volume(namespace).endswith(f"-{namespace}")
    assert len(naming.directory_volume(namespace)) <= 253, "the limit for a volume's name"
