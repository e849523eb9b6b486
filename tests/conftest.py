"""What holds for every test: unit tests open no sockets."""

from pathlib import Path

import pytest
import pytest_socket
from hypothesis import HealthCheck, settings

MAY_OPEN_SOCKETS = ("integration", "e2e", "workflows", "replay", "bench")
"""Folders whose tests talk to a real server on this machine."""


settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""How long an example takes says more about the machine's other work than about the product.

`pytest --hypothesis-profile=search` looks for new counterexamples.
"""
settings.register_profile("steady", settings.get_profile("search"), derandomize=True)
"""The same examples in every run, so that a change is judged by what it changes."""
settings.load_profile("steady")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Which lines hundreds of examples reach is not counted: it takes longer than they do, and other tests reach them."""
    for item in items:
        if getattr(getattr(item, "function", None), "is_hypothesis_test", False):
            item.add_marker(pytest.mark.no_cover)


def pytest_runtest_setup(item: pytest.Item) -> None:
    folders = Path(item.path).relative_to(item.config.rootpath / "tests").parts
    if folders[0] in MAY_OPEN_SOCKETS:
        pytest_socket.enable_socket()
    else:
        pytest_socket.disable_socket(allow_unix_socket=True)


def pytest_runtest_teardown() -> None:
    pytest_socket.enable_socket()
