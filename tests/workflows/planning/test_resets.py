"""A wish to throw data away is kept until a revision has fulfilled that very wish."""

import pytest
from pydantic import JsonValue

from tests.workflows.planning.plans.cases import NODE, plan_of
from tests.workflows.values import pull, state
from workflows.models import EnvironmentState, ReleasePlan, Reset
from workflows.planning import ask_for_reset, kept_running, note_resets, why_not_reset

pytestmark = pytest.mark.spec("ENV-017")


def test_a_later_wish_is_not_fulfilled_by_what_an_earlier_one_led_to() -> None:
    known = state()
    ask_for_reset(known, Reset(id="1", service="db"))
    ask_for_reset(known, Reset(id="2", service="cache"))
    ask_for_reset(known, Reset(id="3", service="db"))
    note_resets(known, ["1", "2"])
    assert known.resets == [Reset(id="3", service="db")]
    note_resets(known, ["3"])
    assert known.resets == []


@pytest.mark.spec("ENV-012")
def test_databases_caches_and_brokers_go_on_while_the_application_starts_anew() -> None:
    components: dict[str, JsonValue] = {
        "web": {"imageFrom": "web"},
        "door": {"image": "docker.io/library/nginx:1"},
        "queue": {"image": "docker.io/library/rabbitmq:4"},
        "db": {"image": "docker.io/library/postgres:17"},
    }
    values: dict[str, JsonValue] = {"components": components}
    made = plan_of(NODE).model_copy(
        update={
            "release": ReleasePlan(name="web", chart="", source="catalyst", values=values),
            "services": ("db",),
        }
    )
    assert kept_running(made) == ("db", "queue")


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (state(pull=pull(), services=["db"]), ""),
        (state(pull=pull(), services=["cache"]), "there are: `cache`"),
        (state(pull=pull()), "no services of its own"),
        (state(pull=pull(is_open=False), services=["db"]), "closed"),
        (state(pull=pull(is_fork=True), services=["db"]), "needs approval"),
    ],
)
def test_a_reset_is_for_a_service_that_is_there(known: EnvironmentState, words: str) -> None:
    refusal = why_not_reset(known, "db")
    assert (refusal.message if refusal else "").count(words)
    assert (refusal is None) is (words == "")
