"""What people decide for one environment is kept until it is reset, and no change is lost to another."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from functools import partial

import pytest

from activities.store import InvalidProjectError, ProjectReader, Store
from activities.store.database import open_sync, writing_sync
from tests.support.examples import make_project, make_snapshot
from workflows.models import DetectionOverrides, Phase, Template
from workflows.overrides import EnvironmentOverrides, OverrideChanges, changed_overrides

KEY = ("web-shop", "pr-shop-12")
pytestmark = pytest.mark.spec("ENV-011")


@pytest.fixture
def reader(url: str) -> Iterator[ProjectReader]:
    opened = ProjectReader(url)
    yield opened
    opened.close()


async def change(store: Store, *, by: str = "ada", **named: object) -> None:
    changes = OverrideChanges.model_validate(named)
    await store.overrides.change(*KEY, lambda now: changed_overrides(now, changes), by=by)


async def test_nothing_is_overridden_at_first(store: Store, reader: ProjectReader) -> None:
    kept = await store.overrides.get(*KEY)
    assert (kept.values, kept.set_by, kept.set_at) == (EnvironmentOverrides(), "", None)
    assert reader.overrides_of(*KEY) == DetectionOverrides()
    assert (reader.variables_of(*KEY), reader.image_of(*KEY)) == ({}, "")


@pytest.mark.spec("ENV-030")
async def test_what_is_set_is_read_by_threads_of_the_worker(
    store: Store, reader: ProjectReader
) -> None:
    await store.projects.put(make_project())
    await change(store, start="node .", port=80, variables={"A": "ü ✓"})
    assert reader.overrides_of(*KEY) == DetectionOverrides(start="node .", port=80)
    assert reader.variables_of(*KEY)["A"] == "ü ✓"
    await change(store, image="ghcr.io/acme/shop:1")
    assert reader.image_of(*KEY) == "ghcr.io/acme/shop:1"
    assert reader.overrides_of("web-shop", "pr-shop-13") == DetectionOverrides()


async def test_it_is_known_who_changed_it_last_and_when(store: Store) -> None:
    await store.projects.put(make_project())
    await change(store, by="ada", start="node .")
    first = await store.overrides.get(*KEY)
    await change(store, by="bob", start="node .")
    assert await store.overrides.get(*KEY) == first  # nothing changed
    await change(store, by="bob" * 100, start=None)
    second = await store.overrides.get(*KEY)
    assert first.set_by == "ada"
    assert second.set_by == ("bob" * 100)[:255]
    assert first.set_at
    assert second.set_at
    assert second.set_at > first.set_at
    assert second.values == EnvironmentOverrides()


async def test_a_change_that_is_refused_leaves_nothing(store: Store) -> None:
    await store.projects.put(make_project())

    def refuse(_: EnvironmentOverrides) -> EnvironmentOverrides:
        raise ValueError("no")

    await change(store, start="node .")
    with pytest.raises(ValueError, match="no"):
        await store.overrides.change(*KEY, refuse, by="ada")
    assert (await store.overrides.get(*KEY)).values.detection.start == "node ."


async def test_they_outlive_the_environment(store: Store, reader: ProjectReader) -> None:
    await store.projects.put(make_project())
    await change(store, start="node .")
    await store.environments.record(make_snapshot(phase=Phase.DELETED))
    await store.projects.put(make_project().model_copy(update={"drafts": "deploy"}))
    assert reader.overrides_of(*KEY).start == "node ."


async def test_they_go_with_their_project(store: Store, url: str) -> None:
    await store.projects.put(make_project())
    await change(store, start="node .")
    engine = open_sync(url)
    with writing_sync(engine) as connection:
        connection.exec_driver_sql("DELETE FROM projects")
    engine.dispose()
    assert (await store.overrides.get(*KEY)).set_at is None


_WRITER = """
import asyncio, sys
from activities.store import Store
from workflows.overrides import OverrideChanges, changed_overrides

async def main(url, first):
    async with Store.open(url) as store:
        for number in range(first, first + 20):
            changes = OverrideChanges(variables={f"V{number}": str(number)})
            await store.overrides.change(
                "web-shop", "pr-shop-12", lambda now: changed_overrides(now, changes), by="ada"
            )

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


def test_processes_that_change_one_environment_at_once_lose_nothing(url: str) -> None:
    asyncio.run(_register(url))
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITER, url, str(first)], stderr=subprocess.PIPE, text=True
        )
        for first in (0, 20)
    ]
    assert [writer.communicate(timeout=60)[1] for writer in writers] == ["", ""]
    reader = ProjectReader(url)
    assert reader.variables_of(*KEY) == {f"V{number}": str(number) for number in range(40)}
    reader.close()


async def _register(url: str) -> None:
    async with Store.open(url) as store:
        await store.projects.put(make_project())


async def test_changes_of_one_template_at_once_lose_nothing(store: Store, url: str) -> None:
    await store.projects.put(make_project())
    other = Store(url)

    def add(name: str, current: Template | None) -> Template:
        assert current is not None
        variables = {**current.variables, name: "1"}
        return current.model_copy(update={"variables": variables})

    await asyncio.gather(
        *(
            each.projects.change_template("web-shop", "development", partial(add, f"V{number}"))
            for number, each in enumerate([store, other] * 15)
        )
    )
    await other.close()
    found = await store.projects.get("web-shop")
    assert found is not None
    assert set(found.templates["development"].variables) == {f"V{n}" for n in range(30)}


async def test_a_template_is_added_and_one_that_cannot_be_meant_is_refused(store: Store) -> None:
    assert await store.projects.change_template("web-shop", "x", lambda _: Template()) is None
    await store.projects.put(make_project())
    written = await store.projects.change_template("web-shop", "review", lambda _: Template())
    assert written is not None
    assert set(written.after.templates) == {"development", "review"}
    with pytest.raises(InvalidProjectError, match=r"templates\.review\.chart: must") as raised:
        await store.projects.change_template(
            "web-shop", "review", lambda _: Template(chart="../other")
        )
    assert [each["where"] for each in raised.value.errors] == ["templates.review.chart"]
    assert await store.projects.get("web-shop") == written.after


async def test_a_template_that_is_older_than_a_rule_does_not_stop_a_change_of_another(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = {"development": Template(chart="../old"), "review": Template()}
    with monkeypatch.context() as patched:
        patched.setattr("activities.store.projects.project_problems", lambda _: ())
        await store.projects.put(make_project().model_copy(update={"templates": old}))
    changed = await store.projects.change_template(
        "web-shop", "review", lambda _: Template(chart="new")
    )
    assert changed is not None
    assert changed.after.templates["development"] == old["development"]
