"""Schedules are read as Kubernetes reads them, and what it would refuse or never run is told where it is written."""

import pytest
from pydantic import ValidationError

from workflows.models import BackupSettings
from workflows.models.schedules import checked_schedule

pytestmark = pytest.mark.spec("ENV-017")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("0 3 * * *", "0 3 * * *"),
        (" */5  * *   * * ", "*/5 * * * *"),
        ("0 0 1,15 JAN-MAR mon-fri", "0 0 1,15 jan-mar mon-fri"),
        ("5/15 1-4 ? * 0-6/2", "5/15 1-4 ? * 0-6/2"),
        ("0 0 29 2 *", "0 0 29 2 *"),
        ("0 0 31 2 1", "0 0 31 2 1"),
        ("@Daily", "@daily"),
        ("never", "never"),
    ],
)
def test_what_kubernetes_takes_is_kept(text: str, read: str) -> None:
    assert checked_schedule(text) == read


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "five fields"),
        ("* * * *", "five fields"),
        ("@every 5m", "five fields"),
        ("@reboot", "five fields"),
        ("60 * * * *", "`60` is no minute (0 to 59)"),
        ("* 24 * * *", "`24` is no hour"),
        ("* * 0 * *", "`0` is no day of the month"),
        ("* * * sun *", "`sun` is no month"),
        ("* * * * 7", "`7` is no day of the week (0 to 6)"),
        ("*/0 * * * *", "`*/0` is no minute"),
        ("*/60 * * * *", "`*/60` is no minute"),
        ("5-1 * * * *", "`5-1` is no minute"),
        ("1,,2 * * * *", "`` is no minute"),
        ("0 3 * * *;", "is no day of the week"),
        ("0 0 30 2 *", "a day that no such month has"),
        ("٣ * * * *", "is no minute"),
    ],
)
def test_everything_else_is_refused_with_an_example(text: str, words: str) -> None:
    with pytest.raises(ValueError, match="must be a schedule such as `0 3") as raised:
        checked_schedule(text)
    assert words in str(raised.value)


def test_settings_hold_only_what_was_read() -> None:
    assert BackupSettings(schedule=" @daily ").schedule == "@daily"
    with pytest.raises(ValidationError, match="schedule"):
        BackupSettings(schedule="at night")
    with pytest.raises(ValidationError, match="keep"):
        BackupSettings(keep=0)
