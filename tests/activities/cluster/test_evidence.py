"""What a program's last lines tell that nothing else does."""

import pytest

from activities.cluster.evidence import hint_of


@pytest.mark.parametrize(
    "line",
    [
        'FATAL:  could not write lock file "postmaster.pid": No space left on device',
        "OSError: [Errno 28] No space left on device",
        "cp: error writing '/data/all': no space left on device",
    ],
)
def test_a_full_volume_is_told_with_what_helps(line: str) -> None:
    hint = hint_of(["starting", line])
    assert "full" in hint
    assert "`.catalyst.yaml`" in hint


def test_other_lines_hint_at_nothing() -> None:
    assert hint_of([]) == hint_of(["cannot reach the moon"]) == ""
