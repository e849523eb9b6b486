"""From a commit to its plan: real git over HTTP, nothing executed, nothing left behind."""

import asyncio
import logging
import subprocess
from pathlib import Path

import pytest

from activities.source import SourceActivities
from tests.integration.activities.conftest import CHART, NAME, Shop
from tests.integration.activities.planning import REF, Projects, plan, push
from tests.support.github.faults import Fault, FaultKind
from workflows.errors import (
    CatalystError,
    CommitGoneError,
    GitHubError,
    GitHubPermissionError,
    GitHubRateLimitError,
    ManifestError,
    PlanError,
    RepositoryGoneError,
)
from workflows.models import BuildSettings, Template
from workflows.models import messages as m

pytestmark = pytest.mark.spec("FR-002")


async def test_a_commit_is_planned_with_its_chart_and_its_reasons(
    shop: Shop, tmp_path: Path
) -> None:
    found = await plan(shop, tmp_path / "work")
    assert found.commit == shop.pull.head_sha
    assert found.release.chart == "chart"
    assert found.builds[0].dockerfile == "Dockerfile"
    assert found.reasons[0] == "Chart shop 1.2.3 in `chart`"
    assert list((tmp_path / "work").iterdir()) == []


async def test_exactly_the_wanted_commit_is_planned_after_the_branch_moved_on(
    shop: Shop, tmp_path: Path
) -> None:
    await push(shop, {"chart/Chart.yaml": CHART.replace("1.2.3", "9.9.9")})
    found = await plan(shop, tmp_path)
    assert found.commit == shop.pull.head_sha
    assert "1.2.3" in found.reasons[0]


async def test_a_renamed_repository_is_planned_all_the_same(shop: Shop, tmp_path: Path) -> None:
    await shop.server.rename_repository(NAME, "store")
    assert (await plan(shop, tmp_path)).commit == shop.pull.head_sha


async def test_a_fork_is_fetched_from_the_base_repository(shop: Shop, tmp_path: Path) -> None:
    await shop.server.create_user("mallory")
    await shop.server.grant(NAME, "mallory", "read")
    fork = await shop.server.fork(NAME, by="mallory")
    head = await shop.server.push(fork.full_name, "patch", {"x": "y"}, by="mallory")
    await shop.server.open_pull_request(NAME, "mallory:patch", by="mallory")
    await shop.server.delete_repository(fork.full_name, by="mallory")
    assert (await plan(shop, tmp_path, commit=head)).commit == head


@pytest.mark.parametrize(
    ("files", "template", "words"),
    [
        ({"chart/Chart.yaml": None}, Template(), "no chart in `chart`"),
        ({"Dockerfile": None}, Template(), "Dockerfile `Dockerfile` of `web` was not found"),
        ({}, Template(chart="../chart"), "leads out of the repository"),
        ({}, Template(chart="/etc"), "leads out of the repository"),
        ({}, Template(chart=".git"), "leads out of the repository"),
        (
            {},
            Template(builds=(BuildSettings(context="web", dockerfile="web/Dockerfile"),)),
            "build context `web` of `web` was not found",
        ),
        (
            {},
            Template(builds=(BuildSettings(context="../.."),)),
            "build context `../..` of `web` leads out of the repository",
        ),
    ],
)
async def test_what_is_missing_or_outside_is_named(
    shop: Shop, tmp_path: Path, files: dict[str, str | None], template: Template, words: str
) -> None:
    commit = await push(shop, files) if files else ""
    with pytest.raises(PlanError) as failure:
        await plan(shop, tmp_path, template=template, commit=commit)
    assert words in str(failure.value)


@pytest.mark.spec("EC-2")
async def test_a_chart_that_cannot_be_read_is_told_with_file_and_line(
    shop: Shop, tmp_path: Path
) -> None:
    broken = "apiVersion: v2\nname: shop\nversion: [1.2\ntype: application\n"
    commit = await push(shop, {"chart/Chart.yaml": broken})
    with pytest.raises(ManifestError) as failure:
        await plan(shop, tmp_path, commit=commit)
    assert "chart/Chart.yaml:4:" in str(failure.value)


async def test_a_chart_in_the_root_of_the_repository_is_found(shop: Shop, tmp_path: Path) -> None:
    commit = await push(shop, {"Chart.yaml": CHART})
    found = await plan(shop, tmp_path, template=Template(chart="."), commit=commit)
    assert found.release.chart == "."


async def test_a_commit_that_does_not_exist_is_gone(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(CommitGoneError):
        await plan(shop, tmp_path, commit="0123456789" * 4)


async def test_a_commit_forced_away_and_collected_is_gone(shop: Shop, tmp_path: Path) -> None:
    await shop.server.push(NAME, "feature", {"src/main.txt": "other\n"}, force=True)
    bare = next((tmp_path / "github").rglob(f"{shop.repo.id}.git"))
    collect = ["git", "-C", str(bare), "-c", "gc.reflogExpire=now", "gc", "--quiet", "--prune=now"]
    await asyncio.to_thread(subprocess.run, collect, check=True)
    with pytest.raises(CommitGoneError):
        await plan(shop, tmp_path / "work")


async def test_a_repository_that_was_deleted_is_gone(shop: Shop, tmp_path: Path) -> None:
    await plan(shop, tmp_path / "work")
    await shop.server.delete_repository(NAME)
    with pytest.raises(RepositoryGoneError):
        await plan(shop, tmp_path / "work")


async def test_a_repository_of_no_project_is_not_planned(shop: Shop, tmp_path: Path) -> None:
    activities = SourceActivities(shop.clients, Projects(None), tmp_path)
    request = m.PlanRevisionInput(ref=REF, pull_request=shop.ref, commit=shop.pull.head_sha)
    with pytest.raises(PlanError):
        await asyncio.to_thread(activities.plan_revision, request)


async def test_an_app_without_contents_says_which_permission_is_missing(
    shop: Shop, tmp_path: Path
) -> None:
    await shop.server.install_app("acme", permissions={"metadata": "read"})
    with pytest.raises(GitHubPermissionError, match="contents:read"):
        await plan(shop, tmp_path)


@pytest.mark.spec("FR-015")
async def test_a_limit_while_planning_says_how_long_to_wait(shop: Shop, tmp_path: Path) -> None:
    await shop.server.arm(Fault(kind=FaultKind.SECONDARY_LIMIT, path="/repositories/"))
    with pytest.raises(GitHubRateLimitError) as failure:
        await plan(shop, tmp_path)
    assert failure.value.retry_after is not None


async def test_an_expired_token_is_replaced_by_the_next_attempt(shop: Shop, tmp_path: Path) -> None:
    await plan(shop, tmp_path)
    await shop.server.expire_tokens()
    with pytest.raises(GitHubError):
        await plan(shop, tmp_path)
    assert (await plan(shop, tmp_path)).commit == shop.pull.head_sha


@pytest.mark.invariant(4)
async def test_the_token_is_in_no_failure_no_log_and_no_file(
    shop: Shop, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await plan(shop, tmp_path / "work")
    token = shop.clients.token(shop.installation, shop.repo.id, {"contents": "read"})
    with pytest.raises(CatalystError) as failure:
        await plan(shop, tmp_path / "work", commit="0123456789" * 4)
    texts = [str(failure.value), *failure.value.excerpt, repr(failure.value.__cause__), caplog.text]
    assert all(token not in text for text in texts)
    assert not any((tmp_path / "work").iterdir())


@pytest.mark.invariant(6)
async def test_leftovers_of_a_killed_process_are_removed_and_those_of_a_living_one_stay(
    shop: Shop, tmp_path: Path
) -> None:
    killed, living = tmp_path / "plan-killed", tmp_path / "plan-living"
    (killed / "part").mkdir(parents=True)
    living.mkdir()
    holder = await asyncio.create_subprocess_exec(
        "flock", "--exclusive", str(living), "sh", "-c", "echo held; read line",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert holder.stdout is not None
    assert holder.stdin is not None
    await holder.stdout.readline()
    SourceActivities(shop.clients, Projects(None), tmp_path)
    assert not killed.exists()
    assert living.exists()
    holder.stdin.close()
    await holder.wait()
