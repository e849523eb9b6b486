"""What people decide themselves, where detection would choose otherwise (ENV-011), and what one environment has of
its own (ENV-030). It is kept across pushes until somebody resets it.

A change names only the fields it means, so that two people who change different ones lose nothing.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, ValidationError

from workflows import naming
from workflows.models import ApplicationKind, DetectionOverrides, Payload
from workflows.repo_config.fields import (
    MAX_TEXT,
    Image,
    Port,
    RelativePath,
    VariableName,
    refusal,
)
from workflows.repo_config.messages import reason
from workflows.repo_config.model import Kind

MAX_VARIABLES = 200
MAX_VARIABLES_TEXT = 128 * 1024
"""Characters of all variables together: they travel in the plan (2 MiB) and in Helm's release (1 MiB, packed)."""


class EnvironmentOverrides(Payload):
    """Of one environment; empty values are left to detection, to the repository and to the project."""

    detection: DetectionOverrides = DetectionOverrides()
    variables: dict[str, str] = Field(default_factory=dict)
    image: str = ""
    """Runs in place of the image that would be built or is named by the template; placeholders as in a template's."""


def _is_one_line(text: str) -> str:
    if not text.strip():
        raise refusal("must be a command; send null to leave it to detection again")
    if not text.isprintable():
        raise refusal("must be one line, without control characters")
    return text.strip()


def _is_whole(text: str) -> str:
    if "\0" in text:
        raise refusal("must not hold the character NUL")
    return text


def _none_where_empty(value: Any) -> Any:
    return None if value == "" else value


def _is_image(text: str) -> str:
    unknown = [name for name in _PLACEHOLDER.findall(text) if name not in TAG_FIELDS]
    if unknown:
        allowed = ", ".join(f"`{{{name}}}`" for name in TAG_FIELDS)
        raise refusal(f"holds `{{{unknown[0]}}}`; the tag may hold {allowed}")
    try:
        _IMAGE.validate_python(_PLACEHOLDER.sub("0", text))
    except ValidationError as error:
        raise refusal(reason(error.errors(include_url=False)[0])) from None
    return text


TAG_FIELDS = ("sha", "short_sha", "branch_slug", "number")
"""What the tag of an image that others build may hold in braces (ENV-013)."""
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_IMAGE: TypeAdapter[str] = TypeAdapter(Image)
_EMPTY_RESETS = BeforeValidator(_none_where_empty)
CommandLine = Annotated[str, Field(max_length=4096), AfterValidator(_is_one_line)]
"""A shell command. More than one line belongs into a file of the repository, where it is reviewed."""
ImageTemplate = Annotated[str, Field(max_length=256), AfterValidator(_is_image)]
"""`ghcr.io/owner/name:{sha}`"""
VariableValue = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_is_whole)]


class DetectionChanges(Payload):
    """Fields that are not named stay as they are; null, or empty text, leaves one to detection again."""

    workdir: Annotated[RelativePath | None, _EMPTY_RESETS] = None
    """Directory of the application, relative to the repository's root."""
    kind: Annotated[Kind | None, _EMPTY_RESETS] = None
    """What runs the application."""
    dev: Annotated[CommandLine | None, _EMPTY_RESETS] = None
    start: Annotated[CommandLine | None, _EMPTY_RESETS] = None
    build: Annotated[CommandLine | None, _EMPTY_RESETS] = None
    port: Annotated[Annotated[Port, Field(strict=True)] | None, _EMPTY_RESETS] = None
    """Where the application listens."""
    variables: Annotated[
        dict[VariableName, VariableValue | None] | None, Field(max_length=MAX_VARIABLES)
    ] = None
    """Each by its name: null removes one, empty text is a value. Null in place of all of them removes all."""


class OverrideChanges(DetectionChanges):
    image: Annotated[ImageTemplate | None, _EMPTY_RESETS] = None
    """Runs in place of the image that would be built or is named by the template; placeholders as in a template's."""


def changed_detection(current: DetectionOverrides, changes: DetectionChanges) -> DetectionOverrides:
    """Only what `changes` names differs."""
    wanted: dict[str, object] = {}
    for name in DetectionOverrides.model_fields:
        if name in changes.model_fields_set:
            value = getattr(changes, name)
            wanted[name] = _EMPTY.get(name, "") if value is None else value
    if isinstance(wanted.get("kind"), str):
        wanted["kind"] = ApplicationKind(str(wanted["kind"]))
    return current.model_copy(update=wanted)


_EMPTY: Mapping[str, object] = {"kind": None, "port": 0}


def changed_variables(current: Mapping[str, str], changes: DetectionChanges) -> dict[str, str]:
    """Only what `changes` names differs; sorted by name."""
    if "variables" not in changes.model_fields_set:
        return dict(current)
    named = changes.variables
    if named is None:
        return {}
    after = {**current, **named}
    return {name: value for name, value in sorted(after.items()) if value is not None}


def changed_overrides(
    current: EnvironmentOverrides, changes: OverrideChanges
) -> EnvironmentOverrides:
    """Only what `changes` names differs."""
    is_image_named = "image" in changes.model_fields_set
    return EnvironmentOverrides(
        detection=changed_detection(current.detection, changes),
        variables=changed_variables(current.variables, changes),
        image=(changes.image or "") if is_image_named else current.image,
    )


def is_any_named(changes: DetectionChanges) -> bool:
    """Whether the change names any field at all."""
    return bool(changes.model_fields_set & set(OverrideChanges.model_fields))


def differences(before: EnvironmentOverrides, after: EnvironmentOverrides) -> tuple[str, ...]:
    """Names of what differs, such as `start` and `variables.DEBUG`; never a value, for some are not everybody's."""
    old, new = _flat(before), _flat(after)
    return tuple(name for name in {**old, **new} if old.get(name) != new.get(name))


def _flat(overrides: EnvironmentOverrides) -> dict[str, object]:
    variables = {f"variables.{name}": value for name, value in overrides.variables.items()}
    return {**dict(overrides.detection), "image": overrides.image, **variables}


def why_too_many(variables: Mapping[str, str]) -> str:
    """Why these variables cannot all be kept; empty when they can."""
    if len(variables) > MAX_VARIABLES:
        return f"there would be {len(variables)} variables; at most {MAX_VARIABLES} are allowed"
    size = sum(len(name) + len(value) for name, value in variables.items())
    if size > MAX_VARIABLES_TEXT:
        return (
            f"the variables would have {size:,} characters together; "
            f"at most {MAX_VARIABLES_TEXT:,} are allowed"
        )
    return ""


def is_possible(environment: str, sources: Iterable[str]) -> bool:
    """Whether a pull request of one of these sources can have an environment of that name, opened or not.

    A name that was shortened with a hash does not tell its number: False.
    """
    digits = environment.rpartition("-")[2]
    if not (digits.isascii() and digits.isdigit()) or digits.startswith("0"):
        return False
    return any(naming.environment_name(source, int(digits)) == environment for source in sources)
