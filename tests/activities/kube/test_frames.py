"""What comes over the websocket of a program: outputs up to a limit, and how it ended."""

import json

import pytest

from activities.kube.frames import KEPT, STDERR, STDOUT, Executed, exit_code
from workflows.errors import ClusterError

FAILED = {
    "status": "Failure",
    "reason": "NonZeroExitCode",
    "details": {"causes": [{"reason": "ExitCode", "message": "7"}]},
}
NOT_RUN = {"status": "Failure", "reason": "InternalError", "message": "no such file: /bin/sh"}


@pytest.mark.spec("OPS-4")
def test_both_outputs_are_kept_apart() -> None:
    done = Executed()
    assert done.take(STDOUT, b"one\ntw") is True
    assert done.take(STDERR, b"oh no\n") is False
    assert done.take(STDOUT, b"o\n") is True
    assert (done.lines, done.complaints) == (["one", "two"], ["oh no"])
    assert (done.written, done.complained) == (8, 6)


def test_an_unknown_channel_is_no_output() -> None:
    done = Executed()
    assert done.take(9, b"what") is False
    assert done == Executed()


def test_no_more_is_kept_than_was_asked_for_and_all_of_it_is_counted() -> None:
    done = Executed()
    for _ in range(3):
        done.take(STDOUT, b"x" * KEPT)
        done.take(STDERR, b"abc", keep=4)
    assert (len(done.stdout), done.written) == (KEPT, 3 * KEPT)
    assert (bytes(done.stderr), done.complained) == (b"abca", 9)


def test_bytes_that_are_no_text_are_shown_as_such() -> None:
    done = Executed()
    done.take(STDOUT, b"a\xffb\n")
    assert done.lines == ["a\N{REPLACEMENT CHARACTER}b"]


@pytest.mark.parametrize(("status", "code"), [({"status": "Success"}, 0), (FAILED, 7)])
def test_the_exit_code_is_read_from_the_status(status: object, code: int) -> None:
    assert exit_code(json.dumps(status).encode()) == code


@pytest.mark.parametrize(
    "told",
    [
        json.dumps(NOT_RUN),
        '{"status": "Failure"}',
        '{"status": "Failure", "details": {"causes": [{"reason": "ExitCode"}]}}',
        '{"status": "Failure", "details": {"causes": [{"reason": "ExitCode", "message": "x"}]}}',
        "[]",
        "no JSON",
        "",
    ],
)
def test_without_an_exit_code_it_was_not_run(told: str) -> None:
    with pytest.raises(ClusterError, match="a program"):
        exit_code(told.encode())
