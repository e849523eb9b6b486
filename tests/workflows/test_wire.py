"""What the sandbox of workflows imports anew for each of them."""

import pkgutil
from importlib import import_module

import workflows
from workflows.wire import PASSED_THROUGH


def defines_a_workflow(name: str) -> bool:
    values = vars(import_module(name)).values()
    own = [each for each in values if getattr(each, "__module__", "") == name]
    return any(hasattr(each, "__temporal_workflow_definition") for each in own)


def test_only_what_defines_a_workflow_is_imported_once_for_each() -> None:
    names = [each.name for each in pkgutil.iter_modules(workflows.__path__, "workflows.")]
    again = {name for name in names if name not in PASSED_THROUGH}
    assert again == {name for name in names if defines_a_workflow(name)}
    assert again
    assert not set(PASSED_THROUGH) - set(names)
