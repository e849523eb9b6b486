"""Two repositories become one release: components, builds, routes, order, and what people are told."""

import pytest

from tests.workflows.planning.plans.cases import NODE, Files, component, mapping
from tests.workflows.planning.plans.several.cases import (
    BACKEND,
    commit_of,
    joined,
    problems_of,
    project_with,
    started_with,
)
from tests.workflows.values import B, C
from workflows.models import (
    JobSettings,
    PathRoute,
    PrebuiltImage,
    RouteSettings,
    ServiceSettings,
    SourceSettings,
)

pytestmark = pytest.mark.spec("ENV-016")


def test_one_release_holds_the_components_of_both() -> None:
    plan = joined()
    assert plan.release.name == "pr-frontend-7"
    assert list(mapping(plan.release.values["components"])) == ["frontend-web", "backend-web"]


def test_each_image_is_built_from_its_own_source() -> None:
    builds = {each.component: each for each in joined().builds}
    assert builds["frontend-web"].source == ""
    assert builds["frontend-web"].dockerfile == "Dockerfile"
    assert builds["backend-web"].source == "backend"
    assert builds["backend-web"].generated


def test_names_are_kept_where_nobody_else_has_them() -> None:
    project = project_with(
        SourceSettings.model_validate(
            {"source": "backend", "type": "dockerfile", "builds": [{"component": "api"}]}
        )
    )
    plan = joined(project, files={"backend": {"Dockerfile": "FROM scratch\nEXPOSE 90\n"}})
    assert [each.component for each in plan.builds] == ["web", "api"]


def test_the_public_url_leads_to_the_pull_requests_source_and_below_paths_to_the_others() -> None:
    plan = joined()
    assert plan.route == RouteSettings(service="pr-frontend-7-frontend-web", port=80)
    assert plan.more_routes == (
        PathRoute(path="/api", service="pr-frontend-7-backend-web", port=3000),
    )


def test_the_same_template_serves_pull_requests_of_both() -> None:
    project = project_with(BACKEND, SourceSettings(source="frontend", path="/"))
    plan = joined(project, own="backend")
    assert plan.route.service == "pr-backend-7-frontend-web"
    assert [each.path for each in plan.more_routes] == ["/api"]
    assert [each.name for each in plan.sources] == ["frontend"]


def test_each_is_told_where_the_others_are() -> None:
    plan = joined()
    page, service = (
        mapping(component(plan, name)["env"]) for name in ("frontend-web", "backend-web")
    )
    assert page["BACKEND_URL"] == "http://pr-frontend-7-backend-web:3000"
    assert "FRONTEND_URL" not in page
    assert service["FRONTEND_URL"] == "http://pr-frontend-7-frontend-web:80"


def test_a_variable_that_people_have_set_comes_first() -> None:
    plan = joined(project_with(variables={"BACKEND_URL": "https://api.example.com"}))
    env = mapping(component(plan, "frontend-web")["env"])
    assert env["BACKEND_URL"] == "https://api.example.com"


def test_a_secret_of_the_same_name_is_not_hidden() -> None:
    plan = joined(project_with(secrets=["BACKEND_URL"]))
    assert "BACKEND_URL" not in mapping(component(plan, "frontend-web")["env"])


def test_settings_of_a_source_hold_for_that_one_alone() -> None:
    project = project_with(
        started_with("backend", "node other.js", path="/api", variables={"MODE": "api"}),
        variables={"MODE": "all"},
    )
    plan = joined(project)
    assert mapping(component(plan, "backend-web")["env"])["MODE"] == "api"
    assert mapping(component(plan, "frontend-web")["env"])["MODE"] == "all"
    assert "other.js" in next(each.generated for each in plan.builds if each.generated)


def test_what_people_have_set_for_the_environment_is_about_the_pull_requests_source() -> None:
    plan = joined(variables={"COLOUR": "blue"}, image="registry.example.com/acme/page:1")
    assert mapping(component(plan, "backend-web")["env"])["COLOUR"] == "blue"
    assert [each.component for each in plan.images] == ["frontend-web"]
    assert [each.component for each in plan.builds] == ["backend-web"]


def test_what_comes_along_is_named_with_its_commit_and_branch() -> None:
    plan = joined()
    assert plan.sources == (commit_of("backend"),)
    assert plan.reasons[0] == (
        f"`backend` (acme/backend) comes along at `{B[:7]}` of its branch `main`, its default branch."
    )
    same = commit_of("backend", branch="feature/cart", is_same_branch=True)
    told = joined(commits={"backend": same}).reasons[0]
    assert "`feature/cart`, as the pull request's is called" in told


def test_reasons_of_what_comes_along_begin_with_its_name() -> None:
    plan = joined()
    assert any(each.startswith("backend: ") for each in plan.reasons)
    assert any("here it is `frontend-web`, `backend-web`" in each for each in plan.reasons)
    assert any("`/` to `frontend`, `/api` to `backend`" in each for each in plan.reasons)


def test_another_commit_of_what_comes_along_makes_another_mark() -> None:
    first, again = joined(), joined()
    other = joined(commits={"backend": commit_of("backend", commit=C)})
    assert first.settings == again.settings
    assert first.settings != other.settings


def test_users_of_containers_are_those_of_each_source() -> None:
    plan = joined()
    assert plan.release.values["security"] == {"profile": "baseline"}
    assert component(plan, "backend-web")["security"]["profile"] == "restricted"
    assert component(plan, "frontend-web")["security"]["profile"] == "baseline"


def test_what_comes_along_is_brought_up_first_where_anything_has_an_order() -> None:
    services = {"db": ServiceSettings(type="postgres")}
    jobs = {"seed": JobSettings(when="post-deploy", command="true")}
    project = project_with(BACKEND.model_copy(update={"services": services, "jobs": jobs}))
    plan = joined(project)
    assert [each.title for each in plan.stages] == [
        "backend: service db",
        "backend: application",
        "frontend: application",
    ]
    assert plan.stages[-1].components == ("frontend-web",)
    assert [each.title for each in plan.stages_after_health] == ["backend: job seed"]
    assert [each.secret for each in plan.credentials] == ["catalyst-service-db"]
    assert "DATABASE_URL" in component(plan, "backend-web")["secretEnv"]
    assert "secretEnv" not in component(plan, "frontend-web")
    assert "catalyst-service-db" in mapping(plan.release.values["secrets"])


def test_databases_are_not_told_of_other_sources() -> None:
    project = project_with(
        BACKEND.model_copy(update={"services": {"db": ServiceSettings(type="postgres")}})
    )
    assert "FRONTEND_URL" not in component(joined(project), "db")["env"]


def test_nothing_of_a_source_is_reached_where_nothing_listens() -> None:
    worker = {"Dockerfile": "FROM scratch\n"}
    project = project_with(
        SourceSettings.model_validate(
            {
                "source": "backend",
                "path": "/api",
                "type": "image",
                "images": [{"component": "queue", "image": "registry.example.com/a/queue:1"}],
                "route": {"service": "queue"},
            }
        )
    )
    plan = joined(project, files={"backend": worker})
    assert plan.more_routes[0].service == "pr-frontend-7-queue"


@pytest.mark.spec("ENV-008")
def test_a_source_with_nothing_to_run_answers_with_a_page_that_says_so() -> None:
    plan = joined(files={"backend": {"README.md": "# Later\n"}})
    assert "page" in component(plan, "backend-web")["volumes"]
    assert any(each.startswith("backend: Nothing to run was found") for each in plan.warnings)
    assert plan.application is not None
    assert not plan.application.is_base_container, "that is the pull request's own"


def test_a_chart_of_a_repository_cannot_be_joined() -> None:
    [problem] = problems_of(
        files={"backend": {"chart/Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n"}}
    )
    assert problem.startswith("`backend` brings a Helm chart")


def test_two_sources_cannot_be_at_one_path() -> None:
    project = project_with(BACKEND, SourceSettings(source="frontend", path="/api/"))
    assert problems_of(project=project) == [
        "The template leads `/api` to both `backend` and `frontend`; give one another `path`."
    ]


def test_a_check_of_another_repository_is_not_waited_for() -> None:
    image = PrebuiltImage(image="registry.example.com/acme/api:1", check="ci")
    project = project_with(SourceSettings(source="backend", type="image", images=(image,)))
    assert "leave out its `check`" in problems_of(project=project)[0]


@pytest.mark.spec("T-5")
def test_hosts_of_any_source_are_opened_and_no_source_is_reached_through_the_proxy() -> None:
    plan = joined(
        project_with(egress=["api.example.com", "192.0.2.0/24"]),
        configs={"frontend": "egress: []\n"},
        has_egress_proxy=True,
    )
    assert plan.egress_hosts == ("api.example.com",)
    known = mapping(mapping(plan.release.values["global"])["catalyst"])
    assert mapping(known["proxy"])["except"].split(",") == [
        "192.0.2.0/24",
        "pr-frontend-7-frontend-web",
        "pr-frontend-7-backend-web",
    ]


def test_code_of_a_fork_gets_no_secrets_for_any_source() -> None:
    plan = joined(project_with(secrets=["TOKEN"]), is_trusted=False)
    assert plan.secrets == ()


ROUTES = "routes:\n- {path: /api/docs}\n- {path: /docs}\n"


def test_routes_of_a_companions_own_file_count_below_its_path_only() -> None:
    plan = joined(configs={"backend": ROUTES})
    assert [each.path for each in plan.more_routes] == ["/api", "/api/docs"]
    assert any("backend: its route `/docs` is left out" in each for each in plan.warnings)


def test_routes_of_the_pull_requests_own_file_are_kept() -> None:
    plan = joined(configs={"frontend": "routes:\n- {path: /docs}\n"})
    docs = plan.more_routes[-1]
    assert (docs.path, docs.service) == ("/docs", "pr-frontend-7-frontend-web")


def test_a_companion_cannot_take_more_than_the_template_grants() -> None:
    plan = joined(
        project_with(secrets=["TOKEN", "KEY"]),
        configs={"frontend": "secrets: [TOKEN]\n", "backend": "secrets: [KEY]\n"},
    )
    assert plan.secrets == ("TOKEN", "KEY")


def test_the_way_of_the_source_at_the_root_says_what_counts_as_well() -> None:
    project = project_with(BACKEND, SourceSettings(source="frontend", path="/"))
    plan = joined(project, own="backend", configs={"frontend": "health: {path: /ready}\n"})
    assert plan.health.path == "/ready"


@pytest.mark.spec("ENV-005")
def test_in_development_mode_the_code_goes_into_the_pod_of_the_renamed_component() -> None:
    plan = joined(project_with(mode="development"), own="frontend", files={"frontend": NODE})
    assert plan.development
    assert plan.development.component == "frontend-web"
    components = mapping(plan.release.values["components"])
    assert "code" in mapping(mapping(components["frontend-web"])["sidecars"])


@pytest.mark.spec("ENV-005")
def test_what_comes_along_is_deployed_also_beside_a_development_server() -> None:
    plan = joined(project_with(mode="development"), own="frontend", files={"frontend": NODE})
    assert [(each.component, each.source) for each in plan.builds] == [("backend-web", "backend")]
    components = mapping(plan.release.values["components"])
    assert "sidecars" not in mapping(components["backend-web"])


@pytest.mark.spec("ENV-005")
def test_a_name_that_nobody_else_has_is_kept_in_development_mode_too() -> None:
    project = project_with(
        SourceSettings.model_validate(
            {"source": "backend", "type": "dockerfile", "builds": [{"component": "api"}]}
        ),
        mode="development",
    )
    files: dict[str, Files] = {
        "frontend": NODE,
        "backend": {"Dockerfile": "FROM scratch\nEXPOSE 90\n"},
    }
    plan = joined(project, files=files)
    assert plan.development
    assert plan.development.component == "web"
