"""How a job waits in its own pod until what it depends on is reached: a database that answers, or a port that accepts."""

from collections.abc import Mapping, Sequence

from workflows.planning.compose.specification.model import Port, Service
from workflows.planning.compose.wishes import Values
from workflows.planning.detection.compose import base_name
from workflows.planning.reaching import until_reached

_POSTGRES = "pg_isready --quiet --host={host} --port={port}"
_MYSQL = "mysqladmin ping --silent --host={host} --port={port}"
_MARIADB = "mariadb-admin ping --silent --host={host} --port={port}"
_REDIS = '{client} -h {host} -p {port} ping | grep -qE "PONG|NOAUTH"'
_CHECKS = {
    **dict.fromkeys(("postgres", "postgis", "pgvector", "timescaledb"), _POSTGRES),
    **dict.fromkeys(("mysql", "percona"), _MYSQL),
    "mariadb": _MARIADB,
    "redis": _REDIS.replace("{client}", "redis-cli"),
    "valkey": _REDIS.replace("{client}", "valkey-cli"),
    "mongo": 'mongosh --quiet --host {host} --port {port} --eval "db.version()"',
}
"""What the image of a database itself says of one elsewhere, by the last part of its name."""


def waits_for(
    wanted: Sequence[str],
    services: Mapping[str, Service],
    components: Mapping[str, str],
    ports: Mapping[str, Sequence[Port]],
    aliases: Mapping[str, Sequence[str]],
) -> Values:
    """Component to what a job that depends on the services runs first; those are left out that listen nowhere."""
    found: Values = {}
    for name in wanted:
        port = next((each.target for each in ports[name] if each.protocol == "tcp"), 0)
        if aliases[name] and port:
            found[components[name]] = _wait(services[name], aliases[name][0], port)
    return found


def _wait(service: Service, host: str, port: int) -> Values:
    check = _CHECKS.get(base_name(service.image)) if not service.build else None
    if check is None:
        return until_reached(host, port)
    command = f"until {check.format(host=host, port=port)}; do sleep 0.5; done"
    return {"image": service.image, "command": ["/bin/sh", "-c", command]}
