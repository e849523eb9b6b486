"""What a worker says of its end."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from worker.ending import words_of
from worker.settings import WorkerSettings
from workflows.errors import ConfigurationError, StoreError

SETTINGS = WorkerSettings(
    kubeconfig=Path("/k/kubeconfig"),
    github_app_id=1,
    github_app_key=Path("/k/key.pem"),
    registry="r.test",
    builder_image="b",
)


class _Port(BaseModel):
    number: int


def invalid(value: str) -> ValidationError:
    try:
        _Port.model_validate({"number": value})
    except ValidationError as error:
        return error
    raise AssertionError


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            ConfigurationError("the App's private key is not an RSA key in PEM"),
            "the App's private key is not an RSA key in PEM. An operator of Catalyst has to",
        ),
        (
            FileNotFoundError(2, "No such file or directory", "/k/key.pem"),
            "CATALYST_WORKER_GITHUB_APP_KEY: /k/key.pem: No such file or directory",
        ),
        (PermissionError(13, "Permission denied", "/other"), "/other: Permission denied"),
        (OSError("127.0.0.1:1: Address already in use"), "127.0.0.1:1: Address already in use"),
        (invalid("hunter2hunter2"), "_Port is not valid: number: Input should be a valid integer"),
    ],
)
def test_what_somebody_can_correct_is_one_plain_line(error: Exception, words: str) -> None:
    (line,) = words_of(ExceptionGroup("tasks", [ExceptionGroup("more", [error])]), SETTINGS)
    assert line.startswith(words)
    assert "\n" not in line
    assert "hunter2" not in line


def test_every_failure_of_a_group_is_told_and_what_nobody_foresaw_with_its_stack() -> None:
    with pytest.raises(RuntimeError) as caught:
        _fail("DB_PASSWORD=hunter2hunter2")
    group = ExceptionGroup("tasks", [StoreError("away"), caught.value])
    plain, stack = words_of(group, SETTINGS)
    assert plain.startswith("away")
    assert "Traceback (most recent call last)" in stack
    assert stack.endswith("RuntimeError: DB_PASSWORD=***")


def _fail(words: str) -> None:
    raise RuntimeError(words)
