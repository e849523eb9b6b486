"""Settings that no pull request could be deployed with are told to whoever writes them, each with its place."""

import pytest

from tests.support.examples import make_project
from workflows.models import Source, Template
from workflows.overrides import MAX_VARIABLES
from workflows.project_rules import project_problems, template_problems, told

pytestmark = pytest.mark.spec("OPS-5")


LONG = "x" * 200 * 1024


def problems(**settings: object) -> list[str]:
    template = Template.model_validate(settings)
    return [told(each) for each in template_problems("development", template)]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"type": "auto", "application": {"workdir": "web", "start": "npm start", "port": 80}},
        {"chart": ".", "value_files": ["deploy/values.yaml"], "values": {"workdir": "../x"}},
        {"chart": "shop", "chart_repository": "https://charts.example.com", "chart_version": "1"},
        {"chart": "shop", "chart_repository": "oci://127.0.0.1:5000/c", "chart_version": "1.2.3"},
        {"type": "image", "images": [{"image": "ghcr.io/acme/shop:{branch_slug}-{short_sha}"}]},
        {"type": "image", "images": [{"image": "shop:pr-{number}"}]},
        {"builds": [{"secrets": ["TOKEN"], "args": {"NODE_ENV": "x"}}], "secrets": ["TOKEN"]},
        {"type": "manifests", "manifests": ["k8s", "deploy/web.yaml"]},
        {"egress": ["*.example.com", "192.0.2.0/24"], "quota": {"cpu": "500m", "pods": 3}},
        {"services": {"db": {"type": "postgres", "version": "16", "size": "2Gi"}}},
        {"services": {"db": {"type": "postgres", "backups": {"schedule": "@daily", "keep": 3}}}},
        {"services": {"mail": {"image": "acme/mail:1", "port": 25, "volume": "/var/mail"}}},
        {"services": {"a": {"chart": "a", "repository": "oci://b.org/c", "version": "1.0.0"}}},
        {"services": {"a": {"chart": "deploy/a", "values": {"b": None}, "port": 1, "host": "c"}}},
        {"jobs": {"migrate": {"when": "pre-deploy", "command": "a\nb", "component": "api"}}},
        {"processes": {"m": {"command": "a"}, "r": {"command": "b", "schedule": "@daily"}}},
        {"sources": [{"source": "api", "path": "/api"}, {"source": "web", "path": "/"}]},
    ],
    ids=str,
)
def test_settings_that_can_be_meant_are_taken(settings: dict[str, object]) -> None:
    assert problems(**settings) == []


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({"chart": "../chart"}, "chart: must stay inside the repository"),
        ({"chart": ""}, "chart: must be a path relative"),
        ({"value_files": ["a", "/etc/x"]}, "value_files[1]: must be a path relative"),
        ({"manifests": ["k8s/.."]}, "manifests[0]: must stay inside"),
        ({"builds": [{"context": "../.."}]}, "builds[0].context: must stay inside"),
        ({"builds": [{"dockerfile": ".git/x"}]}, "builds[0].dockerfile: must not lead into"),
        ({"builds": [{"args": {"A-B": "x"}}]}, "builds[0].args.A-B: must be letters"),
        ({"builds": [{"secrets": ["TOKEN"]}]}, "builds[0].secrets: names `TOKEN`, which"),
        ({"builds": [{}, {}]}, "builds: name the component `web` 2 times"),
        (
            {"sources": [{"source": "api"}, {"source": "api"}]},
            "sources: name the source `api` 2 times",
        ),
        (
            {"sources": [{"source": "a", "path": "/x/"}, {"source": "b", "path": "/x"}]},
            "sources: name the path `/x` 2 times",
        ),
        (
            {"sources": [{"source": "api", "application": {"workdir": "../x"}}]},
            "sources[0].application.workdir: must stay inside",
        ),
        (
            {"sources": [{"source": "api", "type": "image"}]},
            "sources[0].images: is empty: the type `image` needs at least one image",
        ),
        (
            {"sources": [{"source": "api", "services": {"db": {}}}]},
            "sources[0].services.db: cannot be",
        ),
        ({"secrets": ["a b"]}, "secrets[0]: must be letters, digits and `_`"),
        ({"egress": ["https://x.org"]}, "egress[0]: must be a host such as"),
        ({"quota": {"memory": "8"}}, "quota.memory: must be a number with its unit"),
        ({"quota": {"cpu": "0"}}, "quota.cpu: must be more than zero"),
        ({"services": {"Db": {"type": "s3"}}}, "services.Db: must be lower-case letters"),
        (
            {"services": {"db": {}}},
            "services.db: cannot be: `services.db` needs `type`, `image` or",
        ),
        (
            {"services": {"db": {"type": "redis", "size": "5"}}},
            "services.db.size: must be a number with its unit",
        ),
        (
            {"services": {"db": {"type": "redis", "backups": {}}}},
            "services.db.backups: cannot be: `services.db.backups` goes with `type: postgres`",
        ),
        (
            {"services": {"db": {"type": "postgres", "backups": {"size": "5"}}}},
            "services.db.backups.size: must be a number with its unit",
        ),
        (
            {"services": {"db": {"image": "x", "version": "1"}}},
            "services.db.version: cannot be: `services.db.version` goes with `type`",
        ),
        (
            {
                "services": {
                    "db": {"chart": "x", "repository": "https://u:p@b.org", "version": "1.0.0"}
                }
            },
            "services.db.repository: must be a URL such as",
        ),
        (
            {"services": {"db": {"chart": "x", "repository": "https://b.org"}}},
            "services.db.repository: cannot be: `services.db.repository` needs `version`",
        ),
        (
            {"services": {"db": {"chart": "x", "repository": "oci://b.org", "version": "1.10"}}},
            "services.db.version: cannot be: `services.db.version` must be one whole version",
        ),
        (
            {"services": {"db": {"chart": "a/b", "repository": "oci://b.org", "version": "1.0.0"}}},
            "services.db.chart: cannot be: `services.db.chart` must be the chart's name",
        ),
        (
            {"services": {"db": {"chart": "x", "values": {"a": "x" * 2**18}}}},
            "services.db.values: cannot be: `services.db.values` has more than 256 KiB",
        ),
        (
            {"services": {f"s{n}": {"chart": "x", "values": {"a": LONG}} for n in range(3)}},
            "services: have `values` of more than 512 KiB together",
        ),
        ({"processes": {"A": {"command": "x"}}}, "processes.A: must be lower-case letters"),
        ({"processes": {"m": {"command": " "}}}, "processes.m.command: must be a command"),
        (
            {"sources": [{"source": "api", "processes": {"m": {"command": " "}}}]},
            "sources[0].processes.m.command: must be a command",
        ),
        (
            {"jobs": {"m": {"when": "pre-deploy", "command": " "}}},
            "jobs.m.command: must be a command, not empty text",
        ),
        (
            {"jobs": {"m": {"when": "pre-deploy", "command": "x", "component": "A"}}},
            "jobs.m.component: must be lower-case letters",
        ),
        ({"quota": {"pods": 0}}, "quota.pods: must be at least 1"),
        ({"application": {"workdir": ".."}}, "application.workdir: must stay inside"),
        ({"application": {"start": "a\nb"}}, "application.start: must be one line"),
        ({"variables": {"CATALYST_URL": "x"}}, "variables.CATALYST_URL: is reserved"),
        ({"variables": {"A": "\0"}}, "variables.A: must not hold the character NUL"),
        (
            {"variables": {f"V{n}": "" for n in range(MAX_VARIABLES + 1)}},
            "variables: cannot be kept: there would be 201 variables",
        ),
        ({"chart_repository": "https://x.org"}, "chart_version: is missing"),
        ({"chart_repository": "/charts", "chart_version": "1"}, "chart_repository: must be a URL"),
        (
            {"chart_repository": "https://me:pw@x.org", "chart_version": "1"},
            "chart_repository: must be a URL",
        ),
        (
            {"chart": "a/b", "chart_repository": "https://x.org", "chart_version": "1"},
            "chart: must be the chart's name",
        ),
        ({"type": "image"}, "images: is empty"),
        ({"type": "image", "images": [{"image": ""}]}, "images[0].image: must be an image"),
        ({"images": [{"image": "shop:{commit}"}]}, "images[0].image: holds `{commit}`; the tag"),
        ({"images": [{"image": "Shop:{sha}"}]}, "images[0].image: must be an image such as"),
        ({"images": [{"image": "a"}, {"image": "b"}]}, "images: name the component `web` 2 times"),
    ],
    ids=lambda found: str(found)[:200],
)
def test_settings_that_cannot_be_meant_are_told_with_their_place(
    settings: dict[str, object], wanted: str
) -> None:
    (found,) = problems(**settings)
    assert found.startswith(f"templates.development.{wanted}")


def test_a_password_in_a_url_is_not_told_again() -> None:
    (found,) = problems(chart_repository="https://me:hunter22@x.org", chart_version="1")
    assert "hunter22" not in found


def test_everything_that_is_wrong_is_told_at_once_with_the_templates_name() -> None:
    project = make_project().model_copy(
        update={
            "templates": {
                "development": Template(chart="../a", secrets=("a b",)),
                "Review": Template(),
                "x" * 41: Template(),
            },
            "variables": {"1A": "x"},
        }
    )
    found = [told(each) for each in project_problems(project)]
    assert [each.partition(":")[0] for each in found] == [
        "variables.1A",
        "templates.development.secrets[0]",
        "templates.development.chart",
        "templates.Review",
        f"templates.{'x' * 41}",
    ]


@pytest.mark.spec("ENV-016")
def test_a_source_that_the_project_has_not_is_told_with_those_that_it_has() -> None:
    template = Template.model_validate({"sources": [{"source": "backend"}]})
    project = make_project().model_copy(update={"templates": {"development": template}})
    [problem] = [told(each) for each in project_problems(project)]
    assert problem == (
        "templates.development.sources[0].source: is `backend`, which is no source of the project; there are: `shop`"
    )


BOTH = {"sources": [{"source": "shop"}, {"source": "api"}]}


@pytest.mark.spec("ENV-016")
@pytest.mark.parametrize(
    ("templates", "problems"),
    [
        ({"development": BOTH}, []),
        ({"development": BOTH, "review": {}}, []),
        ({"development": BOTH, "review": {**BOTH, "is_selectable": True}}, []),
        ({}, []),
        (
            {"development": {}},
            ["share_by_branch: needs a template `development` whose `sources` name at least two"],
        ),
        (
            {"development": {"sources": [{"source": "api"}]}},
            ["share_by_branch: needs a template `development` whose `sources` name at least two"],
        ),
        (
            {"development": BOTH, "review": {"is_selectable": True}},
            ["templates.review.sources: must name the same sources as the template `development`"],
        ),
    ],
)
def test_sharing_needs_templates_that_show_the_same_sources(
    templates: dict[str, object], problems: list[str]
) -> None:
    project = make_project().model_copy(
        update={
            "share_by_branch": True,
            "sources": (
                *make_project().sources,
                Source(name="api", repository_id=2, repository="acme/api", installation=7),
            ),
            "templates": {name: Template.model_validate(each) for name, each in templates.items()},
        }
    )
    found = [told(each) for each in project_problems(project)]
    assert len(found) == len(problems)
    assert all(each.startswith(said) for each, said in zip(found, problems, strict=True))
    unset = project.model_copy(update={"share_by_branch": False})
    assert project_problems(unset) == ()
