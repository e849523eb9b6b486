"""Credentials of an environment's own services, as the cluster itself holds them: made up once, told to nobody."""

import asyncio
import json

import pytest

from tests.e2e.cluster.projects import Project
from tests.e2e.conftest import Namespaces
from workflows import naming
from workflows.errors import NameTakenError
from workflows.models import CredentialPlan
from workflows.models import messages as m

pytestmark = [pytest.mark.cluster, pytest.mark.spec("ENV-017")]

SECRET = naming.service_secret("db")
DATABASE = CredentialPlan(
    secret=SECRET,
    made={"password": 32},
    texts={"DATABASE_URL": "postgresql://app:{password}@db:5432/app"},
)


async def ensure(project: Project, *plans: CredentialPlan) -> m.EnsureCredentialsResult:
    request = m.EnsureCredentialsInput(
        ref=project.environment.ref, branch="feat/cart", credentials=plans or (DATABASE,)
    )
    result: m.EnsureCredentialsResult = await project.environment.run(
        project.environment.activities.ensure_credentials, request
    )
    return result


@pytest.mark.invariant(4)
async def test_a_password_is_made_up_in_the_cluster_and_leaves_it_nowhere(
    project: Project,
) -> None:
    result = await ensure(project)
    found = await project.found(SECRET)
    assert found is not None
    assert len(found["password"]) == 32
    assert found["DATABASE_URL"] == f"postgresql://app:{found['password']}@db:5432/app"
    told = result.model_dump_json() + json.dumps(project.environment.heartbeats)
    assert found["password"] not in told
    path = f"/api/v1/namespaces/{project.environment.namespace}/secrets/{SECRET}"
    secret = await project.environment.cluster.get(path)
    assert secret is not None
    assert secret["metadata"]["labels"][naming.ENVIRONMENT_LABEL] == "pr-shop-1"


async def test_it_stays_from_push_to_push_and_so_does_its_version(project: Project) -> None:
    first = await ensure(project)
    kept = await project.found(SECRET)
    assert await ensure(project) == first
    assert await project.found(SECRET) == kept


async def test_a_changed_text_changes_the_version_and_keeps_the_password(project: Project) -> None:
    first = await ensure(project)
    kept = await project.found(SECRET)
    assert kept is not None
    texts = {"PGPASSWORD": "{password}"}
    second = await ensure(project, DATABASE.model_copy(update={"texts": texts}))
    assert await project.found(SECRET) == {
        "password": kept["password"],
        "PGPASSWORD": kept["password"],
    }
    assert second.checksums[SECRET] != first.checksums[SECRET]


async def test_two_attempts_at_the_same_time_make_up_one_password(project: Project) -> None:
    """A worker that was thought lost may still be at it."""
    results = await asyncio.gather(*(ensure(project) for _ in range(4)))
    found = await project.found(SECRET)
    assert found is not None
    assert found["DATABASE_URL"] == f"postgresql://app:{found['password']}@db:5432/app"
    assert len({each.checksums[SECRET] for each in results}) == 1


async def test_nothing_is_made_in_a_namespace_that_is_not_ours(
    project: Project, namespaces: Namespaces
) -> None:
    foreign = await namespaces.create()
    ref = project.environment.ref.model_copy(update={"namespace": foreign})
    request = m.EnsureCredentialsInput(ref=ref, credentials=(DATABASE,))
    with pytest.raises(NameTakenError):
        await project.environment.run(project.environment.activities.ensure_credentials, request)
