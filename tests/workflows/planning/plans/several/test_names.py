"""What two repositories call alike: told apart everywhere in the plan, or refused where that cannot be."""

import pytest

from tests.workflows.planning.plans.cases import component, mapping
from tests.workflows.planning.plans.several.cases import joined, problems_of, project_with
from workflows.models import BackupPlan, BackupSettings, ServiceSettings, SourceSettings
from workflows.planning.plans.several.names import new_names
from workflows.planning.plans.several.renaming import prefixed, renamed
from workflows.planning.plans.values import is_component_name

pytestmark = pytest.mark.spec("ENV-016")

DATABASE = {"db": ServiceSettings(type="postgres")}
BOTH = (
    SourceSettings(source="frontend", services=DATABASE),
    SourceSettings(source="backend", services=DATABASE, path="/api"),
)
COMPOSE = {
    "compose.yaml": """\
services:
  web:
    image: registry.example.com/acme/web:1
    ports: ["8080"]
    environment: {DB: db}
  db:
    image: registry.example.com/acme/base:1
    ports: ["5432"]
    volumes: ["data:/data"]
volumes: {data: {}}
"""
}


def test_a_database_of_each_source_is_its_own() -> None:
    plan = joined(project_with(*BOTH))
    assert sorted(each.secret for each in plan.credentials) == [
        "catalyst-service-backend-db",
        "catalyst-service-frontend-db",
    ]
    for source in ("frontend", "backend"):
        web = component(plan, f"{source}-web")
        assert (
            mapping(web["secretEnv"]["DATABASE_URL"])["secret"] == f"catalyst-service-{source}-db"
        )
        [made] = [each for each in plan.credentials if source in each.secret]
        assert f"@pr-frontend-7-{source}-db:5432/" in made.texts["DATABASE_URL"]
        checksum = mapping(plan.release.values["secrets"])[f"catalyst-service-{source}-db"]
        assert checksum == {"checksum": f"{{secrets_checksum.catalyst-service-{source}-db}}"}


@pytest.mark.spec("ENV-017")
def test_backups_go_with_the_services_that_they_are_of() -> None:
    backed_up = {"db": ServiceSettings(type="postgres", backups=BackupSettings(size="1Gi"))}
    both = [SourceSettings(source=each, services=backed_up) for each in ("frontend", "backend")]
    plan = joined(project_with(*both))
    for source, backup in zip(("frontend", "backend"), plan.backups, strict=True):
        assert backup == BackupPlan(service=f"{source}-db", component=f"{source}-db-backups")
        made = component(plan, backup.component)
        assert mapping(made["secretEnv"])["PGPASSWORD"] == {
            "secret": f"catalyst-service-{source}-db",
            "key": "password",
        }
        assert mapping(made["env"])["PGHOST"] == f"pr-frontend-7-{source}-db"


def test_services_are_known_by_their_names_here() -> None:
    assert joined(project_with(*BOTH)).services == ("frontend-db", "backend-db")


def test_stages_name_what_they_bring_up() -> None:
    plan = joined(project_with(*BOTH))
    assert [each.components for each in plan.stages] == [
        ("backend-db",),
        ("backend-web",),
        ("frontend-db",),
        ("frontend-web",),
    ]


def test_a_plain_name_that_leads_to_two_databases_leads_to_neither_and_that_is_said() -> None:
    plan = joined(project_with(*BOTH))
    assert "service" not in component(plan, "backend-db")
    assert any(
        "`db` is the name of a service in `frontend` and `backend`" in w for w in plan.warnings
    )


def test_a_service_name_of_compose_that_leads_to_two_is_refused() -> None:
    found = problems_of(files={"frontend": COMPOSE, "backend": COMPOSE})
    assert any("both have something that is reached as `db`" in each for each in found)


def test_one_name_of_several_that_leads_to_two_is_refused_as_well() -> None:
    named = COMPOSE["compose.yaml"].replace("  db:\n", "  db:\n    container_name: base\n")
    found = problems_of(files={"frontend": COMPOSE, "backend": {"compose.yaml": named}})
    assert any("reached as `db`" in each for each in found)
    assert not any("`base`" in each for each in found)


def test_claims_of_volumes_follow_their_component() -> None:
    plan = joined().model_copy(
        update={
            "release": joined().release.model_copy(
                update={
                    "values": {
                        "components": {
                            "web": {
                                "kind": "worker",
                                "imageFrom": "web",
                                "volumes": {"data": {"type": "persistent"}},
                            },
                            "job": {"volumes": {"x": {"existingClaim": "pr-frontend-7-web--data"}}},
                        }
                    }
                }
            )
        }
    )
    components = mapping(renamed(plan, {"web": "api"}).release.values["components"])
    assert components["api"]["imageFrom"] == "api"
    assert components["job"]["volumes"]["x"] == {"existingClaim": "pr-frontend-7-api--data"}


def test_volumes_of_all_sources_together_have_to_fit() -> None:
    large = {"db": ServiceSettings(type="postgres", size="12Gi")}
    both = [SourceSettings(source=each, services=large) for each in ("frontend", "backend")]
    assert any(
        "together ask for more than the 20Gi" in each
        for each in problems_of(project=project_with(*both))
    )
    assert joined(project_with(both[0])).credentials


def test_jobs_run_in_the_image_of_their_own_source() -> None:
    plan = joined(configs={"backend": "jobs:\n  migrate: {when: pre-deploy, command: 'true'}\n"})
    assert component(plan, "migrate")["imageFrom"] == "backend-web"


def test_names_that_would_be_alike_once_prefixed_are_marked() -> None:
    found = new_names({"a": ["b-web", "web"], "a-b": ["web", "b-web"]})
    assert len(set(found.values())) == 4
    assert found["a", "web"] == "a-web"


def test_a_name_that_a_prefixed_one_would_take_is_prefixed_as_well() -> None:
    found = new_names({"frontend": ["web", "backend-web"], "backend": ["web", "api"]})
    assert found == {
        ("frontend", "web"): "frontend-web",
        ("frontend", "backend-web"): "frontend-backend-web",
        ("backend", "web"): "backend-web",
    }


@pytest.mark.parametrize(
    ("source", "name"), [("2048", "web"), ("a--b", "web"), ("x" * 63, "web"), ("a", "b" * 40)]
)
def test_a_prefixed_name_is_always_one_that_the_chart_takes(source: str, name: str) -> None:
    assert is_component_name(prefixed(source, name))
    assert prefixed(source, name) == prefixed(source, name)
    assert prefixed(source, name) != prefixed(source, f"{name[:-1]}x")
