"""Where services listen, how they are reached, and when they count as ready."""

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from workflows.planning.compose.specification.model import Health, Port, Service
from workflows.planning.compose.translation.building import dockerfile_of
from workflows.planning.compose.translation.special import literals
from workflows.planning.compose.wishes import Values
from workflows.planning.detection.compose import base_name
from workflows.planning.detection.dockerfile import port_of_dockerfile
from workflows.planning.detection.files import Files

_USUAL: dict[str, tuple[int, ...]] = {
    "postgres": (5432,), "postgis": (5432,), "pgvector": (5432,), "timescaledb": (5432,),
    "mysql": (3306,), "mariadb": (3306,), "percona": (3306,),
    "mongo": (27017,), "redis": (6379,), "valkey": (6379,), "keydb": (6379,), "memcached": (11211,),
    "rabbitmq": (5672,), "nats": (4222,), "elasticsearch": (9200,), "opensearch": (9200,),
    "meilisearch": (7700,), "typesense": (8108,), "minio": (9000,), "clickhouse-server": (8123, 9000),
    "mailhog": (1025, 8025), "mailpit": (1025, 8025), "adminer": (8080,), "phpmyadmin": (80,),
    "nginx": (80,), "httpd": (80,), "caddy": (80,), "traefik": (80,),
}  # fmt: skip
"""Where images listen that nearly everybody knows, by the last part of their name."""
_OF_DEBUGGERS = (9229, 9230, 5005, 5678, 2345)
"""Listened on only while somebody debugs."""
_MAX_PORTS = 50
_LONGEST_START = 600
"""Seconds that a service may fail its check at least before it is started again: Docker would never do that."""


def sure_ports(files: Files, service: Service) -> list[Port]:
    """Ports that the service certainly listens on, each once: published, exposed, of its Dockerfile, of its image."""
    found = [*service.ports, *service.expose]
    if service.catalyst.port:
        found.insert(0, Port(target=service.catalyst.port))
    # What an image exposes says nothing of a command that is run instead of its own: a worker listens nowhere.
    is_as_built = not service.command and not service.entrypoint
    if not found and service.build is not None and is_as_built:
        port, _ = port_of_dockerfile(files, dockerfile_of(service.build), service.build.target)
        found += [Port(target=port)] if port else []
    if not found and service.build is None:
        found += [Port(target=each) for each in _USUAL.get(base_name(service.image), ())]
    return _unique(found)


def with_mentioned(ports: Sequence[Port], mentioned: Iterable[int]) -> list[Port]:
    """Further ports, under which other services name this one. Without any port, a service is reached on all."""
    return _unique([*ports, *(Port(target=each) for each in mentioned)])


def _unique(ports: Iterable[Port]) -> list[Port]:
    found: dict[tuple[int, str], Port] = {}
    for port in ports:
        found.setdefault((port.target, port.protocol), port)
    return list(found.values())[:_MAX_PORTS]


def mentioned_ports(
    aliases: Mapping[str, Sequence[str]], texts: Iterable[str]
) -> dict[str, list[int]]:
    """Service to the ports under which texts name it: `http://api:9000`. `aliases`: its names."""
    owners = {alias: service for service, names in aliases.items() for alias in (service, *names)}
    if not owners:
        return {}
    listed = "|".join(
        re.escape(name) for name in sorted(owners, key=lambda each: (-len(each), each))
    )
    pattern = re.compile(rf"(?<![\w.-])({listed}):(\d{{2,5}})(?!\d)")
    found: dict[str, list[int]] = {}
    for text in texts:
        for name, digits in pattern.findall(text):
            ports = found.setdefault(owners[name], [])
            if 0 < int(digits) <= 65535 and int(digits) not in ports:
                ports.append(int(digits))
    return found


def names_itself(service: Service, names: Iterable[str]) -> bool:
    """Whether it reaches itself under a name of its own before it is ready, as brokers and checks do."""
    listed = "|".join(map(re.escape, sorted(names)))
    if not listed:
        return False
    pattern = re.compile(rf"(?<![\w.-])(?:{listed})(?=:\d)")
    check = service.healthcheck.test if service.healthcheck else ()
    values = (value or "" for value in service.environment.values())
    return any(pattern.search(text) for text in (*check, *values, *(service.command or ())))


def chart_ports(ports: Sequence[Port], front: int) -> list[Values]:
    """As the chart has them; the one that the public URL leads to first, under the name `http`."""
    ordered = sorted(ports, key=lambda each: each.target != front or each.protocol != "tcp")
    if front and not any(each.target == front for each in ports):
        ordered = [Port(target=front), *ordered]
    return [_chart_port(each, is_front=bool(front) and at == 0) for at, each in enumerate(ordered)]


def _chart_port(port: Port, *, is_front: bool) -> Values:
    name = "http" if is_front else f"{port.protocol}-{port.target}"
    values: Values = {"name": name, "port": port.target}
    return values if port.protocol == "tcp" else {**values, "protocol": port.protocol.upper()}


def probes_of(service: Service, ports: list[Values], sure: Collection[int]) -> Values:
    """By its own check, else by the first port that it is `sure` to listen on; empty where there is neither."""
    health = service.healthcheck
    if health is not None and health.test and health.test[0] != "NONE" and not health.disable:
        return _checked(health)
    first = next(
        (
            each["name"]
            for each in ports
            if "protocol" not in each and each["port"] in sure and each["port"] not in _OF_DEBUGGERS
        ),
        None,
    )
    return {"readiness": {"type": "tcp", "port": first}} if first else {}


def _checked(health: Health) -> Values:
    kind, *words = health.test
    command = ["/bin/sh", "-c", words[0]] if kind == "CMD-SHELL" else words
    common: Values = {
        "type": "command",
        "command": list(literals(command)),
        "timeoutSeconds": _whole(health.timeout),
    }
    retries = max(health.retries, 1)
    pause = _whole(min(health.start_interval, health.interval))
    patience = max(health.start_period + retries * health.interval, _LONGEST_START)
    return {
        "startup": {
            **common,
            "periodSeconds": pause,
            "failureThreshold": math.ceil(patience / pause),
        },
        "readiness": {
            **common,
            "periodSeconds": _whole(health.interval),
            "failureThreshold": retries,
        },
    }


def _whole(seconds: float) -> int:
    return min(max(math.ceil(seconds), 1), 3600)
