"""The volume that keeps BuildKit's state: whose it is, and which builds see it."""

import dataclasses
import json

import pytest

from activities.build.manifests import make_job
from activities.build.scripts import KEPT
from activities.build.state import STATE_LABEL, is_under_way, make_state_claim
from tests.activities.build.test_manifests import CONFIG, JOB, request
from workflows import naming

KEEPING = dataclasses.replace(CONFIG, state_size="10Gi")


def test_the_volume_is_one_components_of_one_project_whichever_pull_request_asks() -> None:
    asked = request()
    name = make_state_claim(asked, KEEPING)["metadata"]["name"]
    elsewhere = asked.ref.model_copy(update={"environment": "pr-8"})
    again = asked.model_copy(update={"ref": elsewhere})
    assert make_state_claim(again, KEEPING)["metadata"]["name"] == name
    stranger = asked.ref.model_copy(update={"project": "team-other"})
    foreign = asked.model_copy(update={"ref": stranger})
    assert make_state_claim(foreign, KEEPING)["metadata"]["name"] != name
    beside = asked.build.model_copy(update={"component": "api"})
    another = asked.model_copy(update={"build": beside})
    assert make_state_claim(another, KEEPING)["metadata"]["name"] != name


@pytest.mark.spec("ENV-021")
def test_the_volume_says_whose_it_is_and_is_as_large_as_configured() -> None:
    claim = make_state_claim(request(), KEEPING)
    labels = claim["metadata"]["labels"]
    assert labels[naming.PROJECT_LABEL] == "team-shop"
    assert labels[STATE_LABEL] == claim["metadata"]["name"]
    assert [naming.label_value(value) for value in labels.values()] == list(labels.values())
    assert claim["spec"]["resources"]["requests"]["storage"] == "10Gi"


def test_a_job_mounts_it_where_it_was_given_one_and_only_the_building_container_does() -> None:
    assert KEPT not in json.dumps(make_job(JOB, KEEPING))
    job = make_job(dataclasses.replace(JOB, state="state-1"), KEEPING)
    assert job["metadata"]["labels"][STATE_LABEL] == "state-1"
    pod = job["spec"]["template"]["spec"]
    fetching, building = pod["containers"]
    assert KEPT in [mount["mountPath"] for mount in building["volumeMounts"]]
    assert KEPT not in [mount["mountPath"] for mount in fetching["volumeMounts"]]
    limit = next(each["value"] for each in building["env"] if each["name"] == "KEPT_LIMIT")
    assert int(limit) == 5 * 1024**2, "half of it, in KiB"


def test_a_job_whose_pod_has_ended_is_over_though_it_says_active() -> None:
    job = {"metadata": {"name": "build-1"}, "status": {"active": 1}}
    label = {"batch.kubernetes.io/job-name": "build-1"}
    runs = {"metadata": {"labels": label}, "status": {"phase": "Running"}}
    ended = {"metadata": {"labels": label}, "status": {"phase": "Succeeded"}}
    assert is_under_way([job], [])
    assert is_under_way([job], [runs])
    assert not is_under_way([job], [ended])
    assert not is_under_way([{**job, "status": {"succeeded": 1}}], [])
    assert not is_under_way([], [])
