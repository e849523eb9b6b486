"""Plans of commits on the local GitHub, as the worker makes them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from activities.source import SourceActivities
from activities.source.activities import MAX_BYTES
from tests.integration.activities.conftest import NAME, Shop
from workflows.models import (
    DetectionOverrides,
    EnvironmentRef,
    Project,
    RevisionPlan,
    Source,
    Template,
)
from workflows.models import messages as m

REF = EnvironmentRef(team="acme", project="acme-shop", environment="pr-shop-1")


@dataclass(frozen=True)
class Projects:
    """What people configured, without a database."""

    project: Project | None
    overrides: DetectionOverrides = field(default_factory=DetectionOverrides)
    variables: dict[str, str] = field(default_factory=dict)
    image: str = ""

    def project_of(self, repository_id: int) -> Project | None:
        return self.project

    def overrides_of(self, project: str, environment: str) -> DetectionOverrides:
        assert (project, environment) == (REF.project, REF.environment)
        return self.overrides

    def variables_of(self, project: str, environment: str) -> dict[str, str]:
        assert (project, environment) == (REF.project, REF.environment)
        return self.variables

    def image_of(self, project: str, environment: str) -> str:
        assert (project, environment) == (REF.project, REF.environment)
        return self.image


def project_of(shop: Shop, template: Template) -> Project:
    source = Source(
        name="shop",
        repository_id=shop.repo.id,
        repository=NAME,
        installation=shop.installation,
    )
    return Project(
        key="acme-shop",
        team="acme",
        name="shop",
        sources=(source,),
        templates={"development": template},
    )


async def plan(
    shop: Shop,
    work: Path,
    *,
    template: Template | None = None,
    commit: str = "",
    serving: str = "",
    serving_settings: str = "",
    projects: Projects | None = None,
    is_trusted: bool = True,
    max_bytes: int = MAX_BYTES,
) -> RevisionPlan:
    known = projects or Projects(project_of(shop, template or Template()))
    activities = SourceActivities(shop.clients, known, work, max_bytes=max_bytes)
    request = m.PlanRevisionInput(
        ref=REF,
        pull_request=shop.ref,
        commit=commit or shop.pull.head_sha,
        branch="feature",
        is_trusted=is_trusted,
        serving=serving,
        serving_settings=serving_settings,
    )
    return await asyncio.to_thread(activities.plan_revision, request)


async def push(shop: Shop, files: Mapping[str, str | bytes | None]) -> str:
    return await shop.server.push(NAME, "feature", files)


async def replace_by(shop: Shop, files: Mapping[str, str | bytes]) -> str:
    """A commit that holds these files and nothing of what was there before."""
    async with shop.server.checkout(NAME) as checkout:
        await checkout.git("checkout", "--quiet", "feature")
        await checkout.git("rm", "-r", "--quiet", ".")
        checkout.write(files)
        sha = await checkout.commit("start anew")
        await checkout.git("push", "--quiet", "origin", "HEAD:anew")
    return sha


async def push_links(shop: Shop, links: Mapping[str, str], files: Mapping[str, str]) -> str:
    """A commit with symbolic links; a name in `links` replaces what was there."""
    async with shop.server.checkout(NAME) as checkout:
        await checkout.git("checkout", "--quiet", "feature")
        for name in [name for name in links if (checkout.tree / name).exists()]:
            await checkout.git("rm", "-r", "--quiet", name)
        await checkout.commit("make room")
        checkout.write(files)
        for name, target in links.items():
            path = checkout.tree / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(target)
        sha = await checkout.commit("link")
        await checkout.git("push", "--quiet", "--force", "origin", "HEAD:linked")
    return sha
