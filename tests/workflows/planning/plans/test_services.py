"""Services of an environment's own: what runs, what is kept, and what the application is told of it."""

import pytest

from tests.workflows.planning.plans.cases import (
    NODE,
    component,
    plan_of,
    problems_of,
)
from tests.workflows.planning.plans.services import AUTO, DATABASE, PG, offered
from workflows.models import (
    CredentialPlan,
    Quota,
    Stage,
    Template,
)

pytestmark = pytest.mark.spec("ENV-017")


@pytest.mark.spec("ENV-004")
def test_a_database_is_a_component_with_a_volume_that_a_push_does_not_restart() -> None:
    plan = plan_of(NODE, AUTO, DATABASE)
    assert component(plan, "db") == {
        "kind": "worker",
        "image": "docker.io/library/postgres:17",
        "catalystEnv": False,
        "security": {"profile": "baseline"},
        "env": {
            "PGDATA": "/var/lib/postgresql/data",
            "POSTGRES_DB": "app",
            "POSTGRES_USER": "app",
        },
        "secretEnv": {"POSTGRES_PASSWORD": {"secret": "catalyst-service-db", "key": "password"}},
        "ports": [{"name": "postgres", "port": 5432}],
        "service": {"aliases": ["db"]},
        "probes": {
            "readiness": {
                "type": "command",
                "command": [
                    "pg_isready",
                    "--quiet",
                    "--host=127.0.0.1",
                    "--username=app",
                    "--dbname=app",
                ],
                "periodSeconds": 2,
                "timeoutSeconds": 5,
            }
        },
        "volumes": {
            "data": {
                "type": "persistent",
                "mountPath": "/var/lib/postgresql/data",
                "size": "1Gi",
                "subPath": "pgdata",
            }
        },
        "resources": {"requests": {"memory": "128Mi"}, "limits": {"memory": "512Mi"}},
        "terminationGracePeriodSeconds": 30,
    }
    later = plan_of(NODE, AUTO, DATABASE, commit="b" * 40)
    assert component(later, "db") == component(plan, "db")


def test_its_password_is_made_in_the_cluster_and_the_plan_knows_only_its_place() -> None:
    plan = plan_of(NODE, AUTO, DATABASE)
    assert plan.credentials == (
        CredentialPlan(
            secret="catalyst-service-db",
            made={"password": 32},
            texts={
                "DATABASE_URL": "postgresql://app:{password}@pr-shop-7-db:5432/app",
                "PGHOST": "pr-shop-7-db",
                "PGPORT": "5432",
                "PGUSER": "app",
                "PGPASSWORD": "{password}",
                "PGDATABASE": "app",
            },
        ),
    )


def test_the_application_gets_the_keys_of_its_services_as_variables_and_is_told_which() -> None:
    plan = plan_of(NODE, AUTO, DATABASE)
    assert offered(plan) == {name: f"catalyst-service-db/{name}" for name in PG}
    assert plan.release.values["secrets"] == {
        "catalyst-service-db": {"checksum": "{secrets_checksum.catalyst-service-db}"}
    }
    assert (
        "Service `db`: PostgreSQL 17 and a volume of 1Gi that is kept across pushes, reached as "
        "`pr-shop-7-db:5432`, because `.catalyst.yaml` asks for it."
    ) in plan.reasons
    assert (
        "Variables from the Secret `catalyst-service-db`, made for `db`: `DATABASE_URL`, `PGHOST`, `PGPORT`, "
        "`PGUSER`, `PGPASSWORD`, `PGDATABASE`."
    ) in plan.reasons


def test_services_come_before_the_application_and_the_url_leads_to_the_application() -> None:
    plan = plan_of(NODE, AUTO, "services: {db: {type: postgres}, cache: {type: redis}}")
    assert plan.stages == (
        Stage(title="services db, cache", release="pr-shop-7", components=("db", "cache")),
        Stage(title="application", release="pr-shop-7", components=("web",)),
    )
    assert plan.route.service == "pr-shop-7-web"
    assert plan_of(NODE, AUTO).stages == ()


def test_a_cache_and_a_store_of_objects() -> None:
    plan = plan_of(
        NODE,
        AUTO,
        "services: {cache: {type: redis, version: 8, size: 2Gi}, files: {type: s3}}",
    )
    cache, files = component(plan, "cache"), component(plan, "files")
    assert cache["image"] == "docker.io/library/redis:8"
    assert cache["args"][-2:] == ["--requirepass", "$(REDIS_PASSWORD)"]
    assert cache["volumes"]["data"]["size"] == "2Gi"
    assert files["command"] == [
        "/bin/sh",
        "-c",
        "mkdir -p /data/app && exec versitygw posix /data",
    ]
    assert set(offered(plan)) == {
        "REDIS_URL",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_ENDPOINT_URL_S3",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "S3_BUCKET",
    }
    [redis, store] = plan.credentials
    assert redis.texts == {"REDIS_URL": "redis://:{password}@pr-shop-7-cache:6379/0"}
    assert store.made == {"AWS_ACCESS_KEY_ID": 20, "AWS_SECRET_ACCESS_KEY": 40}
    assert store.texts["AWS_ENDPOINT_URL_S3"] == "http://pr-shop-7-files:9000"


def test_a_second_service_of_a_kind_is_told_of_under_its_own_name() -> None:
    plan = plan_of(NODE, AUTO, "services: {db: {type: postgres}, old-reports: {type: postgres}}")
    found = offered(plan)
    assert found["DATABASE_URL"] == "catalyst-service-db/DATABASE_URL"
    assert found["OLD_REPORTS_DATABASE_URL"] == "catalyst-service-old-reports/DATABASE_URL"
    assert len(found) == 12


def test_an_image_of_ones_own_runs_as_it_is_declared() -> None:
    config = (
        "services:\n  search:\n    image: ghcr.io/acme/search:1\n    port: 9200\n    volume: /data\n"
        "    size: 2Gi\n    variables: {HEAP: 512}\n"
    )
    plan = plan_of(NODE, AUTO, config)
    assert component(plan, "search") == {
        "kind": "worker",
        "image": "ghcr.io/acme/search:1",
        "catalystEnv": False,
        "security": {"profile": "baseline"},
        "env": {"HEAP": "512"},
        "ports": [{"name": "main", "port": 9200}],
        "probes": {"readiness": {"type": "tcp", "port": "main"}},
        "volumes": {"data": {"type": "persistent", "mountPath": "/data", "size": "2Gi"}},
        "service": {"aliases": ["search"]},
    }
    assert component(plan)["env"]["SEARCH_HOST"] == "pr-shop-7-search"
    assert component(plan)["env"]["SEARCH_PORT"] == "9200"
    assert plan.credentials == ()
    quiet = component(plan_of(NODE, AUTO, "services: {mail: {image: acme/mail}}"), "mail")
    assert not {"ports", "volumes", "service", "env"} & set(quiet)


@pytest.mark.spec("ENV-030")
def test_what_people_set_themselves_comes_before_what_a_service_offers() -> None:
    template = AUTO.model_copy(update={"secrets": ("PGPASSWORD",)})
    config = f"{DATABASE}variables: {{DATABASE_URL: 'postgresql://else/where'}}"
    plan = plan_of(NODE, template, config)
    assert set(offered(plan)) == {*PG} - {"DATABASE_URL", "PGPASSWORD"}
    assert component(plan)["env"]["DATABASE_URL"] == "postgresql://else/where"
    assert plan.warnings[-2:] == (
        "`DATABASE_URL`: set as a variable, which is used instead of what the environment's own service offers.",
        (
            "`PGPASSWORD`: set as a secret of the project, which is used instead of what the environment's own "
            "service offers."
        ),
    )


def test_a_service_of_which_everything_is_set_by_people_offers_nothing() -> None:
    mine = ", ".join(f"{name}: mine" for name in PG)
    plan = plan_of(NODE, AUTO, f"{DATABASE}variables: {{{mine}}}")
    assert offered(plan) == {}
    assert not any("Variables from the Secret" in each for each in plan.reasons)


@pytest.mark.spec("EC-6")
@pytest.mark.invariant(7)
def test_the_code_of_a_fork_has_services_and_no_secrets_of_the_project() -> None:
    template = AUTO.model_copy(update={"secrets": ("PGPASSWORD",)})
    plan = plan_of(NODE, template, DATABASE, is_trusted=False)
    assert plan.secrets == ()
    assert set(offered(plan)) == {*PG}, "the project's own is not there to come before it"


@pytest.mark.spec("EC-6")
def test_no_two_environments_share_a_service() -> None:
    one, other = (
        plan_of(NODE, AUTO, DATABASE, environment=each) for each in ("pr-shop-7", "pr-shop-8")
    )
    hosts = {each.credentials[0].texts["PGHOST"] for each in (one, other)}
    assert hosts == {"pr-shop-7-db", "pr-shop-8-db"}


@pytest.mark.spec("ENV-029")
def test_a_template_provides_services_and_the_file_adds_and_replaces_them_by_name() -> None:
    settings = {
        "type": "auto",
        "services": {
            "db": {"type": "postgres", "version": "16"},
            "cache": {"type": "redis"},
        },
    }
    template = Template.model_validate(settings)
    plan = plan_of(NODE, template, "services: {db: {type: postgres, version: 15}, s: {type: s3}}")
    assert component(plan, "db")["image"] == "docker.io/library/postgres:15"
    assert plan.stages[0].components == ("db", "cache", "s")
    assert any(
        each.endswith("because the template `development` asks for it.") for each in plan.reasons
    )


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        (
            "services: {web: {type: postgres}}",
            (
                ".catalyst.yaml:2:12: `services.web` has the name of something else that runs in the environment; "
                "give it another one."
            ),
        ),
        (
            "services: {x: {type: redis}}\njobs: {x: {when: pre-deploy, command: y}}",
            (
                ".catalyst.yaml:3:8: `jobs.x` has the name of something else that runs in the environment; give it "
                "another one."
            ),
        ),
        (
            "services: {1db: {type: redis}}",
            (
                ".catalyst.yaml:2:12: `services.1db` needs another name: at most 40 lower-case letters, digits and "
                "single hyphens, a letter first, and not `catalyst`."
            ),
        ),
        (
            "services: {db: {type: postgres, variables: {POSTGRES_PASSWORD: x}}}",
            ".catalyst.yaml:2:12: `services.db` sets `POSTGRES_PASSWORD`, which Catalyst makes up; remove it.",
        ),
        (
            "services: {a: {type: postgres, size: 4Gi}, b: {type: redis, size: 2Gi}}",
            (
                ".catalyst.yaml:2:12: `services.a`: the volumes of all services ask for more than the 5Gi of storage "
                "that the environment may have (`a` 4Gi, `b` 2Gi); make them smaller with `size`, or raise the "
                "template's `quota.storage`."
            ),
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(config: str, problem: str) -> None:
    template = AUTO.model_copy(update={"quota": Quota(storage="5Gi")})
    assert problems_of(NODE, template, config) == [problem]


def test_settings_of_a_template_that_say_nothing_are_refused() -> None:
    template = Template.model_validate({"type": "auto", "services": {"db": {}}})
    assert problems_of(NODE, template) == [
        "`services.db` of the template `development` needs one of `type`, `image` and `chart`."
    ]
