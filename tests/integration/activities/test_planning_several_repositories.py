"""A pull request is planned together with the project's other repositories, or fails with the name of the one at fault."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from activities.source import SourceActivities
from tests.integration.activities.conftest import NAME, Shop
from tests.integration.activities.planning import REF, Projects, push
from tests.support.github.client_models import Repo
from workflows.errors import CommitGoneError, PlanError
from workflows.models import Project, RevisionPlan, Source, SourceHead, SourceSettings, Template
from workflows.models import messages as m

pytestmark = pytest.mark.spec("ENV-016")

API = "acme/api"
SERVICE = {"Dockerfile": "FROM scratch\nEXPOSE 90\n"}


@dataclass(frozen=True)
class Both:
    shop: Shop
    api: Repo
    work: Path

    async def plan(self, settings: SourceSettings | None = None, **asked: object) -> RevisionPlan:
        template = Template(
            type="dockerfile", sources=(settings or SourceSettings(source="api", path="/api"),)
        )
        known = Projects(self.project(template))
        activities = SourceActivities(self.shop.clients, known, self.work)
        request = m.PlanRevisionInput(
            ref=REF,
            pull_request=self.shop.ref,
            commit=self.shop.pull.head_sha,
            branch="feature",
        )
        return await asyncio.to_thread(activities.plan_revision, request.model_copy(update=asked))

    def project(self, template: Template) -> Project:
        sources = (
            Source(
                name="shop",
                repository_id=self.shop.repo.id,
                repository=NAME,
                installation=self.shop.installation,
            ),
            Source(
                name="api",
                repository_id=self.api.id,
                repository=API,
                installation=self.shop.installation,
            ),
        )
        return Project(
            key="acme-shop",
            team="acme",
            name="shop",
            sources=sources,
            templates={"development": template},
        )


@pytest.fixture
async def both(shop: Shop, tmp_path: Path) -> Both:
    api = await shop.server.create_repository(API, SERVICE)
    return Both(shop, api, tmp_path / "work")


async def test_the_branch_of_the_same_name_comes_along_where_there_is_one(both: Both) -> None:
    plan = await both.plan()
    assert [(each.name, each.branch, each.is_same_branch) for each in plan.sources] == [
        ("api", "main", False)
    ]
    commit = await both.shop.server.push(API, "feature", {"a": "1\n"})
    plan = await both.plan()
    assert [(each.branch, each.commit) for each in plan.sources] == [("feature", commit)]
    assert plan.sources[0].is_same_branch
    assert [(each.component, each.source) for each in plan.builds] == [
        ("shop-web", ""),
        ("api-web", "api"),
    ]
    assert list(both.work.iterdir()) == []


async def test_of_a_pull_request_that_shares_the_environment_its_head_is_taken(
    both: Both,
) -> None:
    commit = await both.shop.server.push(API, "feature", {"a": "1\n"})
    head = SourceHead(repository_id=both.api.id, branch="feature", commit=commit)
    await both.shop.server.push(API, "feature", {"a": "2\n"})
    plan = await both.plan(heads=(head,))
    [source] = plan.sources
    assert (source.commit, source.branch, source.is_same_branch) == (commit, "feature", True)


async def test_of_one_that_was_closed_meanwhile_the_default_branch_is_taken(both: Both) -> None:
    await both.shop.server.push(API, "feature", {"a": "1\n"})
    plan = await both.plan(heads=(SourceHead(repository_id=both.api.id),))
    assert [(each.branch, each.is_same_branch) for each in plan.sources] == [("main", False)]


async def test_a_head_that_was_pushed_away_is_gone_and_named(both: Both) -> None:
    head = SourceHead(repository_id=both.api.id, branch="feature", commit="1" * 40)
    with pytest.raises(CommitGoneError, match="source `api`"):
        await both.plan(heads=(head,))


@pytest.mark.invariant(7)
async def test_with_the_code_of_a_fork_comes_the_default_branch_alone(both: Both) -> None:
    await both.shop.server.push(API, "feature", {"a": "1\n"})
    plan = await both.plan(is_trusted=False)
    assert [each.branch for each in plan.sources] == ["main"]


async def test_another_commit_of_what_comes_along_is_deployed_whatever_else_is_unchanged(
    both: Both,
) -> None:
    config = "version: 1\npaths: {ignore: [docs/**]}\n"
    old = await push(both.shop, {".catalyst.yaml": config})
    new = await push(both.shop, {"docs/a": "1\n"})
    served = await both.plan(commit=old)
    same = await both.plan(commit=new, serving=old, serving_settings=served.settings)
    assert same.unchanged
    assert not (await both.plan(commit=new, serving=old)).unchanged, "nobody knows what it has"
    await both.shop.server.push(API, "main", {"a": "1\n"})
    moved = await both.plan(commit=new, serving=old, serving_settings=served.settings)
    assert not moved.unchanged


async def test_a_mistake_in_what_comes_along_is_told_with_its_name(both: Both) -> None:
    await both.shop.server.push(API, "main", {".catalyst.yaml": "version: 1\nprot: 90\n"})
    with pytest.raises(PlanError) as caught:
        await both.plan()
    assert str(caught.value).startswith("source `api` (acme/api): .catalyst.yaml:2:1")


async def test_a_repository_that_is_gone_is_named_with_what_to_do(both: Both) -> None:
    await both.shop.server.delete_repository(API)
    with pytest.raises(PlanError) as caught:
        await both.plan()
    assert str(caught.value).startswith("source `api` (acme/api) cannot be read")
    assert "GitHub App" in caught.value.hint


async def test_a_repository_that_the_app_may_not_read_any_more_is_named(both: Both) -> None:
    await both.shop.server.install_app("acme", [NAME.partition("/")[2]])
    with pytest.raises(PlanError, match="source `api`"):
        await both.plan()


async def test_a_source_that_the_project_has_not_is_named(both: Both) -> None:
    with pytest.raises(PlanError, match="names the source `worker`"):
        await both.plan(SourceSettings(source="worker"))


async def test_an_empty_repository_is_named(both: Both) -> None:
    empty = await both.shop.server.create_repository("acme/empty", {})
    other = Both(both.shop, empty.model_copy(update={"full_name": "acme/empty"}), both.work)
    with pytest.raises(PlanError, match="has no commits yet"):
        await other.plan()


async def test_what_comes_along_does_not_choose_the_template(both: Both) -> None:
    await both.shop.server.push(API, "main", {".catalyst.yaml": "version: 1\ntemplate: other\n"})
    plan = await both.plan()
    assert plan.template == "development"
    assert any("`template` in `.catalyst.yaml` has no effect" in each for each in plan.warnings)
