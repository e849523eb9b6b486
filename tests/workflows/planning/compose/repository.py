"""One compose file, translated."""

from collections.abc import Mapping
from typing import Any

from tests.workflows.planning.plans.cases import component, plan_of
from workflows.models import RevisionPlan

GO = "FROM x\nCOPY . .\nEXPOSE 8080\nCMD serve\n"


def planned(text: str, files: Mapping[str, str] | None = None, **changes: Any) -> RevisionPlan:
    return plan_of({"compose.yaml": text, "Dockerfile": GO, **(files or {})}, **changes)


def web(text: str, files: Mapping[str, str] | None = None, **changes: Any) -> dict[str, Any]:
    """The component `web` of it."""
    return component(planned(text, files, **changes))
