"""Repositories that cannot be deployed as they are: the comment says what to change, and nothing is half deployed."""

import re
from typing import Any

import pytest

from deploy.gallery.examples import DIRECTORY, read_example
from tests.e2e.support.preview import Files, Preview
from tests.e2e.support.previews import Previews
from workflows.models import EnvironmentSnapshot, FailureKind, HealthCheck

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]

SILENT = """\
FROM python:3.12-slim
USER 10001:10001
EXPOSE 8080
CMD ["python", "-u", "-c", "import time; print('waiting for nothing'); time.sleep(3600)"]
"""
ELSEWHERE = """\
FROM python:3.12-slim
USER 10001:10001
EXPOSE 8080
CMD ["python", "-u", "-m", "http.server", "9123"]
"""
ROLE = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: reads-everything
rules:
  - apiGroups: ["*"]
    resources: ["*"]
    verbs: ["get"]
"""


@pytest.mark.spec("EC-1", "ENV-008")
async def test_a_repository_with_nothing_to_run_gets_a_container_that_says_so(
    previews: Previews,
) -> None:
    preview = await previews.create(tree={"README.md": "# Ideas\n"}, type="auto")
    commit = await preview.open({"notes.txt": "Nothing yet.\n"})
    snapshot = await preview.until_ready(commit)
    assert snapshot.serving
    page = await preview.page()
    assert page.status == 200
    assert "Nothing to run was found" in page.text
    comment = await preview.until_comment(snapshot.serving.url, "Nothing")
    assert "Dockerfile" in comment
    assert ".catalyst.yaml" in comment
    told = comment[: comment.index("<details>")]
    assert "**Nothing to run was found**" in told
    assert f"/environments/{preview.project}/{preview.environment}/setup)" in told


@pytest.mark.variant
@pytest.mark.spec("EC-1", "ENV-008")
async def test_an_application_added_later_takes_the_place_of_the_empty_container(
    previews: Previews,
) -> None:
    preview = await previews.create(tree={"README.md": "# Ideas\n"}, type="auto")
    await preview.until_ready(await preview.open({"notes.txt": "Nothing yet.\n"}))
    commit = await preview.push({"index.html": "<!doctype html>\n<h1>An idea</h1>\n"})
    await preview.until_ready(commit)
    assert "An idea" in (await preview.page()).text


@pytest.mark.spec("FR-009", "FR-016")
@pytest.mark.parametrize(
    ("dockerfile", "line"),
    [
        pytest.param(SILENT, "waiting for nothing", id="nowhere"),
        pytest.param(ELSEWHERE, "port 9123", id="another-port", marks=pytest.mark.variant),
    ],
)
async def test_an_application_that_does_not_listen_is_told_with_the_port_that_was_tried(
    previews: Previews, dockerfile: str, line: str
) -> None:
    preview = await previews.create(
        tree={"README.md": "# Silence\n", "Dockerfile": dockerfile},
        type="auto",
        health=HealthCheck(timeout_seconds=10),
        rollout_timeout_seconds=20,
    )
    commit = await preview.open({"notes.txt": "\n"})
    assert_users_fault(await preview.until_failed(commit))
    said = await failure_told(preview)
    assert "runs but is not ready on port 8080" in said
    assert line in said
    assert "0.0.0.0" in said, "what to do"


@pytest.mark.spec("EC-2", "ENV-015")
async def test_a_cluster_wide_manifest_is_refused_by_name_before_anything_is_applied(
    previews: Previews,
) -> None:
    preview = await create_example(previews, "manifests")
    commit = await preview.open({"k8s/role.yaml": ROLE})
    assert_users_fault(await preview.until_failed(commit))
    said = await failure_told(preview)
    assert "k8s/role.yaml:2" in said
    assert "ClusterRole" in said
    assert "reads-everything" in said
    assert await workloads(preview) == []


@pytest.mark.variant
@pytest.mark.spec("EC-2")
async def test_a_cluster_wide_object_of_a_chart_is_refused_by_name(previews: Previews) -> None:
    preview = await create_example(previews, "user-managed-helm")
    commit = await preview.open({"chart/templates/role.yaml": ROLE})
    assert_users_fault(await preview.until_failed(commit))
    said = await failure_told(preview)
    assert "ClusterRole" in said
    assert "reads-everything" in said
    assert await workloads(preview) == []


@pytest.mark.spec("EC-2", "ENV-015")
@pytest.mark.parametrize(
    ("file", "old", "new", "line", "word"),
    [
        pytest.param("service.yaml", "port: 80", "port: eighty", 10, "port", id="type"),
        pytest.param(
            "deployment.yaml",
            "containers:",
            "contianers:",
            0,
            "contianers",
            id="key",
            marks=pytest.mark.variant,
        ),
        pytest.param(
            "service.yaml",
            "kind: Service",
            "kind: Servcie",
            0,
            "Servcie",
            id="kind",
            marks=pytest.mark.variant,
        ),
        pytest.param(
            "configmap.yaml",
            "  PLACE:",
            "\tPLACE:",
            0,
            "YAML",
            id="yaml",
            marks=pytest.mark.variant,
        ),
    ],
)
async def test_a_mistake_in_a_manifest_is_told_with_its_file_and_line(
    previews: Previews, file: str, old: str, new: str, line: int, word: str
) -> None:
    preview = await create_example(previews, "manifests")
    text = preview.sample[f"k8s/{file}"]
    number = line or text[: text.index(old)].count("\n") + 1
    changes: Files = {f"k8s/{file}": text.replace(old, new, 1)}
    commit = await preview.open(changes)
    assert_users_fault(await preview.until_failed(commit))
    said = await failure_told(preview)
    assert f"k8s/{file}:{number}" in said
    assert word in said
    assert await workloads(preview) == []


@pytest.mark.spec("FR-009")
async def test_an_unknown_key_of_the_configuration_is_told_with_its_place_and_the_nearest_one(
    previews: Previews,
) -> None:
    preview = await create_example(previews, "monorepo-workdir")
    wrong = "version: 1\nworkdir: services/departures\nvarialbes:\n  COLOUR: red\n"
    commit = await preview.open({".catalyst.yaml": wrong})
    assert_users_fault(await preview.until_failed(commit))
    said = await failure_told(preview)
    assert ".catalyst.yaml:3:1: unknown key `varialbes`" in said
    assert "`variables`" in said


@pytest.mark.variant
@pytest.mark.spec("FR-009")
async def test_a_configuration_that_contradicts_the_template_is_told_with_its_place(
    previews: Previews,
) -> None:
    preview = await create_example(previews, "image")
    commit = await preview.open({".catalyst.yaml": "version: 1\nbuilds:\n  web: {}\n"})
    assert_users_fault(await preview.until_failed(commit))
    said = await failure_told(preview)
    assert ".catalyst.yaml:2:1: `builds`" in said


async def create_example(previews: Previews, name: str) -> Preview:
    example = read_example(DIRECTORY / name)
    fields: dict[str, Any] = dict(example.fields)
    return await previews.create(tree=example.files, **fields)


async def failure_told(preview: Preview) -> str:
    """Cause and what to do, as the comment shows them, without Markdown's escapes."""
    comment = await preview.until_comment("Preview failed", "**What to do**")
    told = comment[comment.index("**Cause**") : comment.index("| Commit |")]
    return re.sub(r"\\([^\w\s]|_)", r"\1", told)


async def workloads(preview: Preview) -> list[str]:
    """Names of what runs in the environment's namespace."""
    base = f"/apis/apps/v1/namespaces/{preview.expected_namespace}/deployments"
    if await preview.stack.cluster.namespace(preview.expected_namespace) is None:
        return []
    return [each["metadata"]["name"] for each in await preview.stack.cluster.items(base)]


def assert_users_fault(snapshot: EnvironmentSnapshot) -> None:
    failure = snapshot.failure
    assert failure
    assert failure.kind is FailureKind.USER, failure
    assert failure.attempts == 1
    assert failure.hint
