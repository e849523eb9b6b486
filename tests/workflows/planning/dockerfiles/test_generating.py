"""What the images of generated Dockerfiles are made of, language by language."""

import json

import pytest

from tests.workflows.planning.dockerfiles.reading import of, read
from tests.workflows.planning.dockerfiles.samples import FLASK, GO, NODE, made
from workflows.errors import PlanError
from workflows.models import Application, ApplicationKind, RepositoryTree
from workflows.planning.dockerfiles import DEFAULT_PORT, generate
from workflows.planning.dockerfiles.text import Instructions


def application(**values: object) -> Application:
    return Application.model_validate({"kind": "node", "language": "node", **values})


@pytest.mark.spec("ENV-031")
@pytest.mark.parametrize(
    "files", [NODE, FLASK, GO, {"index.html": ""}, {"Procfile": "web: ./serve $PORT"}]
)
def test_every_image_runs_as_a_number_and_is_told_its_port(files: dict[str, str]) -> None:
    generated = made(files)
    assert of(generated.dockerfile, "USER")[-1] == "10001:10001"
    assert of(generated.dockerfile, "EXPOSE") == [str(generated.port)]
    last = generated.dockerfile.rpartition("\nFROM ")[2]
    assert f"PORT={generated.port}" in last
    assert "HOME=/home/app" in last


def test_an_unknown_port_is_assumed_and_said() -> None:
    generated = generate(application(start="node x.js"), RepositoryTree())
    assert generated.port == DEFAULT_PORT
    assert any("8080 is assumed" in each for each in generated.reasons)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (ApplicationKind.NONE, "Nothing says how"),
        (ApplicationKind.DOCKERFILE, "a Dockerfile of its own"),
        (ApplicationKind.CHART, "its chart"),
        (ApplicationKind.COMPOSE, "a compose file"),
    ],
)
def test_where_nothing_is_to_be_started_nothing_is_written(
    kind: ApplicationKind, told: str
) -> None:
    with pytest.raises(PlanError, match=told):
        generate(Application(kind=kind), RepositoryTree())


def test_what_is_missing_is_said_with_the_directory_and_the_key() -> None:
    with pytest.raises(PlanError, match="`backend` is started") as caught:
        generate(application(workdir="backend"), RepositoryTree())
    assert "commands.start" in caught.value.hint


@pytest.mark.parametrize(
    ("values", "image"),
    [
        ({"language_version": "20"}, "node:20-slim"),
        ({"language_version": "18", "is_version_minimum": True}, "node:22-slim"),
        ({"language_version": "24", "is_version_minimum": True}, "node:24-slim"),
        ({"language_version": "22-alpine AS x"}, "node:22-slim"),
        ({}, "node:22-slim"),
        ({"language": "python", "language_version": "3.13"}, "python:3.13-slim"),
        ({"language": "python", "kind": "make", "language_version": "3.11"}, "python:3.11"),
        ({"language": "go", "language_version": "1.26", "is_version_minimum": True}, "golang:1.26"),
    ],
)
def test_the_image_has_the_version_that_is_asked_for(values: dict[str, object], image: str) -> None:
    text = generate(application(start="x", **values), RepositoryTree()).dockerfile
    assert of(text, "FROM") == [f"docker.io/library/{image}"]


@pytest.mark.parametrize(
    ("start", "command"),
    [
        ("npm start", ["npm", "start"]),
        ("node server.js --port $PORT", ["sh", "-c", "exec node server.js --port $PORT"]),
        ("flask run 'a b'", ["sh", "-c", "exec flask run 'a b'"]),
        ("NODE_ENV=test node x", ["sh", "-c", "NODE_ENV=test node x"]),
        ("a && b", ["sh", "-c", "a && b"]),
        ("cd web", ["sh", "-c", "cd web"]),
    ],
)
def test_a_command_is_the_first_process_where_it_needs_no_shell(
    start: str, command: list[str]
) -> None:
    text = generate(application(start=start), RepositoryTree()).dockerfile
    assert [json.loads(each) for each in of(text, "CMD")] == [command]


def test_a_member_of_a_workspace_is_built_with_all_of_it() -> None:
    generated = made(
        {
            "package.json": '{"workspaces": ["apps/*"]}',
            "apps/my web/package.json": '{"scripts": {"start": "node x.js", "build": "tsc"}}',
        }
    )
    assert generated.context == "."
    assert of(generated.dockerfile, "WORKDIR") == ["/app", '"/app/apps/my web"']
    assert "'/app/apps/my web'" in of(generated.dockerfile, "RUN")[0]


def test_an_application_alone_in_a_directory_is_built_from_that() -> None:
    generated = made({f"backend/{name}": text for name, text in FLASK.items()})
    assert generated.context == "backend"
    assert of(generated.dockerfile, "WORKDIR") == ["/app"]


def test_a_site_that_is_built_is_served_without_what_built_it() -> None:
    package = '{"scripts": {"start": "react-scripts start", "build": "react-scripts build"}, "dependencies": {"react-scripts": "5"}}'
    generated = made({"package.json": package, "package-lock.json": "{}"})
    assert of(generated.dockerfile, "FROM")[-1].startswith("docker.io/library/nginx:")
    assert f"listen {generated.port};" in generated.dockerfile
    assert "$uri.html /index.html;" in generated.dockerfile
    assert any("`build`" in each for each in generated.reasons)


def test_static_files_are_not_answered_with_another_page() -> None:
    assert "$uri.html =404;" in made({"index.html": ""}).dockerfile


def test_values_that_are_known_only_where_it_runs_are_not_in_the_image() -> None:
    told = {"HOST": "0.0.0.0", "ALLOWED": "{host}", "bad name": "x", "LINES": "a\nb"}
    text = generate(application(start="x", variables=told), RepositoryTree()).dockerfile
    assert "HOST=0.0.0.0" in text
    for absent in ("ALLOWED", "bad name", "LINES"):
        assert absent not in text


def test_what_is_not_read_is_the_repositorys_own_list_where_it_has_one() -> None:
    assert "**/node_modules" in made(NODE).ignored
    own = made({**NODE, ".dockerignore": "secret"})
    assert own.ignored == ""
    assert any("`.dockerignore`" in each for each in own.reasons)


@pytest.mark.parametrize("path", ["a\nUSER root", "../x", "/etc", "a/../../x"])
def test_a_directory_that_cannot_be_named_is_refused(path: str) -> None:
    with pytest.raises(PlanError, match="cannot be built"):
        generate(application(start="x", workdir=path), RepositoryTree())


def test_a_directory_outside_of_its_workspace_is_refused() -> None:
    with pytest.raises(PlanError, match="not in its workspace"):
        generate(application(start="x", workdir="b/c", workspace="a"), RepositoryTree())


@pytest.mark.parametrize("end", ["\\", "\\ ", " \\\n", "\n", "<<X"])
def test_the_end_of_a_command_is_the_end_of_its_instruction(end: str) -> None:
    def names(install: str) -> list[str]:
        text = generate(application(start="x", install=install), RepositoryTree()).dockerfile
        return [each.name for each in read(text)]

    assert names(f"npm ci{end}") == names("npm ci")


def test_a_comment_is_one_line() -> None:
    lines = Instructions()
    lines.comment("one\nUSER root\rtwo")
    assert read(str(lines)) == []
