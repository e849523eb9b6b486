"""GitHub's error answers, raised anywhere below the routes and turned into bodies in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

DOCS = "https://docs.github.com/rest"


class GitHubError(Exception):
    """An answer other than success, with the message GitHub itself would send."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        errors: Sequence[Mapping[str, str] | str] = (),
        headers: Mapping[str, str] | None = None,
        url: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.url = url

    def body(self) -> dict[str, object]:
        found: dict[str, object] = {
            "message": self.message,
            "documentation_url": DOCS,
            "status": str(self.status),
        }
        found |= {"errors": self.errors} if self.errors else {}
        return found | ({"url": self.url} if self.url else {})


def not_found() -> GitHubError:
    """Also the answer for what exists but may not be seen."""
    return GitHubError(HTTPStatus.NOT_FOUND, "Not Found")


def moved(url: str, *, is_read: bool) -> GitHubError:
    """The repository has another name now; `url` says it by id."""
    status = HTTPStatus.MOVED_PERMANENTLY if is_read else HTTPStatus.TEMPORARY_REDIRECT
    return GitHubError(status, status.phrase, headers={"Location": url}, url=url)


def bad_credentials() -> GitHubError:
    return GitHubError(HTTPStatus.UNAUTHORIZED, "Bad credentials")


def not_accessible() -> GitHubError:
    """The token is fine but lacks the permission."""
    return GitHubError(HTTPStatus.FORBIDDEN, "Resource not accessible by integration")


def invalid(resource: str, field: str, code: str, message: str = "") -> GitHubError:
    """422 in GitHub's form: which resource, which field, and a code such as `missing_field`."""
    error = {"resource": resource, "field": field, "code": code}
    if message:
        error["message"] = message
    return GitHubError(HTTPStatus.UNPROCESSABLE_ENTITY, "Validation Failed", errors=[error])


def unprocessable(message: str) -> GitHubError:
    return GitHubError(HTTPStatus.UNPROCESSABLE_ENTITY, message)
