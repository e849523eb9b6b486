"""What is wrong with one pod; pure, a table of cases."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from activities.cluster.rollout.problem import AT_THE_LIMIT, Problem
from activities.kube import KubeObject
from workflows.errors import (
    CatalystError,
    ClusterError,
    PhaseTimeoutError,
    RegistryError,
    RolloutFailedError,
)

_PULLING = ("ErrImagePull", "ImagePullBackOff", "RegistryUnavailable", "ImageInspectError")
_NO_SUCH_IMAGE = (
    *("not found", "manifest unknown", "no match for platform", "no matching manifest"),
    *("invalid reference format", "unauthorized", "authorization failed", "denied", "forbidden"),
)
"""What registries say when asking again will not help. Anything else may be the registry's own trouble."""
_WRONG_IMAGE = ("InvalidImageName", "ErrImageNeverPull")
_CANNOT_CREATE = ("CreateContainerConfigError", "CreateContainerError", "RunContainerError")
_STARTING = ("ContainerCreating", "PodInitializing", "")
_MOUNTS = ("FailedMount", "FailedAttachVolume")
_NO_SUCH_VOLUME = ("not found", "hostPath type check failed")
_NODES_LACK = "Insufficient"
_REFUSED = "connection refused"
"""What a probe meets where nothing listens."""
KILLED = 137
"""128 + SIGKILL."""
_WHAT_ENDS = (
    "What is to end is a job: `x-catalyst: {job: true}` in a compose file, else `jobs` in `.catalyst.yaml`. "
    "Otherwise let its command keep running."
)

CRASHES = 3
"""Starts that end at once before it counts as a crash: an application may have to wait for its database."""
_CRASH_PATIENCE = 15.0
_CONFIG_PATIENCE = 10.0
"""A Secret or volume of the same release may arrive a moment later."""
_SCHEDULING_PATIENCE = 30.0
"""Volumes are bound and nodes are added while a pod waits."""


@dataclass(frozen=True)
class _Container:
    """One container, its status beside its specification."""

    pod: str
    name: str
    subject: str
    """`container web of pod shop-1`, or `init container migrate (step 1 of 2) of pod shop-1`."""
    spec: KubeObject
    status: KubeObject
    is_init: bool

    @property
    def waiting(self) -> KubeObject:
        found: KubeObject = (self.status.get("state") or {}).get("waiting") or {}
        return found

    @property
    def ended(self) -> KubeObject:
        """How its last run ended; empty when none did."""
        state, last = self.status.get("state") or {}, self.status.get("lastState") or {}
        found: KubeObject = state.get("terminated") or last.get("terminated") or {}
        return found

    @property
    def is_done(self) -> bool:
        """A step that has ended well, or a container that is ready."""
        if self.is_init and self.spec.get("restartPolicy") != "Always":
            ended = (self.status.get("state") or {}).get("terminated") or {}
            return bool(ended.get("exitCode", -1) == 0)
        return bool(self.status.get("started") if self.is_init else self.status.get("ready"))

    @property
    def memory_limit(self) -> str:
        limits = (self.spec.get("resources") or {}).get("limits") or {}
        return str(limits.get("memory") or "none set")


def is_ready(pod: KubeObject) -> bool:
    return any(
        condition["type"] == "Ready" and condition["status"] == "True"
        for condition in (pod.get("status") or {}).get("conditions") or ()
    )


def find_unproven(pod: KubeObject) -> list[str]:
    """`pod/container: restarts` of each container that nobody asks whether it is ready."""
    return [
        f"{container.pod}/{container.name}: {container.status.get('restartCount', 0)}"
        for container in _containers(pod)
        if not container.is_init and "readinessProbe" not in container.spec
    ]


def find_pod_problems(
    pod: KubeObject, events: Sequence[KubeObject], *, may_crash: bool = False
) -> list[Problem]:
    """What keeps a pod from being ready, the gravest container first come; empty when it is ready.

    `events` are the pod's, oldest first. `may_crash` is for Jobs, which count failures themselves.
    """
    if is_ready(pod):
        return []
    name, status = pod["metadata"]["name"], pod.get("status") or {}
    if status.get("phase") == "Failed" and status.get("reason"):
        said = f"{status['reason']}: {status.get('message', '')}"
        return [Problem(f"{name}/failed", f"pod {name} was ended: {said}", patience=5.0, pod=name)]
    if (problem := _unscheduled(name, status)) is not None:
        return [problem]
    problems = [
        problem
        for container in _containers(pod)
        if not container.is_done
        and (problem := _container_problem(container, events, may_crash=may_crash)) is not None
    ]
    return problems or [_not_ready(name)]


def _unscheduled(name: str, status: KubeObject) -> Problem | None:
    for condition in status.get("conditions") or ():
        if condition["type"] != "PodScheduled" or condition["status"] == "True":
            continue
        said = condition.get("message") or condition.get("reason") or ""
        is_full = _NODES_LACK in said
        return Problem(
            f"{name}/unscheduled",
            f"pod {name} finds no node: {said}",
            # A full cluster empties again, and it is no fault of the chart.
            patience=AT_THE_LIMIT if is_full or not said else _SCHEDULING_PATIENCE,
            error=ClusterError if is_full else RolloutFailedError,
            pod=name,
        )
    return None


def _containers(pod: KubeObject) -> Iterator[_Container]:
    name, spec, status = pod["metadata"]["name"], pod["spec"], pod.get("status") or {}
    for field, is_init in (("initContainers", True), ("containers", False)):
        reported = "initContainerStatuses" if is_init else "containerStatuses"
        by_name = {one["name"]: one for one in status.get(reported) or ()}
        listed = spec.get(field) or ()
        for step, container in enumerate(listed, start=1):
            title = f"container {container['name']} of pod {name}"
            if is_init:
                of_steps = f"(step {step} of {len(listed)})"
                title = f"init container {container['name']} {of_steps} of pod {name}"
            found = by_name.get(container["name"], {})
            yield _Container(name, container["name"], title, container, found, is_init)


def _container_problem(
    container: _Container, events: Sequence[KubeObject], *, may_crash: bool
) -> Problem | None:
    reason = str(container.waiting.get("reason") or "")
    said = str(container.waiting.get("message") or "")
    if reason in (*_PULLING, *_WRONG_IMAGE):
        return _image_problem(container, reason, f"{said} {_last_pull_failure(events)}")
    if reason in _CANNOT_CREATE:
        text = f"{container.subject} cannot be created: {said or reason}"
        return _problem(container, "create", text, patience=_CONFIG_PATIENCE)
    if container.ended and not may_crash and _is_crash(container, reason, events):
        return _crash_problem(container)
    if container.waiting and reason in _STARTING:
        return _start_problem(container, reason, events)
    if not (container.status.get("state") or {}).get("running"):
        return None
    return _running_problem(container, _probe_answer(events))


def _is_crash(container: _Container, reason: str, events: Sequence[KubeObject]) -> bool:
    """Also an end without an error of what is to run for ever, unless a probe may have caused it."""
    is_down = reason == "CrashLoopBackOff" or "terminated" in (container.status.get("state") or {})
    is_over = is_down and not container.is_init and not _probe_answer(events)
    return is_over or container.ended.get("exitCode") != 0


def _running_problem(container: _Container, said: str) -> Problem:
    """It runs, and that is not enough. The port is told in our words: the probe's own name an address of the cluster."""
    port = 0 if container.is_init else _probed_port(container.spec)
    asked = f" on port {port}" if port else ""
    unfinished = "has not ended" if container.is_init else f"runs but is not ready{asked}"
    text = f"{container.subject} {unfinished}{said}"
    hint = ""
    if port and _REFUSED in said:
        hint = (
            f"Let it listen on port {port} of all interfaces (0.0.0.0, not localhost), "
            "or name the port on which it does listen."
        )
    return _problem(container, "running", text, hint=hint, has_log=True)


def _probed_port(spec: KubeObject) -> int:
    """The number of the port that the readiness probe asks; 0 when it asks none."""
    probe = spec.get("readinessProbe") or {}
    port = (probe.get("tcpSocket") or probe.get("httpGet") or probe.get("grpc") or {}).get("port")
    ports = spec.get("ports") or ()
    named = {each["name"]: each["containerPort"] for each in ports if "name" in each}
    found = named.get(port, port)
    return found if isinstance(found, int) else 0


def _image_problem(container: _Container, reason: str, said: str) -> Problem:
    image = container.spec.get("image", "")
    text = f"the image of {container.subject} cannot be pulled: {image}: {said.strip() or reason}"
    if reason in _WRONG_IMAGE or any(sign in said.lower() for sign in _NO_SUCH_IMAGE):
        hint = "Correct the image's name or tag; a private registry needs credentials."
        return _problem(container, "image", text, patience=5.0, hint=hint)
    return _problem(container, "image", text, error=RegistryError)


def _crash_problem(container: _Container) -> Problem:
    ended, restarts = container.ended, int(container.status.get("restartCount", 0))
    is_down = not (container.status.get("state") or {}).get("running")
    starts = restarts + 1 if is_down else restarts
    code, limit = ended.get("exitCode"), container.memory_limit
    if ended.get("reason") == "OOMKilled":
        text = f"was killed for using more than its memory limit ({limit}; exit code {code})"
        hint = "Raise `resources.limits.memory` of that container, or use less."
    elif ended.get("reason") == "StartError":
        text, hint = f"cannot be started: {ended.get('message', '')}", ""
    elif code == KILLED:
        text = f"was killed (exit code {code}): out of memory (limit {limit}) or its liveness probe"
        hint = "Raise `resources.limits.memory` of that container, or correct its liveness probe."
    elif code == 0:
        text, hint = "has ended by itself, without an error (exit code 0)", _WHAT_ENDS
    else:
        text, hint = f"crashes with exit code {code}", ""
    started = f", {starts} times so far" if starts > 1 else ""
    return _problem(
        container,
        "crash",
        f"{container.subject} {text}{started}",
        patience=_CRASH_PATIENCE if starts >= CRASHES else AT_THE_LIMIT,
        hint=hint,
        has_log=True,
        is_previous=(container.status.get("state") or {}).get("terminated") is None,
    )


def _start_problem(
    container: _Container, reason: str, events: Sequence[KubeObject]
) -> Problem | None:
    """Waiting for volumes, for the sandbox, or for the init containers before it."""
    if reason == "PodInitializing" and not container.is_init:
        return None
    warnings = [event for event in events if event.get("type") == "Warning"]
    last = warnings[-1] if warnings else {}
    said = str(last.get("message") or "no reason given")
    text = f"{container.subject} is not started: {said}"
    if last.get("reason") in _MOUNTS and any(each in said for each in _NO_SUCH_VOLUME):
        return _problem(container, "mount", text, patience=_CONFIG_PATIENCE)
    if last.get("reason") in _MOUNTS:
        return _problem(container, "mount", text)
    return _problem(container, "starting", text, error=PhaseTimeoutError)


def _problem(
    container: _Container,
    what: str,
    message: str,
    *,
    patience: float = AT_THE_LIMIT,
    error: type[CatalystError] = RolloutFailedError,
    hint: str = "",
    has_log: bool = False,
    is_previous: bool = False,
) -> Problem:
    return Problem(
        key=f"{container.pod}/{container.name}/{what}",
        message=message,
        patience=patience,
        error=error,
        hint=hint,
        pod=container.pod,
        container=container.name if has_log else "",
        is_previous=is_previous,
    )


def _not_ready(name: str) -> Problem:
    text = f"pod {name} has not begun to run"
    return Problem(f"{name}/starting", text, error=PhaseTimeoutError, pod=name)


def _last_pull_failure(events: Sequence[KubeObject]) -> str:
    """Older kubelets name the cause in the event only."""
    pulls = [event for event in events if "pull image" in str(event.get("message"))]
    return str(pulls[-1]["message"]) if pulls else ""


def _probe_answer(events: Sequence[KubeObject]) -> str:
    probes = [event for event in events if event.get("reason") == "Unhealthy"]
    return f": {probes[-1].get('message', '')}" if probes else ""
