"""Why a build failed, from what its pod and its log say; pure."""

import re
from collections.abc import Sequence

from activities.build.config import BuildConfig
from activities.build.scripts import COMMIT_GONE, CONTEXT_TOO_LARGE, UNFETCHED
from activities.kube import KubeObject
from activities.lock_files import hint_of
from activities.masking import mask_lines
from workflows import naming
from workflows.errors import (
    BuildFailedError,
    CatalystError,
    ClusterError,
    CommitGoneError,
    GitHubError,
    PlatformError,
    RegistryError,
)

_CANNOT_PULL = ("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull")
_EXCERPT = 30
"""Lines shown; BuildKit repeats the failing step's own output at the end."""
_NETWORK = re.compile(
    r"connection refused|connection reset|i/o timeout|TLS handshake timeout|unexpected EOF"
    r"|server misbehaving|temporary failure in name resolution"
    r"|failed to push|unexpected status.*: 5\d\d|context deadline exceeded|failed to export cache",
    re.IGNORECASE,
)
_NO_HOST = re.compile(r"lookup (?P<host>\S+)(?: on \S+)?: no such host")
"""Names are asked for whole, without a port."""
_ASKED = re.compile(r'(?:Head|Get|Post) "https?://(?P<host>[^/"]+)')
_PUBLIC = ("docker.io", "registry-1.docker.io", "auth.docker.io")
_DENIED = re.compile(
    r"401 Unauthorized|403 Forbidden|pull access denied|insufficient_scope|failed to authorize|no basic auth",
    re.IGNORECASE,
)
_PROXY_REFUSED = re.compile(
    r"Tunnel connection failed: 403|CONNECT tunnel failed, response 403|HTTP code 403 from proxy"
    r"|Proxy tunneling failed: Forbidden|tunneling socket could not be established, statusCode=403"
    r'|"https?://[^"]+": Forbidden|ERR_ACCESS_DENIED',
    re.IGNORECASE,
)
"""What pip, curl, wget, npm, programs in Go and Squid itself say of a host that is not approved."""
_STEP_FAILED = re.compile(
    r'process "(?P<command>.+?)" did not complete successfully: (?P<end>exit code: \d+|.+?)$',
    re.MULTILINE,
)
_SOLVE = re.compile(r"failed to solve: (?P<cause>.+)$", re.MULTILINE)
_DOCKERFILE_LINE = re.compile(r"^\s*(?P<file>\S*[Dd]ockerfile\S*):(?P<line>\d+)$", re.MULTILINE)
_BLAMED = re.compile(r"^ > \[(?!internal\]).+")
"""Heads the summary's block on the step that failed; what that step printed follows, down to a ruler."""
_RULER = re.compile(r"^-{4,}$")
_NOISE = re.compile(
    r"^#\d+ (?:sha256:|extracting |resolve |transferring |importing |inferred |preparing |sending |writing "
    r"|\[internal\]|ERROR: failed to configure registry cache|DONE|CACHED|CANCELED|\.\.\.)"
    r"|^ > importing cache|^-{4,}$"
)
"""BuildKit's own progress: nothing that helps to correct a Dockerfile."""
_TIMESTAMP = re.compile(r"^#\d+ [\d.]+ |^[\d.]+ ")
_KILLED = 137


def failure_of(
    pod: KubeObject, logs: dict[str, Sequence[str]], config: BuildConfig
) -> CatalystError:
    """The failure of a finished pod. `logs` are the last lines of its containers, by name."""
    status = pod.get("status") or {}
    if status.get("reason") == "Evicted":
        return _evicted(str(status.get("message") or ""), config)
    if _was_removed(pod):
        return removed()
    states = {each["name"]: each.get("state") or {} for each in status.get("containerStatuses", ())}
    for name, failure in _FAILURES.items():
        ended = states.get(name, {}).get("terminated") or {}
        if ended.get("exitCode", 0) not in (0, UNFETCHED):
            return failure(ended, logs.get(name, ()), config)
    return ClusterError("the build's pod failed without a word", excerpt=[])


def removed() -> CatalystError:
    """The failure of a build whose pod somebody has taken away: no fault of the code's, so it is tried again."""
    return ClusterError("the build's pod was removed before it ended")


def _was_removed(pod: KubeObject) -> bool:
    """Deleted, or given up by Kubernetes itself: its node is drained, or something of more importance needs the place.

    How its processes ended tells nothing then.
    https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions
    """
    conditions = (pod.get("status") or {}).get("conditions") or ()
    return bool((pod.get("metadata") or {}).get("deletionTimestamp")) or any(
        each.get("type") == "DisruptionTarget" and each.get("status") == "True"
        for each in conditions
    )


def job_failure(
    reason: str, logs: dict[str, Sequence[str]], config: BuildConfig
) -> CatalystError | None:
    """The failure of a Job that Kubernetes gave up; None when it has not, or its pod tells more."""
    if reason == "DeadlineExceeded":
        return BuildFailedError(
            f"the build took longer than {config.deadline} s and was stopped (it may use up to {config.cpu_limit} processors)",
            excerpt=_excerpt(logs.get("build", ())),
            hint="Make the slow step faster or cacheable; the last lines show where it stood.",
        )
    if reason in ("", "BackoffLimitExceeded"):
        return None
    return ClusterError(f"the build's Job failed: {reason}")


def waiting_problem(pod: KubeObject) -> CatalystError | None:
    """What keeps a pod from starting that no waiting will mend."""
    status = pod.get("status") or {}
    for state in status.get("containerStatuses", ()):
        waiting = (state.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") in _CANNOT_PULL:
            return PlatformError(f"the builder's own image cannot be pulled ({waiting['reason']})")
    return None


def _evicted(message: str, config: BuildConfig) -> CatalystError:
    if '"work"' in message:
        return BuildFailedError(
            f"the commit's files take more than {config.storage_limit} of disk",
            hint="Keep large files out of the repository; a build can fetch them by itself.",
        )
    if "ephemeral" in message or "emptydir" in message.lower():
        return BuildFailedError(
            f"the image and its layers take more than {config.storage_limit} of disk while it is built",
            hint="Install less, remove what a step downloads in the same step, or build in several stages.",
        )
    return ClusterError("the build's pod was evicted from its node")


def _fetch_failure(ended: KubeObject, lines: Sequence[str], config: BuildConfig) -> CatalystError:
    if ended.get("exitCode") == COMMIT_GONE:
        return CommitGoneError("the commit no longer exists in the repository")
    if ended.get("exitCode") == CONTEXT_TOO_LARGE:
        return _too_large(lines, config)
    return GitHubError("the build could not fetch the commit", excerpt=_excerpt(lines))


def _too_large(lines: Sequence[str], config: BuildConfig) -> CatalystError:
    size = next((int(line) << 10 for line in reversed(lines) if line.isdecimal()), 0)
    had = f"is {_readable(size)} large" if size else "is too large"
    return BuildFailedError(
        f"the build's context {had}; at most {_readable(config.context_limit)} are taken",
        hint="Build from a smaller directory, or keep large files out of the repository.",
    )


def _readable(size: int) -> str:
    """`1,500 MiB`, rounded up, so that what is above a limit also reads so."""
    return f"{-(-size // (1 << 20)):,} MiB"


def _build_failure(ended: KubeObject, lines: Sequence[str], config: BuildConfig) -> CatalystError:
    text = "\n".join(lines)
    excerpt = _excerpt(lines)
    if ended.get("reason") == "OOMKilled":
        return BuildFailedError(
            f"the build ran out of memory (limit {config.memory_limit})",
            excerpt=excerpt,
            hint="Use less memory in the failing step, or fewer parallel jobs.",
        )
    step = _STEP_FAILED.search(text)
    if step:
        message = _step_message(step, text, config)
        hint = _unapproved(text, config) or hint_of(text)
        return BuildFailedError(message, excerpt=excerpt, hint=hint)
    solved = _SOLVE.search(text)
    cause = solved["cause"] if solved else text
    if _NETWORK.search(cause) or _lacks_own_host(cause, config):
        return RegistryError(_unreached(cause, config), excerpt=excerpt)
    if solved:
        hint = _unapproved(cause, config) or _hint(cause)
        return BuildFailedError(f"the image cannot be built: {cause}", excerpt=excerpt, hint=hint)
    return PlatformError(f"BuildKit ended with exit code {ended.get('exitCode')}", excerpt=excerpt)


_FAILURES = {naming.FETCH_CONTAINER: _fetch_failure, naming.BUILD_CONTAINER: _build_failure}
"""In the order of blame."""


def _lacks_own_host(cause: str, config: BuildConfig) -> bool:
    """A name that does not exist is the user's to correct, unless it is the operator's or everybody's registry."""
    found = _NO_HOST.search(cause)
    own = {each.partition(":")[0] for each in (config.registry, config.mirror)}
    return found is not None and found["host"].rstrip(".") in own.union(_PUBLIC)


def _unreached(cause: str, config: BuildConfig) -> str:
    """With the registry's name, where it is none of ours."""
    found = _ASKED.search(cause)
    if found is None or found["host"] in (config.registry, config.mirror):
        return "the build could not reach a registry"
    return f"the build could not reach the registry `{found['host']}`"


def _unapproved(text: str, config: BuildConfig) -> str:
    """What to do where the builds' proxy has refused a host; empty where it has not, or there is none."""
    if not config.proxied or not _PROXY_REFUSED.search(text):
        return ""
    return (
        "Builds reach only what the operator has approved. Take it from there, or ask the operator to add the host to"
        " `CATALYST_WORKER_BUILD_SOURCES`."
    )


def _hint(cause: str) -> str:
    if _DENIED.search(cause):
        return (
            "Check the image's name. For a private one, put credentials of its registry into the project's"
            f" Secret `{naming.REGISTRY_SECRET}`, then `retry`."
        )
    return ""


def _step_message(step: "re.Match[str]", text: str, config: BuildConfig) -> str:
    place = _DOCKERFILE_LINE.search(text)
    where = f" ({place['file']}, line {place['line']})" if place else ""
    command = step["command"].removeprefix("/bin/sh -c ")
    if step["end"] == f"exit code: {_KILLED}":
        return (
            f"`{command}`{where} was killed, most likely for memory (limit {config.memory_limit})"
        )
    return f"`{command}`{where} failed with {step['end']}"


def _excerpt(lines: Sequence[str]) -> list[str]:
    """What the failing step printed, else the last lines without progress; no step numbers and clocks, masked."""
    shown = _step_output(lines) or [line for line in lines if not _NOISE.match(line)]
    plain = (_TIMESTAMP.sub("", line).rstrip() for line in shown)
    return [line for line in mask_lines(plain) if line][-_EXCERPT:]


def _step_output(lines: Sequence[str]) -> list[str]:
    heads = [number for number, line in enumerate(lines) if _BLAMED.match(line)]
    if not heads:
        return []
    after = lines[heads[-1] + 1 :]
    end = next((at for at, line in enumerate(after) if _RULER.match(line)), len(after))
    # A step that printed nothing is shown as it stands in the Dockerfile.
    printed = after[:end] or [line for line in after if ">>>" in line]
    return [lines[heads[-1]].strip(), *printed]
