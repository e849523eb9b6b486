"""What every operation shares: the check of the caller's permission before, the audit line after."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic, TypeVar, get_type_hints

from activities.cluster_reader import ClusterReader
from activities.executing import CommandRunner
from activities.store import AuditEntry, Store
from api.failures import ForbiddenError
from api.links import LinkMaker
from api.temporal import Gateway
from workflows.commands import CATALOGUE, Command, Permission
from workflows.errors import StoreError
from workflows.models import Payload

log = logging.getLogger(__name__)
I = TypeVar("I", bound=Payload)  # noqa: E741  (input)
R = TypeVar("R", bound=Payload)

COMMANDS = {command.name: command for command in CATALOGUE}


@dataclass(frozen=True)
class Services:
    """What operations work with."""

    store: Store
    gateway: Gateway
    cluster: ClusterReader
    links: LinkMaker
    runner: CommandRunner = field(default_factory=CommandRunner)
    """Without a cluster unless it is given one."""


@dataclass(frozen=True)
class Caller:
    """Who asks, through which face, from where, and what they may do."""

    actor: str
    face: str
    origin: str
    permissions: frozenset[Permission]
    request_id: str
    """Repeating a request with the same one gives the first answer again."""


class Operation(Generic[I, R]):
    """An entry of the catalogue with the function that carries it out."""

    def __init__(
        self, command: Command, function: Callable[[Services, Caller, I], Awaitable[R]]
    ) -> None:
        self.command = command
        self._function = function
        self.result: type[R] = get_type_hints(function)["return"]
        self.__doc__ = function.__doc__

    async def __call__(self, services: Services, caller: Caller, request: I) -> R:
        """Raises ForbiddenError, or as the operation's own documentation says."""
        try:
            self._check(caller)
            result = await self._function(services, caller, request)
        except asyncio.CancelledError:
            await self._audit(services, caller, request, "cancelled", "whoever asked has gone")
            raise
        except Exception as error:
            await self._audit(services, caller, request, type(error).__name__, str(error))
            raise
        await self._audit(services, caller, request, "done", _detail(request, result))
        return result

    def _check(self, caller: Caller) -> None:
        if self.command.permission not in caller.permissions:
            raise ForbiddenError(
                f"{caller.actor} may not {self.command.name} (needs `{self.command.permission}`)"
            )

    async def _audit(
        self, services: Services, caller: Caller, request: Payload, result: str, detail: str
    ) -> None:
        subject = _subject(request)
        # An open page asks every few seconds: reads are for whoever looks for trouble.
        log.log(
            logging.INFO if self.command.is_change else logging.DEBUG,
            "operation %s on %s by %s (%s, %s): %s",
            self.command.name,
            subject or "-",
            caller.actor,
            caller.face,
            caller.origin,
            result,
        )
        if not self.command.is_change:
            return
        entry = AuditEntry(
            at=datetime.now(UTC),
            actor=caller.actor,
            face=caller.face,
            origin=caller.origin,
            operation=self.command.name,
            subject=subject,
            result=result,
            detail=detail[:1_000],
        )
        try:
            await services.store.audit.add(entry)
        except StoreError as error:
            # It has happened: to answer with a failure would be wrong, and the line above tells of it.
            log.warning("the audit could not be written: %s", error)


def operation(
    name: str,
) -> Callable[[Callable[[Services, Caller, I], Awaitable[R]]], Operation[I, R]]:
    """Make a function the operation of that name in the catalogue."""

    def decorate(function: Callable[[Services, Caller, I], Awaitable[R]]) -> Operation[I, R]:
        return Operation(COMMANDS[name], function)

    return decorate


def _subject(request: Payload) -> str:
    """`project/environment`, a project's key, or nothing."""
    parts = [
        str(value)
        for name in ("project", "environment", "key")
        if (value := getattr(request, name, None))
    ]
    return "/".join(parts)


def _detail(request: Payload, result: Payload) -> str:
    """What a change of settings has changed: names alone, for values may be nobody else's business."""
    names = ", ".join(getattr(result, "changed", ()))
    if command := getattr(request, "command", ()):
        # The program alone: what it was given may be a secret.
        return f"`{command[0]}`: {getattr(result, 'message', '')}"
    if made := getattr(result, "environment", ""):
        return f"environment {made}"
    if service := getattr(request, "service", ""):
        backup = getattr(request, "backup", "")
        return f"service {service} from {backup}" if backup else f"service {service}"
    template = getattr(request, "template", "")
    return f"template {template}: {names}" if template else names
