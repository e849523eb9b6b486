"""A project of a frontend and a backend, and the plan of a pull request in one of them."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from activities.documents import read_document
from tests.workflows.planning.plans.cases import NODE, SCHEMA, Files, completed_tree, facts_of
from tests.workflows.values import A, B
from workflows.errors import PlanError
from workflows.models import (
    DetectionOverrides,
    Project,
    RevisionPlan,
    Source,
    SourceCommit,
    SourceSettings,
    Template,
)
from workflows.planning.plans import PlanningRequest, make_plan, settings_mark, settle
from workflows.planning.plans.several.joining import join_plans
from workflows.planning.plans.several.parts import Part
from workflows.planning.plans.several.settings import (
    companions,
    path_of,
    project_of_source,
    request_for,
)
from workflows.repo_config import parse_config

PAGE: Files = {"Dockerfile": "FROM docker.io/library/nginx\nEXPOSE 80\n"}
SERVICE: Files = NODE
BACKEND = SourceSettings(source="backend", path="/api")
SOURCES = (
    Source(name="frontend", repository_id=1, repository="acme/frontend", installation=7),
    Source(name="backend", repository_id=2, repository="acme/backend", installation=7),
)


def project_with(*sources: SourceSettings, **template: Any) -> Project:
    made = Template.model_validate({"type": "auto", **template, "sources": sources or (BACKEND,)})
    return Project(
        key="acme-shop",
        team="acme",
        name="shop",
        sources=SOURCES,
        templates={"development": made},
    )


def commit_of(name: str, **changes: object) -> SourceCommit:
    source = next(each for each in SOURCES if each.name == name)
    made = SourceCommit(
        name=name,
        repository_id=source.repository_id,
        repository=source.repository,
        installation=source.installation,
        branch="main",
        commit=B,
    )
    return made.model_copy(update=changes)


def request_of(project: Project, own: str = "frontend", **changes: object) -> PlanningRequest:
    made = PlanningRequest(
        project=project,
        template="development",
        environment=f"pr-{own}-7",
        commit=A,
        branch="feature/cart",
        number=7,
    )
    return made.model_copy(update=changes)


def joined(
    project: Project | None = None,
    *,
    own: str = "frontend",
    files: dict[str, Files] | None = None,
    commits: dict[str, SourceCommit] | None = None,
    configs: dict[str, str] | None = None,
    **changes: object,
) -> RevisionPlan:
    """As the activity does it, from files to the one plan; the values are held against the chart's schema."""
    project, said = project or project_with(), configs or {}
    known = {"frontend": PAGE, "backend": SERVICE, **(files or {})}
    request = request_of(project, own, **changes)
    template = project.templates["development"]
    seen = request.model_copy(update={"project": project_of_source(project, own)})
    plan = _plan(seen, known[own], said.get(own, "")).model_copy(
        update={"settings": settings_mark(seen)}
    )
    parts, taken = [], []
    for each in companions(template, own):
        commit = (commits or {}).get(each.source) or commit_of(each.source)
        asked = request_for(request, project, "development", commit)
        found = _plan(asked, known[each.source], said.get(each.source, ""))
        parts.append(Part(each.source, path_of(template, each.source), found))
        taken.append(commit)
    whole = join_plans(Part(own, path_of(template, own), plan), parts, taken)
    Draft202012Validator(SCHEMA).validate(whole.release.values)
    return whole


def problems_of(**asked: Any) -> list[str]:
    """Everything that a joined plan is refused for."""
    with pytest.raises(PlanError) as caught:
        joined(**asked)
    assert "sources" in caught.value.hint
    return list(caught.value.excerpt) or [str(caught.value)]


def started_with(source: str, start: str, **more: Any) -> SourceSettings:
    return SourceSettings(source=source, application=DetectionOverrides(start=start), **more)


def _plan(request: PlanningRequest, files: Files, text: str) -> RevisionPlan:
    """`text` is that of a configuration file without its version."""
    document = read_document(f"version: 1\n{text}", ".catalyst.yaml")
    config = parse_config(document.value, document.mark, document.written) if text else None
    settled = settle(request, completed_tree(files, request, config), config, document.mark)
    return make_plan(settled, facts_of(settled, files))
