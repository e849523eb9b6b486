"""A project, a commit's files, and what a description of them would say."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from pydantic import JsonValue

from activities.documents import build_tree, complete_tree, read_document
from tests.workflows.values import A
from workflows.errors import PlanError
from workflows.models import (
    ChartFacts,
    FileFacts,
    Project,
    RepositoryFacts,
    RepositoryTree,
    RevisionPlan,
    Template,
)
from workflows.planning.plans import (
    PlanningRequest,
    Settled,
    make_plan,
    reading_of,
    settle,
)
from workflows.repo_config import RepoConfig, parse_config

ROOT = Path(__file__).resolve().parents[4]
SCHEMA: dict[str, Any] = json.loads((ROOT / "deploy/charts/app/values.schema.json").read_text())
SHOP = Project(key="acme-shop", team="acme", name="shop", sources=())
DOCKERFILE = "FROM docker.io/library/nginx\nEXPOSE 80\n"
NODE = {
    "package.json": '{"scripts": {"start": "node server.js"}}',
    "package-lock.json": "{}",
    "server.js": "server.listen(3000)",
}
Files = Mapping[str, str]


def asked(
    template: Template | None = None, *, key: str = "development", **changes: Any
) -> PlanningRequest:
    """A request for `template` (default: `auto`), which the project has under the key `development`."""
    templates = {
        "development": template or Template(type="auto"),
        **changes.pop("templates", {}),
    }
    variables = changes.pop("project_variables", {})
    known = {
        "project": SHOP.model_copy(update={"templates": templates, "variables": variables}),
        "template": key,
        "environment": "pr-shop-7",
        "commit": A,
        "branch": "feature/cart",
        "number": 7,
    }
    return PlanningRequest.model_validate({**known, **changes})


def tree_of(files: Files) -> RepositoryTree:
    return build_tree(files, lambda path: files[path].encode())


def completed_tree(
    files: Files, request: PlanningRequest, config: RepoConfig | None
) -> RepositoryTree:
    """With all that the files themselves ask for."""
    return complete_tree(
        tree_of(files), reading_of(request, config), lambda path: files[path].encode()
    )


def settled_of(
    files: Files, template: Template | None = None, config: str = "", **changes: Any
) -> Settled:
    """`config` is the text of a configuration file without its version."""
    request = asked(template, **changes)
    if not config:
        return settle(request, completed_tree(files, request, None), None)
    document = read_document(f"version: 1\n{config}", ".catalyst.yaml")
    said = parse_config(document.value, document.mark, document.written)
    return settle(request, completed_tree(files, request, said), said, document.mark)


def plan_of(
    files: Files, template: Template | None = None, config: str = "", **changes: Any
) -> RevisionPlan:
    """From files to plan; values for Catalyst's own chart are held against its schema."""
    settled = settled_of(files, template, config, **changes)
    plan = make_plan(settled, facts_of(settled, files))
    if plan.release.source == "catalyst":
        Draft202012Validator(SCHEMA).validate(plan.release.values)
    return plan


def problems_of(
    files: Files, template: Template | None = None, config: str = "", **changes: Any
) -> list[str]:
    """Everything that a plan is refused for."""
    with pytest.raises(PlanError) as caught:
        plan_of(files, template, config, **changes)
    assert caught.value.hint
    return list(caught.value.excerpt) or [str(caught.value)]


def facts_of(settled: Settled, files: Files) -> RepositoryFacts:
    """As a checkout of exactly these files is described."""
    folders = {"."}
    for path in files:
        parts = path.split("/")
        folders |= {"/".join(parts[:depth]) for depth in range(1, len(parts))}
    named = [*settled.files, *settled.directories]
    named += [path for path in files if (path.rpartition("/")[0] or ".") in settled.directories]
    return RepositoryFacts(
        commit=settled.draft.commit,
        charts=tuple(_chart(path, files) for path in settled.charts),
        files=tuple(
            FileFacts(path=path, is_present=path in files or path in folders)
            for path in dict.fromkeys(named)
        ),
    )


def component(plan: RevisionPlan, name: str = "web") -> dict[str, Any]:
    components = mapping(plan.release.values["components"])
    return mapping(components[name])


def mapping(value: JsonValue) -> dict[str, Any]:
    assert isinstance(value, dict)
    return value


def _chart(path: str, files: Files) -> ChartFacts:
    text = files.get(f"{path}/Chart.yaml")
    fields = yaml.safe_load(text or "{}")
    return ChartFacts(
        path=path, is_present=text is not None, name=fields.get("name", ""), version="1.0.0"
    )
