"""A project's secrets in an environment, as the cluster itself holds them: what is granted and nothing else."""

import json
from base64 import b64encode

import pytest

from activities.manifests import ORIGIN_ANNOTATION
from tests.e2e.cluster.environments import (
    READY,
    Environment,
    make_pod_spec,
    make_server,
    make_web,
)
from tests.e2e.cluster.projects import Project
from tests.e2e.conftest import Namespaces
from tests.e2e.support.waiting import eventually
from workflows import naming
from workflows.errors import NameTakenError, RolloutFailedError, SecretError
from workflows.models import messages as m

pytestmark = pytest.mark.cluster

OF_PROJECT = {"API_KEY": "of the project", "DATABASE": "of the database", "INTERNAL": "not granted"}
DOCKER = json.dumps({"auths": {"registry.example": {"auth": "dXNlcjpwYXNz"}}})


@pytest.mark.spec("ENV-029", "EC-6")
async def test_secrets_arrive_by_name_with_where_they_came_from(project: Project) -> None:
    await project.put(naming.PROJECT_SECRETS, OF_PROJECT)
    await project.put(naming.template_secrets("staging"), {"API_KEY": "of staging"})
    await project.put(naming.template_secrets("production"), {"DATABASE": "of production"})
    result = await project.copy("API_KEY", "DATABASE", template="staging")
    assert await project.found() == {"API_KEY": "of staging", "DATABASE": "of the database"}
    path = f"/api/v1/namespaces/{project.environment.namespace}/secrets/{naming.PROJECT_SECRETS}"
    secret = await project.environment.cluster.get(path)
    assert secret is not None
    assert secret["metadata"]["annotations"][ORIGIN_ANNOTATION] == (
        "API_KEY: catalyst-secrets-staging\nDATABASE: catalyst-secrets"
    )
    assert secret["metadata"]["labels"][naming.ENVIRONMENT_LABEL] == "pr-shop-1"
    assert result.reasons == (
        "from the project's Secret `catalyst-secrets-staging`: API_KEY",
        "from the project's Secret `catalyst-secrets`: DATABASE",
    )
    told = result.model_dump_json() + json.dumps(project.environment.heartbeats)
    assert not any(value in told for value in ("of staging", "of the database", "not granted"))


@pytest.mark.spec("ENV-029")
async def test_a_secret_granted_no_longer_disappears_and_so_does_what_a_chart_added(
    project: Project,
) -> None:
    await project.put(naming.PROJECT_SECRETS, OF_PROJECT)
    await project.copy("API_KEY", "DATABASE")
    place = project.environment.namespace
    await project.put(naming.PROJECT_SECRETS, {"SMUGGLED": "x"}, namespace=place)
    await project.copy("API_KEY")
    assert await project.found() == {"API_KEY": "of the project"}
    result = await project.copy()
    assert await project.found() is None
    assert result == m.CopySecretsResult()


@pytest.mark.spec("ENV-029", "FR-009")
@pytest.mark.invariant(4)
async def test_a_program_that_prints_its_secret_is_shown_without_it(project: Project) -> None:
    await project.put(naming.PROJECT_SECRETS, OF_PROJECT)
    await project.copy("API_KEY")
    given = {"secretKeyRef": {"name": naming.PROJECT_SECRETS, "key": "API_KEY"}}
    script = "import os; print('it is', os.environ['API_KEY']); raise SystemExit(3)"
    environment = project.environment
    variables = [{"name": "API_KEY", "valueFrom": given}]
    await environment.apply(make_web(environment, script, env=variables))
    with pytest.raises(RolloutFailedError, match="crashes with exit code 3") as failure:
        await environment.rollout()
    assert "it is ***" in failure.value.excerpt
    assert OF_PROJECT["API_KEY"] not in "\n".join([str(failure.value), *failure.value.excerpt])


@pytest.mark.spec("EC-6")
async def test_the_checksum_follows_the_content_and_nothing_else(project: Project) -> None:
    await project.put(naming.PROJECT_SECRETS, OF_PROJECT)
    first = await project.copy("API_KEY")
    assert (await project.copy("API_KEY")).checksum == first.checksum
    await project.environment.ensure()
    assert (await project.copy("API_KEY")).checksum == first.checksum
    await project.put(naming.PROJECT_SECRETS, {**OF_PROJECT, "API_KEY": "new"})
    assert (await project.copy("API_KEY")).checksum != first.checksum


async def test_a_secret_that_a_chart_has_frozen_is_replaced(project: Project) -> None:
    await project.put(naming.PROJECT_SECRETS, OF_PROJECT)
    await project.environment.apply(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "immutable": True,
            "metadata": {"name": naming.PROJECT_SECRETS},
            "data": {"API_KEY": b64encode(b"of the chart").decode()},
        }
    )
    await project.copy("API_KEY")
    assert await project.found() == {"API_KEY": "of the project"}


@pytest.mark.spec("ENV-029")
async def test_what_is_missing_is_named_and_nothing_is_changed(project: Project) -> None:
    await project.put(naming.PROJECT_SECRETS, OF_PROJECT)
    await project.copy("API_KEY")
    with pytest.raises(SecretError, match="has no key `STRIPE`"):
        await project.copy("API_KEY", "STRIPE")
    assert await project.found() == {"API_KEY": "of the project"}


@pytest.mark.spec("ENV-019")
async def test_registry_credentials_come_and_go_with_the_projects(project: Project) -> None:
    kind = "kubernetes.io/dockerconfigjson"
    await project.put(naming.REGISTRY_SECRET, {".dockerconfigjson": DOCKER}, kind=kind)
    await project.copy()
    assert await project.found(naming.REGISTRY_SECRET) == {".dockerconfigjson": DOCKER}
    assert await project.pull_secrets() == [naming.REGISTRY_SECRET]
    await project.environment.ensure()
    assert await project.pull_secrets() == [naming.REGISTRY_SECRET], (
        "the next revision's first step"
    )
    path = f"/api/v1/namespaces/{project.namespace}/secrets/{naming.REGISTRY_SECRET}"
    await project.environment.cluster.delete(path)
    await project.copy()
    assert await project.found(naming.REGISTRY_SECRET) is None
    assert await project.pull_secrets() == []


@pytest.mark.invariant(7)
@pytest.mark.spec("ENV-019", "ENV-029")
async def test_untrusted_code_has_nothing_not_even_what_was_there(project: Project) -> None:
    kind = "kubernetes.io/dockerconfigjson"
    await project.put(naming.PROJECT_SECRETS, OF_PROJECT)
    await project.put(naming.REGISTRY_SECRET, {".dockerconfigjson": DOCKER}, kind=kind)
    await project.copy("API_KEY")
    await project.copy("API_KEY", is_trusted=False)
    assert await project.found() is None
    assert await project.found(naming.REGISTRY_SECRET) is None
    assert await project.pull_secrets() == []


@pytest.mark.spec("ENV-029")
async def test_nothing_is_written_into_a_namespace_that_is_not_ours(
    project: Project, namespaces: Namespaces
) -> None:
    await project.put(naming.PROJECT_SECRETS, OF_PROJECT)
    foreign = await namespaces.create()
    ref = project.environment.ref.model_copy(update={"namespace": foreign})
    with pytest.raises(NameTakenError):
        await project.copy("API_KEY", ref=ref)
    path = f"/api/v1/namespaces/{foreign}/secrets/{naming.PROJECT_SECRETS}"
    assert await project.environment.cluster.get(path) is None


@pytest.mark.spec("ENV-029", "EC-6")
async def test_an_application_reads_its_secrets_from_its_environment(project: Project) -> None:
    await project.put(naming.PROJECT_SECRETS, OF_PROJECT)
    await project.copy("API_KEY")
    environment = project.environment
    script = (
        "import os\n"
        "print(os.environ['API_KEY'], 'INTERNAL' in os.environ, flush=True)\n" + make_server("ok")
    )
    spec = make_pod_spec(
        environment,
        script,
        readinessProbe=READY,
        envFrom=[{"secretRef": {"name": naming.PROJECT_SECRETS}}],
    )
    await environment.apply(
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": spec}
    )
    assert await _log(environment) == "of the project False"


async def _log(environment: Environment) -> str:
    """First line of the pod, once it is ready."""

    async def is_ready() -> bool:
        pods = await environment.cluster.pods(environment.namespace)
        conditions = [each for pod in pods for each in pod["status"].get("conditions") or ()]
        return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)

    await eventually(is_ready, within=60, what="the pod is ready")
    return (await environment.cluster.logs(environment.namespace, "web", "web")).splitlines()[0]
