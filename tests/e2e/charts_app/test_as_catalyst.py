"""The generic chart with exactly the values that Catalyst gives to every chart."""

import json

import pytest
import yaml
from pydantic import JsonValue

from tests.e2e.charts_app.chart import CHART, Chart, web, worker
from workflows.models.messages import BuildImageResult
from workflows.values import ValueFacts, release_values

pytestmark = [pytest.mark.cluster]


def build(component: str, hexadecimal: str) -> BuildImageResult:
    repository, digest = f"registry.test/shop/{component}", f"sha256:{hexadecimal * 64}"
    return BuildImageResult(
        component=component,
        image=f"{repository}@{digest}",
        repository=repository,
        digest=digest,
    )


@pytest.mark.spec("ENV-004", "ENV-030")
def test_each_component_runs_what_was_built_for_it_and_knows_its_environment(chart: Chart) -> None:
    page, mailer = build("page", "a"), build("mailer", "b")
    facts = ValueFacts(
        inner_url="http://shop.preview.inner",
        commit="4f2a9c0d1e7b6835a2c4d9e0f1b3a5c7d8e6f402",
        url="http://shop.preview.test",
        host="shop.preview.test",
        namespace="web-shop-pr-shop-12",
        environment="pr-shop-12",
        project="web-shop",
        branch="feat/🎉",
        images=(page, mailer),
    )
    components: dict[str, JsonValue] = {
        "page": web(env={"CALLBACK": "{url}/callback"}),
        "mailer": worker(),
        "cron-like": worker(),
        "db": worker(image="postgres:16", catalystEnv=False),
    }
    values = release_values(
        facts,
        {"components": components},
        chart=yaml.safe_load((CHART / "values.yaml").read_text()),
        schema=json.loads((CHART / "values.schema.json").read_text()),
    )
    rendered = chart.render(values, "pr-shop-12")
    images = {name: rendered.container(name)["image"] for name in components}
    assert images == {
        "page": page.image,
        "mailer": mailer.image,
        "cron-like": page.image,
        "db": "postgres:16",
    }
    told = {entry["name"]: entry["value"] for entry in rendered.container("page")["env"]}
    assert told["CATALYST_URL"] == "http://shop.preview.test"
    assert told["CATALYST_COMMIT"] == facts.commit
    assert told["CATALYST_BRANCH"] == "feat/🎉"
    assert told["CALLBACK"] == "http://shop.preview.test/callback"
    assert set(rendered.all("Service")) == {"pr-shop-12-page"}
