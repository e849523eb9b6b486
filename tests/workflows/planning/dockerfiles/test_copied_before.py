"""What is copied before an installation, so that it runs again only where what it reads has changed."""

import re

import pytest

from tests.workflows.planning.dockerfiles.reading import of, read
from tests.workflows.planning.dockerfiles.samples import FLASK, GO, NODE, made


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
