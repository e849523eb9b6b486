"""Two runs never work on one stack at the same time."""

import os
from pathlib import Path

import pytest

from deploy.local.exclusive import exclusively
from deploy.local.instance import InstanceError, derive


def test_a_second_run_is_told_who_is_at_work() -> None:
    instance = derive(Path(f"/srv/exclusive/{os.getpid()}"), {"HOME": "/home/dev"})
    with exclusively(instance):
        second = exclusively(instance)
        with pytest.raises(InstanceError, match=f"process {os.getpid()} is at work"):
            second.__enter__()
    with exclusively(instance):
        pass


def test_runs_on_different_stacks_do_not_wait_for_each_other() -> None:
    one, other = (derive(Path(f"/srv/{os.getpid()}/{n}"), {"HOME": "/h"}) for n in "ab")
    with exclusively(one), exclusively(other):
        pass
