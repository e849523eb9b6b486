"""The port that finds images which others build."""

from dataclasses import dataclass

import httpx
from kubernetes.aio.client import ApiClient
from temporalio import activity

from activities.heartbeat import beating
from activities.images.credentials import Credentials, credentials_for
from activities.images.references import Reference, parse
from activities.images.remote import DeniedError, RemoteRegistries
from activities.project_secrets import read_registry_credentials
from workflows import naming
from workflows.errors import ImageError
from workflows.models import messages as m
from workflows.ports import ImagePort


@dataclass(frozen=True)
class ImageConfig:
    """How registries are reached (OPS-7)."""

    plain_registries: frozenset[str] = frozenset()
    """`host[:port]` of those that speak http; on the local stack only."""
    mirror: str = ""
    """Registry asked for images of docker.io; empty: the real one."""


class ImageActivities(ImagePort):
    """Looks into any registry, with the project's own credentials."""

    def __init__(
        self,
        api: ApiClient,
        config: ImageConfig,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`transport` replaces the network in tests."""
        self._api = api
        self._registries = RemoteRegistries(
            plain=config.plain_registries, mirror=config.mirror, transport=transport
        )

    @activity.defn(name="find_image")
    async def find_image(self, request: m.FindImageInput) -> m.FindImageResult:
        """See `ImagePort`."""
        async with beating():
            reference = parse(request.image.image)
            login = await self._login(request, reference)
            try:
                digest = await self._registries.find_digest(reference, login)
            except DeniedError as error:
                raise _denied(request, reference, login, error.status) from error
            if digest is None:
                return m.FindImageResult()
            return m.FindImageResult(image=_pinned(request, reference, digest))

    async def _login(self, request: m.FindImageInput, reference: Reference) -> Credentials | None:
        if not request.is_trusted:
            return None
        config = await read_registry_credentials(self._api, request.ref.project)
        return credentials_for(config, reference) if config is not None else None


def _pinned(request: m.FindImageInput, reference: Reference, digest: str) -> m.BuildImageResult:
    return m.BuildImageResult(
        component=request.image.component,
        image=f"{reference.repository}@{digest}",
        repository=reference.repository,
        digest=digest,
        was_present=True,
    )


def _denied(
    request: m.FindImageInput, reference: Reference, login: Credentials | None, status: int
) -> ImageError:
    namespace = naming.project_namespace(request.ref.project)
    secret = f"Secret `{naming.REGISTRY_SECRET}` in namespace `{namespace}`"
    if not request.is_trusted:
        hint = "The code of a fork is given no registry credentials, so only public images work."
    elif login is None:
        hint = (
            f"Put credentials for {reference.registry} into {secret} (`kubectl -n {namespace} create secret"
            f" docker-registry {naming.REGISTRY_SECRET} …`), and see that the repository exists; then `retry`."
        )
    else:
        hint = (
            f"Correct what {secret} holds for {reference.registry}, and see that the repository exists and that"
            " account may pull from it; then `retry`."
        )
    return ImageError(
        f"registry {reference.registry} does not show image `{request.image.image}` to us ({status})",
        hint=hint,
    )
