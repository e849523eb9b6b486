"""What a compose service may use, and as whom it runs."""

import math
from decimal import Decimal

from workflows.planning.compose.specification.model import Service
from workflows.planning.compose.specification.sizes import quantity
from workflows.planning.compose.wishes import Values


def resources_of(service: Service) -> Values:
    """Limits and requests; empty where nothing is said, so that the environment's own hold."""
    limits, wanted = service.deploy.resources.limits, service.deploy.resources.reservations
    most = _amounts(limits.cpus or service.cpus, limits.memory or service.mem_limit)
    least = _amounts(wanted.cpus, wanted.memory or service.mem_reservation)
    if not most and not least:
        return {}
    kept = {key: value for key, value in least.items() if not _is_more(service, key)}
    return {
        **({"requests": kept} if kept else {}),
        **({"limits": most} if most else {}),
    }


def _is_more(service: Service, key: str) -> bool:
    """Whether more is asked for than is allowed; the limit then counts for both."""
    limits, wanted = service.deploy.resources.limits, service.deploy.resources.reservations
    if key == "cpu":
        limit = limits.cpus or service.cpus
        return bool(limit) and (wanted.cpus or 0) > (limit or 0)
    most = limits.memory or service.mem_limit
    return bool(most) and (wanted.memory or service.mem_reservation or 0) > (most or 0)


def _amounts(cpus: float | None, memory: int | None) -> Values:
    found: Values = {}
    if cpus:
        found["cpu"] = f"{max(math.ceil(Decimal(str(cpus)) * 1000), 1)}m"
    if memory:
        found["memory"] = quantity(memory)
    return found


def security_of(service: Service) -> tuple[Values, str]:
    """Keys of the chart's `security`, and what of `user` cannot be had, as the end of a sentence."""
    values: Values = {}
    problem = ""
    user, _, group = service.user.strip().partition(":")
    if user in ("root", "0"):
        values["runAsUser"] = 0
    elif user.isdecimal() and len(user) < 10:
        values["runAsUser"] = int(user)
    elif user:
        problem = f"runs as its image's own user: `{user}` is a name, and only numbers can be set"
    if group.isdecimal() and len(group) < 10:
        values["runAsGroup"] = int(group)
    elif group and not problem:
        problem = (
            f"runs with its image's own group: `{group}` is a name, and only numbers can be set"
        )
    if values.get("runAsUser") and service.volumes:
        values["fsGroup"] = values.get("runAsGroup", values["runAsUser"])
    if service.read_only:
        values["readOnlyRootFilesystem"] = True
    return values, problem


def replicas_of(service: Service) -> int | None:
    """How many pods; None where nothing is said."""
    said = service.scale if service.scale is not None else service.deploy.replicas
    return said if service.deploy.mode == "replicated" else None
