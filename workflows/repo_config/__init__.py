"""`.catalyst.yaml`: a value in, a strict model or every problem out. YAML is read in `activities/documents`."""

from workflows.repo_config.model import (
    FILE_NAME,
    NOT_USED_YET,
    Build,
    Commands,
    Health,
    Job,
    RepoConfig,
    Resources,
    Route,
    Service,
)
from workflows.repo_config.narrowing import Grants, Narrowed, narrow
from workflows.repo_config.parsing import parse_config
from workflows.repo_config.paths import PathDecision, PathFilters, decide
from workflows.repo_config.problems import ConfigError, Marks, Path, Problem
from workflows.repo_config.schema import json_schema

__all__ = [
    "FILE_NAME",
    "NOT_USED_YET",
    "Build",
    "Commands",
    "ConfigError",
    "Grants",
    "Health",
    "Job",
    "Marks",
    "Narrowed",
    "Path",
    "PathDecision",
    "PathFilters",
    "Problem",
    "RepoConfig",
    "Resources",
    "Route",
    "Service",
    "decide",
    "json_schema",
    "narrow",
    "parse_config",
]
