"""Tests that show by one more technology or way what another test shows by one."""

import pytest
from _pytest.mark import ParameterSet


def variant(value: object) -> ParameterSet:
    """Return a parameter whose test only `make thorough` runs."""
    return pytest.param(value, marks=pytest.mark.variant)
