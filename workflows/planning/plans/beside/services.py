"""Services that an environment has of its own (ENV-017): what runs, what it keeps, what the application is told of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from pydantic import JsonValue

from workflows import naming
from workflows.models import CredentialPlan, ServiceSettings, ServiceType
from workflows.planning.plans.values import service_name
from workflows.planning.reaching import until_reached

APP = "app"
"""User, database and bucket: all that is in an environment's own service is its application's."""
SIZE = "1Gi"
_PASSWORD = 32
"""Letters and digits: 190 bits, and nothing in them that a URL would need to escape."""
Values = dict[str, JsonValue]


@dataclass(frozen=True)
class Service:
    """One component of Catalyst's chart, and how it is reached."""

    name: str
    title: str
    """For people: `PostgreSQL 17`."""
    host: str
    values: Values
    port: int = 0
    size: str = ""
    """Of its volume; empty where nothing is kept."""
    credentials: CredentialPlan | None = None
    offers: tuple[str, ...] = ()
    """Variables for the application, each a key of its Secret."""
    plain: Mapping[str, str] = field(default_factory=dict)
    """Variables for the application that are no secret."""
    reached: str = ""
    """Shell command of its own image that ends once it is reached; empty where its port is all that is known."""

    @property
    def wait(self) -> Values:
        """For jobs: what ends once it is reached; empty for what has no port."""
        if self.reached:
            return {"image": self.values["image"], "command": ["/bin/sh", "-c", self.reached]}
        return until_reached(self.host, self.port) if self.port else {}


def make_service(release: str, name: str, asked: ServiceSettings) -> Service:
    """What was asked for as a component of `release`."""
    host = service_name(release, name)
    return (
        _of_image(name, host, asked)
        if asked.type is None
        else _MAKERS[asked.type](name, host, asked)
    )


def _postgres(name: str, host: str, asked: ServiceSettings) -> Service:
    version, secret = asked.version or "17", naming.service_secret(name)
    ready = ["pg_isready", "--quiet", "--host=127.0.0.1", f"--username={APP}", f"--dbname={APP}"]
    values = _provided(
        f"docker.io/library/postgres:{version}",
        ("postgres", 5432),
        asked,
        env={"POSTGRES_USER": APP, "POSTGRES_DB": APP, "PGDATA": "/var/lib/postgresql/data"},
        secrets={"POSTGRES_PASSWORD": (secret, "password")},
        # By address: while it makes its database it answers on its socket only, and has no data yet.
        ready={"type": "command", "command": list(ready)},
        kept="/var/lib/postgresql/data",
        memory=("128Mi", "512Mi"),
        # Not the volume's root: that may hold `lost+found`, and belong to root alone.
        folder="pgdata",
    )
    # A database that has to end within seconds recovers when it starts again.
    values["terminationGracePeriodSeconds"] = 30
    texts = {
        "DATABASE_URL": f"postgresql://{APP}:{{password}}@{host}:5432/{APP}",
        "PGHOST": host,
        "PGPORT": "5432",
        "PGUSER": APP,
        "PGPASSWORD": "{password}",
        "PGDATABASE": APP,
    }
    made = {"password": _PASSWORD}
    known = _known(name, f"PostgreSQL {version}", (host, 5432), values, asked, made, texts)
    return replace(known, reached=f"until pg_isready --quiet --host={host}; do sleep 0.2; done")


def _redis(name: str, host: str, asked: ServiceSettings) -> Service:
    version, secret = asked.version or "7", naming.service_secret(name)
    values = _provided(
        f"docker.io/library/redis:{version}",
        ("redis", 6379),
        asked,
        secrets={"REDIS_PASSWORD": (secret, "password")},
        ready={
            "type": "command",
            "command": [
                "sh",
                "-c",
                'REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli ping | grep -q PONG',
            ],
        },
        kept="/data",
        memory=("32Mi", "256Mi"),
    )
    # Kubernetes fills in the variable; what others may read of the pod holds its name only.
    values["args"] = [
        *("redis-server", "--dir", "/data", "--appendonly", "yes"),
        *("--requirepass", "$(REDIS_PASSWORD)"),
    ]
    texts = {"REDIS_URL": f"redis://:{{password}}@{host}:6379/0"}
    known = _known(
        name, f"Redis {version}", (host, 6379), values, asked, {"password": _PASSWORD}, texts
    )
    # Any answer will do, also that a password is missing.
    return replace(known, reached=f"until redis-cli -h {host} ping; do sleep 0.2; done")


def _s3(name: str, host: str, asked: ServiceSettings) -> Service:
    version, secret = asked.version or "v1.8.0", naming.service_secret(name)
    values = _provided(
        f"docker.io/versity/versitygw:{version}",
        ("http", 9000),
        asked,
        env={"VGW_PORT": ":9000", "VGW_REGION": "us-east-1", "VGW_HEALTH": "/health"},
        secrets={
            "ROOT_ACCESS_KEY": (secret, "AWS_ACCESS_KEY_ID"),
            "ROOT_SECRET_KEY": (secret, "AWS_SECRET_ACCESS_KEY"),
        },
        ready={"type": "http", "path": "/health"},
        kept="/data",
        memory=("64Mi", "256Mi"),
    )
    # A bucket is a directory, so it is there before the first request.
    values["command"] = ["/bin/sh", "-c", f"mkdir -p /data/{APP} && exec versitygw posix /data"]
    texts = {
        "AWS_ENDPOINT_URL_S3": f"http://{host}:9000",
        "AWS_REGION": "us-east-1",
        # What the Python client reads.
        "AWS_DEFAULT_REGION": "us-east-1",
        "S3_BUCKET": APP,
    }
    made = {"AWS_ACCESS_KEY_ID": 20, "AWS_SECRET_ACCESS_KEY": 40}
    return _known(name, f"S3 (Versity gateway {version})", (host, 9000), values, asked, made, texts)


_MAKERS: Mapping[ServiceType, Callable[[str, str, ServiceSettings], Service]] = {
    "postgres": _postgres,
    "redis": _redis,
    "s3": _s3,
}


def _of_image(name: str, host: str, asked: ServiceSettings) -> Service:
    """Nobody knows more of it than what is declared: it is ready once its port accepts connections."""
    values = _component(asked.image, asked, {})
    if asked.port:
        values["ports"] = [{"name": "main", "port": asked.port}]
        values["probes"] = {"readiness": {"type": "tcp", "port": "main"}}
    plain = plainly_told(name, host, asked.port)
    if asked.volume:
        values["volumes"] = _kept(asked.volume, asked)
    size = (asked.size or SIZE) if asked.volume else ""
    return Service(name, f"`{asked.image}`", host, values, asked.port, size, plain=plain)


def plainly_told(name: str, host: str, port: int) -> dict[str, str]:
    """Variables for the application where nobody knows more of the service; none without a port."""
    start = name.upper().replace("-", "_")
    return {f"{start}_HOST": host, f"{start}_PORT": str(port)} if port else {}


def _known(
    name: str,
    title: str,
    address: tuple[str, int],
    values: Values,
    asked: ServiceSettings,
    made: Mapping[str, int],
    texts: Mapping[str, str],
) -> Service:
    """With the Secret that goes with it; every key that looks like a variable is one for the application."""
    secret = naming.service_secret(name)
    credentials = CredentialPlan(secret=secret, made=dict(made), texts=dict(texts))
    offers = tuple(key for key in (*made, *texts) if key.isupper())
    host, port = address
    return Service(name, title, host, values, port, asked.size or SIZE, credentials, offers)


def _provided(
    image: str,
    port: tuple[str, int],
    asked: ServiceSettings,
    *,
    secrets: Mapping[str, tuple[str, str]],
    ready: Values,
    kept: str,
    memory: tuple[str, str],
    folder: str = "",
    env: Mapping[str, str] | None = None,
) -> Values:
    name, number = port
    return {
        **_component(image, asked, env or {}),
        "ports": [{"name": name, "port": number}],
        "secretEnv": {
            variable: {"secret": secret, "key": key} for variable, (secret, key) in secrets.items()
        },
        "probes": {"readiness": {**ready, "periodSeconds": 2, "timeoutSeconds": 5}},
        "volumes": _kept(kept, asked, folder),
        "resources": {"requests": {"memory": memory[0]}, "limits": {"memory": memory[1]}},
    }


def _component(image: str, asked: ServiceSettings, env: Mapping[str, str]) -> Values:
    """A push must not restart it, so it knows nothing of the commit."""
    values: Values = {
        "kind": "worker",
        "image": image,
        "catalystEnv": False,
        # Databases begin as root, to make the volume their own.
        "security": {"profile": "baseline"},
    }
    variables = {**env, **asked.variables}
    if variables:
        values["env"] = dict(sorted(variables.items()))
    return values


def _kept(path: str, asked: ServiceSettings, folder: str = "") -> Values:
    volume: Values = {"type": "persistent", "mountPath": path, "size": asked.size or SIZE}
    return {"data": {**volume, **({"subPath": folder} if folder else {})}}
