"""A project for a checkout that belongs to none: it grants what is asked for, and has nothing of its own."""

import posixpath

from pydantic import JsonValue

from activities.documents import DocumentError, TextError, decode, read_document
from cli.checkout import Checkout
from cli.template import KEY
from workflows.models import (
    ChartFacts,
    FileFacts,
    Project,
    Quota,
    RepositoryFacts,
    Template,
)
from workflows.planning.plans import PlanningRequest, Settled
from workflows.repo_config import RepoConfig

COMMIT = "0" * 40
"""Stands for any."""


def assumed_request(config: RepoConfig | None, template: Template) -> PlanningRequest:
    """A request with that template. What only a real project's settings can grant counts as granted.

    Branch and number stand for any, as the commit does.
    """
    said = config or RepoConfig(version=1)
    builds = [name for build in said.builds.values() for name in build.secrets]
    granted = tuple(dict.fromkeys((*template.secrets, *(said.secrets or ()), *builds)))
    key = said.template or KEY
    settings = template.model_copy(
        update={
            "secrets": granted,
            "egress": (*template.egress, *(said.egress or ())),
            "ttl_seconds": 0,
            "quota": _quota(template.quota, said),
        }
    )
    project = Project(
        key="local-checkout", team="local", name="checkout", sources=(), templates={key: settings}
    )
    return PlanningRequest(
        project=project,
        template=key,
        environment="preview",
        commit=COMMIT,
        branch="feature",
        number=1,
        has_egress_proxy=True,
    )


def describe(checkout: Checkout, settled: Settled) -> RepositoryFacts:
    """The facts that the plan asks for, from the working tree."""
    paths = set(checkout.paths)
    asked = [*settled.files, *settled.directories]
    folders = {posixpath.normpath(path) for path in settled.directories}
    asked += [path for path in checkout.paths if (posixpath.dirname(path) or ".") in folders]
    return RepositoryFacts(
        commit=settled.draft.commit,
        charts=tuple(_chart(checkout, path) for path in settled.charts),
        files=tuple(_file(paths, path) for path in dict.fromkeys(asked)),
    )


def _quota(granted: Quota, config: RepoConfig) -> Quota:
    wanted = config.resources.model_dump(exclude_none=True)
    return Quota.model_validate({**granted.model_dump(), **wanted})


def _file(paths: set[str], path: str) -> FileFacts:
    """Paths come from detection, the checked configuration and defaults: none leads out of the repository."""
    plain = posixpath.normpath(path)
    is_present = (
        plain == "." or plain in paths or any(each.startswith(f"{plain}/") for each in paths)
    )
    return FileFacts(path=path, is_present=is_present)


def _chart(checkout: Checkout, path: str) -> ChartFacts:
    name = posixpath.normpath(posixpath.join(path, "Chart.yaml"))
    if name not in checkout.paths:
        return ChartFacts(path=path, is_present=False)
    try:
        value = read_document(decode(checkout.read(name)), name).value
    except DocumentError as error:
        return ChartFacts(path=path, is_present=True, error=f"{name}:{error.line}: {error.problem}")
    except (TextError, OSError) as error:
        return ChartFacts(path=path, is_present=True, error=f"{name}: {error}")
    fields = value if isinstance(value, dict) else {}
    return ChartFacts(
        path=path,
        is_present=True,
        name=_text(fields.get("name")),
        version=_text(fields.get("version")),
    )


def _text(value: JsonValue) -> str:
    return "" if value is None or isinstance(value, dict | list) else str(value)
