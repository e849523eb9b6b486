"""What BuildKit v0.32.2 printed in each case (recorded from real builds), and what people are told of it."""

from dataclasses import replace

import pytest

from activities.build.config import BuildConfig
from activities.build.failures import failure_of, job_failure, waiting_problem
from activities.build.scripts import COMMIT_GONE, CONTEXT_TOO_LARGE, UNFETCHED
from activities.kube import KubeObject
from workflows.errors import (
    BuildFailedError,
    CatalystError,
    ClusterError,
    CommitGoneError,
    GitHubError,
    PlatformError,
    RegistryError,
)

CONFIG = BuildConfig(registry="registry.test:5000", builder_image="builder", memory_limit="2Gi")
FAILED_STEP = """\
#5 importing cache manifest from registry.test:5000/t/cache/web:pull-requests
#5 DONE 0.0s

#6 [1/3] FROM docker.io/library/python:3.11-slim@sha256:9a93d073
#6 sha256:15dac94f 44.09MB / 44.09MB 0.2s done
#6 extracting sha256:15dac94f 2.6s done
#6 DONE 2.9s

#9 [3/3] RUN echo installing && sh -c 'echo no such module >&2; exit 3'
#9 0.107 installing
#9 0.108 no such module
#9 ERROR: process "/bin/sh -c echo installing && sh -c 'echo no such module >&2; exit 3'" \
did not complete successfully: exit code: 3
------
 > importing cache manifest from registry.test:5000/t/cache/web:default:
------
------
 > [3/3] RUN echo installing && sh -c 'echo no such module >&2; exit 3':
0.107 installing
0.108 no such module
------
Dockerfile:3
--------------------
   1 |     FROM python:3.11-slim
   3 | >>> RUN echo installing && sh -c 'echo no such module >&2; exit 3'
--------------------
error: failed to solve: process "/bin/sh -c echo installing && sh -c 'echo no such module >&2; \
exit 3'" did not complete successfully: exit code: 3
"""
PARSE = """\
#1 [internal] load build definition from Dockerfile
#1 transferring dockerfile: 74B done
#1 DONE 0.0s
Dockerfile:2
--------------------
   1 |     FROM python:3.11-slim
   2 | >>> COPPY app.py .
--------------------
error: failed to solve: dockerfile parse error on line 2: unknown instruction: COPPY (did you mean \
COPY?)
"""
NO_BASE = """\
#2 [internal] load metadata for docker.io/nowhere/nothing:1
#2 ERROR: docker.io/nowhere/nothing:1: not found
------
 > [internal] load metadata for docker.io/nowhere/nothing:1:
------
Dockerfile:1
--------------------
   1 | >>> FROM nowhere/nothing:1
--------------------
error: failed to solve: nowhere/nothing:1: failed to resolve source metadata for \
docker.io/nowhere/nothing:1: docker.io/nowhere/nothing:1: not found
"""
NO_FILE = """\
#8 [2/2] COPY missing.txt .
#8 CANCELED
------
 > importing cache manifest from registry.test:5000/t/cache/web:default:
------
Dockerfile:2
--------------------
   2 | >>> COPY missing.txt .
--------------------
error: failed to solve: failed to compute cache key: failed to calculate checksum of ref \
tc3z::xmpe: "/missing.txt": not found
"""
NO_TARGET = 'error: failed to solve: target stage "nope" could not be found\n'
NO_NAME = """\
#2 [internal] load metadata for quay.io/x/y:1
#2 ERROR: failed to do request: Head "https://quay.io/v2/x/y/manifests/1": dial tcp: lookup quay.io on \
10.96.0.10:53: server misbehaving
error: failed to solve: quay.io/x/y:1: failed to resolve source metadata for quay.io/x/y:1: failed to do request: \
Head "https://quay.io/v2/x/y/manifests/1": dial tcp: lookup quay.io on 10.96.0.10:53: server misbehaving
"""
NO_SUCH_NAME = NO_NAME.replace("server misbehaving", "no such host")
DENIED = """\
error: failed to solve: r.test/base:1: failed to resolve source metadata for r.test/base:1: unexpected status \
from HEAD request to https://r.test/v2/base/manifests/1: 401 Unauthorized
"""
NO_REGISTRY = """\
#11 ERROR: failed to push registry.test:5000/t/pr-7/web:c-1: failed to do request: Head \
"http://registry.test:5000/v2/": dial tcp 10.0.0.9:5000: connect: connection refused
------
 > exporting to image:
------
error: failed to solve: failed to push registry.test:5000/t/pr-7/web:c-1: failed to do request: \
Head "http://registry.test:5000/v2/": dial tcp 10.0.0.9:5000: connect: connection refused
"""
NO_DAEMON = """\
could not connect to unix:///run/user/1000/buildkit/buildkitd.sock after 10 trials
========== log ==========
"""


def pod(*, container: str = "build", code: int = 1, reason: str = "Error") -> KubeObject:
    ended = {"name": container, "state": {"terminated": {"exitCode": code, "reason": reason}}}
    return {"status": {"phase": "Failed", "containerStatuses": [ended]}}


def failure(log: str, *, reason: str = "Error") -> CatalystError:
    return failure_of(pod(reason=reason), {"build": log.splitlines()}, CONFIG)


@pytest.mark.spec("FR-009")
def test_a_failing_step_is_told_with_its_command_line_and_own_words_alone() -> None:
    found = failure(FAILED_STEP)
    assert type(found) is BuildFailedError
    assert "Dockerfile, line 3" in str(found)
    assert "exit code: 3" in str(found)
    assert found.excerpt == (
        "> [3/3] RUN echo installing && sh -c 'echo no such module >&2; exit 3':",
        "installing",
        "no such module",
    )


@pytest.mark.spec("FR-009")
def test_a_step_that_printed_nothing_is_shown_as_the_dockerfile_has_it() -> None:
    silent = "\n".join(
        line for line in FAILED_STEP.splitlines() if not line.startswith(("0.107", "0.108"))
    )
    assert failure(silent).excerpt == (
        "> [3/3] RUN echo installing && sh -c 'echo no such module >&2; exit 3':",
        "   3 | >>> RUN echo installing && sh -c 'echo no such module >&2; exit 3'",
    )


@pytest.mark.spec("FR-009", "FR-011")
@pytest.mark.parametrize(
    ("log", "told"),
    [
        (PARSE, "dockerfile parse error on line 2: unknown instruction: COPPY"),
        (NO_BASE, "docker.io/nowhere/nothing:1: not found"),
        (NO_FILE, '"/missing.txt": not found'),
        (NO_TARGET, 'target stage "nope" could not be found'),
    ],
)
def test_a_dockerfile_that_cannot_work_is_the_users_to_fix(log: str, told: str) -> None:
    found = failure(log)
    assert type(found) is BuildFailedError
    assert told in str(found)
    assert not found.is_retryable
    assert not any(line.startswith("#") for line in found.excerpt if " DONE" in line)


@pytest.mark.spec("FR-009")
@pytest.mark.parametrize("reason", ["OOMKilled", "Error"])
def test_a_build_without_enough_memory_is_told_its_limit(reason: str) -> None:
    found = failure(FAILED_STEP.replace("exit code: 3", "exit code: 137"), reason=reason)
    assert type(found) is BuildFailedError
    assert "2Gi" in str(found)


@pytest.mark.spec("FR-011")
def test_trouble_with_the_registry_or_buildkit_is_the_platforms() -> None:
    assert type(failure(NO_REGISTRY)) is RegistryError
    for found in (failure(NO_REGISTRY), failure(NO_DAEMON), failure("")):
        assert isinstance(found, PlatformError)
        assert found.is_retryable


@pytest.mark.spec("FR-011")
def test_a_name_server_that_does_not_know_what_to_say_is_the_platforms() -> None:
    found = failure(NO_NAME)
    assert type(found) is RegistryError
    assert found.is_retryable
    assert "the registry `quay.io`" in str(found)


@pytest.mark.spec("FR-009", "FR-011")
def test_a_registry_that_does_not_exist_is_the_users_unless_it_is_the_operators() -> None:
    found = failure(NO_SUCH_NAME)
    assert type(found) is BuildFailedError
    assert "lookup quay.io" in str(found)
    for own in ("registry.test:5000", "registry-1.docker.io"):
        log = NO_SUCH_NAME.replace("quay.io", own.partition(":")[0])
        assert type(failure(log)) is RegistryError


@pytest.mark.spec("ENV-019")
def test_a_registry_that_wants_credentials_says_where_they_go() -> None:
    found = failure(DENIED)
    assert type(found) is BuildFailedError
    assert "`catalyst-registry`" in found.hint
    assert "docker build" in failure(PARSE).hint


@pytest.mark.invariant(4)
@pytest.mark.spec("FR-013", "FR-009")
@pytest.mark.parametrize(
    "said",
    [
        "OSError('Tunnel connection failed: 403 Forbidden')",
        "curl: (56) CONNECT tunnel failed, response 403",
        "npm error tunneling socket could not be established, statusCode=403",
        'go: module example.com/x: Get "https://proxy.example.com/x/@v/list": Forbidden',
    ],
)
def test_a_host_that_builds_may_not_reach_is_told_with_who_can_approve_it(said: str) -> None:
    log = FAILED_STEP.replace("no such module", said)
    proxied = replace(CONFIG, proxy_image="squid")
    found = failure_of(pod(), {"build": log.splitlines()}, proxied)
    assert isinstance(found, BuildFailedError)
    assert "CATALYST_WORKER_BUILD_SOURCES" in found.hint
    assert "CATALYST_WORKER_BUILD_SOURCES" not in failure(log).hint, "there is no proxy"
    plain = failure_of(pod(), {"build": FAILED_STEP.splitlines()}, proxied)
    assert "CATALYST_WORKER_BUILD_SOURCES" not in plain.hint


@pytest.mark.spec("FR-013", "FR-009")
def test_a_registry_that_builds_may_not_reach_is_told_likewise() -> None:
    log = (
        "error: failed to solve: ghcr.example.com/base:1: failed to resolve source metadata for "
        'ghcr.example.com/base:1: failed to do request: Head "https://ghcr.example.com/v2/": Forbidden'
    )
    found = failure_of(pod(), {"build": [log]}, replace(CONFIG, proxy_image="squid"))
    assert isinstance(found, BuildFailedError)
    assert "CATALYST_WORKER_BUILD_SOURCES" in found.hint


def test_no_internal_address_reaches_a_person() -> None:
    assert "10.0.0.9" not in "".join(failure(NO_REGISTRY).excerpt)


@pytest.mark.spec("EC-4")
def test_a_fetch_tells_a_vanished_commit_from_other_trouble() -> None:
    gone = failure_of(pod(container="fetch", code=COMMIT_GONE), {"fetch": ["x"]}, CONFIG)
    other = failure_of(pod(container="fetch", code=42), {"fetch": ["fatal: x"]}, CONFIG)
    assert type(gone) is CommitGoneError
    assert type(other) is GitHubError
    assert other.excerpt == ("fatal: x",)


@pytest.mark.spec("EC-4")
def test_a_build_without_a_commit_is_the_fetching_containers_fault() -> None:
    fetching, building = pod(container="fetch", code=COMMIT_GONE), pod(code=UNFETCHED)
    both = [*building["status"]["containerStatuses"], *fetching["status"]["containerStatuses"]]
    found = failure_of({"status": {"phase": "Failed", "containerStatuses": both}}, {}, CONFIG)
    assert type(found) is CommitGoneError
    assert type(failure_of(building, {}, CONFIG)) is ClusterError


@pytest.mark.spec("ENV-031", "FR-018")
@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["fetched 0123", "1572865"], "is 1,537 MiB large; at most 1,024 MiB"),
        (["1048577"], "is 1,025 MiB large; at most 1,024 MiB"),
        ([], "is too large; at most 1,024 MiB"),
    ],
)
def test_a_context_over_its_limit_says_both_sizes(lines: list[str], told: str) -> None:
    found = failure_of(pod(container="fetch", code=CONTEXT_TOO_LARGE), {"fetch": lines}, CONFIG)
    assert type(found) is BuildFailedError
    assert told in str(found)
    assert "smaller directory" in found.hint


@pytest.mark.spec("ENV-031", "FR-018")
def test_a_full_disk_says_whose_files_filled_it() -> None:
    def told(volume: str) -> str:
        message = f'Usage of EmptyDir volume "{volume}" exceeds the limit "10Gi". '
        return str(failure_of({"status": {"reason": "Evicted", "message": message}}, {}, CONFIG))

    assert "the commit's files take more than 10Gi" in told("work")
    assert "the image and its layers take more than 10Gi" in told("state")


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Pod ephemeral local storage usage exceeds the total limit of 10Gi.", BuildFailedError),
        ('Usage of EmptyDir volume "state" exceeds the limit "10Gi".', BuildFailedError),
        ("The node was low on resource: memory.", ClusterError),
    ],
)
def test_an_evicted_build_is_the_users_only_for_its_own_disk(
    message: str, kind: type[CatalystError]
) -> None:
    evicted: KubeObject = {"status": {"reason": "Evicted", "message": message}}
    assert type(failure_of(evicted, {}, CONFIG)) is kind


@pytest.mark.spec("FR-018")
def test_a_job_out_of_time_says_how_much_it_had() -> None:
    found = job_failure("DeadlineExceeded", {"build": FAILED_STEP.splitlines()}, CONFIG)
    assert type(found) is BuildFailedError
    assert str(CONFIG.deadline) in str(found)
    assert f"{CONFIG.cpu_limit} processors" in str(found)
    assert job_failure("BackoffLimitExceeded", {}, CONFIG) is None
    assert isinstance(job_failure("PodFailurePolicy", {}, CONFIG), PlatformError)


def test_a_builder_image_that_cannot_be_pulled_is_the_platforms() -> None:
    waiting = {"name": "build", "state": {"waiting": {"reason": "ImagePullBackOff"}}}
    problem = waiting_problem({"status": {"containerStatuses": [waiting]}})
    assert isinstance(problem, PlatformError)
    creating = {"name": "build", "state": {"waiting": {"reason": "PodInitializing"}}}
    assert waiting_problem({"status": {"containerStatuses": [creating]}}) is None
