"""Where services listen, how they are reached, and when they count as ready."""

import math
import re
from collections.abc import Iterable, Mapping

from workflows.planning.compose.building import dockerfile_of
from workflows.planning.compose.checking import Checked
from workflows.planning.compose.model import Health, Port, Service
from workflows.planning.compose.special import literals
from workflows.planning.compose.wishes import Values
from workflows.planning.detection.dockerfile import port_of_dockerfile
from workflows.planning.detection.files import Files, name_of

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


def ports_of(
    files: Files, service: Service, name: str, mentioned: Mapping[str, list[int]]
) -> list[Port]:
    """All ports known, each once: published, exposed, of the Dockerfile, of the image, and those that others name."""
    found = [*service.ports, *service.expose]
    if service.catalyst.port:
        found.insert(0, Port(target=service.catalyst.port))
    # What an image exposes says nothing of a command that is run instead of its own: a worker listens nowhere.
    is_as_built = not service.command and not service.entrypoint
    if not found and service.build is not None and is_as_built:
        port, _ = port_of_dockerfile(files, dockerfile_of(service.build))
        found += [Port(target=port)] if port else []
    if not found and service.build is None:
        image = name_of(service.image.partition("@")[0]).partition(":")[0].lower()
        found += [Port(target=each) for each in _USUAL.get(image, ())]
    if found:  # one without any is reached on all, so none of it must be named
        found += [Port(target=each) for each in mentioned.get(name, ())]
    unique = {(each.target, each.protocol): each for each in reversed(found)}
    return list(reversed(unique.values()))[:_MAX_PORTS]


def mentioned_ports(checked: Checked, further: Iterable[str]) -> dict[str, list[int]]:
    """Service to the ports under which the texts of others name it: `http://api:9000`."""
    if not checked.services:
        return {}
    listed = "|".join(re.escape(name) for name in sorted(checked.services, key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w.-])({listed}):(\d{{2,5}})(?!\d)")
    found: dict[str, list[int]] = {}
    own = (text for part in checked.parts.values() for text in part.texts())
    volumes = {
        text
        for part in checked.parts.values()
        if (listed_ports := part.get("image"))
        for text in listed_ports.texts()
    }
    for text in (*own, *further):
        if text in volumes:  # `postgres:16` is an image, not a port
            continue
        for name, digits in pattern.findall(text):
            port = int(digits)
            if 0 < port <= 65535 and port not in found.setdefault(name, []):
                found[name].append(port)
    return found


def chart_ports(ports: list[Port], front: int) -> list[Values]:
    """As the chart has them; the one that the public URL leads to first, under the name `http`."""
    ordered = sorted(ports, key=lambda each: each.target != front or each.protocol != "tcp")
    if front and not any(each.target == front for each in ports):
        ordered = [Port(target=front), *ordered]
    return [_chart_port(each, is_front=bool(front) and at == 0) for at, each in enumerate(ordered)]


def _chart_port(port: Port, *, is_front: bool) -> Values:
    name = "http" if is_front else f"{port.protocol}-{port.target}"
    values: Values = {"name": name, "port": port.target}
    return values if port.protocol == "tcp" else {**values, "protocol": port.protocol.upper()}


def probes_of(service: Service, ports: list[Values]) -> Values:
    """By its own check, else by its first port; empty where there is neither."""
    health = service.healthcheck
    if health is not None and health.test and health.test[0] != "NONE" and not health.disable:
        return _checked(health)
    first = next(
        (
            each["name"]
            for each in ports
            if "protocol" not in each and each["port"] not in _OF_DEBUGGERS
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
