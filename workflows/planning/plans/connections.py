"""How an application that was found beside a compose file reaches the databases of it.

With Compose, people start those and run the application on their own machine, at `localhost`; in a preview it is told.
"""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from workflows.planning.compose import Piece
from workflows.planning.detection.compose import base_name
from workflows.planning.detection.interest import words

_POSTGRES = words("postgres postgis pgvector timescaledb")
_MYSQL = words("mysql mariadb percona mysql-server")
_REDIS = words("redis valkey keydb redis-stack redis-stack-server dragonfly")


def connections(pieces: Sequence[Piece]) -> dict[str, str]:
    """Variables by the names that most frameworks know; of two databases only the first has them."""
    found: dict[str, str] = {}
    for piece in pieces:
        base = base_name(str(piece.values.get("image", "")))
        host = _host(piece)
        if base in _POSTGRES:
            found.setdefault("DATABASE_URL", _postgres(host, piece.env))
        elif base in _MYSQL:
            found.setdefault("DATABASE_URL", _mysql(host, piece.env))
        elif base in _REDIS and "args" not in piece.values:  # a command may ask for a password
            found.setdefault("REDIS_URL", f"redis://{host}:6379/0")
    return {name: value for name, value in found.items() if value}


def _host(piece: Piece) -> str:
    service = piece.values.get("service")
    names = service.get("aliases") if isinstance(service, dict) else None
    return str(names[0]) if isinstance(names, list) and names else piece.name


def _postgres(host: str, env: Mapping[str, str]) -> str:
    user = env.get("POSTGRES_USER") or "postgres"
    database = env.get("POSTGRES_DB") or user
    return _url("postgresql", user, env.get("POSTGRES_PASSWORD", ""), f"{host}:5432", database)


def _mysql(host: str, env: Mapping[str, str]) -> str:
    user = env.get("MYSQL_USER") or env.get("MARIADB_USER") or "root"
    names = ("MYSQL_ROOT_PASSWORD", "MARIADB_ROOT_PASSWORD")
    if user != "root":
        names = ("MYSQL_PASSWORD", "MARIADB_PASSWORD")
    password = next((env[name] for name in names if name in env), "")
    database = env.get("MYSQL_DATABASE") or env.get("MARIADB_DATABASE") or ""
    return _url("mysql", user, password, f"{host}:3306", database) if database else ""


def _url(scheme: str, user: str, password: str, place: str, database: str) -> str:
    """Empty where a part is filled in later, by a secret of the project."""
    if any("$" in each or "{" in each for each in (user, password, database)):
        return ""
    secret = f":{quote(password, safe='')}" if password else ""
    return f"{scheme}://{quote(user, safe='')}{secret}@{place}/{quote(database, safe='')}"
