"""Pull requests as GitHub tells of them: read by the repository's id, so that a rename does no harm."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from github import Github
from pydantic import BaseModel, TypeAdapter
from requests.utils import parse_header_links

from activities.github.clients import PER_PAGE
from workflows.errors import GitHubError
from workflows.models import PullRequest, PullRequestRef

_MAX_PAGES = 100
_ROUNDS = 3
"""Listings in a row that may disagree with the count; pull requests come and go while we read."""


class _Owner(BaseModel):
    login: str


class _Repository(BaseModel):
    id: int
    full_name: str


class _End(BaseModel):
    ref: str
    sha: str
    repo: _Repository | None = None
    """None once a fork was deleted."""


class _Pull(BaseModel):
    """The few fields we depend on; strict models of the whole answer reject GitHub's own examples."""

    number: int
    state: str
    draft: bool = False
    merged: bool = False
    merged_at: str | None = None
    title: str = ""
    html_url: str = ""
    user: _Owner | None = None
    head: _End
    base: _End


_PULLS = TypeAdapter(list[_Pull])


@dataclass(frozen=True)
class _Listing:
    pulls: dict[int, _Pull]
    pages: int


def read_pull(github: Github, ref: PullRequestRef) -> PullRequest:
    """The pull request as of now."""
    _, data = github.requester.requestJsonAndCheck(
        "GET", f"/repositories/{ref.repository_id}/pulls/{ref.number}"
    )
    return _pull_request(_Pull.model_validate(data), ref)


def list_open_pulls(github: Github, ref: PullRequestRef) -> tuple[PullRequest, ...]:
    """All open pull requests of the repository of `ref` (whose number does not matter), oldest first.

    What is listed is compared with GitHub's own count, since a page that came back short looks like the
    last one. A list that stays incomplete is a GitHubError, never a part of the truth.
    """
    for _ in range(_ROUNDS):
        before = _count(github, ref.repository_id)
        listing = _list(github, ref.repository_id)
        if _is_complete(listing, before, lambda: _count(github, ref.repository_id)):
            return tuple(_pull_request(pull, ref) for _, pull in sorted(listing.pulls.items()))
    raise GitHubError("GitHub listed fewer or more open pull requests than it counted")


def _is_complete(listing: _Listing, before: int, count_again: Callable[[], int]) -> bool:
    found = len(listing.pulls)
    if listing.pages == 1:  # one answer is one moment
        return found == before or found == count_again()
    # Over several pages one that closes moves another one across the border, unseen.
    return found == before == count_again()


def _list(github: Github, repository_id: int) -> _Listing:
    pulls: dict[int, _Pull] = {}
    pages = 0
    for page in _pages(github, repository_id):
        pages += 1
        pulls |= {pull.number: pull for pull in page if pull.state == "open"}
    return _Listing(pulls, pages)


def _pages(github: Github, repository_id: int) -> Iterator[list[_Pull]]:
    url: str | None = f"/repositories/{repository_id}/pulls"
    parameters: dict[str, str | int] | None = {
        "state": "open",
        "sort": "created",
        "direction": "asc",
        "per_page": PER_PAGE,
    }
    for _ in range(_MAX_PAGES):
        if url is None:
            return
        headers, data = github.requester.requestJsonAndCheck("GET", url, parameters)
        yield _PULLS.validate_python(data)
        url, parameters = _link(headers.get("link", ""), "next"), None
    raise GitHubError(f"GitHub lists more than {_MAX_PAGES * PER_PAGE} open pull requests")


def _count(github: Github, repository_id: int) -> int:
    """How many there are: the number of the last page when each holds one."""
    headers, data = github.requester.requestJsonAndCheck(
        "GET", f"/repositories/{repository_id}/pulls", {"state": "open", "per_page": 1}
    )
    last = _link(headers.get("link", ""), "last")
    if last is None:
        return len(_PULLS.validate_python(data))
    return int(parse_qs(urlsplit(last).query)["page"][0])


def _link(header: str, relation: str) -> str | None:
    links: list[dict[str, str]] = parse_header_links(header) if header else []
    return next((link["url"] for link in links if link.get("rel") == relation), None)


def _pull_request(pull: _Pull, ref: PullRequestRef) -> PullRequest:
    base, head = pull.base.repo, pull.head.repo
    return PullRequest(
        ref=ref.model_copy(
            update={
                "number": pull.number,
                "repository": base.full_name if base else ref.repository,
            }
        ),
        is_open=pull.state == "open",
        is_draft=pull.draft,
        is_fork=head is None or head.id != ref.repository_id,
        is_merged=pull.merged or pull.merged_at is not None,
        head_commit=pull.head.sha,
        head_branch=pull.head.ref,
        base_branch=pull.base.ref,
        title=pull.title,
        author=pull.user.login if pull.user else "",
        url=pull.html_url,
    )
