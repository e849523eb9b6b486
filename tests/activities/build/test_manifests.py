"""The Job of a build, its network, and the names that content leads to."""

import json
import os
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.build.config import BuildConfig
from activities.build.content import content_tag, paths_of
from activities.build.manifests import (
    BuildJob,
    make_build_namespace,
    make_job,
    make_secret,
)
from activities.build.scripts import FETCH_SCRIPT, build_arguments, buildkit_settings
from workflows import naming
from workflows.models import BuildPlan, EnvironmentRef, PullRequestRef
from workflows.models import messages as m

TOKEN = "ghs_0123456789abcdef"
CONFIG = BuildConfig(
    registry="10.0.0.2:5000",
    builder_image="10.0.0.2:5000/catalyst/buildkit:1",
    is_plain_http=True,
    mirror="10.0.0.2:5000",
    git_url="http://10.0.0.1:3000",
)
PLAN = BuildPlan(
    component="web",
    context="apps/web",
    dockerfile="apps/web/docker/Dockerfile.dev",
    target="serve",
    args={"MODE": "a b, $(HOSTNAME) `id`; rm -rf /"},
)


def request(plan: BuildPlan = PLAN, *, is_trusted: bool = True) -> m.BuildImageInput:
    return m.BuildImageInput(
        ref=EnvironmentRef(team="team", project="team-shop", environment="pr-7"),
        pull_request=PullRequestRef(
            installation=1, repository_id=2, repository="acme/shop", number=7
        ),
        commit="0123456789abcdef0123456789abcdef01234567",
        revision="rev:team-shop:pr-7:abcdefgh:1",
        build=plan,
        branch="feature/open",
        is_trusted=is_trusted,
    )


JOB = BuildJob(
    name="build-0123",
    request=request(),
    url="http://10.0.0.1:3000/acme/shop.git",
    ref="refs/pull/7/head",
    repository="team-shop/pr-7/web",
    tag="c-0123",
)


@pytest.mark.spec("ENV-020")
@pytest.mark.invariant(4)
def test_the_token_is_in_the_secret_alone_and_goes_with_the_job() -> None:
    secret = make_secret(JOB, CONFIG, TOKEN, owner="uid-1")
    assert secret["metadata"]["ownerReferences"][0]["uid"] == "uid-1"
    job = make_job(JOB, CONFIG)
    assert TOKEN not in json.dumps(job)
    spec = job["spec"]["template"]["spec"]
    fetching, building = spec["containers"]
    of_secret = next(volume["name"] for volume in spec["volumes"] if "secret" in volume)
    assert of_secret in [mount["name"] for mount in fetching["volumeMounts"]]
    assert of_secret not in [mount["name"] for mount in building["volumeMounts"]]


@pytest.mark.spec("ENV-031", "FR-018")
def test_a_build_has_limits_an_end_and_no_rights_in_the_cluster() -> None:
    job = make_job(JOB, CONFIG)["spec"]
    pod = job["template"]["spec"]
    assert job["backoffLimit"] == 0
    assert job["activeDeadlineSeconds"] == CONFIG.deadline
    assert job["ttlSecondsAfterFinished"] > 0
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsUser"] != 0
    assert pod["terminationGracePeriodSeconds"] == 1
    for container in pod["containers"]:
        assert container["resources"]["limits"] == {"cpu": "4", "memory": "2Gi"}
        assert "privileged" not in json.dumps(container)


@pytest.mark.spec("ENV-021")
def test_job_and_pod_say_whose_they_are_and_of_which_commit() -> None:
    job = make_job(JOB, CONFIG)
    labels = job["metadata"]["labels"]
    assert job["spec"]["template"]["metadata"]["labels"] == labels
    assert labels[naming.PROJECT_LABEL] == "team-shop"
    assert labels[naming.ENVIRONMENT_LABEL] == "pr-7"
    assert labels[naming.COMMIT_LABEL] == JOB.request.commit
    assert labels[naming.REVISION_LABEL] == naming.short_hash(JOB.request.revision)
    assert [naming.label_value(value) for value in labels.values()] == list(labels.values())


def test_only_the_build_namespace_allows_what_builds_need() -> None:
    labels = make_build_namespace(CONFIG)["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "privileged"
    assert labels[naming.MANAGED_BY_LABEL] == naming.MANAGED_BY


def test_a_build_is_told_context_dockerfile_target_and_arguments() -> None:
    arguments = build_arguments(request(), CONFIG, repository="team-shop/pr-7/web", tag="c-1")
    assert "--local=context=/build/source/apps/web" in arguments
    assert "--local=dockerfile=/build/source/apps/web/docker" in arguments
    assert "--opt=filename=Dockerfile.dev" in arguments
    assert "--opt=target=serve" in arguments
    assert "--opt=build-arg:MODE=a b, $(HOSTNAME) `id`; rm -rf /" in arguments
    assert "--output=type=image,name=10.0.0.2:5000/team-shop/pr-7/web:c-1,push=true" in arguments
    exported = [argument for argument in arguments if argument.startswith("--export-cache")]
    assert all("ignore-error=true" in argument for argument in exported)


@pytest.mark.invariant(4)
def test_kubernetes_expands_nothing_in_a_users_argument() -> None:
    command = make_job(JOB, CONFIG)["spec"]["template"]["spec"]["containers"][0]["command"]
    assert not any("$(HOSTNAME)" in part.replace("$$(HOSTNAME)", "") for part in command)


@pytest.mark.invariant(7)
def test_what_a_fork_builds_is_nobody_elses_cache() -> None:
    def exported(*, is_trusted: bool) -> str:
        arguments = build_arguments(
            request(is_trusted=is_trusted), CONFIG, repository="team-shop/pr-7/web", tag="c-1"
        )
        return next(argument for argument in arguments if argument.startswith("--export-cache"))

    assert exported(is_trusted=True) != exported(is_trusted=False)
    assert "pr-7" in exported(is_trusted=False)


def test_buildkit_is_told_of_the_mirror_and_of_plain_http() -> None:
    settings = buildkit_settings(CONFIG)
    assert '[registry."docker.io"]' in settings
    assert 'mirrors = ["10.0.0.2:5000"]' in settings
    assert "http = true" in settings
    assert buildkit_settings(BuildConfig(registry="r.test", builder_image="b")).strip() == ""


@given(st.sampled_from(["context", "dockerfile", "target", "args", "objects"]))
def test_a_change_of_anything_a_build_reads_leads_to_another_image(changed: str) -> None:
    objects = ["a" * 40] * len(paths_of(PLAN))
    same = content_tag(PLAN, objects)
    assert content_tag(PLAN.model_copy(), list(objects)) == same
    if changed == "objects":
        other = content_tag(PLAN, ["b" * 40, *objects[1:]])
    else:
        new: object = {"X": "1"} if changed == "args" else "other"
        other = content_tag(PLAN.model_copy(update={changed: new}), objects)
    assert other != same
    assert len(other) <= 128


@pytest.mark.spec("ENV-020")
@pytest.mark.invariant(4)
def test_the_token_is_sent_to_the_git_host_and_to_no_other() -> None:
    fetching, _ = make_job(JOB, CONFIG)["spec"]["template"]["spec"]["containers"]
    env = {one["name"]: one["value"] for one in fetching["env"]}
    assert env["HEADER"] == "http.http://10.0.0.1:3000/.extraHeader"
    assert "KEY_0=http.extraHeader" not in FETCH_SCRIPT
    script = f"{FETCH_SCRIPT.split('cd /build', maxsplit=1)[0]}"
    shown = {}
    for host in ("10.0.0.1:3000", "elsewhere.test"):
        read = f'{script}\ngit config --get-urlmatch http.extraHeader "http://{host}/acme/shop.git"'
        done = subprocess.run(
            ["sh", "-uc", read.replace("$(cat /git/authorization)", "Authorization: x")],
            env={"PATH": os.environ["PATH"], "HEADER": env["HEADER"]},
            capture_output=True,
            text=True,
            check=False,
        )
        shown[host] = done.stdout.strip()
    assert shown == {"10.0.0.1:3000": "Authorization: x", "elsewhere.test": ""}
