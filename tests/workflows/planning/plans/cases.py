"""A project, a commit's files, and what a description of them would say."""

import json
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from activities.documents import build_tree
from tests.workflows.values import A
from workflows.models import (
    ChartFacts,
    FileFacts,
    Project,
    RepositoryFacts,
    RevisionPlan,
    Template,
)
from workflows.planning.plans import PlanningRequest, Settled, make_plan, settle
from workflows.repo_config import RepoConfig, parse_config

ROOT = Path(__file__).resolve().parents[4]
SCHEMA: dict[str, Any] = json.loads((ROOT / "deploy/charts/app/values.schema.json").read_text())
SHOP = Project(key="acme-shop", team="acme", name="shop", sources=())


def asked(
    template: Template | None = None, *, key: str = "development", **changes: Any
) -> PlanningRequest:
    """A request for `template` (default: `auto`), which the project has under the key `development`."""
    project = SHOP.model_copy(
        update={"templates": {"development": template or Template(type="auto")}}
    )
    known = {"project": project, "template": key, "environment": "pr-shop-7", "commit": A}
    return PlanningRequest.model_validate(
        {**known, "branch": "feature/cart", "number": 7, **changes}
    )


def config_of(text: str) -> RepoConfig:
    return parse_config(yaml.safe_load(text))


def facts_of(settled: Settled, files: dict[str, str]) -> RepositoryFacts:
    """As a checkout of exactly these files is described."""
    folders = {"."} | {
        "/".join(path.split("/")[:depth])
        for path in files
        for depth in range(1, path.count("/") + 1)
    }
    named = [*settled.files, *settled.directories]
    named += [path for path in files if (path.rpartition("/")[0] or ".") in settled.directories]
    return RepositoryFacts(
        commit=settled.draft.commit,
        charts=tuple(
            ChartFacts(
                path=path,
                is_present=f"{path}/Chart.yaml" in files,
                name=yaml.safe_load(files.get(f"{path}/Chart.yaml", "{}")).get("name", ""),
            )
            for path in settled.charts
        ),
        files=tuple(
            FileFacts(path=path, is_present=path in files or path in folders)
            for path in dict.fromkeys(named)
        ),
    )


def plan_of(
    files: dict[str, str],
    template: Template | None = None,
    config: str = "",
    **changes: Any,
) -> RevisionPlan:
    """From files to plan; values for Catalyst's own chart are held against its schema."""
    tree = build_tree(files, lambda path: files[path].encode())
    said = config_of(f"version: 1\n{config}") if config else None
    settled = settle(asked(template, **changes), tree, said)
    plan = make_plan(settled, facts_of(settled, files))
    if plan.release.source == "catalyst":
        Draft202012Validator(SCHEMA).validate(plan.release.values)
    return plan
