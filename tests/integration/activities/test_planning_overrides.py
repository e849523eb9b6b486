"""What people decided is in the next plan, stays over a push, and is gone after a reset; the worker reads the database
that the API writes.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from activities.source import SourceActivities
from activities.store import ProjectReader, Store
from tests.integration.activities.conftest import Shop
from tests.integration.activities.planning import REF, project_of, push
from workflows.models import DetectionOverrides, RevisionPlan, Template
from workflows.models import messages as m
from workflows.overrides import EnvironmentOverrides, OverrideChanges, changed_overrides

pytestmark = pytest.mark.spec("ENV-011")
KEY = (REF.project, REF.environment)
DATABASE = "sqlite+aiosqlite:///{}/catalyst.db"
PACKAGE = '{"scripts": {"start": "node web.js"}}'
ONLY_NODE = {"package.json": PACKAGE, "Dockerfile": None, "chart/Chart.yaml": None}


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with Store.open(DATABASE.format(tmp_path)) as opened:
        yield opened


async def decide(store: Store, **named: object) -> None:
    changes = OverrideChanges.model_validate(named)
    await store.overrides.change(*KEY, lambda now: changed_overrides(now, changes), by="ada")


async def plan(shop: Shop, directory: Path, commit: str) -> RevisionPlan:
    reader = ProjectReader(DATABASE.format(directory))
    activities = SourceActivities(shop.clients, reader, directory / "work")
    request = m.PlanRevisionInput(ref=REF, pull_request=shop.ref, commit=commit, branch="feature")
    try:
        return await asyncio.to_thread(activities.plan_revision, request)
    finally:
        reader.close()


@pytest.mark.spec("ENV-030")
async def test_a_decision_is_kept_over_pushes_until_it_is_reset(
    shop: Shop, store: Store, tmp_path: Path
) -> None:
    await store.projects.put(project_of(shop, Template(type="auto")))
    commit = await push(shop, ONLY_NODE)
    await decide(store, start="node other.js", port=4321, variables={"COLOUR": "green"})
    for files in ({}, {"README.md": "# Shop\n"}):
        commit = await push(shop, files) if files else commit
        found = await plan(shop, tmp_path, commit)
        assert found.application is not None
        assert (found.application.start, found.application.port) == ("node other.js", 4321)
        assert "green" in found.release.model_dump_json()
    await store.overrides.change(*KEY, lambda _: EnvironmentOverrides(), by="ada")
    found = await plan(shop, tmp_path, commit)
    assert found.application is not None
    assert (found.application.start, found.application.port) == ("npm start", 0)
    assert "green" not in found.release.model_dump_json()


async def test_what_is_decided_for_one_environment_comes_before_what_is_for_all(
    shop: Shop, store: Store, tmp_path: Path
) -> None:
    for_all = DetectionOverrides(start="node all.js", dev="node dev.js")
    template = Template(type="auto", application=for_all)
    await store.projects.put(project_of(shop, template))
    commit = await push(shop, ONLY_NODE)
    await decide(store, start="node one.js")
    found = await plan(shop, tmp_path, commit)
    assert found.application is not None
    assert (found.application.start, found.application.dev) == ("node one.js", "node dev.js")


@pytest.mark.spec("ENV-030", "ENV-013")
async def test_an_environments_own_image_runs_in_place_of_what_would_be_built(
    shop: Shop, store: Store, tmp_path: Path
) -> None:
    await store.projects.put(project_of(shop, Template(type="auto")))
    commit = await push(shop, ONLY_NODE)
    await decide(store, image="ghcr.io/acme/shop:{short_sha}")
    found = await plan(shop, tmp_path, commit)
    assert [each.image for each in found.images] == [f"ghcr.io/acme/shop:{commit[:7]}"]
    assert found.builds == ()
