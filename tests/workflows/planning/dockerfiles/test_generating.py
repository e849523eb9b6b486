"""What the images of generated Dockerfiles are made of, language by language."""

import json
import re

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
    ("files", "before"),
    [
        ({**NODE, "package-lock.json": "{}", "src/a.js": ""}, ["package.json package-lock.json"]),
        (
            {**NODE, "package.json": '{"workspaces": ["lib/*"], "scripts": {"start": "node s.js"}}'}
            | {"lib/a/package.json": '{"name": "a"}'},
            ["package.json", "lib/a/package.json"],
        ),
        (FLASK, ["requirements.txt"]),
        (
            {**FLASK, "requirements.txt": "-r base.txt\n", "base.txt": "flask"},
            ["requirements.txt base.txt"],
        ),
        ({**GO, "go.mod": GO["go.mod"] + "require a.test/b v1.0.0\n"}, ["go.mod"]),
    ],
)
def test_only_what_an_installation_reads_comes_before_it(
    files: dict[str, str], before: list[str]
) -> None:
    copies = of(made(files).dockerfile, "COPY")
    named = [" ".join(each.split()[1:-1]) for each in copies]
    assert named[: len(before)] == before
    assert named[len(before)] == "." or named[len(before)].endswith(" .")


@pytest.mark.parametrize(
    ("files", "why"),
    [
        (
            {**NODE, "package.json": '{"scripts": {"start": "node .", "postinstall": "node x"}}'},
            "scripts.postinstall",
        ),
        (
            {
                **NODE,
                "package.json": '{"scripts": {"start": "node ."}, "dependencies": {"a": "file:./a"}}',
            },
            "directories of the repository",
        ),
        ({**FLASK, "requirements.txt": "flask\n-e .\n"}, "directories of the repository"),
        ({**FLASK, "requirements.txt": "-r ../base.txt\nflask"}, "files that are elsewhere"),
        (
            {**GO, "go.mod": GO["go.mod"] + "require a.test/b v1.0.0\nreplace a.test/b => ./b\n"},
            "directories",
        ),
        (
            {
                **NODE,
                "package.json": '{"workspaces": ["p/*"], "scripts": {"start": "node ."}}',
                **{f"p/{n}/package.json": '{"name": "x"}' for n in range(30)},
            },
            "more than 24 packages",
        ),
        (
            {
                "package.json": '{"workspaces": ["p/*"], "scripts": {"start": "node ."}}',
                "p/[a] *$x/package.json": '{"name": "x"}',
            },
            "cannot stand in a Dockerfile",
        ),
    ],
)
def test_an_installation_that_reads_more_gets_everything_and_says_why(
    files: dict[str, str], why: str
) -> None:
    text = made(files).dockerfile
    assert why in text
    everything = [at for at, each in enumerate(read(text)) if each.rest.endswith(" . /app/")]
    installs = [
        at
        for at, each in enumerate(read(text))
        if each.name == "RUN" and re.search(r"(npm|pip) install|go mod download", each.rest)
    ]
    assert len(installs) == 1
    assert everything[0] < installs[0]


@pytest.mark.spec("ENV-031")
@pytest.mark.parametrize(
    ("project", "lock", "why"),
    [
        ('[tool.uv.sources]\nlib = { path = "lib" }\n', "uv.lock", "names directories"),
        (
            '[project]\nname = "x"\ndynamic = ["dependencies"]\n',
            "uv.lock",
            "known only to its own build",
        ),
        (
            '[tool.poetry.dependencies]\nlib = { path = "lib" }\n',
            "poetry.lock",
            "names directories",
        ),
        (
            '[tool.poetry.group.dev.dependencies]\nlib = { path = "lib" }\n',
            "poetry.lock",
            "names directories",
        ),
        ("[tool.uv.sources]\nlib = { workspace = true }\n", "uv.lock", ""),
        ('[tool.poetry.dependencies]\nlib = { version = "^1" }\n', "poetry.lock", ""),
    ],
)
def test_a_lock_file_whose_project_reads_more_gets_everything_and_says_why(
    project: str, lock: str, why: str
) -> None:
    files = {**FLASK, "pyproject.toml": project, lock: "", "lib/pyproject.toml": ""}
    text = made(files).dockerfile
    first = next(each for each in of(text, "COPY"))
    assert first.endswith(" . /app/") == bool(why)
    assert ("Everything comes before" in text) == bool(why)
    assert why in text


@pytest.mark.spec("ENV-009", "ENV-031")
def test_a_member_of_a_uv_workspace_is_installed_with_the_manifests_of_all_members() -> None:
    root = '[project]\nname = "all"\n\n[tool.uv.workspace]\nmembers = ["apps/*", "lib"]\n'
    files = {f"apps/web/{name}": text for name, text in FLASK.items() if name != "requirements.txt"}
    files |= {"pyproject.toml": root, "uv.lock": ""}
    files |= {
        f"{folder}/pyproject.toml": '[project]\nname = "x"\ndependencies = ["flask"]\n'
        for folder in ("apps/web", "lib")
    }
    text = made(files).dockerfile
    copied = " ".join(each for each in of(text, "COPY") if "pyproject.toml" in each)
    assert all(each in copied for each in ("uv.lock", "apps/web/pyproject.toml", "lib/pyproject"))
    assert "uv sync --locked --no-install-project --no-install-workspace" in text


def test_husky_needs_no_sources() -> None:
    package = '{"scripts": {"start": "node .", "prepare": "husky"}}'
    assert "may read the sources" not in made({**NODE, "package.json": package}).dockerfile


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


@pytest.mark.parametrize(
    ("package", "tool"),
    [
        ({"packageManager": "pnpm@9.15.0+sha512.abc"}, "pnpm@9.15.0"),
        ({"packageManager": "pnpm@latest; id"}, "pnpm@10"),
    ],
)
def test_the_package_manager_that_is_named_is_installed(package: dict[str, str], tool: str) -> None:
    text = made(
        {
            "package.json": json.dumps({"scripts": {"start": "node ."}, **package}),
            "pnpm-lock.yaml": "",
        }
    ).dockerfile
    assert of(text, "RUN")[0] == f"npm install --global {tool}"


def test_a_yarn_that_the_repository_brings_is_not_installed_again() -> None:
    files = {
        "package.json": '{"scripts": {"start": "node ."}}',
        "yarn.lock": "",
        ".yarnrc.yml": "yarnPath: .yarn/releases/yarn-4.6.0.cjs\n",
    }
    brought = {**files, ".yarn/releases/yarn-4.6.0.cjs": ""}
    text = made(brought).dockerfile
    assert "npm install --global --force yarn@1.22.22\n" in text, "which hands over to it"
    assert "@yarnpkg" not in text
    assert "COPY --chown=10001:10001 .yarn/ /app/.yarn/" in made(brought).dockerfile
    assert "npm install --global --force @yarnpkg/cli-dist@4" in made(files).dockerfile


@pytest.mark.spec("ENV-006", "ENV-031")
@pytest.mark.parametrize(
    ("named", "lock", "installed"),
    [
        ("", True, "yarn@1.22.22"),
        ("yarn@1.22.19", True, "yarn@1.22.19"),
        ("yarn@4.6.0", True, "@yarnpkg/cli-dist@4.6.0"),
        ("yarn@4.6.0", False, "@yarnpkg/cli-dist@4.6.0"),
        ("yarn@1.22.19", False, "yarn@1.22.19"),
    ],
)
def test_the_yarn_that_is_named_is_installed_for_newer_images_have_none(
    named: str, lock: bool, installed: str
) -> None:
    manifest = {"scripts": {"start": "node ."}, "packageManager": named}
    files = {"package.json": json.dumps(manifest), **({"yarn.lock": ""} if lock else {})}
    assert f"npm install --global --force {installed}\n" in made(files).dockerfile


@pytest.mark.spec("ENV-006", "ENV-031")
@pytest.mark.parametrize(
    ("lock", "named", "installed"),
    [
        ("lockfileVersion: '9.0'\n", "", "pnpm@10"),
        ("lockfileVersion: '6.0'\n", "", "pnpm@8"),
        ("lockfileVersion: 5.4\n\nspecifiers:\n", "", "pnpm@7"),
        ("lockfileVersion: '6.0'\n", "pnpm@8.15.9", "pnpm@8.15.9"),
        ("", "", "pnpm@10"),
    ],
)
def test_a_pnpm_is_installed_that_reads_the_lock_file(
    lock: str, named: str, installed: str
) -> None:
    manifest = {"scripts": {"start": "node ."}, "packageManager": named}
    files = {"package.json": json.dumps(manifest), "pnpm-lock.yaml": lock}
    assert f"npm install --global {installed}\n" in made(files).dockerfile


def test_a_yarn_lock_says_itself_which_yarn_has_written_it() -> None:
    files = {"package.json": '{"scripts": {"start": "node ."}}'}
    newer = {**files, "yarn.lock": "# generated\n\n__metadata:\n  version: 8\n"}
    assert "yarn install --immutable" in made(newer).dockerfile
    assert "@yarnpkg/cli-dist@4" in made(newer).dockerfile
    older = {**files, "yarn.lock": "# yarn lockfile v1\n"}
    assert "yarn install --frozen-lockfile" in made(older).dockerfile
    assert "yarn@1.22.22" in made(older).dockerfile


@pytest.mark.spec("ENV-006", "ENV-031")
@pytest.mark.parametrize(
    ("settings", "started"),
    [
        ("nodeLinker: node-modules\n", ["node", "server.js"]),
        ("nodeLinker: pnpm\n", ["node", "server.js"]),
        ("nodeLinker: pnp\n", ["yarn", "node", "server.js"]),
        ("", ["yarn", "node", "server.js"]),
    ],
)
def test_plug_n_play_is_told_to_a_program_that_no_script_starts(
    settings: str, started: list[str]
) -> None:
    files = {
        "package.json": '{"main": "server.js", "dependencies": {"express": "5"}}',
        "server.js": "require('express')().listen(3000);\n",
        "yarn.lock": "__metadata:\n",
        ".yarnrc.yml": settings,
    }
    assert json.loads(of(made(files).dockerfile, "CMD")[-1]) == started


@pytest.mark.parametrize(
    ("settings", "kept"),
    [
        ("nodeLinker: node-modules\n", "target=/home/app/.yarn/berry,"),
        ("nodeLinker: pnp\n", ""),
        ("enableTelemetry: false\n", ""),
    ],
)
def test_what_plug_n_play_runs_from_stays_in_the_image(settings: str, kept: str) -> None:
    files = {"package.json": '{"scripts": {"start": "node ."}}', "yarn.lock": ""}
    [install] = [
        each
        for each in of(made({**files, ".yarnrc.yml": settings}).dockerfile, "RUN")
        if "yarn install" in each
    ]
    assert kept in install
    assert install.startswith("--mount") == bool(kept)


@pytest.mark.spec("ENV-031")
def test_poetry_gets_what_heeds_a_mirror_only_where_there_is_one() -> None:
    files = {
        "pyproject.toml": '[tool.poetry.dependencies]\nflask = "*"\n',
        "poetry.lock": "",
        "app.py": "from flask import Flask\napp = Flask(__name__)\n",
    }
    [install] = [each for each in of(made(files).dockerfile, "RUN") if "'poetry>" in each]
    packages = "'poetry>=2,<3' ${POETRY_PYPI_MIRROR_URL:+poetry-plugin-pypi-mirror}"
    assert f"&& /opt/poetry/bin/pip install --no-cache-dir {packages} " in " ".join(install.split())


def test_packages_without_wheels_get_what_compiles_them() -> None:
    text = made({**FLASK, "requirements.txt": "flask\npsycopg2==2.9\n"}).dockerfile
    assert "libpq-dev" in of(text, "RUN")[0]
    assert "apt-get" not in made({**FLASK, "requirements.txt": "psycopg2-binary\n"}).dockerfile


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
