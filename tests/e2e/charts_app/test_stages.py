"""The real Helm renders what a stage does not name as it did before: pod templates, names, labels, all of it."""

from copy import deepcopy
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from activities.helm.stages import staged_values
from tests.e2e.charts_app import strategies
from tests.e2e.charts_app.chart import CATALYST, CHART, Chart, app, job, web, worker
from workflows.values import Values, merge

pytestmark = [pytest.mark.cluster]

DEFAULTS: Values = yaml.safe_load((CHART / "values.yaml").read_text())
RENDERING = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    # Every look starts Helm: the first failing values are shown as they are.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def deployed(values: Values) -> Values:
    """As Helm's record has them."""
    return merge(DEFAULTS, values)


def shop(commit: str, revision: str, **changes: Any) -> Values:
    told = {**CATALYST, "commit": commit * 40, "revision": revision}
    told["images"] = {"web": f"registry.test/web@sha256:{commit}"}
    components = {
        "db": worker(image="postgres:17", catalystEnv=False, envFrom=["db"]),
        "migrate": job(imageFrom="web"),
        "seed": job(imageFrom="web", once=True),
        "web": web(),
        "mailer": worker(security={"runAsUser": 7}),
    }
    return {
        **app(**components),
        "image": {"repository": "registry.test/all", "tag": commit},
        "secrets": {"db": {"checksum": commit}},
        "global": {"catalyst": told},
        **changes,
    }


@pytest.mark.spec("ENV-018", "FR-007")
def test_an_update_touches_one_stage_after_the_other(chart: Chart) -> None:
    old = shop("a", "r1", security={"profile": "baseline"})
    new = shop("b", "r2", imagePullSecrets=["registry"], security={"runAsUser": 5})
    done = frozenset({("migrate", "r1"), ("seed", "r1")})
    before = chart.render(old)
    first = staged_values(new, deployed(old), frozenset({"db"}), done)
    rendered = chart.render(first)
    assert _differing(before.templates(), rendered.templates()) == {"db"}
    assert set(rendered.all("Job")) == set(before.all("Job"))

    second = staged_values(new, deployed(first), frozenset({"db", "migrate"}), done)
    after = chart.render(second)
    assert _differing(rendered.templates(), after.templates()) == {"migrate"}
    assert set(after.all("Job")) == {"shop-migrate--r2", "shop-seed--r1"}

    last = chart.render(staged_values(new, deployed(second), frozenset(), done))
    assert _differing(after.templates(), last.templates()) == {"web", "mailer"}
    whole = chart.render(new)
    assert _differing(whole.templates(), last.templates()) == {"seed"}
    assert _differing(before.templates(), last.templates()) == {"db", "migrate", "web", "mailer"}


def _differing(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


@pytest.mark.spec("ENV-018")
@RENDERING
@given(old=strategies.values, new=strategies.values, release=strategies.releases, data=st.data())
def test_whatever_an_update_brings_the_rest_renders_as_before(
    chart: Chart, old: Values, new: Values, release: str, data: st.DataObject
) -> None:
    old, new = deepcopy(old), deepcopy(new)
    for values, revision in ((old, "r1"), (new, "r2")):
        told = values.setdefault("global", {"catalyst": {}})
        told["catalyst"]["revision"] = revision  # type: ignore[index, call-overload]
    of_old, of_new = old["components"], new["components"]
    assert isinstance(of_old, dict)
    assert isinstance(of_new, dict)
    names = data.draw(st.frozensets(st.sampled_from(sorted(of_new)), min_size=1))
    done = frozenset((name, "r1") for name in of_old)
    before = chart.render(old, release)
    after = chart.render(staged_values(new, deployed(old), names, done), release)
    staying = {name for name in of_old if name not in names}
    for kind in ("Deployment", "CronJob", "Job", "Service", "ConfigMap", "PersistentVolumeClaim"):
        for name, item in before.all(kind).items():
            if item["metadata"]["labels"]["app.kubernetes.io/component"] in staying:
                assert after.one(kind, name) == item
    assert after.templates().keys() == staying | names
