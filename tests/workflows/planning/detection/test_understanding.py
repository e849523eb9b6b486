"""The judgement as a whole: what holds whatever a repository is made of."""

import pytest

from tests.workflows.planning.detection.trees import understood
from workflows.models import ApplicationKind

NEXT = '{"scripts": {"dev": "next dev"}, "dependencies": {"next": "15.1.0"}}'


@pytest.mark.spec("ENV-006")
def test_the_lock_file_says_with_what_a_script_is_run() -> None:
    locks = {
        "package-lock.json": "npm run dev",
        "pnpm-lock.yaml": "pnpm run dev",
        "yarn.lock": "yarn run dev",
        "bun.lock": "bun run dev",
    }
    for lock, command in locks.items():
        found = understood({"package.json": NEXT, lock: ""})
        assert found.application.dev == command
        assert any(f"by `{lock}`" in each for each in found.reasons)


@pytest.mark.spec("ENV-008", "EC-1")
def test_where_nothing_is_detectable_the_reason_says_what_was_looked_for() -> None:
    found = understood({"README.md": "# Notes", "tools/report/go.mod": "module report"})
    assert found.application.kind is ApplicationKind.NONE
    assert "looked for a compose file, a `Dockerfile`" in found.reasons[0]
    assert [each.workdir for each in found.candidates] == ["tools/report"]


def test_an_empty_repository_is_called_empty() -> None:
    assert understood({}).reasons == ("The repository is empty.",)
