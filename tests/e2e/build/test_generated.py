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
ONE_LINE = {
    "node": (PLAIN_NODE, "greeting.js", "export const greeting = 'another greeting';\n"),
    "python": (
        repositories.PYTHON,
        "app.py",
        repositories.PYTHON["app.py"].replace("hello", "bye"),
    ),
    "static": (repositories.STATIC, "index.html", "<p>another greeting</p>\n"),
}
"""Files, and the one that changes. What compiles after the sources came has to run again as a whole."""


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


@pytest.mark.spec("ENV-031", "EC-2")
@pytest.mark.parametrize("kind", list(repositories.ALL))
async def test_an_application_without_a_dockerfile_is_built_and_serves(
    builds: Builds, config: BuildConfig, namespaces: Namespaces, kind: str
) -> None:
    patient = with_limits(builds, config, deadline=360)  # Go compiles its library every time
    result, _, made = await build(patient, repositories.ALL[kind])
    namespace = namespaces.claim(unique("t-image"))
    await make_restricted(builds.cluster, namespace)
    await run_image(builds.cluster, namespace, result.image, made.port)
    assert repositories.GREETING in await page_of(builds.cluster, namespace, made.port)


@pytest.mark.spec("ENV-031", "FR-002")
@pytest.mark.parametrize("kind", list(ONE_LINE))
async def test_a_change_of_one_line_is_built_in_half_the_time(
    builds: Builds, kind: str, request: pytest.FixtureRequest
) -> None:
    files, name, text = ONE_LINE[kind]
    _, cold, _ = await build(builds, files)
    changed, warm, _ = await build(builds, {**files, name: text})
    assert not changed.was_present
    request.node.user_properties += [("cold", cold), ("warm", warm)]
    assert warm <= cold / 2, f"cold {cold:.1f} s, one line changed {warm:.1f} s"
