"""The list of activities is read from the ports."""

import pytest

from worker.registry import activities_of, all_activities, missing_ports
from workflows import ports
from workflows.models import messages as m


class _Signals(ports.SignalPort):
    async def submit_report(self, request: m.SubmitReportInput) -> None: ...

    async def start_environment(self, request: m.StartEnvironmentInput) -> None: ...

    async def list_running(self) -> m.ListRunningResult:
        return m.ListRunningResult(environments=())

    async def list_revisions(self, _request: m.ListRevisionsInput) -> m.ListRevisionsResult:
        return m.ListRevisionsResult()


def test_every_method_of_a_port_is_registered() -> None:
    names = [method.__name__ for method in activities_of(_Signals(), ports.SignalPort)]
    assert names == ["list_revisions", "list_running", "start_environment", "submit_report"]
    assert len(all_activities([_Signals(), object()])) == 4


def test_a_port_without_implementation_is_named() -> None:
    missing = missing_ports([_Signals()])
    assert "SignalPort" not in missing
    assert "BuildPort" in missing


def test_a_wrong_pairing_is_refused() -> None:
    with pytest.raises(TypeError, match="does not implement BuildPort"):
        activities_of(_Signals(), ports.BuildPort)
