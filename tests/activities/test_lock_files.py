"""A lock file that is out of date is told with the command that helps; the words are those of the real programs."""

import pytest

from activities.build.config import BuildConfig
from activities.build.failures import failure_of
from workflows.errors import BuildFailedError

CONFIG = BuildConfig(registry="registry.test:5000", builder_image="builder")
SAID = {
    "npm install": "npm error `npm ci` can only install packages when your package.json and package-lock.json or "
    "npm-shrinkwrap.json are in sync. Please update your lock file with `npm install` before continuing.",
    "pnpm install": ' ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile" because pnpm-lock.yaml is not '
    "up to date with <ROOT>/package.json",
    "yarn install": "error Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`.",
    "bun install": "error: lockfile had changes, but lockfile is frozen",
    "uv lock": "error: The lockfile at `uv.lock` needs to be updated, but `--locked` was provided.",
    "poetry lock": "pyproject.toml changed significantly since poetry.lock was last generated. Run `poetry lock` to fix "
    "the lock file.",
}
BERRY = "➤ YN0028: │ The lockfile would have been modified by this install, which is explicitly forbidden."


def failure(command: str, line: str) -> BuildFailedError:
    ended = f'process "/bin/sh -c {command}" did not complete successfully: exit code: 1'
    log = (
        f"------\n > [6/8] RUN {command}:\n0.512 {line}\n------\nerror: failed to solve: {ended}\n"
    )
    state = {"name": "build", "state": {"terminated": {"exitCode": 1}}}
    found = failure_of(
        {"status": {"containerStatuses": [state]}}, {"build": log.splitlines()}, CONFIG
    )
    assert isinstance(found, BuildFailedError)
    return found


@pytest.mark.spec("FR-009", "ENV-006")
@pytest.mark.parametrize(
    ("command", "line"), [*SAID.items(), ("yarn install", BERRY)], ids=[*SAID, "yarn 4"]
)
def test_an_outdated_lock_file_is_told_with_the_command_that_writes_it(
    command: str, line: str
) -> None:
    told = failure("the install", line)
    assert "`the install` failed with exit code: 1" in str(told)
    assert f"Run `{command}`, commit the lock file, then push." in told.hint
    assert line.strip() in [each.strip() for each in told.excerpt]


def test_of_other_failures_no_lock_file_is_blamed() -> None:
    told = failure("pnpm run build", "src/page.ts(4,1): error TS2322: no such type")
    assert "lock file" not in told.hint
