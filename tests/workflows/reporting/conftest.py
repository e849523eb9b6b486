"""A reporter where hours pass in milliseconds."""

import pytest

from tests.workflows.reporting.reporter import Reporter
from tests.workflows.stage import Stage


@pytest.fixture
def reporter(skipping: Stage) -> Reporter:
    return Reporter(skipping)
