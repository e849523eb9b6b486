"""Secrets and credentials of a project reach a build, and nothing that is kept or read."""

from base64 import b64encode

import httpx
import pytest

from activities.build import BuildConfig
from deploy.local.cluster import ClusterConnection
from tests.e2e.build.conftest import Builds, repository_of, with_limits
from tests.e2e.build.private_registry import PASSWORD, USER, serve_private
from tests.e2e.conftest import Namespaces
from tests.e2e.support.images import Images
from workflows import naming
from workflows.errors import BuildFailedError, SecretError

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(400)]

VALUE = "correct/horse battery*staple"
SHOWS = """FROM busybox:1.37
RUN --mount=type=secret,id=API_KEY cat /run/secrets/API_KEY && wc -c < /run/secrets/API_KEY > /length
RUN test ! -e /run/secrets/API_KEY
"""


async def give(builds: Builds, namespaces: Namespaces, name: str, **data: str) -> None:
    """A Secret in the project's own namespace."""
    namespace = namespaces.claim(naming.project_namespace(builds.ref.project))
    await builds.cluster.apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
    )
    kind = "Opaque" if name != naming.REGISTRY_SECRET else "kubernetes.io/dockerconfigjson"
    encoded = {key: b64encode(value.encode()).decode() for key, value in data.items()}
    await builds.cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "type": kind,
            "metadata": {"name": name, "namespace": namespace},
            "data": encoded,
        }
    )


@pytest.mark.spec("ENV-029")
@pytest.mark.invariant(4)
async def test_a_secret_is_mounted_and_in_no_layer_log_or_object(
    builds: Builds, namespaces: Namespaces, connection: ClusterConnection
) -> None:
    await give(builds, namespaces, naming.PROJECT_SECRETS, API_KEY=VALUE)
    commit = await builds.source.push({"Dockerfile": SHOWS})
    await builds.build(commit, secrets=("API_KEY",))
    (pod,) = await builds.cluster.pods(builds.namespace)
    log = await builds.cluster.logs(builds.namespace, pod["metadata"]["name"], "build", tail=500)
    assert "***" in log
    assert VALUE not in log
    jobs = await builds.cluster.items(f"/apis/batch/v1/namespaces/{builds.namespace}/jobs")
    assert VALUE not in f"{pod}{jobs}"
    async with httpx.AsyncClient(base_url=f"http://{connection.registry}/v2") as http:
        cache = naming.cache_repository("", builds.ref.project, "web").removeprefix("/")
        for repository in (repository_of(builds), cache):
            kinds = set()
            async for text in Images(http).texts(repository, known=set()):
                assert VALUE.encode() not in text.data, text
                kinds.add(text.kind)
            assert "image layer" in kinds


@pytest.mark.spec("ENV-029", "FR-009")
async def test_a_secret_that_is_not_there_is_named_and_nothing_is_built(builds: Builds) -> None:
    commit = await builds.source.push({"Dockerfile": SHOWS})
    with pytest.raises(SecretError, match="API_KEY"):
        await builds.build(commit, secrets=("API_KEY",))
    assert await builds.jobs() == []


@pytest.mark.spec("ENV-029", "FR-009")
@pytest.mark.invariant(4)
async def test_a_failing_step_that_prints_a_secret_does_not_tell_it(
    builds: Builds, namespaces: Namespaces
) -> None:
    await give(builds, namespaces, naming.PROJECT_SECRETS, API_KEY=VALUE)
    failing = SHOWS.replace("&& wc -c < /run/secrets/API_KEY > /length", "&& exit 3")
    commit = await builds.source.push({"Dockerfile": failing})
    with pytest.raises(BuildFailedError, match="exit code: 3") as caught:
        await builds.build(commit, secrets=("API_KEY",))
    assert any("***" in line for line in caught.value.excerpt)
    assert VALUE not in f"{caught.value}{caught.value.excerpt}"


@pytest.mark.spec("ENV-019")
async def test_a_private_base_image_is_pulled_with_the_projects_credentials(
    builds: Builds, config: BuildConfig, namespaces: Namespaces, connection: ClusterConnection
) -> None:
    async with serve_private(connection) as private:
        reached = with_limits(builds, config, package_sources=(f"http://{private}",))
        dockerfile = f"FROM {private}/library/busybox:1.37\nRUN echo built\n"
        commit = await builds.source.push({"Dockerfile": dockerfile})
        with pytest.raises(BuildFailedError, match="401") as caught:
            await reached.build(commit)
        assert naming.REGISTRY_SECRET in caught.value.hint

        login = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        auths = f'{{"auths": {{"{private}": {{"auth": "{login}"}}}}}}'
        await give(builds, namespaces, naming.REGISTRY_SECRET, **{".dockerconfigjson": auths})
        result = await reached.build(commit, revision="rev:retried")
        assert not result.was_present
        for pod in await builds.cluster.pods(builds.namespace):
            log = await builds.cluster.logs(builds.namespace, pod["metadata"]["name"], "build")
            assert PASSWORD not in f"{pod}{log}"
            assert login not in f"{pod}{log}"
