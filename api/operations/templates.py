"""How one type of a project's environments is deployed, and what is decided for all of them (ENV-011).

Running environments take it up with their next revision.
"""

# ruff: noqa: ARG001  (every operation has the same shape)

from collections.abc import Callable

from activities.store import ProjectChange
from api.failures import InvalidInputError, NotThereError, RefusedError
from api.operations.base import Caller, Services, operation
from api.schemas import TemplateSettings, TemplateWritten
from workflows import naming
from workflows.commands import PutTemplate, SetTemplateOverrides, TemplateKey
from workflows.models import DetectionOverrides, Template
from workflows.overrides import changed_detection, changed_variables, is_any_named

_NEXT = "Its environments take it up with their next push or redeploy."


@operation("get_template")
async def get_template(
    services: Services, caller: Caller, request: TemplateKey
) -> TemplateSettings:
    """Raises NotThereError."""
    project = await services.store.projects.get(request.key)
    if project is None:
        raise _no_project(request)
    found = _existing(project.templates.get(request.template), request)
    return TemplateSettings(
        key=request.key, template=request.template, settings=found, version=_version(found)
    )


@operation("put_template")
async def put_template(services: Services, caller: Caller, request: PutTemplate) -> TemplateWritten:
    """Raises NotThereError, RefusedError (it has changed meanwhile), InvalidProjectError."""

    def change(current: Template | None) -> Template:
        is_other = current is None or _version(current) != request.version
        # Sent a second time, after its answer was lost, it finds what it has written itself.
        if request.version and is_other and current != request.settings:
            raise RefusedError(
                f"the template `{request.template}` was changed in the meantime",
                hint="Read it again, and make your change to what it is now.",
            )
        return request.settings

    return await _change(services, request, change)


@operation("set_template_overrides")
async def set_template_overrides(
    services: Services, caller: Caller, request: SetTemplateOverrides
) -> TemplateWritten:
    """Raises NotThereError, InvalidInputError, InvalidProjectError."""
    if not is_any_named(request):
        raise InvalidInputError(
            "no field is named that would change",
            hint="Name at least one, such as `start`; null leaves it to detection again.",
        )

    def change(current: Template | None) -> Template:
        template = _existing(current, request)
        return template.model_copy(
            update={
                "application": changed_detection(template.application, request),
                "variables": changed_variables(template.variables, request),
            }
        )

    return await _change(services, request, change)


@operation("reset_template_overrides")
async def reset_template_overrides(
    services: Services, caller: Caller, request: TemplateKey
) -> TemplateWritten:
    """Variables stay: they are settings, not a correction of what was detected. Raises NotThereError."""

    def change(current: Template | None) -> Template:
        template = _existing(current, request)
        return template.model_copy(update={"application": DetectionOverrides()})

    return await _change(services, request, change)


async def _change(
    services: Services, request: TemplateKey, change: Callable[[Template | None], Template]
) -> TemplateWritten:
    written = await services.store.projects.change_template(request.key, request.template, change)
    if written is None:
        raise _no_project(request)
    return _written(request, written)


def _written(request: TemplateKey, written: ProjectChange) -> TemplateWritten:
    before = written.before.templates.get(request.template)
    after = written.after.templates[request.template]
    changed = () if before is None else _differences(before, after)
    is_same = before is not None and not changed
    return TemplateWritten(
        key=request.key,
        template=request.template,
        settings=after,
        version=_version(after),
        is_new=before is None,
        changed=changed,
        message="Nothing changed." if is_same else f"Kept. {_NEXT}",
    )


def _differences(before: Template, after: Template) -> tuple[str, ...]:
    """Names of what differs; never a value."""
    old, new = _flat(before), _flat(after)
    return tuple(name for name in {**old, **new} if old.get(name) != new.get(name))


def _flat(template: Template) -> dict[str, object]:
    shown = template.model_dump()
    inner = {
        f"{name}.{part}": value
        for name in ("application", "variables")
        for part, value in shown.pop(name).items()
    }
    return {**shown, **inner}


def _version(template: Template) -> str:
    return naming.short_hash(template.model_dump_json())


def _existing(current: Template | None, request: TemplateKey) -> Template:
    if current is None:
        raise NotThereError(
            f"the project `{request.key}` has no template `{request.template}`",
            hint="The project's settings list those it has; `put_template` adds one.",
        )
    return current


def _no_project(request: TemplateKey) -> NotThereError:
    return NotThereError(f"there is no project `{request.key}`")
