"""Compose files: those that run the application, and those that only hold what it talks to."""

import re
from dataclasses import dataclass, field

from pydantic import JsonValue

from workflows.models import Application, ApplicationKind
from workflows.planning.detection.dockerfile import port_of_dockerfile
from workflows.planning.detection.files import (
    Files,
    folder_of,
    join,
    mapping,
    name_of,
    resolve,
    shorten,
    string,
    strings,
)
from workflows.planning.detection.interest import words
from workflows.planning.detection.ports import as_port
from workflows.planning.detection.proposal import Finding, Proposal, Rank

NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
"""In the order in which Compose itself takes them."""
_BACKING = words(
    "postgres postgresql postgis pgvector timescaledb timescale supabase-postgres mysql mysql-server "
    "mariadb percona mongo mongodb mongo-express cockroach redis redis-stack redis-stack-server "
    "valkey keydb dragonfly memcached rabbitmq kafka cp-kafka zookeeper cp-zookeeper redpanda nats "
    "activemq activemq-artemis mosquitto elasticsearch opensearch kibana opensearch-dashboards solr "
    "meilisearch typesense clickhouse-server clickhouse influxdb cassandra scylla couchdb neo4j minio mc versitygw "
    "localstack elasticmq azurite mailhog mailpit maildev mailcatcher smtp4dev adminer pgadmin4 "
    "phpmyadmin redisinsight redis-commander etcd consul vault mssql server qdrant weaviate chroma "
    "milvus jaeger all-in-one zipkin prometheus grafana loki tempo opentelemetry-collector "
    "otel-collector opentelemetry-collector-contrib pgbouncer dynamodb-local surrealdb rqlite questdb "
    "kafka-ui ravendb oracle-xe keycloak dex ollama"
)
"""Images of databases, caches, brokers and their tools, by the last part of the name."""
_WEB_NAMES = ("web", "app", "frontend", "client", "ui", "site", "backend", "server", "api")
_DEFAULT = re.compile(r"\$\{\w+:?-(\w*)\}")
_PROXIES = words("nginx traefik caddy haproxy envoy httpd")


@dataclass(frozen=True)
class ComposeFinding:
    finding: Finding = field(default_factory=Finding)
    backing: str = ""
    """The file, when it holds backing services alone."""
    services: tuple[str, ...] = ()


def compose_file_of(files: Files, folder: str) -> str:
    """The compose file that Compose takes in a directory; empty when there is none."""
    return next((join(folder, each) for each in NAMES if each in files.names(folder)), "")


def detect_compose(files: Files, folder: str) -> ComposeFinding:
    found = [join(folder, each) for each in NAMES if each in files.names(folder)]
    if not found:
        return ComposeFinding()
    path = found[0]
    warnings = [f"`{each}` is left aside: Compose takes `{path}` first." for each in found[1:]]
    if problem := files.problem(path):
        warnings.append(f"`{path}` cannot be used, and detection goes on without it: {problem}.")
        return ComposeFinding(Finding(warnings=tuple(warnings)))
    services, missing = _services(files, path)
    warnings += missing
    if not services:
        warnings.append(f"`{path}` starts no services; detection goes on without it.")
        return ComposeFinding(Finding(warnings=tuple(warnings)))
    own = [name for name, service in services.items() if not _is_backing(service)]
    if not own:
        names = tuple(services)
        reason = f"`{path}` holds only backing services ({_listed(names)}), and detection goes on."
        return ComposeFinding(Finding(told=(reason,), warnings=tuple(warnings)), path, names)
    proposal = _proposal(files, path, services, own)
    return ComposeFinding(Finding((proposal,), warnings=tuple(warnings)))


def _proposal(
    files: Files, path: str, services: dict[str, dict[str, JsonValue]], own: list[str]
) -> Proposal:
    front, port, port_reason = _front(files, path, services, own)
    backing = tuple(name for name in services if name not in own)
    reasons = [f"`{path}` runs the application: {_listed(tuple(own))}."]
    if backing:
        reasons.append(f"Backing services in `{path}`: {_listed(backing)}.")
    warnings = list(_missing_dockerfiles(files, path, services))
    if port:
        reasons.append(port_reason)
    return Proposal(
        rank=Rank.COMPOSE,
        application=Application(
            kind=ApplicationKind.COMPOSE, workdir=folder_of(path), compose=path, port=port
        ),
        path=path,
        title=f"Compose, service {front}" if front else "Compose",
        reasons=tuple(reasons),
        warnings=tuple(warnings),
        covers=tuple(_dockerfile(path, services[name]) for name in own),
    )


def _services(files: Files, path: str) -> tuple[dict[str, dict[str, JsonValue]], list[str]]:
    """Services that start without a profile, those of included files too; and what is wrong with others."""
    document = files.mapping(path)
    missing, merged = [], mapping(document.get("services"))
    for each in _included(document):
        included = resolve(folder_of(path), each)
        if files.has(included) and not files.problem(included):
            merged = {**mapping(files.mapping(included).get("services")), **merged}
        else:
            state = (
                "could not be read as a compose file"
                if files.has(included)
                else "is not in the repository"
            )
            missing.append(f"`{path}` includes `{shorten(each)}`, which {state}.")
    named = {shorten(name, 63): mapping(service) for name, service in merged.items()}
    return {
        name: service for name, service in named.items() if not service.get("profiles")
    }, missing


def _included(document: dict[str, JsonValue]) -> list[str]:
    include = document.get("include")
    found: list[str] = []
    for each in include if isinstance(include, list) else []:
        paths = mapping(each).get("path", each)
        found += strings(paths) or ([paths] if isinstance(paths, str) else [])
    return found


def _is_backing(service: dict[str, JsonValue]) -> bool:
    return not service.get("build") and is_backing(string(service.get("image")))


def is_backing(image: str) -> bool:
    """Whether it is a database, cache, broker or a tool of such."""
    return base_name(image) in _BACKING


def is_proxy(image: str) -> bool:
    """Whether it passes requests on to others."""
    return base_name(image) in _PROXIES


def rank_of_name(service: str) -> int:
    """How much a service's name says that people look at it: the lower, the more."""
    return _WEB_NAMES.index(service) if service in _WEB_NAMES else len(_WEB_NAMES)


def base_name(image: str) -> str:
    """The last part of an image's name, without tag and digest: what it is, for those that are well known."""
    return name_of(image.partition("@")[0]).partition(":")[0].lower()


def _front(
    files: Files, path: str, services: dict[str, dict[str, JsonValue]], own: list[str]
) -> tuple[str, int, str]:
    """The service people look at: one that publishes a port, by its name, the repository's own before proxies."""

    def order(name: str) -> tuple[bool, bool, bool, int, bool]:
        service = services[name]
        is_built = bool(service.get("build"))
        return (
            not mapping(service.get("x-catalyst")).get("public"),
            not _ports(service, "ports"),
            is_proxy(string(service.get("image"))) and not is_built,
            rank_of_name(name),
            not is_built,
        )

    for name in sorted(own, key=order):
        if port := as_port(string(mapping(services[name].get("x-catalyst")).get("port"))):
            return name, port, f"Port {port}, by `x-catalyst` of the service `{name}` in `{path}`."
        for key in ("ports", "expose"):
            if ports := _ports(services[name], key):
                return (
                    name,
                    ports[0],
                    f"Port {ports[0]}, by `{key}` of the service `{name}` in `{path}`.",
                )
    for name in own:
        target = string(mapping(services[name].get("build")).get("target"))
        port, reason = port_of_dockerfile(files, _dockerfile(path, services[name]), target)
        if port:
            return name, port, f"{reason[:-1]}, which builds the service `{name}`."
    return "", 0, ""


def _ports(service: dict[str, JsonValue], key: str) -> list[int]:
    """Ports inside the container, in the file's order."""
    value = service.get(key)
    found = []
    for each in value if isinstance(value, list) else []:
        target = mapping(each).get("target") if isinstance(each, dict) else each
        inside = _DEFAULT.sub(r"\1", string(target)).rpartition(":")[2]
        found.append(as_port(inside.partition("-")[0]))
    return [port for port in found if port]


def _dockerfile(path: str, service: dict[str, JsonValue]) -> str:
    """Where a service's Dockerfile should be; empty when it has none, or it leads out of the repository."""
    build = service.get("build")
    if not build:
        return ""
    options = mapping(build)
    context = string(build) if isinstance(build, str) else string(options.get("context")) or "."
    folder = "" if "://" in context else resolve(folder_of(path), context)
    name = string(options.get("dockerfile")) or "Dockerfile"
    return resolve(folder, name) if folder else ""


def _missing_dockerfiles(
    files: Files, path: str, services: dict[str, dict[str, JsonValue]]
) -> list[str]:
    warnings = []
    for name, service in services.items():
        if not service.get("build") or mapping(service.get("build")).get("dockerfile_inline"):
            continue
        dockerfile = _dockerfile(path, service)
        if not dockerfile:
            warnings.append(
                f"The service `{name}` in `{path}` is built from outside of the repository."
            )
        elif not files.has(dockerfile):
            warnings.append(
                f"The service `{name}` in `{path}` is built from `{shorten(dockerfile)}`, "
                "which is not in the repository."
            )
    return warnings


def _listed(names: tuple[str, ...], most: int = 8) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
