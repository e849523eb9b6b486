"""`.catalyst.yaml`: a value in, a strict model or every problem out. YAML is read in `activities/documents`."""

from workflows.repo_config.model import (
    FILE_NAME,
    NOT_USED_YET,
    Build,
    Commands,
    Health,
    Job,
    Process,
    RepoConfig,
    Resources,
    Route,
    Service,
)
from workflows.repo_config.narrowing import Grants, Narrowed, narrow
from workflows.repo_config.overrides import overrides_of
from workflows.repo_config.parsing import parse_config
from workflows.repo_config.paths import PathDecision, PathFilters, decide
from workflows.repo_config.presence import absent
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
    "Process",
    "RepoConfig",
    "Resources",
    "Route",
    "Service",
    "absent",
    "decide",
    "json_schema",
    "narrow",
    "overrides_of",
    "parse_config",
]
