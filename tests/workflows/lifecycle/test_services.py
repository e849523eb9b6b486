"""What services need is made up before Helm runs, and the release learns of its changes."""

import pytest

from tests.workflows.stage import Preview, Stage
from workflows.models import Phase
from workflows.values import checksum_of

pytestmark = pytest.mark.spec("ENV-017")


async def test_credentials_are_there_before_the_release_that_is_told_of_their_version(
    stage: Stage, preview: Preview
) -> None:
    stage.cluster.plan = {"secrets": ("TOKEN",)}
    await preview.open()
    await preview.reaches(Phase.READY)
    [made], release = preview.steps("ensure_credentials"), preview.steps("deploy_release")[0]
    assert made.ended is not None
    assert made.ended < release.begun
    told = stage.cluster.deployed[0].secrets_checksum
    assert checksum_of(told) == "of-1"
    assert checksum_of(told, "catalyst-service-db") == "of-catalyst-service-db"


async def test_without_services_nothing_is_made_up(stage: Stage, preview: Preview) -> None:
    stage.cluster.credentials = ()
    stage.cluster.plan = {"secrets": ("TOKEN",)}
    await preview.open()
    await preview.reaches(Phase.READY)
    assert preview.steps("ensure_credentials") == []
    assert stage.cluster.deployed[0].secrets_checksum == "of-1"
