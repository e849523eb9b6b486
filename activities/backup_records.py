"""What the pods that make backups have left as their last word: which backups there are; pure.

The last one that succeeded has listed the whole volume, so nobody has to look into it; Kubernetes keeps that pod until
the next one has succeeded.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from activities.kube import KubeObject

_LINE = re.compile(r"([0-9]{8}T[0-9]{6}Z) +([0-9]{1,18})")
_FORM = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class KeptBackup:
    name: str
    at: datetime
    """When it was finished."""
    bytes: int


@dataclass(frozen=True)
class BackupRecord:
    """Of one service."""

    backups: tuple[KeptBackup, ...] | None = None
    """Newest first; None where no pod is left that knows."""
    failed_at: datetime | None = None
    """When the last attempt failed, where nothing has succeeded since."""


@dataclass(frozen=True)
class CronState:
    """What makes the backups."""

    schedule: str
    """In UTC; empty where it only runs when somebody asks."""
    succeeded_at: datetime | None = None
    """When a run by schedule did last."""


def cron_state(cron_job: KubeObject) -> CronState:
    spec, status = cron_job["spec"], cron_job.get("status") or {}
    last = status.get("lastSuccessfulTime")
    return CronState(
        schedule="" if spec.get("suspend") else str(spec["schedule"]),
        succeeded_at=datetime.fromisoformat(last) if last else None,
    )


def read_record(pods: Iterable[KubeObject]) -> BackupRecord:
    """The word of the newest of the service's pods that succeeded."""
    ended = sorted(_ended(pods), key=lambda each: each[0])
    good = [(at, pod, state) for at, pod, state in ended if state.get("exitCode") == 0]
    if not ended:
        return BackupRecord()
    last, _, state = ended[-1]
    failed_at = None if state.get("exitCode") == 0 else last
    if not good:
        return BackupRecord(failed_at=failed_at)
    _, pod, state = good[-1]
    return BackupRecord(read_lines(pod, str(state.get("message") or "")), failed_at)


def read_lines(pod: KubeObject, text: str) -> tuple[KeptBackup, ...]:
    """Lines that are none are passed over: Kubernetes may have cut the last one."""
    of = _service_of(pod)
    found = []
    for line in text.splitlines():
        if read := _LINE.fullmatch(line.strip()):
            at = datetime.strptime(read[1], _FORM).replace(tzinfo=UTC)
            found.append(KeptBackup(f"{of}-{read[1]}", at, int(read[2])))
    return tuple(found)


def _ended(pods: Iterable[KubeObject]) -> Iterator[tuple[datetime, KubeObject, KubeObject]]:
    for pod in pods:
        for one in (pod.get("status") or {}).get("containerStatuses") or ():
            state = (one.get("state") or {}).get("terminated") or {}
            if state.get("finishedAt"):
                yield datetime.fromisoformat(state["finishedAt"]), pod, state


def _service_of(pod: KubeObject) -> str:
    """What its backups are named after."""
    variables = pod["spec"]["containers"][0].get("env") or ()
    return next((str(each.get("value")) for each in variables if each["name"] == "BACKUP_OF"), "")
