"""Where an installation in development mode finds packages: the operator's mirrors, which it may reach (FR-013)."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from workflows.models import DevelopmentPlan
from workflows.planning.dockerfiles import mirrors, node_tools, python
from workflows.planning.dockerfiles.model import Layout
from workflows.planning.plans.case import Case
from workflows.repo_config.egress import is_network

_FORWARDED = {"http": 80, "https": 443}
"""Ports that an egress proxy asks, by the scheme."""


def package_sources(case: Case) -> tuple[str, ...]:
    """URLs; none for the code of a fork."""
    return case.request.mirrors.urls if case.request.is_trusted else ()


def package_variables(case: Case, layout: Layout) -> dict[str, str]:
    """What tells the application's package manager of them, and the two that every other tool may call."""
    if not case.request.is_trusted:
        return {}
    known = {"node": node_tools.mirrors_of, "python": python.mirrors_of}
    own = known.get(layout.application.language)
    names = (*mirrors.NODE, *mirrors.PYTHON, *(own(layout) if own else ()))
    told = case.request.mirrors.arguments
    return {name: told[name] for name in names if name in told}


def direct_sources(plan: DevelopmentPlan | None) -> Iterator[str]:
    """Addresses of those that are reached by address: a policy can name these, and no proxy is asked."""
    return (host for host, _ in _places(plan) if is_network(host))


def forwarded_sources(plan: DevelopmentPlan | None) -> Iterator[str]:
    """Names of those that an egress proxy can forward to."""
    return (host for host, is_usual_port in _places(plan) if is_usual_port and not is_network(host))


def _places(plan: DevelopmentPlan | None) -> Iterator[tuple[str, bool]]:
    for url in plan.package_sources if plan else ():
        parts = urlsplit(url)
        usual = _FORWARDED.get(parts.scheme)
        yield parts.hostname or "", (parts.port or usual) == usual
