"""Images that environments of one project share by content, so that equal content is built once (FR-002).

Every environment has a repository of its own, because a registry deletes a digest with all its tags. A further one
of the project keeps the same images for the others, as long as any environment has them. Only trusted code gives and
takes: what a fork builds is nobody else's, and what was built with the project's credentials is not a fork's.
"""

import asyncio

from temporalio import activity

from activities.registry import Registry
from workflows import naming
from workflows.errors import RegistryError
from workflows.models import messages as m

_CONTENT = "c-"
"""How tags by content begin; the repository holds layer caches under other tags."""


class SharedImages:
    """Of all projects, in one registry."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    async def take(self, request: m.BuildImageInput, tag: str, repository: str) -> str | None:
        """The image's digest, now in the environment's own `repository` too; None when nobody has built it.

        Raises RegistryError.
        """
        if not request.is_trusted:
            return None
        return await self._registry.copy(_shared(request), tag, repository, tag=tag)

    async def offer(self, request: m.BuildImageInput, tag: str, repository: str) -> None:
        """Let the others have what was built. A failure costs them a build, and this one nothing."""
        if not request.is_trusted:
            return
        try:
            await self._registry.copy(repository, tag, _shared(request), tag=tag)
        except RegistryError as error:
            activity.logger.warning("%s is not shared: %s", repository, error)

    async def forget_unused(self, project: str) -> bool:
        """Delete what no environment of the project has any more; whether any of them has an image. Raises
        RegistryError."""
        repositories = await self._registry.list_repositories(f"{project}/")
        shared_prefix = naming.cache_repository("", project, "").removeprefix("/")
        shared = [name for name in repositories if name.startswith(shared_prefix)]
        own = [name for name in repositories if name not in shared]
        listed = await asyncio.gather(*(self._registry.list_tags(name) for name in own))
        used = {tag for tags in listed for tag in tags}
        for name in shared:
            for tag in await self._registry.list_tags(name):
                if tag.startswith(_CONTENT) and tag not in used:
                    digest = await self._registry.find_digest(name, tag)
                    if digest:
                        await self._registry.delete_if_present(name, digest)
        return bool(used)


def _shared(request: m.BuildImageInput) -> str:
    name = naming.cache_repository("", request.ref.project, request.build.component)
    return name.removeprefix("/")
