"""Dependencies of an environment in development mode: installed in its own pod, from the operator's mirror (ENV-005, ENV-006)."""

import json
from shlex import quote
from urllib.parse import urlsplit

import pytest

from deploy.local.control.packages import packages_url
from tests.e2e.build.managed import ALL, named
from tests.e2e.development.workshop import Workshop
from tests.e2e.support.packages import packages_source
from tests.e2e.support.previews import Previews
from tests.support.packages.own import GREETING

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600), pytest.mark.spec("ENV-005", "ENV-006")]
PATIENCE = 300.0
"""Seconds; as for a build of them."""
CONNECTS = """
const { connect } = require('node:net');
const { hostname, port } = new URL(process.argv[1]);
const socket = connect({ host: hostname, port, timeout: 3000 });
const tell = (word) => { console.log(word); process.exit(0); };
socket.on('connect', () => tell('reached')).on('error', () => tell('refused')).on('timeout', () => tell('refused'));
"""


@pytest.mark.parametrize("name", named("pnpm", "yarn-4", "yarn-4-pnp", "bun", "poetry", "yarn-1"))
async def test_the_package_manager_installs_beside_the_code_and_the_server_finds_it(
    name: str, previews: Previews
) -> None:
    managed = ALL[name]
    tree = managed.served_by(await packages_source())
    preview = await previews.create(tree=tree, type="auto", mode="development")
    commit = await preview.open({"CHANGES.md": "One line more.\n"})
    snapshot = await preview.until_ready(commit, within=PATIENCE)
    page = (await preview.page()).text
    assert f"{GREETING} its server" in page
    assert managed.agent in page, "the package manager that ran the server"
    assert not (await preview.stack.run_of(snapshot.revisions[0].id)).of("build_image")


@pytest.mark.spec("FR-013")
async def test_another_dependency_comes_with_a_push_and_only_the_mirror_is_reached(
    previews: Previews,
) -> None:
    await packages_source()
    manifest = {
        "name": "evening",
        "version": "1.0.0",
        "scripts": {"dev": "node server.js"},
        "dependencies": {"catalyst-words": "^1.0.0"},
    }
    server = (
        "require('node:http').createServer((_, answer) => answer.end(require('catalyst-words')))"
        ".listen(3000);\n"
    )
    tree = {"package.json": json.dumps(manifest), "server.js": server}
    preview = await previews.create(tree=tree, type="auto", mode="development")
    await preview.until_ready(await preview.open({"NOTES.md": "One.\n"}), within=PATIENCE)
    workshop = Workshop(preview, tree)
    await workshop.until_page_says(GREETING)
    pod = await workshop.uid()

    manifest["dependencies"] = {"catalyst-greeting": "^1.0.0"}
    changed = server.replace("catalyst-words", "catalyst-greeting").replace(
        "')))", "').greet('somebody else')))"
    )
    pushed = await preview.push({"package.json": json.dumps(manifest), "server.js": changed})
    await preview.until_ready(pushed, within=PATIENCE)
    await workshop.until_page_says(f"{GREETING} somebody else")
    assert await workshop.uid() == pod

    instance = preview.stack.instance
    assert await connects(workshop, packages_url(instance)) == "reached"
    git_host = preview.repository.clone_url
    assert urlsplit(git_host).hostname == urlsplit(packages_url(instance)).hostname
    assert await connects(workshop, git_host) == "refused", "another port of the same host"


async def connects(workshop: Workshop, url: str) -> str:
    """Whether the environment gets a connection there: `reached` or `refused`."""
    return (await workshop.run(f"node -e {quote(CONNECTS)} {quote(url)}")).strip()
