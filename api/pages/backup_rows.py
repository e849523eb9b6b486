"""What the page of an environment shows of its backups: plain values made of what the operation answered. Pure."""

from dataclasses import dataclass
from datetime import datetime

from api.pages.times import Moment, moment
from api.schemas import BackupList, ServiceBackups

MOST = 20
"""Of one service on the page; the API names all of them."""
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


@dataclass(frozen=True)
class BackupRow:
    name: str
    at: Moment
    size: str


@dataclass(frozen=True)
class ServiceRows:
    service: str
    when: str
    note: str
    rows: tuple[BackupRow, ...]


@dataclass(frozen=True)
class BackupsView:
    services: tuple[ServiceRows, ...]
    note: str


def backups_view(listed: BackupList, *, now: datetime) -> BackupsView:
    return BackupsView(tuple(_rows(each, now) for each in listed.services), listed.note)


def shown_size(count: int) -> str:
    """`4.2 MiB`; bytes are whole."""
    size, at = float(count), 0
    while size >= 1024 and at < len(_UNITS) - 1:
        size, at = size / 1024, at + 1
    return f"{count} bytes" if at == 0 else f"{size:.1f} {_UNITS[at]}"


def _rows(each: ServiceBackups, now: datetime) -> ServiceRows:
    more = len(each.backups) - MOST
    when = f"by {each.schedule} (UTC)" if each.schedule else "when asked for"
    rows = tuple(
        BackupRow(name=one.name, at=moment(one.at, now), size=shown_size(one.bytes))
        for one in each.backups[:MOST]
    )
    shown = f"{when}, and {more} older ones" if more > 0 else when
    return ServiceRows(each.service, shown, each.note, rows)
