"""Generated Dockerfiles build, and their images serve as a user without rights."""

import time
from collections.abc import Mapping

import pytest

from activities.build import BuildConfig
from activities.documents import build_tree
from tests.e2e.build import repositories
from tests.e2e.build.conftest import Builds, with_limits
from tests.e2e.build.running import make_restricted, page_of, run_image
from tests.e2e.conftest import Namespaces, unique
from workflows.models import messages as m
from workflows.planning.detection import understand
from workflows.planning.dockerfiles import Generated, generate

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]

PLAIN_NODE = {
    **repositories.NODE,
    "package.json": repositories.NODE["package.json"].replace('"build"', '"test"'),
}
CHANGED = {
    "node": (PLAIN_NODE, "greeting.js", 0.5),
    "python": (repositories.PYTHON, "app.py", 0.5),
    "static": (repositories.STATIC, "index.html", 0.5),
    "go": (repositories.GO, "main.go", 1.0),
}
"""Files, the one with the greeting, and what a change of it may take at most of the first build's time. A program that
is compiled after its sources came needs its compiler again, which alone is half of the time for one so small."""
OTHERS = {"workspace": repositories.WORKSPACE, "make": repositories.MAKE}


def generated(files: Mapping[str, str]) -> Generated:
    tree = build_tree(files, lambda path: files[path].encode())
    return generate(understand(tree).application, tree)


async def build(
    builds: Builds, files: Mapping[str, str]
) -> tuple[m.BuildImageResult, float, Generated]:
    """The image, the seconds it took, and the Dockerfile."""
    made = generated(files)
    commit = await builds.source.push({**files})
    began = time.monotonic()
    result = await builds.build(
        commit, context=made.context, generated=made.dockerfile, ignored=made.ignored
    )
    return result, time.monotonic() - began, made


async def serves(builds: Builds, namespaces: Namespaces, image: str, port: int) -> str:
    """What its page says, when it runs as a user without rights."""
    namespace = namespaces.claim(unique("t-image"))
    await make_restricted(builds.cluster, namespace)
    await run_image(builds.cluster, namespace, image, port)
    return await page_of(builds.cluster, namespace, port)


@pytest.mark.spec("ENV-031", "EC-2")
@pytest.mark.parametrize("kind", list(OTHERS))
async def test_an_application_without_a_dockerfile_is_built_and_serves(
    builds: Builds, namespaces: Namespaces, kind: str
) -> None:
    result, _, made = await build(builds, OTHERS[kind])
    assert repositories.GREETING in await serves(builds, namespaces, result.image, made.port)


@pytest.mark.spec("ENV-031", "FR-002")
@pytest.mark.parametrize("kind", list(CHANGED))
async def test_a_change_of_one_line_is_built_in_a_part_of_the_time_and_serves(
    builds: Builds,
    config: BuildConfig,
    namespaces: Namespaces,
    kind: str,
    request: pytest.FixtureRequest,
) -> None:
    files, name, most = CHANGED[kind]
    patient = with_limits(builds, config, deadline=360)  # Go compiles its library the first time
    _, cold, _ = await build(patient, files)
    text = files[name].replace(repositories.GREETING, "another greeting")
    changed, warm, made = await build(builds, {**files, name: text})
    assert not changed.was_present
    assert "another greeting" in await serves(builds, namespaces, changed.image, made.port)
    request.node.user_properties += [("cold", cold), ("warm", warm)]
    assert warm <= cold * most, f"cold {cold:.1f} s, one line changed {warm:.1f} s"
