"""What an environment may reach outside (T-5): networks directly, host names through an egress proxy of its own."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from pydantic import JsonValue

from workflows import naming
from workflows.models import ReleasePlan, ServiceChart
from workflows.planning.detection.compose import is_backing
from workflows.planning.plans.case import Case, Way
from workflows.planning.plans.development.packages import (
    direct_sources,
    forwarded_sources,
    unreached_sources,
)
from workflows.planning.plans.values import service_name
from workflows.repo_config.egress import is_network


def networks_of(case: Case) -> tuple[str, ...]:
    """Networks that are opened; none for the code of a fork."""
    return tuple(filter(is_network, case.granted.egress)) if case.request.is_trusted else ()


def hosts_of(case: Case, way: Way) -> tuple[str, ...]:
    """Host names that are opened; none for the code of a fork, and none where there is no proxy."""
    if not case.request.is_trusted or not case.request.has_egress_proxy:
        return ()
    granted = (each for each in case.granted.egress if not is_network(each))
    return tuple(dict.fromkeys((*granted, *forwarded_sources(way.development))))


def with_proxy(case: Case, way: Way) -> Way:
    """The way with Catalyst's own chart told of the proxy, where there is one."""
    if not hosts_of(case, way):
        return way
    own = _own_releases(way)
    # All releases' names at once: what a stage adds must not restart what serves.
    names = [name for release in own for name in services_of(release)]
    names += hosts_of_charts(way.service_charts)
    networks = (*networks_of(case), *direct_sources(way.development))
    return replace(
        way,
        release=told_of_proxy(way.release, networks, names),
        extras=told_of_proxy(way.extras, networks, names) if way.extras else None,
    )


def note_egress(case: Case, way: Way) -> None:
    """What is opened and how, and what is not and why."""
    granted = case.granted.egress
    if granted and not case.request.is_trusted:
        case.story.warn("Nothing outside is opened, because the commit comes from a fork.")
        return
    _note_packages(case, way)
    names = _listed(each for each in granted if not is_network(each))
    if networks := _listed(networks_of(case)):
        case.story.because(f"It may reach {networks} outside, as the project grants.")
    if names and case.request.has_egress_proxy:
        case.story.because(f"It may reach {names} through the egress proxy, as the project grants.")
        _note_variables(case, way)
        _note_untold(case, way)
    elif names:
        case.story.warn(
            f"{names} cannot be reached: host names are opened by an egress proxy, which the operator has not set up "
            "(CATALYST_WORKER_EGRESS_PROXY_IMAGE)."
        )


def _note_packages(case: Case, way: Way) -> None:
    """The operator's mirrors, and those that cannot be reached."""
    if way.development is None:
        return
    if reached := _listed(way.development.package_sources):
        case.story.because(f"Packages come from the operator's mirrors: {reached}.")
    for url in unreached_sources(case):
        case.story.warn(
            f"The operator's mirror `{url}` cannot be reached from here and is not used: a name is reached through an egress "
            "proxy (CATALYST_WORKER_EGRESS_PROXY_IMAGE), on the usual port of `https` or `http`; an address is reached on any."
        )


def _note_variables(case: Case, way: Way) -> None:
    takers = [] if way.release.source == "catalyst" else ["the chart or the manifests"]
    takers += [f"the chart of `{each.name}`" for each in way.service_charts]
    if takers:
        case.story.because(
            f"Programs are told of the proxy by variables such as `HTTPS_PROXY`, which {' and '.join(takers)} can take "
            f"from the ConfigMap `{naming.EGRESS_VARIABLES}` (`envFrom`)."
        )


def _note_untold(case: Case, way: Way) -> None:
    """A database for which nobody told the proxy is no surprise then; backups are a part of theirs."""
    untold = [
        name
        for release in _own_releases(way)
        for name, component in _mapping(release.values.get("components")).items()
        if _stays_untold(_mapping(component)) and _mapping(component).get("kind") != "cron"
    ]
    if untold:
        case.story.because(
            f"Not told of the egress proxy: {_listed(tuple(untold))}, so that no change of what is granted starts a database, "
            "a cache or the like anew."
        )


def told_of_proxy(
    release: ReleasePlan, networks: Iterable[str], names: Iterable[str]
) -> ReleasePlan:
    """Catalyst's own chart with the proxy, which is for everything but these networks and names; others as they are.

    Nothing of it is a commit's, but the names of the components: images of others start anew when one is added.
    """
    if release.source != "catalyst":
        return release
    proxy: JsonValue = {
        "url": "{egress_proxy}",
        "except": ",".join(dict.fromkeys((*networks, *names))),
    }
    values = release.values
    shared = _mapping(values.get("global"))
    known = {**_mapping(shared.get("catalyst")), "proxy": proxy}
    components: JsonValue = {
        name: _told(_mapping(each)) for name, each in _mapping(values.get("components")).items()
    }
    told = {**values, "components": components, "global": {**shared, "catalyst": known}}
    return release.model_copy(update={"values": told})


def _told(component: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """With the variables also where it knows nothing of the commit, for others built its image."""
    is_others = component.get("catalystEnv") is False
    is_told = is_others and not _stays_untold(component)
    return {**component, "proxyEnv": True} if is_told else component


def _stays_untold(component: Mapping[str, JsonValue]) -> bool:
    return component.get("catalystEnv") is False and is_backing(str(component.get("image", "")))


def _own_releases(way: Way) -> list[ReleasePlan]:
    return [each for each in (way.release, way.extras) if each and each.source == "catalyst"]


def services_of(release: ReleasePlan) -> Iterator[str]:
    """Names under which its components reach each other: never through the proxy."""
    for name, component in _mapping(release.values.get("components")).items():
        yield service_name(release.name, name)
        aliases = _mapping(_mapping(component).get("service")).get("aliases")
        yield from map(str, aliases if isinstance(aliases, list) else ())


def hosts_of_charts(charts: Iterable[ServiceChart]) -> list[str]:
    """The same of services that are charts."""
    return [each.host for each in charts if each.host]


def _mapping(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _listed(names: Iterator[str] | tuple[str, ...]) -> str:
    return ", ".join(f"`{each}`" for each in names)
