"""Generated Dockerfiles build, and their images serve as a user without rights."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from activities.build import BuildConfig
from activities.documents import build_tree
from tests.e2e.build import repositories
from tests.e2e.build.conftest import Builds, with_limits
from tests.e2e.build.running import make_restricted, page_of, run_image
from tests.e2e.conftest import Namespaces, unique
from tests.e2e.support.variants import variant
from workflows.planning.detection import understand
from workflows.planning.dockerfiles import Generated, generate

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]

PLAIN_NODE = {
    **repositories.NODE,
    "package.json": repositories.NODE["package.json"].replace('"build"', '"test"'),
}
CHANGED = {
    "node": (PLAIN_NODE, "greeting.js", "npm ci"),
    "python": (repositories.PYTHON, "app.py", "pip install"),
    "static": (repositories.STATIC, "index.html", "/etc/nginx/nginx.conf"),
    "go": (repositories.GO, "main.go", "go build fmt net/http"),
}
"""Files, the one with the greeting, and the last step that a change of it must not run again."""
OTHERS = {"workspace": repositories.WORKSPACE, "make": repositories.MAKE}


def generated(files: Mapping[str, str]) -> Generated:
    tree = build_tree(files, lambda path: files[path].encode())
    return generate(understand(tree).application, tree)


@dataclass(frozen=True)
class Built:
    """An image of a generated Dockerfile."""

    image: str
    port: int
    revision: str


async def build(builds: Builds, files: Mapping[str, str]) -> Built:
    made = generated(files)
    commit = await builds.source.push({**files})
    result = await builds.build(
        commit, context=made.context, generated=made.dockerfile, ignored=made.ignored
    )
    assert not result.was_present
    return Built(result.image, made.port, f"rev:{commit}")


async def serves(builds: Builds, namespaces: Namespaces, image: str, port: int) -> str:
    """What its page says, when it runs as a user without rights."""
    namespace = namespaces.claim(unique("t-image"))
    await make_restricted(builds.cluster, namespace)
    await run_image(builds.cluster, namespace, image, port)
    return await page_of(builds.cluster, namespace, port)


@pytest.mark.spec("ENV-031", "EC-2")
@pytest.mark.variant
@pytest.mark.parametrize("kind", OTHERS)
async def test_an_application_without_a_dockerfile_is_built_and_serves(
    builds: Builds, namespaces: Namespaces, kind: str
) -> None:
    made = await build(builds, OTHERS[kind])
    assert repositories.GREETING in await serves(builds, namespaces, made.image, made.port)


@pytest.mark.spec("ENV-031", "FR-002")
@pytest.mark.parametrize("kind", ["python", variant("go"), variant("node"), variant("static")])
async def test_a_change_of_one_line_runs_nothing_again_that_it_does_not_touch_and_serves(
    builds: Builds, config: BuildConfig, namespaces: Namespaces, kind: str
) -> None:
    files, name, step = CHANGED[kind]
    patient = with_limits(builds, config, deadline=360)  # Go compiles its library the first time
    first = await build(patient, files)
    assert not is_cached(step, await builds.log_of(first.revision))
    text = files[name].replace(repositories.GREETING, "another greeting")
    changed = await build(builds, {**files, name: text})
    assert is_cached(step, await builds.log_of(changed.revision))
    page = await serves(builds, namespaces, changed.image, changed.port)
    assert "another greeting" in page


def is_cached(step: str, log: str) -> bool:
    """Whether BuildKit took the step with that text from a cache. Fails when it had no such step.

    It says `CACHED`, unless the next step needs the files: then it says that it unpacks them. A step that runs does
    neither, as what it runs on was unpacked before.
    """
    found = re.search(rf"^#(\d+) \[.*{re.escape(step)}", log, re.MULTILINE)
    assert found, log
    return re.search(rf"^#{found[1]} (CACHED|extracting)", log, re.MULTILINE) is not None
