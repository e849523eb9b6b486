"""Which commit each place names as the one of a preview: build, release, pods, page, GitHub, Temporal, REST."""

import json
import re
from collections.abc import Iterable
from typing import Any

import httpx
from temporalio.api.common.v1 import Payload
from temporalio.api.history.v1 import HistoryEvent

from deploy.local.control.worker import catalyst_url
from tests.e2e.support.preview import Preview
from workflows import naming, wire
from workflows.models import Revision

COMPONENT = "web"
_COMMIT = "([0-9a-f]{40})"


async def commits_shown(preview: Preview) -> dict[str, str]:
    """Place to commit; several commits in one place are listed, and `-` stands for none."""
    revision = (await preview.snapshot()).revisions[0]
    return {
        **await _of_history(preview, revision),
        **await _of_build(preview, revision),
        **await _of_release(preview),
        **await _of_page(preview),
        **await _of_github(preview, revision),
        **await _of_environment(preview),
        **await _of_faces(preview),
    }


async def image_built(preview: Preview) -> str:
    """Digest of the image that the newest revision's build gave."""
    revision = (await preview.snapshot()).revisions[0]
    events = await _events(preview, revision.id)
    scheduled = {each.event_id: _activity(each) for each in events}
    for event in events:
        done = event.activity_task_completed_event_attributes
        if scheduled.get(done.scheduled_event_id) == "build_image":
            return str(_first(done.result.payloads)["digest"])
    return "-"


async def images_run(preview: Preview) -> set[str]:
    """Digests that the preview's pods run."""
    return {
        container["image"].rpartition("@")[2]
        for pod in await _pods(preview)
        for container in pod["spec"]["containers"]
    }


async def _of_history(preview: Preview, revision: Revision) -> dict[str, str]:
    """What the revision was asked for, and what it asked of its activities."""
    found: dict[str, list[str]] = {}
    for event in await _events(preview, revision.id):
        started = event.workflow_execution_started_event_attributes
        scheduled = event.activity_task_scheduled_event_attributes
        for name, payloads in (
            ("the revision", started.input.payloads),
            (_activity(event), scheduled.input.payloads),
        ):
            if payloads and (commit := _first(payloads).get("commit")):
                found.setdefault(f"input of {name}", []).append(commit)
    return {name: _one(commits) for name, commits in found.items()}


async def _of_build(preview: Preview, revision: Revision) -> dict[str, str]:
    cluster, name = preview.stack.cluster, naming.build_job_name(revision.id, COMPONENT)
    path = f"/apis/batch/v1/namespaces/{naming.BUILD_NAMESPACE}/jobs/{name}"
    job = await cluster.get(path)
    if job is None:
        return {"build Job": "-"}
    containers = {each["name"]: each for each in job["spec"]["template"]["spec"]["containers"]}
    fetch = containers[naming.FETCH_CONTAINER]
    pods = await cluster.pods(
        naming.BUILD_NAMESPACE, selector=f"batch.kubernetes.io/job-name={name}"
    )
    logs = [
        await cluster.logs(naming.BUILD_NAMESPACE, pod["metadata"]["name"], naming.FETCH_CONTAINER)
        for pod in pods
    ]
    return {
        "label of the build Job": job["metadata"]["labels"][naming.COMMIT_LABEL],
        "commit to fetch": _one(each["value"] for each in fetch["env"] if each["name"] == "COMMIT"),
        "commit fetched": _one(_find(f"fetched {_COMMIT}", log) for log in logs),
    }


async def _of_release(preview: Preview) -> dict[str, str]:
    cluster, namespace = preview.stack.cluster, preview.expected_namespace
    base = f"/api/v1/namespaces/{namespace}"
    records = await cluster.items(f"{base}/secrets", selector="owner=helm,status=deployed")
    workloads = await cluster.items(f"/apis/apps/v1/namespaces/{namespace}/deployments")
    pods = await _pods(preview)
    environment = [
        variable["value"]
        for pod in pods
        for container in pod["spec"]["containers"]
        for variable in container["env"]
        if variable["name"] == "CATALYST_COMMIT"
    ]
    newest = (await cluster.releases(namespace))[-1]
    return {
        "label of the release": _labels(records),
        "values of the release": str(newest["config"]["global"]["catalyst"]["commit"]),
        "label of the Deployment": _labels(workloads),
        "environment of the pods": _one(environment),
    }


async def _of_page(preview: Preview) -> dict[str, str]:
    page = await preview.page()
    return {"page of the preview": _find(f'id="commit">{_COMMIT}<', page.text)}


async def _of_github(preview: Preview, revision: Revision) -> dict[str, str]:
    github, repository = preview.stack.github, preview.repository.full_name
    deployments = await github.deployments(repository)
    runs = [run for sha in preview.commits for run in await github.check_runs(repository, sha)]
    (comment,) = await preview.comments()
    return {
        "active deployment": _one(each.sha for each in deployments if each.state == "success"),
        "check run": _one(
            run.head_sha
            for run in runs
            if run.external_id == revision.id and run.conclusion == "success"
        ),
        "comment": _whole(preview, _find("Commit [^0-9a-f]*([0-9a-f]{7})", comment)),
        "newest row of the comment": _whole(
            preview, _find(r"---[^\n]*\n[| [`]+([0-9a-f]{7})", comment)
        ),
    }


async def _of_environment(preview: Preview) -> dict[str, str]:
    snapshot = await preview.snapshot()
    handle = preview.stack.temporal.get_workflow_handle(preview.workflow_id)
    attributes = (await handle.describe()).typed_search_attributes
    return {
        "snapshot": snapshot.commit or "-",
        "serving": snapshot.serving.commit if snapshot.serving else "-",
        "newest revision": snapshot.revisions[0].commit,
        "search attribute": attributes.get(wire.COMMIT_ATTRIBUTE) or "-",
    }


async def _of_faces(preview: Preview) -> dict[str, str]:
    key = (preview.project, preview.environment)
    found = await preview.stack.catalyst.environment(*key)
    async with httpx.AsyncClient(
        base_url=catalyst_url(preview.stack.instance), trust_env=False
    ) as http:
        page = (await http.get(f"/environments/{'/'.join(key)}")).text
    return {
        "REST": found.commit if found else "-",
        "REST, serving": found.serving_commit if found else "-",
        "REST, newest revision": found.revisions[0].commit if found else "-",
        "page of Catalyst": _find(f'title="{_COMMIT}"', page),
    }


async def _events(preview: Preview, workflow_id: str) -> list[HistoryEvent]:
    handle = preview.stack.temporal.get_workflow_handle(workflow_id)
    return [event async for event in handle.fetch_history_events()]


async def _pods(preview: Preview) -> list[dict[str, Any]]:
    """Those that stay: an old one may still be on its way out."""
    pods = await preview.stack.cluster.pods(preview.expected_namespace)
    return [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]


def _activity(event: HistoryEvent) -> str:
    return event.activity_task_scheduled_event_attributes.activity_type.name


def _first(payloads: Iterable[Payload]) -> dict[str, Any]:
    """The first payload as the plain JSON it is stored as."""
    value = json.loads(next(iter(payloads)).data or b"{}")
    return value if isinstance(value, dict) else {}


def _labels(found: Iterable[dict[str, Any]]) -> str:
    return _one(each["metadata"]["labels"].get(naming.COMMIT_LABEL, "-") for each in found)


def _whole(preview: Preview, short: str) -> str:
    """The commit of the pull request that people know by its first characters."""
    return _one(commit for commit in preview.commits if commit.startswith(short))


def _find(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    return found[1] if found else "-"


def _one(commits: Iterable[str]) -> str:
    return ", ".join(sorted(set(commits))) or "-"
