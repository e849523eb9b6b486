"""Services that are charts (ENV-017): each a release of its own, which comes up before what it is for."""

import posixpath
from dataclasses import dataclass

from workflows import naming
from workflows.models import ReleasePlan, ServiceChart, ServiceSettings, Stage
from workflows.planning.plans.beside.asked import place_of
from workflows.planning.plans.beside.services import Service, plainly_told
from workflows.planning.plans.case import Case
from workflows.values import fill_known, has_placeholder

_MAX_NAME = 63
"""Characters of a Service's name; charts cut theirs there."""
_RELEASE = "{release}"
"""Stands for the chart's release in the name of its Service."""


@dataclass(frozen=True)
class ChartService:
    """One release of a chart."""

    service: Service
    """How it is reached; no component of Catalyst's chart."""
    release: ReleasePlan

    @property
    def plan(self) -> ServiceChart:
        known = self.service
        return ServiceChart(name=known.name, release=self.release, host=known.host, port=known.port)

    @property
    def stage(self) -> Stage:
        return Stage(title=f"service {self.service.name}", release=self.release.name)

    @property
    def directory(self) -> str:
        """In the repository; empty where the chart is another's."""
        return self.release.chart if self.release.source == "repository" else ""


def make_chart(case: Case, name: str, asked: ServiceSettings) -> ChartService:
    """What was asked for, with its values as they are: nothing of a commit may restart it."""
    release = naming.service_release_name(case.request.environment, name)
    is_remote = bool(asked.repository)
    chart = asked.chart if is_remote else posixpath.normpath(asked.chart)
    host = _host(case, name, release, asked) if asked.port else ""
    where = f" {asked.version} of {asked.repository}" if is_remote else " of the repository"
    return ChartService(
        service=Service(
            name=name,
            title=f"chart `{chart}`{where}",
            host=host,
            values={},
            port=asked.port,
            plain=plainly_told(name, host, asked.port),
        ),
        release=ReleasePlan(
            name=release,
            chart=chart,
            source="remote" if is_remote else "repository",
            repository=asked.repository,
            version=asked.version,
            values=asked.values,
            is_user_managed=True,
        ),
    )


def _host(case: Case, service: str, release: str, asked: ServiceSettings) -> str:
    """As asked; else what `helm create` makes of release and chart, which most charts have kept."""
    if asked.host:
        return asked.host.replace(_RELEASE, release)
    if full := _name(case, service, asked, "fullnameOverride"):
        return _cut(full)
    own = posixpath.basename(asked.chart.rstrip("/"))
    name = _name(case, service, asked, "nameOverride") or own
    return _cut(release if name in release else f"{release}-{name}")


def _cut(name: str) -> str:
    return name[:_MAX_NAME].removesuffix("-")


def _name(case: Case, service: str, asked: ServiceSettings, key: str) -> str:
    """What the values call it by that key; that nobody can tell yet is noted, for the application is told now."""
    value = asked.values.get(key)
    if not isinstance(value, str):
        return ""
    known = {"environment": case.request.environment, "project": case.request.project.key}
    name = fill_known(known, value)
    if has_placeholder(name):
        case.problems.append(
            f"{place_of(case, 'services', service)} does not tell by what name it is reached, since `{key}` is "
            f"`{value}` and is filled in later; say it with `host`."
        )
    return name
