"""Examples and candidates alike: how each becomes a repository, and what it needs before it is deployed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.bench.candidates import Candidate
from tests.e2e.examples import scene as scenes
from tests.e2e.examples.scene import Scene
from tests.e2e.support.preview import Preview
from tests.e2e.support.previews import Previews
from tests.e2e.support.secrets_of_projects import put_secrets, remove_secrets
from workflows.models import HealthCheck

_LIMITS: Mapping[str, Any] = {"health": HealthCheck(), "rollout_timeout_seconds": 300}
"""The product's own, not the short ones of tests."""


@dataclass(frozen=True)
class Repository:
    """One row of the table."""

    name: str
    about: str
    text: str
    """Stands on its page."""
    is_zero_config: bool
    candidate: Candidate | None = None
    scene: Scene | None = None

    async def create(self, previews: Previews, name: str) -> Preview:
        if self.candidate is not None:
            fields = {**_LIMITS, **self.candidate.fields}
            return await previews.create(tree=self.candidate.files, **fields)
        if self.scene is None:
            raise AssertionError(self.name)
        return await scenes.create(previews, self.scene, name, **_LIMITS)

    async def prepare(self, preview: Preview, name: str, commit: str) -> None:
        """Secrets, and images of others, before the pull request is opened."""
        if self.scene is None:
            return
        if self.scene.secrets:
            await put_secrets(preview.stack.cluster, preview.project, dict(self.scene.secrets))
        if self.scene.is_built_by_others:
            await scenes.run_ci(preview.stack, self.scene, name, commit)

    async def clean_up(self, preview: Preview) -> None:
        if self.scene is not None and self.scene.secrets:
            await remove_secrets(preview.stack.cluster, preview.project)


def of_candidate(candidate: Candidate) -> Repository:
    return Repository(
        candidate.name,
        candidate.about,
        candidate.text,
        candidate.is_zero_config,
        candidate=candidate,
    )


def of_scene(scene: Scene) -> Repository:
    example = scene.example
    told = {".catalyst.yaml", "Dockerfile", ".devcontainer/Dockerfile"} & example.files.keys()
    return Repository(
        f"example: {scene.name}",
        example.title,
        scene.shows[0],
        example.fields == {"type": "auto"} and not told,
        scene=scene,
    )
