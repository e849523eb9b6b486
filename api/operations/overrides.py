"""What people decide for one environment, where detection chose wrongly (ENV-011), and what it has of its own (ENV-030).

It is kept until it is reset, also over the end of the environment, and may be set before a pull request is opened: the
name must then be one that a pull request of the project's repositories can have, so that a misspelt one is noticed.
"""

# ruff: noqa: ARG001  (every operation has the same shape)

from activities.store import KeptOverrides, OverridesChange
from api.failures import InvalidInputError, NotThereError, RefusedError, UnreachableError
from api.operations.base import Caller, Services, operation
from api.operations.environments import find_snapshot
from api.schemas import Overrides, OverridesWritten
from workflows.commands import EnvironmentKey, ResetOverrides, SetOverrides
from workflows.models import EnvironmentSnapshot, Phase
from workflows.models.messages import PersonCommand
from workflows.overrides import (
    EnvironmentOverrides,
    changed_overrides,
    differences,
    is_any_named,
    is_possible,
    why_too_many,
)


@operation("get_overrides")
async def get_overrides(services: Services, caller: Caller, request: EnvironmentKey) -> Overrides:
    """Empty when nothing is overridden. Raises NotThereError when there can be no such environment."""
    await _find(services, request)
    kept = await services.store.overrides.get(request.project, request.environment)
    return _shown(request, kept)


@operation("set_overrides")
async def set_overrides(
    services: Services, caller: Caller, request: SetOverrides
) -> OverridesWritten:
    """Raises NotThereError when there can be no such environment, InvalidInputError."""
    if not is_any_named(request):
        raise InvalidInputError(
            "no field is named that would change",
            hint="Name at least one, such as `start`; null leaves it to detection again.",
        )

    def change(current: EnvironmentOverrides) -> EnvironmentOverrides:
        after = changed_overrides(current, request)
        if problem := why_too_many(after.variables):
            raise InvalidInputError(
                problem,
                hint="Keep large values in files of the repository, or in secrets of the project.",
                errors=({"where": "variables", "message": problem},),
            )
        return after

    snapshot = await _find(services, request)
    written = await services.store.overrides.change(
        request.project, request.environment, change, by=caller.actor
    )
    return await _written(services, caller, request, snapshot, written)


@operation("reset_overrides")
async def reset_overrides(
    services: Services, caller: Caller, request: ResetOverrides
) -> OverridesWritten:
    """Raises NotThereError when there can be no such environment."""
    snapshot = await _find(services, request)
    written = await services.store.overrides.change(
        request.project, request.environment, lambda _: EnvironmentOverrides(), by=caller.actor
    )
    return await _written(services, caller, request, snapshot, written)


async def _find(services: Services, key: EnvironmentKey) -> EnvironmentSnapshot | None:
    """The environment; None when its pull request has not been opened yet, as far as is known."""
    project = await services.store.projects.get(key.project)
    if project is None:
        raise NotThereError(f"there is no project `{key.project}`")
    if is_possible(key.environment, [source.name for source in project.sources]):
        return await services.store.environments.get(key.project, key.environment)
    standing = await services.gateway.standing(key.project, key.environment)
    return await find_snapshot(services, key, standing)


async def _written(
    services: Services,
    caller: Caller,
    request: SetOverrides | ResetOverrides,
    snapshot: EnvironmentSnapshot | None,
    written: OverridesChange,
) -> OverridesWritten:
    changed = differences(written.before.values, written.after.values)
    reason = _why_not_now(request, snapshot, written, is_changed=bool(changed))
    is_redeploying, next_ = (
        (False, reason) if reason else await _redeploy(services, caller, request)
    )
    return OverridesWritten(
        overrides=_shown(request, written.after),
        changed=changed,
        is_redeploying=is_redeploying,
        message=f"{'Kept' if changed else 'Nothing changed'}. {next_}",
    )


def _why_not_now(
    request: SetOverrides | ResetOverrides,
    snapshot: EnvironmentSnapshot | None,
    written: OverridesChange,
    *,
    is_changed: bool,
) -> str:
    if written.after.set_at is None:
        return "Nothing was ever overridden."
    if snapshot is not None and snapshot.phase in (Phase.DELETING, Phase.DELETED):
        return "The environment is removed; this takes effect when it comes back."
    # The redeploy of an earlier request may be lost, with its answer: whoever sends the same again makes up for it.
    revisions = snapshot.revisions if snapshot is not None else ()
    if not is_changed and any(each.created_at > written.after.set_at for each in revisions):
        return "The newest revision was made with it already."
    return "" if request.apply else "This takes effect with the next push or redeploy."


async def _redeploy(
    services: Services, caller: Caller, request: SetOverrides | ResetOverrides
) -> tuple[bool, str]:
    """Whether it is deployed again, and what happens next. The overrides are kept whatever comes of it."""
    key = (request.project, request.environment)
    command = PersonCommand(actor=caller.actor, face=caller.face)
    try:
        await services.gateway.command(
            "redeploy", *key, command=command, request_id=caller.request_id
        )
    except NotThereError:
        return (
            False,
            "The environment does not run; this takes effect when its pull request is deployed.",
        )
    except RefusedError as error:
        return False, f"This takes effect with the next deployment; there is none now: {error}."
    except UnreachableError as error:
        return False, f"Whether it is deployed again is not known: {error}. Send the same again."
    return True, "The environment is deployed again now."


def _shown(key: EnvironmentKey, kept: KeptOverrides) -> Overrides:
    detection = {name: value or None for name, value in kept.values.detection.model_dump().items()}
    return Overrides(
        project=key.project,
        environment=key.environment,
        **detection,
        variables=kept.values.variables,
        image=kept.values.image or None,
        set_by=kept.set_by,
        set_at=kept.set_at,
    )
