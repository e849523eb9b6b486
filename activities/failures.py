"""The one place where a failure of ours becomes Temporal's: an interceptor around every activity.

Activities raise `CatalystError`; whatever else escapes them is unknown and so counts as the platform's
(FR-011). Texts are masked here once more, since history and comments are read by many.
"""

import asyncio
import traceback
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
)

from activities.masking import mask, mask_lines, mask_secrets
from workflows.errors import CatalystError, PlatformError, to_application_error


class FailureInterceptor(Interceptor):
    """Installed by the worker, and by tests that run activities on a server."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002  (Temporal's name)
        return _Inbound(super().intercept_activity(next))


class _Inbound(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002  (Temporal's name)
        try:
            return await super().execute_activity(input)
        except (ApplicationError, CancelledError, asyncio.CancelledError):
            raise
        except CatalystError as error:
            raise to_application_error(masked(error)) from None
        except Exception as error:  # noqa: BLE001  (unknown causes are the platform's, FR-011)
            # The stack goes to the log alone: in the history it would be public, with paths and values.
            activity.logger.warning(
                "unexpected failure: %s", mask_secrets(traceback.format_exc().rstrip())
            )
            unknown = PlatformError(f"unexpected {type(error).__name__}: {mask(str(error))}")
            raise to_application_error(unknown) from None


def masked(error: CatalystError) -> CatalystError:
    """The same failure with every text masked. Changed in its place: kinds of it are made from other things than texts."""
    error.args = (mask(str(error)),)
    error.excerpt = mask_lines(error.excerpt)
    error.hint = mask(error.hint)
    return error
