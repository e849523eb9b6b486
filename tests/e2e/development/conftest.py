"""The running stack, and previews that are closed at the end."""

from tests.e2e.main_job.conftest import previews, stack

__all__ = ["previews", "stack"]
