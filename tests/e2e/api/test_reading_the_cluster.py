"""Pages say of a real namespace what is so: present, on its way out, missing, somebody else's; and read its logs."""

import pytest

from activities import kube
from activities.cluster_reader import ClusterReader, LiveLog, NamespaceStanding
from activities.logs import LogsMissingError
from tests.e2e.cluster.environments import Environment, make_web
from workflows import naming

pytestmark = pytest.mark.cluster


def path_of(environment: Environment) -> str:
    return f"/api/v1/namespaces/{environment.namespace}"


@pytest.mark.spec("EC-10")
@pytest.mark.invariant(10)
async def test_missing_present_foreign_and_terminating_are_told_apart(
    environment: Environment, reader: ClusterReader
) -> None:
    await reader.check()
    assert await reader.standing(environment.ref) is NamespaceStanding.MISSING
    await environment.ensure()
    assert await reader.standing(environment.ref) is NamespaceStanding.PRESENT
    await _patch(environment, {"labels": {naming.ENVIRONMENT_LABEL: "another"}})
    assert await reader.standing(environment.ref) is NamespaceStanding.FOREIGN
    await _patch(environment, {"labels": {naming.ENVIRONMENT_LABEL: environment.ref.environment}})

    held = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "held", "finalizers": ["example.com/hold"]},
    }
    await environment.apply(held)
    await kube.request(environment.cluster.api, "DELETE", path_of(environment))
    try:
        assert await reader.standing(environment.ref) is NamespaceStanding.TERMINATING
    finally:
        await kube.request(
            environment.cluster.api,
            "PATCH",
            f"{path_of(environment)}/configmaps/held",
            body={"metadata": {"finalizers": None}},
            content_type="application/merge-patch+json",
        )


@pytest.mark.spec("FR-006", "SC-003")
@pytest.mark.invariant(4)
async def test_the_last_lines_of_every_container_are_read_masked(
    environment: Environment, reader: ClusterReader
) -> None:
    await environment.ensure()
    script = (
        "import time\n"
        "for n in range(20): print('line', n)\n"
        "print('DB_PASSWORD=hunter22secret')\n"
        "time.sleep(3600)"
    )
    await environment.apply(make_web(environment, script))
    await environment.rollout()

    async def read(namespace: str, container: str | None = None) -> tuple[LiveLog, ...]:
        return await reader.logs(
            namespace, container=container, tail=3, since=None, timestamps=False
        )

    (log,) = await read(environment.namespace)
    assert (log.container.container, log.container.state) == ("web", "running")
    assert log.lines == ("line 18", "line 19", "DB_PASSWORD=***")
    assert await read(environment.namespace, "other") == ()
    with pytest.raises(LogsMissingError):
        await read("t-api-absent")


async def _patch(environment: Environment, metadata: dict[str, object]) -> None:
    await kube.request(
        environment.cluster.api,
        "PATCH",
        path_of(environment),
        body={"metadata": metadata},
        content_type="application/merge-patch+json",
    )
