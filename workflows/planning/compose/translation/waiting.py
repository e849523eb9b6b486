"""How a job waits in its own pod until what it depends on is reached.

A new pod may be told "connection refused" by a network that does not know it yet, and a job is not tried a second time.
"""

from collections.abc import Mapping, Sequence

from workflows.planning.compose.specification.model import Port, Service
from workflows.planning.compose.wishes import Values
from workflows.planning.detection.compose import base_name

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
    """Component to what a job that depends on the services runs first; those are left out that nobody can ask."""
    found: Values = {}
    for name in wanted:
        check = _CHECKS.get(base_name(services[name].image)) if not services[name].build else None
        if check is None or not aliases[name] or not ports[name]:
            continue
        asked = check.format(host=aliases[name][0], port=ports[name][0].target)
        command = f"until {asked}; do sleep 0.5; done"
        found[components[name]] = {
            "image": services[name].image,
            "command": ["/bin/sh", "-c", command],
        }
    return found
