"""Making previews: one for each test, or one that several tests only look at."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from deploy.local.demo.scene import sample
from tests.e2e.support.preview import Files, Preview
from tests.e2e.support.stack import Stack, open_stack
from tests.support.github.client_models import Repo
from workflows.models import BuildSettings, HealthCheck, Project, Source, Template

TEAM = "e2e"
_DOCKERFILE = """FROM python:3.11-slim
COPY --link app.py /app/
USER 10001:10001
EXPOSE 8080
CMD ["python", "-u", "/app/app.py"]
"""
"""The sample's, without a step that needs its base image unpacked: that takes longer than all else of most tests."""


@dataclass
class Previews:
    """Makes previews, each with a repository and a project of its own."""

    stack: Stack
    made: list[Preview] = field(default_factory=list)
    dockerfile: str = _DOCKERFILE
    """Of the sample; empty for the one that it has."""

    async def create(
        self,
        files: Files | None = None,
        *,
        tree: Mapping[str, str] | None = None,
        drafts: Literal["skip", "deploy"] = "skip",
        installation: int | None = None,
        source: str = "",
        beside: Mapping[str, Mapping[str, str]] | None = None,
        is_shared: bool = False,
        **template: object,
    ) -> Preview:
        """Make repository and project; `template` are fields of `workflows.models.Template`.

        The repository holds the sample with these changes, or exactly the files of `tree`. `installation` is what
        the project is told, when it is not the truth. `source` is what the project calls the repository, and `beside`
        are the files of its further ones, by the same kind of name. `is_shared`: pull requests of all of them share an
        environment.
        """
        name = f"r{secrets.token_hex(4)}"
        known = self._sample() if tree is None else dict(tree)
        changed = {**known, **(files or {})}
        main = source or name
        trees = {main: {k: v for k, v in changed.items() if v is not None}, **(beside or {})}
        repositories = {
            each: await self.stack.github.create_repository(
                f"{TEAM}/{name if each == main else f'{name}-{each}'}", held
            )
            for each, held in trees.items()
        }
        installed = await self.stack.github.install_app(TEAM)
        told = installed if installation is None else installation
        project = Project(
            key=f"{TEAM}-{name}",
            team=TEAM,
            name=name,
            sources=tuple(_source(*each, told) for each in repositories.items()),
            templates={"development": make_template(**template)},
            drafts=drafts,
            share_by_branch=is_shared,
        )
        await self.stack.catalyst.put_project(project)
        repository = repositories.pop(main)
        preview = Preview(
            self.stack,
            repository,
            project.key,
            main,
            known,
            others=repositories,
            is_shared=is_shared,
        )
        self.made.append(preview)
        return preview

    def beside(self, preview: Preview, source: str) -> Preview:
        """A pull request to come in another repository of the same project."""
        other = Preview(
            self.stack,
            preview.others[source],
            preview.project,
            source,
            {},
            is_shared=preview.is_shared,
        )
        self.made.append(other)
        return other

    def another(self, preview: Preview, branch: str) -> Preview:
        """A pull request to come of another branch in the same repository."""
        other = replace(preview, branch=branch, number=0, commits=[])
        self.made.append(other)
        return other

    def _sample(self) -> dict[str, str]:
        own = {"Dockerfile": self.dockerfile} if self.dockerfile else {}
        return {**sample(self.stack.instance), **own}


def _source(name: str, repository: Repo, installation: int) -> Source:
    return Source(
        name=name,
        repository_id=repository.id,
        repository=repository.full_name,
        installation=installation,
    )


def make_template(**fields: object) -> Template:
    """The sample's template with short limits: a test of a failure must not wait for minutes."""
    defaults: dict[str, object] = {
        "chart": "chart",
        "builds": (BuildSettings(),),
        "health": HealthCheck(timeout_seconds=20),
        "rollout_timeout_seconds": 60,
    }
    return Template.model_validate({**defaults, **fields})


@dataclass
class KeptPreview:
    """A preview that is opened by the first test that asks for it and closed at the session's end."""

    _preview: Preview | None = None
    _commit: str = ""

    async def get(self, stack: Stack) -> tuple[Preview, str]:
        """Return the preview, and the commit that it serves."""
        if self._preview is None:
            preview = await Previews(stack).create()
            commit = await preview.open()
            self._preview = preview
            await preview.until_ready(commit)
            self._commit = commit
        # Each test has an event loop of its own, and with it connections of its own.
        return replace(self._preview, stack=stack), self._commit

    async def close(self) -> None:
        if self._preview is not None:
            async with open_stack() as stack:
                await replace(self._preview, stack=stack).close()
