"""Which container a command is for: a table of environments."""

from typing import Any

import pytest

from activities.executing import (
    NotRunningError,
    PlaceError,
    UnclearComponentError,
    UnknownComponentError,
)
from activities.executing.places import find_place, places_in

pytestmark = pytest.mark.spec("OPS-4", "ENV-033")
RUNNING = {"running": {"startedAt": "2026-03-02T09:15:00Z"}}
CREATING = {"waiting": {"reason": "ContainerCreating"}}


def pod(component: str, state: Any = RUNNING, *, name: str = "", **changes: Any) -> dict[str, Any]:
    labels = {"catalyst.dev/component": component, "app.kubernetes.io/component": component}
    made: dict[str, Any] = {
        "metadata": {"name": name or f"{component}-1", "labels": labels},
        "spec": {"containers": [{"name": component}]},
        "status": {
            "phase": "Running",
            "containerStatuses": [{"name": component, "state": state}],
        },
    }
    for place, values in changes.items():
        made[place] |= values
    return made


WITH_CODE = pod("web", spec={"initContainers": [{"name": "code"}]})


@pytest.mark.parametrize(
    ("pods", "component", "found"),
    [
        pytest.param([pod("web")], None, "web-1", id="alone"),
        pytest.param([pod("db"), WITH_CODE], None, "web-1", id="the one that holds the code"),
        pytest.param([pod("db"), WITH_CODE], "db", "db-1", id="named"),
        pytest.param([pod("web", CREATING), pod("web", name="two")], None, "two", id="runs"),
        pytest.param(
            [pod("web", metadata={"deletionTimestamp": "now"}), pod("web", name="two")],
            None,
            "two",
            id="is not about to end",
        ),
        pytest.param(
            [pod("seed", status={"phase": "Succeeded"}), pod("web")], None, "web-1", id="no job"
        ),
    ],
)
def test_the_running_container_of_the_component_is_found(
    pods: list[dict[str, Any]], component: str | None, found: str
) -> None:
    place = find_place(places_in("shop", pods), component)
    assert (place.container.namespace, place.container.pod) == ("shop", found)


def test_a_pod_of_a_chart_goes_by_its_label_or_its_first_container() -> None:
    labelled = pod("api", spec={"containers": [{"name": "server"}, {"name": "proxy"}]})
    labelled["status"]["containerStatuses"] = [{"name": "server", "state": RUNNING}]
    bare = pod("tool", metadata={"labels": None, "name": "tool-1"})
    found = places_in("shop", [labelled, bare])
    assert [(each.component, each.container.name) for each in found] == [
        ("api", "server"),
        ("tool", "tool"),
    ]


@pytest.mark.invariant(10)
@pytest.mark.parametrize(
    ("pods", "component", "kind", "words"),
    [
        ([], None, NotRunningError, "no container of the environment is there yet"),
        ([], "web", NotRunningError, "no container of the environment is there yet"),
        (
            [pod("web", CREATING)],
            None,
            NotRunningError,
            "`web` is not running now (waiting: ContainerCreating)",
        ),
        (
            [pod("web", status={"containerStatuses": None})],
            None,
            NotRunningError,
            "`web` is not running now (not started)",
        ),
        (
            [pod("web"), pod("db")],
            "cache",
            UnknownComponentError,
            "there is no component `cache`; there are: `db`, `web`",
        ),
        (
            [pod("web"), pod("db")],
            None,
            UnclearComponentError,
            "say in which component: `db`, `web`",
        ),
    ],
)
def test_unknown_unclear_and_not_running_are_different_words(
    pods: list[dict[str, Any]], component: str | None, kind: type[PlaceError], words: str
) -> None:
    with pytest.raises(kind) as caught:
        find_place(places_in("shop", pods), component)
    assert str(caught.value) == words
