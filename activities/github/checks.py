"""Check runs: one for each revision, found again by our id before it is made."""

from http import HTTPStatus

from github import Github, GithubException
from github.CheckRun import CheckRun
from github.GithubObject import NotSet
from github.Repository import Repository

from workflows.models import Commit
from workflows.rendering import CheckOutput

NAME = "Catalyst preview"
"""What branch rules may require, so it never changes."""
_STATUSES = ("queued", "in_progress")


def write_check_run(
    github: Github,
    repository_id: int,
    *,
    check_run_id: int | None,
    revision: str,
    commit: Commit,
    state: str,
    shown: CheckOutput,
) -> int:
    """Bring the revision's check run to `state` (a status while it runs, a conclusion once it ended); its id.

    One request while `check_run_id` is right.
    """
    repository = github.get_repo(repository_id)
    if check_run_id is not None and _edit(repository.get_check_run(check_run_id), state, shown):
        return check_run_id
    found = _find(repository, commit, revision)
    if found is not None and _edit(found, state, shown):
        return found.id
    return _create(repository, commit, revision, state, shown).id


def _edit(check_run: CheckRun, state: str, shown: CheckOutput) -> bool:
    """False when the check run does not exist any more."""
    try:
        check_run.edit(
            status=state if state in _STATUSES else NotSet,
            conclusion=NotSet if state in _STATUSES else state,
            details_url=shown.details_url or NotSet,
            output=_output(shown),
        )
    except GithubException as error:
        if error.status == HTTPStatus.NOT_FOUND:
            return False
        raise
    return True


def _find(repository: Repository, commit: Commit, revision: str) -> CheckRun | None:
    # `check_run.pull_requests` is empty for forks, so neither they nor the branch can tell.
    runs = repository.get_commit(commit).get_check_runs(check_name=NAME, filter="all")
    return next((run for run in runs if run.external_id == revision), None)


def _create(
    repository: Repository, commit: Commit, revision: str, state: str, shown: CheckOutput
) -> CheckRun:
    return repository.create_check_run(
        NAME,
        commit,
        external_id=revision,
        status=state if state in _STATUSES else NotSet,
        conclusion=NotSet if state in _STATUSES else state,
        details_url=shown.details_url or NotSet,
        output=_output(shown),
    )


def _output(shown: CheckOutput) -> dict[str, str | list[dict[str, str | int]]]:
    texts = {"title": shown.title, "summary": shown.summary, "text": shown.text}
    return {name: text for name, text in texts.items() if text}
