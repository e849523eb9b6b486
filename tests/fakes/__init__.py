"""Every port as a program under the test's control: it records, holds, fails and misbehaves on purpose.

For workflow tests only. A fake that lags behind its port cannot be created, since each subclasses the ports.
"""

from tests.fakes.cluster import FakeCluster
from tests.fakes.control import FakeControl
from tests.fakes.controls import (
    AT_WORK,
    CREATING,
    FOLLOWING,
    IN_DEVELOPMENT,
    Controls,
    Diary,
    Step,
    beside,
)
from tests.fakes.github import FakeGitHub

__all__ = [
    "AT_WORK",
    "CREATING",
    "FOLLOWING",
    "IN_DEVELOPMENT",
    "Controls",
    "Diary",
    "FakeCluster",
    "FakeControl",
    "FakeGitHub",
    "Step",
    "beside",
]
