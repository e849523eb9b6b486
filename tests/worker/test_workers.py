"""What a process works on, checked before it works on anything."""

import pytest

from worker.workers import Implementations


def test_a_process_that_leaves_a_port_out_does_not_start() -> None:
    with pytest.raises(ValueError, match=r"no implementation for SourcePort, .*SignalPort"):
        Implementations(github=[], builds=[], cluster=[], control=[])
