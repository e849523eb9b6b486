"""Why a build failed, from what its pod and its log say; pure."""

import re
from collections.abc import Sequence

from activities.build.config import BuildConfig
from activities.build.scripts import COMMIT_GONE
from activities.kube import KubeObject
from activities.masking import mask_lines
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
    r"connection refused|connection reset|i/o timeout|no such host|TLS handshake timeout|unexpected EOF"
    r"|failed to push|unexpected status.*: 5\d\d|context deadline exceeded|failed to export cache",
    re.IGNORECASE,
)
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
    for state in (*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ())):
        ended = (state.get("state") or {}).get("terminated")
        if ended and ended.get("exitCode"):
            lines = logs.get(state["name"], ())
            if state["name"] == "fetch":
                return _fetch_failure(ended, lines)
            return _build_failure(ended, lines, config)
    return ClusterError("the build's pod failed without a word", excerpt=[])


def job_failure(
    reason: str, logs: dict[str, Sequence[str]], config: BuildConfig
) -> CatalystError | None:
    """The failure of a Job that Kubernetes gave up; None when it has not, or its pod tells more."""
    if reason == "DeadlineExceeded":
        return BuildFailedError(
            f"the build took longer than {config.deadline} s and was stopped",
            excerpt=_excerpt(logs.get("build", ())),
            hint="Make the slow step faster or cacheable; the last lines show where it stood.",
        )
    if reason in ("", "BackoffLimitExceeded"):
        return None
    return ClusterError(f"the build's Job failed: {reason}")


def waiting_problem(pod: KubeObject) -> CatalystError | None:
    """What keeps a pod from starting that no waiting will mend."""
    status = pod.get("status") or {}
    for state in (*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ())):
        waiting = (state.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") in _CANNOT_PULL:
            return PlatformError(f"the builder's own image cannot be pulled ({waiting['reason']})")
    return None


def _evicted(message: str, config: BuildConfig) -> CatalystError:
    if "ephemeral" in message or "emptyDir" in message:
        return BuildFailedError(
            f"the build used more than {config.storage_limit} of disk",
            hint="Leave out of the context what the image does not need (`.dockerignore`).",
        )
    return ClusterError("the build's pod was evicted from its node")


def _fetch_failure(ended: KubeObject, lines: Sequence[str]) -> CatalystError:
    if ended.get("exitCode") == COMMIT_GONE:
        return CommitGoneError("the commit no longer exists in the repository")
    return GitHubError("the build could not fetch the commit", excerpt=_excerpt(lines))


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
        return BuildFailedError(_step_message(step, text, config), excerpt=excerpt)
    solved = _SOLVE.search(text)
    if _NETWORK.search(solved["cause"] if solved else text):
        return RegistryError("the build could not reach a registry", excerpt=excerpt)
    if solved:
        return BuildFailedError(f"the image cannot be built: {solved['cause']}", excerpt=excerpt)
    return PlatformError(f"BuildKit ended with exit code {ended.get('exitCode')}", excerpt=excerpt)


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
