"""What the set-up page shows: of each field what was found, what is set, and what was typed. Pure."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from api.links import environment_path, setup_path
from api.pages.revision_rows import SHORT_COMMIT
from api.pages.setup_form import LABELS, SHOWN, SetupForm, kept_texts, variables_of_lines
from api.pages.times import Moment, moment
from api.schemas import EnvironmentDetail, Overrides
from workflows.models import Application, ApplicationKind, Revision
from workflows.repo_config.model import Kind

_HELP = {
    "start": "Serves the application as in production, such as `npm start`.",
    "build": "Makes what the start command serves, such as `npm run build`.",
    "dev": "Serves and follows changes, such as `npm run dev`; used where there is no start command.",
    "port": "Where the application listens. It is told in the variable `PORT` as well.",
    "workdir": "Directory of the application, relative to the repository's root.",
    "kind": "What runs the application.",
    "image": "Runs in place of the image that would be built, such as `ghcr.io/owner/name:{sha}`.",
    "variables": "`NAME=value`, one a line; they come before those of the repository and the project. "
    "Everybody who sees this page can read them: secrets belong into the project's Secret.",
}
_EXAMPLE = {"start": "npm start", "port": "3000"}
"""Where nothing is set yet."""
_IN_CONFIG = ("workdir", "kind", "port")
_COMMANDS = ("build", "start", "dev")
_PLAIN = re.compile(r"(\./)?[A-Za-z][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*")
"""Means in YAML what it says, unless it is one of the words below."""
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


@dataclass(frozen=True)
class Field:
    """One field of the form."""

    name: str
    label: str
    help: str
    value: str
    """What was typed, or else what is set; empty is left to detection."""
    shown: str
    """What is set as far as the page knows: sent back with what was typed."""
    found: str
    """What the newest planned revision has."""
    is_set: bool
    error: str = ""
    options: tuple[str, ...] = ()
    """To choose from; empty where any text may be typed."""

    @property
    def shown_name(self) -> str:
        return SHOWN + self.name


@dataclass(frozen=True)
class SetupView:
    path: str
    """Of this page, to which the form is sent."""
    environment_path: str
    project: str
    environment: str
    title: str
    fields: tuple[Field, ...]
    long_variables: tuple[tuple[str, str], ...]
    """Variables of several lines, which the form does not write."""
    revision: str
    """Which one is told about, such as `revision 3, commit 4f2a9c0`; empty before the first plan."""
    is_empty: bool
    """Nothing to run was found."""
    is_told: bool
    """Nothing had to be detected: template or configuration say how it is deployed."""
    is_older: bool
    """A newer revision has no plan, or none yet."""
    is_newer: bool
    """What is set has changed since that revision."""
    install: str
    reasons: tuple[str, ...]
    config: str
    """A configuration file that says what is set, or an example."""
    is_example: bool
    set_by: str
    set_at: Moment | None
    is_any_set: bool


def setup_view(
    detail: EnvironmentDetail,
    overrides: Overrides,
    *,
    now: datetime,
    form: SetupForm | None = None,
    errors: Mapping[str, str] | None = None,
) -> SetupView:
    """`form` and `errors`: what was sent and not taken, so that nothing typed is lost."""
    kept = kept_texts(overrides)
    planned = _planned(detail)
    found = planned.application if planned else None
    set_at, said = overrides.set_at, _in_config(kept)
    return SetupView(
        path=setup_path(detail.project, detail.environment),
        environment_path=environment_path(detail.project, detail.environment),
        project=detail.project,
        environment=detail.environment,
        title=detail.title or detail.environment,
        fields=tuple(_field(name, kept, found, form, errors or {}) for name in LABELS),
        long_variables=variables_of_lines(overrides.variables),
        revision=_named(planned),
        is_empty=found is not None and found.is_base_container,
        is_told=planned is not None and found is None,
        is_older=planned is not None and planned is not detail.revisions[0],
        is_newer=bool(planned and set_at and set_at > planned.created_at),
        install=found.install if found else "",
        reasons=planned.reasons if planned else (),
        config=config_text(said or _EXAMPLE),
        is_example=not said,
        set_by=overrides.set_by,
        set_at=moment(set_at, now) if set_at else None,
        is_any_set=any(kept.values()) or bool(overrides.variables),
    )


def config_text(texts: Mapping[str, str]) -> str:
    """`.catalyst.yaml` with what stands in the form; image and variables are the environment's own."""
    said = {name: text if name == "port" else _scalar(text) for name, text in texts.items() if text}
    lines = [f"{name}: {said[name]}" for name in _IN_CONFIG if name in said]
    commands = [f"  {name}: {said[name]}" for name in _COMMANDS if name in said]
    return "\n".join(["version: 1", *lines, *(["commands:", *commands] if commands else [])]) + "\n"


def _in_config(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: texts[name] for name in (*_IN_CONFIG, *_COMMANDS) if texts[name]}


def _scalar(text: str) -> str:
    """The text in YAML; JSON's strings are YAML's too."""
    is_plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    return text if is_plain else json.dumps(text, ensure_ascii=False)


def _planned(detail: EnvironmentDetail) -> Revision | None:
    """The newest revision of which a plan is known."""
    return next((each for each in detail.revisions if each.application or each.reasons), None)


def _named(revision: Revision | None) -> str:
    return (
        f"revision {revision.number}, commit {revision.commit[:SHORT_COMMIT]}" if revision else ""
    )


def _field(
    name: str,
    kept: Mapping[str, str],
    found: Application | None,
    form: SetupForm | None,
    errors: Mapping[str, str],
) -> Field:
    return Field(
        name=name,
        label=LABELS[name],
        help=_HELP[name],
        value=(form.typed if form else kept)[name],
        shown=(form.shown if form else kept)[name],
        found=_found(name, found),
        is_set=bool(kept[name]),
        error=errors.get(name, ""),
        options=get_args(Kind) if name == "kind" else (),
    )


def _found(name: str, found: Application | None) -> str:
    if found is None or name == "variables" or (name == "workdir" and found.is_base_container):
        return ""
    value = getattr(found, name, "")
    return "" if value in (0, ApplicationKind.NONE) else str(value)
