"""The local stack gives each process the settings that it reads, and no secret where others look."""

from pathlib import Path

import pytest

from api.settings import APISettings
from deploy.local.cluster import ClusterConnection
from deploy.local.control.api import api_service
from deploy.local.control.github import GitHubFacts, github_service, webhook_url
from deploy.local.control.service import Service
from deploy.local.control.steps import CONTROL_STEPS, control_steps
from deploy.local.control.temporal import temporal_service
from deploy.local.control.worker import DIRECTORIES_VARIABLE, catalyst_url, worker_service
from deploy.local.instance import Instance
from deploy.local.stack import make_connection
from deploy.local.steps import Outcome, Step, StepContext, check_order
from worker.settings import WorkerSettings
from workflows import wire

SECRET = "a-secret-that-signs"


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(
        name="catalyst-unit",
        checkout=tmp_path / "checkout",
        state_home=tmp_path / "state",
        cache_home=tmp_path / "cache",
    )


@pytest.fixture
def cluster(instance: Instance) -> ClusterConnection:
    return make_connection(instance)


@pytest.fixture
def github(instance: Instance, tmp_path: Path) -> GitHubFacts:
    secret = tmp_path / "secret"
    secret.write_text(f"{SECRET}\n")
    return GitHubFacts(
        base_url="http://10.0.0.1:9480",
        app_id=7,
        key_file=tmp_path / "app.pem",
        secret_file=secret,
    )


def names_with(prefix: str, service: Service) -> set[str]:
    return {
        name.removeprefix(prefix).lower() for name in service.environment if name.startswith(prefix)
    }


def test_the_worker_understands_everything_it_is_given(
    instance: Instance,
    cluster: ClusterConnection,
    github: GitHubFacts,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service = worker_service(instance, cluster, github)
    assert names_with("CATALYST_WORKER_", service) <= WorkerSettings.model_fields.keys()
    for name, value in service.environment.items():
        monkeypatch.setenv(name, value)
    settings = WorkerSettings()
    assert settings.registry == cluster.registry
    assert settings.public_port == cluster.browser_port
    assert settings.github_app_key == github.key_file


def test_the_api_understands_everything_it_is_given(
    instance: Instance,
    cluster: ClusterConnection,
    github: GitHubFacts,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service = api_service(instance, cluster, github)
    assert names_with("CATALYST_API_", service) <= APISettings.model_fields.keys()
    for name, value in service.environment.items():
        monkeypatch.setenv(name, value)
    settings = APISettings()
    assert settings.webhook_secret.get_secret_value() == SECRET
    assert webhook_url(instance).startswith(catalyst_url(instance))


def test_api_and_worker_share_temporal_and_database(
    instance: Instance, cluster: ClusterConnection, github: GitHubFacts
) -> None:
    api = api_service(instance, cluster, github).environment
    worker = worker_service(instance, cluster, github).environment
    assert api["TEMPORAL_ADDRESS"] == worker["TEMPORAL_ADDRESS"]
    assert api["CATALYST_API_DATABASE_URL"] == worker["CATALYST_WORKER_DATABASE_URL"]


@pytest.mark.spec("ENV-005")
def test_directories_of_this_machine_are_handed_on_to_the_worker_and_only_those_that_are_told(
    instance: Instance,
    cluster: ClusterConnection,
    github: GitHubFacts,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = "CATALYST_WORKER_DEVELOPMENT_DIRECTORIES"
    assert name not in worker_service(instance, cluster, github).environment
    told = '{"acme-shop": "/home/ada/shop"}'
    monkeypatch.setenv(DIRECTORIES_VARIABLE, told)
    service = worker_service(instance, cluster, github)
    assert service.environment[name] == told
    for key, value in service.environment.items():
        monkeypatch.setenv(key, value)
    assert WorkerSettings().development_directories == {"acme-shop": "/home/ada/shop"}


def test_no_secret_stands_on_a_command_line(
    instance: Instance, cluster: ClusterConnection, github: GitHubFacts
) -> None:
    services = (
        api_service(instance, cluster, github),
        worker_service(instance, cluster, github),
        github_service(instance),
        temporal_service(instance),
    )
    assert not [argument for service in services for argument in service.argv if SECRET in argument]


def test_people_and_webhooks_are_served_on_loopback_alone(
    instance: Instance, cluster: ClusterConnection, github: GitHubFacts
) -> None:
    api = api_service(instance, cluster, github).environment
    assert api["CATALYST_API_LISTEN"].startswith("127.0.0.1:")
    temporal = temporal_service(instance).argv
    assert temporal[temporal.index("--ip") + 1] == "127.0.0.1"
    assert temporal[temporal.index("--ui-ip") + 1] == "127.0.0.1"


def test_temporal_knows_every_search_attribute_that_workflows_write(instance: Instance) -> None:
    arguments = temporal_service(instance).argv
    for key in wire.SEARCH_ATTRIBUTES:
        assert f"--search-attribute={key.name}=Keyword" in arguments


async def _nothing(_: StepContext) -> Outcome:
    return Outcome.DONE


def test_worker_and_api_come_after_everything_they_need(instance: Instance) -> None:
    before = [Step("node", "node", _nothing), Step("cluster", "cluster", _nothing, ("node",))]
    order = check_order([*before, *control_steps(instance, link=("node",), cluster=("cluster",))])
    assert {"node", "cluster", *CONTROL_STEPS} == set(order)
    assert set(order[-2:]) == {"start-api", "start-worker"}
