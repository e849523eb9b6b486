"""The form of the set-up page: texts of people on one side, a change of overrides on the other. Pure.

The page sends what it showed beside what was typed, and only fields in which these differ are named in the change: two
people who have the page open and change different fields lose nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from api.failures import InvalidInputError
from api.schemas import Overrides
from workflows.commands import EnvironmentKey, SetOverrides
from workflows.repo_config.messages import reason

LABELS = {
    "start": "Start command",
    "build": "Build command",
    "dev": "Development command",
    "port": "Port",
    "workdir": "Directory",
    "kind": "Kind",
    "image": "Image",
    "variables": "Variables",
}
"""What people can set, in the order of the page."""
SHOWN = "was."
"""Begins the name of the hidden field that holds what the page showed."""
Wrong = dict[str, str]
"""`where` and `message`, as in a problem document."""
_MOST_DIGITS = 9
"""More are no port, and longer texts take long to read as a number."""


@dataclass(frozen=True)
class SetupForm:
    """What was typed and what the page had shown, by the names of the fields."""

    typed: Mapping[str, str]
    shown: Mapping[str, str]
    apply: bool = True


def kept_texts(overrides: Overrides) -> dict[str, str]:
    """What is overridden, as the form shows it; empty texts are left to detection."""
    kept = {name: getattr(overrides, name) for name in LABELS if name != "variables"}
    texts = {name: "" if value is None else str(value) for name, value in kept.items()}
    return texts | {"variables": variable_lines(overrides.variables)}


def read_setup_form(sent: Mapping[str, str]) -> SetupForm:
    """Fields that were not sent stay as they are."""
    shown = {name: _clean(name, sent.get(SHOWN + name, "")) for name in LABELS}
    typed = {name: _clean(name, sent[name]) if name in sent else shown[name] for name in LABELS}
    return SetupForm(typed=typed, shown=shown, apply=sent.get("apply") != "false")


def make_change(key: EnvironmentKey, form: SetupForm) -> SetOverrides:
    """The change that was meant. Raises InvalidInputError with everything that is wrong, by field."""
    named: dict[str, object] = {
        name: _value(name, form.typed[name])
        for name in LABELS
        if name != "variables" and form.typed[name] != form.shown[name]
    }
    wrong: list[Wrong] = []
    try:
        if variables := _changed_variables(form):
            named["variables"] = variables
    except InvalidInputError as error:
        wrong += error.errors
    try:
        change = SetOverrides.model_validate({**dict(key), **named, "apply": form.apply})
    except ValidationError as error:
        wrong += _sentences(error)
    if wrong:
        raise InvalidInputError(
            "Nothing was saved.", hint="Correct what is marked below.", errors=tuple(wrong)
        )
    if not named:
        raise InvalidInputError(
            "Nothing was saved, because nothing was changed.",
            hint="`Redeploy` on the page of the environment deploys the same again.",
        )
    return change


def variable_lines(variables: Mapping[str, str]) -> str:
    """`NAME=value`, one a line; those that are no single line are left out, see `variables_of_lines`."""
    lines = [f"{name}={value}" for name, value in variables.items() if _is_line(value)]
    return "\n".join(lines)


def variables_of_lines(variables: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Those of several lines: the form shows them, and never writes them."""
    return tuple((name, value) for name, value in variables.items() if not _is_line(value))


def _changed_variables(form: SetupForm) -> dict[str, str | None]:
    typed, shown = (
        _read_variables(form.typed["variables"]),
        _read_variables(form.shown["variables"]),
    )
    names = dict.fromkeys((*shown, *typed))
    return {name: typed.get(name) for name in names if typed.get(name) != shown.get(name)}


def _read_variables(text: str) -> dict[str, str]:
    """Values are taken as they stand, blanks at their ends too. Raises InvalidInputError."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        name, is_given, value = line.partition("=")
        if not line.strip():
            continue
        if not is_given:
            raise _no_variable(f"Line {number} must have the form `NAME=value`.")
        if name in found:
            raise _no_variable(f"Line {number} gives `{name[:60]}` a second time.")
        found[name] = value
    return found


def _is_line(value: str) -> bool:
    """Whether a browser sends it back as it is: line breaks of any kind become others on the way."""
    return "\n" not in value and "\r" not in value


def _clean(name: str, text: str) -> str:
    """Without what a browser adds."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if name == "variables" else text.strip()


def _value(name: str, text: str) -> str | int | None:
    """As the command takes it; what cannot be one stays text, and is told as such."""
    is_number = name == "port" and text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if is_number else text or None


def _no_variable(message: str) -> InvalidInputError:
    return InvalidInputError(message, errors=({"where": "variables", "message": message},))


def _sentences(error: ValidationError) -> Iterator[Wrong]:
    for each in error.errors(include_url=False):
        name = str(each["loc"][0])
        is_of_one = name == "variables" and len(each["loc"]) > 1
        subject = f"`{str(each['loc'][1])[:60]}`" if is_of_one else LABELS.get(name, name)
        yield {"where": name, "message": f"{subject} {reason(each)}."}
