"""What a chart is told about the image, the commit and the address."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from workflows.errors import ManifestError
from workflows.models.messages import BuildImageResult
from workflows.values import (
    ValueFacts,
    allowed_by,
    checksum_of,
    image_values,
    joined_checksums,
    merge,
    release_values,
    resolve,
)

HEX = "0f" * 32
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def image(component: str = "web") -> BuildImageResult:
    repository = f"registry.test:5000/team-shop/pr-shop-7/{component}"
    return BuildImageResult(
        component=component,
        image=f"{repository}@sha256:{HEX}",
        repository=repository,
        digest=f"sha256:{HEX}",
    )


FACTS = ValueFacts(
    commit=COMMIT,
    url="http://team-shop-pr-shop-7.localhost:8080/",
    inner_url="http://team-shop-pr-shop-7.preview.internal:8080/",
    host="team-shop-pr-shop-7.localhost",
    namespace="team-shop-pr-shop-7",
    environment="pr-shop-7",
    project="team-shop",
    branch="feature/cart",
    secrets_checksum="5ec",
    images=(image("web"), image("worker")),
)
REPOSITORY = "registry.test:5000/team-shop/pr-shop-7/web"


@pytest.mark.spec("FR-002")
@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (None, {"repository": f"{REPOSITORY}@sha256", "tag": HEX}),
        ({}, {"repository": f"{REPOSITORY}@sha256", "tag": HEX}),
        (
            {"repository": "nginx", "tag": "", "pullPolicy": "Always"},
            {"repository": f"{REPOSITORY}@sha256", "tag": HEX},
        ),
        ("nginx:1.27", f"{REPOSITORY}@sha256:{HEX}"),
        (
            {"repository": "nginx", "tag": "1", "digest": ""},
            {"repository": REPOSITORY, "digest": f"sha256:{HEX}"},
        ),
        (
            {"registry": "docker.io", "repository": "bitnami/nginx", "tag": "1", "digest": ""},
            {
                "registry": "registry.test:5000",
                "repository": "team-shop/pr-shop-7/web",
                "digest": f"sha256:{HEX}",
            },
        ),
        (
            {"registry": "docker.io", "repository": "library/nginx", "tag": "1"},
            {
                "registry": "registry.test:5000",
                "repository": "team-shop/pr-shop-7/web@sha256",
                "tag": HEX,
            },
        ),
        ({"name": "nginx", "tag": "1"}, {"name": f"{REPOSITORY}@sha256", "tag": HEX}),
    ],
)
def test_the_image_is_given_by_digest_in_the_shape_the_chart_has(
    found: JsonValue, expected: JsonValue
) -> None:
    assert image_values(image(), found) == expected


@pytest.mark.spec("FR-002")
def test_a_chart_is_told_the_image_the_commit_and_its_address() -> None:
    values = release_values(FACTS, {})
    assert values["image"] == {"repository": f"{REPOSITORY}@sha256", "tag": HEX}
    assert values["global"] == {
        "catalyst": {
            "commit": COMMIT,
            "url": FACTS.url,
            "innerUrl": FACTS.inner_url,
            "host": FACTS.host,
            "environment": "pr-shop-7",
            "project": "team-shop",
            "branch": "feature/cart",
            "image": image("web").image,
            "images": {"web": image("web").image, "worker": image("worker").image},
        }
    }


def test_a_component_with_its_own_image_in_the_chart_is_given_its_own_build() -> None:
    chart: dict[str, JsonValue] = {"worker": {"image": "busybox", "replicas": 1}, "web": {}}
    values = release_values(FACTS, {}, chart=chart)
    assert values["worker"] == {"image": image("worker").image}
    assert "web" not in values


@pytest.mark.spec("FR-002")
def test_a_chart_without_builds_keeps_its_own_image() -> None:
    facts = FACTS.model_copy(update={"images": ()})
    values = release_values(facts, {"tag": "{commit}"}, chart={"image": "nginx:1.27"})
    assert set(values) == {"global", "tag"}
    assert values["tag"] == COMMIT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{image}", image("web").image),
        ("{image.worker}", image("worker").image),
        ("{repository.worker}", image("worker").repository),
        ("{digest}", f"sha256:{HEX}"),
        ("{commit}", COMMIT),
        ("v-{short_commit}", "v-0123456"),
        ("{url}health", f"{FACTS.url}health"),
        ("{host}", FACTS.host),
        ("{namespace}/{branch}", "team-shop-pr-shop-7/feature/cart"),
        ("{project}:{environment}", "team-shop:pr-shop-7"),
        ("{secrets_checksum}", "5ec"),
        ("{egress_proxy}", "http://egress-team-shop-pr-shop-7.catalyst-egress.svc:3128"),
        ('{"image": "{image}"}', f'{{"image": "{image("web").image}"}}'),
        ("{{ .Values.image }}", "{{ .Values.image }}"),
        ("{{image}}", "{{image}}"),
        ("{unknown}", "{unknown}"),
        ("{commit.web}", "{commit.web}"),
        ("{}", "{}"),
    ],
)
def test_placeholders_are_replaced_and_everything_else_is_left_alone(
    text: str, expected: str
) -> None:
    assert resolve(FACTS, {"a": [{"b": text}], "c": 1}) == {"a": [{"b": expected}], "c": 1}


@pytest.mark.spec("FR-009")
def test_asking_for_an_image_that_nothing_builds_names_the_value_and_what_is_built() -> None:
    with pytest.raises(
        ManifestError, match=r"`jobs\[0\].image` asks for \{image.api\}.*web, worker"
    ):
        release_values(FACTS, {"jobs": [{"image": "{image.api}"}]})


def test_the_templates_values_lie_over_the_defaults_key_by_key() -> None:
    values = release_values(FACTS, {"image": {"tag": "fixed"}, "global": {"region": "eu"}})
    assert values["image"] == {"repository": f"{REPOSITORY}@sha256", "tag": "fixed"}
    assert isinstance(values["global"], dict)
    assert set(values["global"]) == {"catalyst", "region"}


def test_a_null_of_the_template_reaches_helm() -> None:
    assert release_values(FACTS, {"image": None})["image"] is None


def test_a_chart_with_a_closed_schema_is_told_only_what_it_knows() -> None:
    schema: dict[str, JsonValue] = {
        "additionalProperties": False,
        "properties": {"image": {"type": "object"}},
    }
    assert set(release_values(FACTS, {}, schema=schema)) == {"image"}
    assert set(release_values(FACTS, {"global": {}}, schema=schema)) == {"image", "global"}


def test_an_open_schema_takes_nothing_away() -> None:
    values: dict[str, JsonValue] = {"a": 1}
    assert allowed_by(values, {"properties": {}}) == values


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
MAPPING = st.dictionaries(st.text(max_size=3), JSON, max_size=4)


@given(MAPPING, MAPPING)
def test_merging_keeps_everything_of_the_upper_mapping_and_changes_neither(
    under: dict[str, JsonValue], over: dict[str, JsonValue]
) -> None:
    before = json.dumps([under, over])
    merged = merge(under, over)
    assert set(merged) == set(under) | set(over)
    assert merge(merged, over) == merged
    for key, value in over.items():
        if not isinstance(value, dict):
            assert merged[key] == value
    assert json.dumps([under, over]) == before


@given(MAPPING)
def test_values_without_braces_pass_through_untouched(values: dict[str, JsonValue]) -> None:
    if "{" not in json.dumps(list(_strings(values))):
        assert resolve(FACTS, values) == values


def _strings(value: JsonValue) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _strings(item)]
    if isinstance(value, list):
        return [text for item in value for text in _strings(item)]
    return [value] if isinstance(value, str) else []


@pytest.mark.spec("ENV-017")
def test_each_secret_has_a_checksum_of_its_own() -> None:
    """A database must not restart because a secret of the project has changed."""
    joined = joined_checksums("5ec", {"catalyst-service-db": "a.1", "catalyst-service-s": "b.2"})
    facts = FACTS.model_copy(update={"secrets_checksum": joined})
    names = ("", ".catalyst-service-db", ".catalyst-service-s", ".other")
    found = [resolve(facts, {"x": f"{{secrets_checksum{name}}}"})["x"] for name in names]
    assert found == ["5ec", "a.1", "b.2", ""]
    assert checksum_of(joined_checksums("", {"a": "1"})) == ""
    assert checksum_of("") == ""
    assert checksum_of("5ec") == "5ec"
