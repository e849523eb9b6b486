"""Repositories of each package manager become previews: it installs what its own lock file says, builds and starts."""

import json

import pytest

from tests.e2e.build.managed import ALL, named
from tests.e2e.main_job.conftest import previews, stack
from tests.e2e.support.packages import packages_source
from tests.e2e.support.preview import Files
from tests.e2e.support.previews import Previews
from tests.e2e.support.variants import variant
from tests.support.packages.own import GREETING
from workflows.models import FailureKind

__all__ = ["previews", "stack"]
pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]

PATIENCE = 300.0
"""Seconds. Several of them at once on few cores: Poetry alone is fifty packages, which each of its builds installs."""


@pytest.mark.spec("ENV-006", "ENV-031", "FR-002", "SC-002")
@pytest.mark.parametrize(
    "name", named("pnpm", "uv", "yarn-1", "yarn-4", "yarn-4-pnp", "poetry", "bun")
)
async def test_what_the_lock_file_says_is_installed_and_serves(
    name: str, previews: Previews
) -> None:
    managed = ALL[name]
    tree = managed.served_by(await packages_source())
    preview = await previews.create(tree=tree, type="auto")
    commit = await preview.open({"CHANGES.md": "One line more.\n"})
    await preview.until_ready(commit, within=PATIENCE)
    page = (await preview.page()).text
    assert f"{GREETING} its server" in page
    assert managed.agent in page, "the package manager that ran the build"


@pytest.mark.spec("FR-009", "ENV-006")
@pytest.mark.parametrize("name", ["pnpm", variant("uv")])
async def test_a_lock_file_that_is_out_of_date_is_told_with_the_step_and_what_to_do(
    name: str, previews: Previews
) -> None:
    managed = ALL[name]
    tree = managed.served_by(await packages_source())
    preview = await previews.create(tree=tree, type="auto")
    commit = await preview.open(with_another_dependency(preview.sample))
    snapshot = await preview.until_failed(commit, within=PATIENCE)
    assert snapshot.failure
    assert snapshot.failure.kind is FailureKind.USER
    assert snapshot.failure.attempts == 1
    comment = await preview.until_comment("Preview failed", "**What to do**", commit[:7])
    told = comment.replace("\\", "")
    assert managed.refusal in told
    assert "does not agree with what the project says it depends on" in told
    assert f"`{managed.remedy}`" in told


def with_another_dependency(files: dict[str, str]) -> Files:
    """One that no lock file has as the project's own."""
    if project := files.get("pyproject.toml"):
        return {
            "pyproject.toml": project.replace(
                '"catalyst-greeting>=1"', '"catalyst-greeting>=1", "catalyst-words"'
            )
        }
    manifest = json.loads(files["package.json"])
    manifest["dependencies"]["catalyst-words"] = "^1.0.0"
    return {"package.json": json.dumps(manifest, indent=2)}
