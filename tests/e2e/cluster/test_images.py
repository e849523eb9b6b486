"""Images that others build, looked for in real registries: the stack's own, and one that wants a password."""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from activities.images import ImageActivities, ImageConfig
from deploy.local import debian
from deploy.local.instance import current
from tests.e2e.cluster.projects import Project
from tests.e2e.support.waiting import eventually
from tests.integration.ports import free_port
from workflows import naming
from workflows.errors import ImageError, RegistryError
from workflows.models import PrebuiltImage
from workflows.models import messages as m

pytestmark = [pytest.mark.cluster, pytest.mark.spec("ENV-013")]

MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
USER, PASSWORD = "bob", "correct horse"
HTPASSWD = f"{USER}:$2b$04$nQo4I.B58iV1lhOAYbr.quFw2h/nVcEK958WczZ2p8UalmmVj2NeO\n"
"""bcrypt, the one form that the registry takes."""


@dataclass(frozen=True)
class PrivateRegistry:
    """The distribution registry, which shows nothing without a password."""

    host: str

    async def push(self, path: str, tag: str) -> str:
        """An image without layers; its digest."""
        config = json.dumps({"architecture": "amd64", "os": "linux", "tag": tag}).encode()
        described = {"mediaType": "application/vnd.oci.image.config.v1+json", **_described(config)}
        manifest = json.dumps(
            {"schemaVersion": 2, "mediaType": MANIFEST_TYPE, "config": described, "layers": []}
        ).encode()
        url = f"http://{self.host}/v2/{path}"
        async with httpx.AsyncClient(auth=(USER, PASSWORD), trust_env=False) as client:
            begun = await client.post(f"{url}/blobs/uploads/")
            where = httpx.URL(begun.headers["location"]).copy_add_param(
                "digest", str(described["digest"])
            )
            (await client.put(where, content=config)).raise_for_status()
            headers = {"content-type": MANIFEST_TYPE}
            answer = await client.put(f"{url}/manifests/{tag}", content=manifest, headers=headers)
            answer.raise_for_status()
        return str(_described(manifest)["digest"])


def _described(content: bytes) -> dict[str, object]:
    return {"digest": f"sha256:{sha256(content).hexdigest()}", "size": len(content)}


@pytest.fixture
async def private(tmp_path: Path) -> AsyncIterator[PrivateRegistry]:
    host = f"127.0.0.1:{free_port()}"
    (tmp_path / "htpasswd").write_text(HTPASSWD)
    settings = {
        "version": "0.1",
        "log": {"level": "error", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(tmp_path / "data")}},
        "http": {"addr": host},
        "auth": {"htpasswd": {"realm": "test", "path": str(tmp_path / "htpasswd")}},
    }
    (tmp_path / "registry.json").write_text(json.dumps(settings))  # JSON is YAML
    tools = debian.node_artifact(current().cache_directory)
    process = await asyncio.create_subprocess_exec(
        tools / "usr/bin/docker-registry",
        "serve",
        tmp_path / "registry.json",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with httpx.AsyncClient(trust_env=False) as client:

            async def answers() -> bool:
                return (await client.get(f"http://{host}/v2/")).status_code == 401

            await eventually(answers, within=20, what="the registry answers")
        yield PrivateRegistry(host)
    finally:
        process.kill()
        await process.wait()


async def find(
    project: Project, image: str, *plain: str, mirror: str = "", is_trusted: bool = True
) -> m.BuildImageResult | None:
    environment = project.environment
    config = ImageConfig(plain_registries=frozenset((*plain, mirror)), mirror=mirror)
    activities = ImageActivities(environment.cluster.api, config)
    request = m.FindImageInput(
        ref=environment.ref, image=PrebuiltImage(image=image), is_trusted=is_trusted
    )
    result: m.FindImageResult = await environment.run(activities.find_image, request)
    return result.image


async def put_credentials(project: Project, host: str, password: str) -> None:
    auth = b64encode(f"{USER}:{password}".encode()).decode()
    config = json.dumps({"auths": {host: {"auth": auth}}})
    kind = "kubernetes.io/dockerconfigjson"
    await project.put(naming.REGISTRY_SECRET, {".dockerconfigjson": config}, kind=kind)


async def test_an_image_of_the_stacks_registry_is_pinned_by_the_digest_that_pods_get(
    project: Project,
) -> None:
    registry = project.environment.cluster.connection.registry
    found = await find(project, f"{registry}/library/python:3.11-slim", registry)
    assert found is not None
    assert found.image == f"{registry}/library/python@{found.digest}"
    assert await find(project, f"{registry}/library/python:no-such-tag", registry) is None
    assert await find(project, f"{registry}/no/such/repository:1", registry) is None
    hub = await find(project, "python:3.11-slim", mirror=registry)
    assert hub is not None
    assert hub.image == f"docker.io/library/python@{found.digest}"


@pytest.mark.spec("ENV-019")
async def test_a_private_image_is_found_with_the_projects_credentials_once_it_is_pushed(
    project: Project, private: PrivateRegistry
) -> None:
    await put_credentials(project, private.host, PASSWORD)
    image = f"{private.host}/acme/shop:abc1234"
    assert await find(project, image, private.host) is None
    digest = await private.push("acme/shop", "abc1234")
    found = await find(project, image, private.host)
    assert found is not None
    assert found.image == f"{private.host}/acme/shop@{digest}"
    assert await find(project, f"{private.host}/acme/shop@{digest}", private.host) == found


@pytest.mark.spec("ENV-019")
async def test_without_the_right_credentials_the_person_is_told_which_secret_to_set(
    project: Project, private: PrivateRegistry
) -> None:
    image = f"{private.host}/acme/shop:1"
    where = f"`catalyst-registry` in namespace `{project.namespace}`"
    with pytest.raises(ImageError, match=r"does not show image .* \(401\)") as raised:
        await find(project, image, private.host)
    assert f"into Secret {where}" in raised.value.hint
    await put_credentials(project, private.host, "wrong")
    with pytest.raises(ImageError) as raised:
        await find(project, image, private.host)
    assert f"what Secret {where} holds for {private.host}" in raised.value.hint
    assert "wrong" not in f"{raised.value}{raised.value.hint}"


@pytest.mark.invariant(7)
@pytest.mark.spec("ENV-019")
async def test_the_code_of_a_fork_does_not_use_the_projects_credentials(
    project: Project, private: PrivateRegistry
) -> None:
    await put_credentials(project, private.host, PASSWORD)
    await private.push("acme/shop", "1")
    with pytest.raises(ImageError) as raised:
        await find(project, f"{private.host}/acme/shop:1", private.host, is_trusted=False)
    assert "fork" in raised.value.hint


async def test_a_registry_that_is_away_is_the_platforms(project: Project) -> None:
    host = f"127.0.0.1:{free_port()}"
    with pytest.raises(RegistryError, match="cannot be reached"):
        await find(project, f"{host}/acme/shop:1", host)
