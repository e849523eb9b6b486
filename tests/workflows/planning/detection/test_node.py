"""Scripts of Node.js projects: what they call, what starts where, with which manager."""

import json
from typing import Any

import pytest

from tests.workflows.planning.detection.trees import understood
from workflows.models import ApplicationKind, Understanding


def node(script: str = "", files: dict[str, str] | None = None, **manifest: Any) -> Understanding:
    """A project with one `dev` script; no lock file unless `files` has one."""
    scripts = {"dev": script} if script else {}
    text = json.dumps({"scripts": scripts, **manifest})
    return understood({"package.json": text, **(files or {})})


def member(name: str, script: str, **manifest: Any) -> str:
    return json.dumps({"name": name, "scripts": {"dev": script}, **manifest})


@pytest.mark.parametrize(
    ("script", "port"),
    [
        ("next dev -p 4001", 4001),
        ("PORT=4002 node .", 4002),
        ("cross-env PORT=4003 NODE_ENV=development nodemon .", 4003),
        ("dotenv -e .env.local -- next dev --port=4004", 4004),
        ("wait-on tcp:5432 && http-server -p 4005", 4005),
        ("sh -c 'next dev -p 4006'", 4006),
        ("concurrently 'tsc -w' 'next dev -p 4007'", 4007),
        ("node --run web", 4008),
        ("run-p watch:* web", 4008),
        ("npm-run-all -s prepare web", 4008),
        ("yarn web", 4008),
        ("serve -l tcp://0.0.0.0:4009", 4009),
        ("webpack serve --mode development", 8080),
        ("if [ -f .env ]; then next dev -p 4010; fi", 4010),
        ('next dev -p "4011', 3000),
        ("MODE=x; next dev -p 4012;", 4012),
        ("python -m pip install x && next dev -p 4013", 4013),
        ("node index.js --db localhost:5432000", 0),
    ],
)
def test_the_port_is_the_one_a_script_names_behind_whatever_it_is_wrapped_in(
    script: str, port: int
) -> None:
    scripts = {"dev": script, "web": "vite --host --port 4008", "watch:css": "sass --watch a:b"}
    found = node(scripts=scripts, files={"index.html": "", "package-lock.json": ""})
    assert (found.application.kind, found.application.port) == (ApplicationKind.NODE, port)


def test_scripts_that_call_each_other_in_circles_end() -> None:
    scripts = {
        "dev": "npm run a; npm run a",
        "a": "npm run b; npm run b",
        "b": "npm run dev; npm run a",
    }
    assert node(scripts=scripts).application.dev == "npm run dev"
    nothing = {"dev": "npm run a;" * 180, "a": "npm run b;" * 180, "b": "run-p none;" * 180}
    assert node(scripts=nothing).application.dev == "npm run dev"


@pytest.mark.spec("ENV-007")
@pytest.mark.parametrize(
    "script",
    ["tsc -w", "webpack --watch", "npm install && vite build", "sass a b & esbuild x --watch"],
)
def test_a_script_that_only_builds_is_warned_about(script: str) -> None:
    found = node(script, {"package-lock.json": ""})
    assert any("only builds" in each for each in found.warnings)


@pytest.mark.spec("ENV-007")
def test_a_script_that_needs_docker_gives_way_to_one_that_does_not() -> None:
    found = node(scripts={"dev": "docker compose up -d && next dev", "start": "node ."})
    assert found.application.start == "npm start"
    assert found.application.kind is ApplicationKind.NODE
    assert "`scripts.dev` in `package.json` calls `docker`" in " ".join(found.reasons)


@pytest.mark.parametrize(
    "script",
    [
        "pnpm --filter=@acme/site dev",
        "turbo dev --filter @acme/site",
        "yarn workspace site dev",
        "npm run dev -w ./apps/site",
        "npm --prefix apps/site run dev",
        "cd apps/site && npm run dev",
        "nx dev site",
        "lerna run dev",
        "npm run dev --workspaces",
    ],
)
def test_a_root_script_leads_to_the_member_it_starts(script: str) -> None:
    files = {
        "apps/lib/package.json": member("@acme/lib", "tsc -w"),
        "apps/site/package.json": member("@acme/site", "next dev -p 4100"),
        "package-lock.json": "",
    }
    found = node(script, files, workspaces={"packages": ["apps/*"]})
    assert (found.application.workdir, found.application.port) == (".", 4100)
    assert "the URL leads to `apps/site`" in " ".join(found.reasons)


def test_a_root_script_that_names_nobody_known_is_taken_as_it_is() -> None:
    found = node("pnpm --filter gone dev", {"pnpm-lock.yaml": ""})
    assert (found.application.dev, found.application.port) == ("pnpm run dev", 0)


def test_members_are_those_the_globs_name_without_those_they_exclude() -> None:
    files = {
        f"{each}/package.json": member(each, "next dev")
        for each in ("libs/ui-kit", "libs/api", "modules/a/b", "modules/node_modules/x", "old/c")
    }
    lerna = {
        "lerna.json": '{"packages": ["libs/ui-*", "modules/**", "old/*", "!old/c", "gone", ".."]}'
    }
    found = understood({**files, **lerna, "package.json": "{}"})
    assert sorted(each.workdir for each in found.candidates) == ["modules/a/b"]
    assert (found.application.workdir, found.application.workspace) == ("libs/ui-kit", ".")


def test_a_workspace_has_a_limit() -> None:
    files = {f"m/{number}/package.json": "{}" for number in range(300)}
    found = node("", files, workspaces=["m/*", "**"])
    assert "Only the first 60 of 201 directories" in found.warnings[0]


@pytest.mark.parametrize(
    ("manifest", "files", "install"),
    [
        ({"packageManager": "pnpm@9"}, {"yarn.lock": ""}, "yarn install --frozen-lockfile"),
        ({}, {"yarn.lock": "", ".yarnrc.yml": ""}, "yarn install --immutable"),
        ({"packageManager": "cargo@1"}, {}, "npm install"),
        ({}, {"npm-shrinkwrap.json": ""}, "npm ci"),
        ({}, {"bun.lockb": ""}, "bun install --frozen-lockfile"),
    ],
)
def test_what_is_installed_is_what_the_lock_file_holds(
    manifest: dict[str, str], files: dict[str, str], install: str
) -> None:
    assert node("next dev", files, **manifest).application.install == install


def test_a_manifest_that_contradicts_its_lock_file_is_warned_about() -> None:
    found = node("next dev", {"yarn.lock": ""}, packageManager="pnpm@9")
    assert "names pnpm, and `yarn.lock` is of yarn." in found.warnings[0]


@pytest.mark.parametrize(
    ("text", "version"),
    [("lts/jod", "22"), ("lts/*", ""), ("v20.1.0", "20"), ("node", "")],
)
def test_versions_of_node_have_several_spellings(text: str, version: str) -> None:
    found = node("next dev", {".nvmrc": text, "package-lock.json": ""})
    assert found.application.language_version == version


def test_tool_versions_pin_as_well_and_an_upper_bound_does_not() -> None:
    pinned = node("next dev", {".tool-versions": "ruby 3.3.0\nnodejs 21.7.1\n"})
    assert pinned.application.language_version == "21"
    assert node("next dev", engines={"node": "<23"}).application.language_version == ""


@pytest.mark.parametrize(
    ("dependencies", "dev", "start"),
    [
        (
            ["astro", "@astrojs/node"],
            "npx astro dev --host 0.0.0.0",
            "node ./dist/server/entry.mjs",
        ),
        (
            ["@sveltejs/kit"],
            "npx vite dev --host 0.0.0.0",
            "npx vite preview --host 0.0.0.0 --port 5173",
        ),
        (["@remix-run/dev"], "npx remix dev", "npx remix-serve build/index.js"),
    ],
)
def test_frameworks_have_usual_commands_where_there_is_no_script(
    dependencies: list[str], dev: str, start: str
) -> None:
    found = node(dependencies=dict.fromkeys(dependencies, "*")).application
    assert (found.dev, found.start) == (dev, start)


def test_a_server_that_cannot_be_told_to_listen_everywhere_is_warned_about() -> None:
    found = node("vite & tsc -w", {"index.html": "", "package-lock.json": ""})
    assert found.application.dev == "npm run dev"
    assert "`scripts.dev` in `package.json` needs `--host 0.0.0.0`" in found.warnings[0]


def test_files_that_are_no_servers_are_not_started() -> None:
    found = node(main="lib/odd name.js", files={"lib/odd name.js": "", "index.js": "export {}"})
    assert found.application.kind is ApplicationKind.NONE
    assert "`package.json` has neither `scripts.dev` nor `scripts.start`." in found.reasons


def test_code_of_another_package_says_nothing_about_the_port() -> None:
    files = {"tools/package.json": "{}", "tools/server.js": "app.listen(4999)"}
    assert node("node .", files).application.port == 0
    assert node("node .", {"lib/sub/server.js": "app.listen(4999)"}).application.port == 4999


def test_what_bun_serves_says_its_port_in_what_it_exports() -> None:
    code = "export default { fetch: app.fetch, port: 4997 }\n"
    assert node("bun --watch src/index.ts", {"src/index.ts": code}).application.port == 4997


def test_ports_of_databases_are_not_those_of_the_application() -> None:
    code = "const port = 5432\nserver.listen(99999)\nserver.listen({ host: '::', port: 4998 })\n"
    assert node("node index.js", {"index.js": code}).application.port == 4998
