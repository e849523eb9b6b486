"""Which container a command is for: a table of environments."""

from typing import Any

import pytest

from activities.executing import (
    NotRunningError,
    PlaceError,
    UnclearComponentError,
    UnknownComponentError,
    UnknownContainerError,
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


BEFORE = [{"name": "wait--db"}, {"name": "code", "restartPolicy": "Always"}]
WITH_CODE = pod(
    "web",
    spec={"initContainers": BEFORE},
    status={
        "initContainerStatuses": [
            {"name": "wait--db", "state": {"terminated": {"exitCode": 0}}},
            {"name": "code", "state": RUNNING},
        ]
    },
)


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


@pytest.mark.parametrize(
    ("component", "container", "found"),
    [
        (None, None, "web"),
        ("web", None, "web"),
        (None, "code", "code"),
        ("web", "code", "code"),
        ("web", "web", "web"),
        ("db", "db", "db"),
    ],
)
def test_a_container_beside_the_main_one_is_found_by_its_name(
    component: str | None, container: str | None, found: str
) -> None:
    place = find_place(places_in("shop", [pod("db"), WITH_CODE]), component, container)
    assert place.container.name == found


def test_a_pod_of_a_chart_goes_by_its_label_or_its_first_container() -> None:
    labelled = pod("api", spec={"containers": [{"name": "server"}, {"name": "proxy"}]})
    labelled["status"]["containerStatuses"] = [{"name": "server", "state": RUNNING}]
    bare = pod("tool", metadata={"labels": None, "name": "tool-1"})
    found = places_in("shop", [labelled, bare])
    assert [(each.component, each.container.name, each.is_main) for each in found] == [
        ("api", "server", True),
        ("api", "proxy", False),
        ("tool", "tool", True),
    ]
    assert find_place(found, "api").container.name == "server"


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


@pytest.mark.invariant(10)
@pytest.mark.parametrize(
    ("component", "container", "kind", "words"),
    [
        (
            None,
            "git",
            UnknownContainerError,
            "`web` has no container `git`; there are: `web`, `code`",
        ),
        (
            "web",
            "wait--db",
            UnknownContainerError,
            "`web` has no container `wait--db`; there are: `web`, `code`",
        ),
        ("db", "code", UnknownContainerError, "`db` has no container `code`; there are: `db`"),
        (
            "late",
            "code",
            NotRunningError,
            "`code` of `late` is not running now (waiting: ContainerCreating)",
        ),
    ],
)
def test_a_container_that_is_not_there_or_has_ended_its_work_is_told_with_those_that_are(
    component: str | None, container: str, kind: type[PlaceError], words: str
) -> None:
    late = pod(
        "late",
        spec={"initContainers": [BEFORE[1]]},
        status={"initContainerStatuses": [{"name": "code", "state": CREATING}]},
    )
    pods = [pod("db"), WITH_CODE, *([late] if component == "late" else [])]
    with pytest.raises(kind) as caught:
        find_place(places_in("shop", pods), component, container)
    assert str(caught.value) == words
