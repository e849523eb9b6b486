"""What the Kubernetes API says no with: library failures in, ours out."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import aiohttp
from kubernetes.aio.client.exceptions import ApiException

from activities.masking import mask
from workflows.errors import ClusterError

_STATUS_GONE = 410
_STATUS_TOO_MANY = 429


class KubeError(ClusterError):
    """The API answered and said no. Escaping an activity it counts as the platform's."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 0,
        reason: str = "",
        causes: Sequence[str] = (),
        cause_reasons: Sequence[str] = (),
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(message, retry_after=retry_after)
        self.status = status
        """HTTP status."""
        self.reason = reason
        """Kubernetes' own word: `NotFound`, `AlreadyExists`, `Forbidden`, `Invalid`, …"""
        self.causes = tuple(causes)
        """`field: message` of each detail."""
        self.cause_reasons = tuple(cause_reasons)
        """Kubernetes' own word for each detail, such as `NamespaceTerminating`."""


class NotFoundError(KubeError):
    """404: there is no such object, or no such kind."""


class ConflictError(KubeError):
    """409: it exists already, or somebody else changed it meanwhile."""


class ForbiddenError(KubeError):
    """403: RBAC, an admission rule, an exceeded quota, or a namespace on its way out (see `causes`)."""


class InvalidError(KubeError):
    """400 or 422: the object itself is wrong; repeating the call will not help."""


class ExpiredError(KubeError):
    """410: the list or watch must start over."""


_BY_STATUS: dict[int, type[KubeError]] = {
    400: InvalidError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    _STATUS_GONE: ExpiredError,
    422: InvalidError,
}


@contextmanager
def translated(seconds: float) -> Iterator[None]:
    """Library failures in, ours out."""
    try:
        yield
    except ApiException as error:
        raise _to_error(error) from error
    except TimeoutError as error:
        raise ClusterError(f"the Kubernetes API did not answer within {seconds:g} s") from error
    except (aiohttp.ClientError, OSError, json.JSONDecodeError) as error:
        # Only the kind of failure: the text holds internal addresses.
        raise ClusterError(
            f"the Kubernetes API cannot be reached ({type(error).__name__})"
        ) from error


def _to_error(error: ApiException) -> ClusterError:
    status = int(error.status or 0)
    told = _status_object(error.body)
    message = mask(str(told.get("message") or error.reason or "no message"))
    details = told.get("details") or {}
    causes = details.get("causes") or ()
    seconds = details.get("retryAfterSeconds")
    return _BY_STATUS.get(status, KubeError)(
        f"the Kubernetes API answered {status}: {message}",
        status=status,
        reason=str(told.get("reason") or ""),
        causes=[mask(f"{one.get('field', '')}: {one.get('message', '')}") for one in causes],
        cause_reasons=[str(one.get("reason", "")) for one in causes],
        retry_after=timedelta(seconds=seconds) if seconds and status == _STATUS_TOO_MANY else None,
    )


def _status_object(body: object) -> dict[str, Any]:
    """The API's `Status`, or an empty one where a proxy answered in its place."""
    try:
        told = json.loads(body) if isinstance(body, str | bytes) else {}
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
