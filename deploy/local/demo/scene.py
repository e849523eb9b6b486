"""What the demonstration is about: one team, one project, one repository, one pull request."""

from dataclasses import dataclass
from pathlib import Path

import httpx
import yaml

from deploy.local.instance import Instance
from tests.support.github.client import GitHubClient
from tests.support.github.client_models import Pull, Repo
from workflows import naming
from workflows.models import BuildSettings, Project, Source, Template

TEAM = "acme"
PROJECT = "shop"
REPOSITORY = f"{TEAM}/{PROJECT}"
BRANCH = "feature/new-greeting"
TITLE = "Greet visitors by name"
_VALUES = "chart/values.yaml"


@dataclass(frozen=True)
class Scene:
    """What was found or made on the local GitHub."""

    repository: Repo
    installation: int
    is_new: bool


def sample(instance: Instance) -> dict[str, str]:
    """Return the files of the sample repository."""
    return read_tree(instance.checkout / "deploy" / "examples" / "helm")


def read_tree(directory: Path) -> dict[str, str]:
    """Return the text files below a directory by their relative path."""
    return {
        str(path.relative_to(directory)): path.read_text()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def greeting(files: dict[str, str], text: str) -> dict[str, str]:
    """Return the change that makes the shop's page say something else."""
    line = next(line for line in files[_VALUES].splitlines() if line.startswith("greeting:"))
    said = yaml.safe_dump({"greeting": text}, allow_unicode=True).strip()
    return {_VALUES: files[_VALUES].replace(line, said)}


async def ensure_repository(github: GitHubClient, instance: Instance) -> Scene:
    """Have organisation, repository and branch on the local GitHub, and the App installed."""
    files = sample(instance)
    await github.create_organization(TEAM)
    is_new = not await _has_repository(github)
    if is_new:
        await github.create_repository(REPOSITORY, files)
        await github.push(REPOSITORY, BRANCH, greeting(files, "Good morning, dear visitor"))
    repository = await github.repository(REPOSITORY)
    return Scene(repository, await github.install_app(TEAM), is_new=is_new)


async def _has_repository(github: GitHubClient) -> bool:
    try:
        await github.repository(REPOSITORY)
    except httpx.HTTPStatusError as error:
        if error.response.status_code == httpx.codes.NOT_FOUND:
            return False
        raise
    return True


def make_project(scene: Scene) -> Project:
    """Return the project as it is registered with Catalyst."""
    return Project(
        key=f"{TEAM}-{PROJECT}",
        team=TEAM,
        name=PROJECT,
        sources=(
            Source(
                name=PROJECT,
                repository_id=scene.repository.id,
                repository=scene.repository.full_name,
                installation=scene.installation,
            ),
        ),
        templates={"development": Template(chart="chart", builds=(BuildSettings(),))},
    )


async def find_pull(github: GitHubClient) -> Pull | None:
    """Return the newest pull request of the demonstration's branch, open or closed."""
    pulls = await github.list(f"/repos/{REPOSITORY}/pulls?state=all")
    found = [Pull.model_validate(one) for one in pulls]
    ours = [one for one in found if one.head_ref == BRANCH]
    return max(ours, key=lambda one: (one.state == "open", one.number), default=None)


async def ensure_pull(github: GitHubClient) -> tuple[Pull, bool]:
    """Have an open pull request; say whether it had to be opened (or opened again)."""
    found = await find_pull(github)
    if found is None or found.merged:
        return await github.open_pull_request(REPOSITORY, BRANCH, title=TITLE), True
    if found.state != "open":
        return await github.reopen(REPOSITORY, found.number), True
    return found, False


def environment_of(pull: Pull) -> str:
    """Return the name of the pull request's environment."""
    return naming.environment_name(PROJECT, pull.number)
