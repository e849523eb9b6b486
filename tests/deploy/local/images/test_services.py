"""The local stack has the images of the services that plans name by themselves."""

import subprocess
from pathlib import Path

import pytest

from deploy.local.images import services
from workflows.models import ServiceSettings
from workflows.models.services import ServiceType
from workflows.planning.plans.beside.services import make_service

SCRIPTS = sorted((Path(services.__file__).parent / "entrypoints").glob("*.sh"))
NAMES = {*services.POSTGRES_NAMES, *services.REDIS_NAMES, *services.OBJECTS_NAMES}


@pytest.mark.parametrize("kind", ["postgres", "redis", "s3"])
def test_every_service_that_catalyst_knows_can_be_run_locally(kind: ServiceType) -> None:
    image = make_service("r", "x", ServiceSettings(type=kind)).values["image"]
    assert str(image).removeprefix("docker.io/") in NAMES


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_entrypoints_can_be_read_by_their_shell(script: Path) -> None:
    shell = script.read_text().partition("\n")[0].removeprefix("#!")
    assert subprocess.run([shell, "-n", script], check=False).returncode == 0
