"""Where an installation in development mode finds packages: the operator's mirrors, which it may reach (FR-013)."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from workflows.models import DevelopmentPlan
from workflows.planning.dockerfiles import Mirrors, mirrors, node_tools, python
from workflows.planning.dockerfiles.model import Layout
from workflows.planning.plans.case import Case
from workflows.repo_config.egress import is_network

_FORWARDED = {"http": 80, "https": 443}
"""Ports that an egress proxy asks, by the scheme."""


def package_sources(case: Case) -> tuple[str, ...]:
    """URLs of those that can be reached; none for the code of a fork."""
    return _reached(case).urls


def unreached_sources(case: Case) -> tuple[str, ...]:
    """URLs of those that could only be reached if there were a proxy, or one that asks that port."""
    reached = package_sources(case)
    wanted = case.request.mirrors.urls if case.request.is_trusted else ()
    return tuple(each for each in wanted if each not in reached)


def package_variables(case: Case, layout: Layout) -> dict[str, str]:
    """What tells the application's package manager of them, and the two that every other tool may call."""
    known = {"node": node_tools.mirrors_of, "python": python.mirrors_of}
    own = known.get(layout.application.language)
    names = (*mirrors.NODE, *mirrors.PYTHON, *(own(layout) if own else ()))
    told = _reached(case).arguments
    return {name: told[name] for name in names if name in told}


def direct_sources(plan: DevelopmentPlan | None) -> Iterator[str]:
    """Addresses of those that are reached by address: a policy can name these, and no proxy is asked."""
    return filter(is_network, _hosts(plan))


def forwarded_sources(plan: DevelopmentPlan | None) -> Iterator[str]:
    """Names of those that an egress proxy forwards to."""
    return (host for host in _hosts(plan) if not is_network(host))


def _hosts(plan: DevelopmentPlan | None) -> Iterator[str]:
    return (urlsplit(each).hostname or "" for each in (plan.package_sources if plan else ()))


def _reached(case: Case) -> Mirrors:
    """A package manager is not sent to one that it cannot reach: what the project grants may lead elsewhere."""
    wanted = case.request.mirrors

    def kept(url: str) -> str:
        parts = urlsplit(url)
        usual = _FORWARDED.get(parts.scheme)
        is_forwarded = case.request.has_egress_proxy and (parts.port or usual) == usual
        is_reached = is_network(parts.hostname or "") or is_forwarded
        return url if url and is_reached and case.request.is_trusted else ""

    return Mirrors(npm=kept(wanted.npm), pypi=kept(wanted.pypi))
