"""Which package manager an image gets, and what its installation is told."""

import json

import pytest

from tests.workflows.planning.dockerfiles.reading import of
from tests.workflows.planning.dockerfiles.samples import FLASK, made


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
