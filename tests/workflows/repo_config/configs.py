"""A config as a text, read as the product reads it, and values that look like one."""

from typing import Any

import pytest
from hypothesis import strategies as st

from activities.documents import read_document
from workflows.repo_config import FILE_NAME, ConfigError, Problem, RepoConfig, parse_config

FULL = """\
version: 1
template: development
kind: node
workdir: web
commands:
  build: npm run build
  start: npm start
  dev: npm run dev
port: 3000
builds:
  web:
    context: web
    dockerfile: web/Dockerfile
    target: runtime
    args: {NODE: 22, TAG: 1.10, DEBUG: true}
    secrets: [NPM_TOKEN]
routes:
  - path: /
    service: web
    port: 80
  - path: /api
    service: api
health:
  path: /healthz
  timeout: 90s
variables:
  PYTHON: 3.10
  ZIP: 01234
  SWITCH: on
  ENABLED: true
secrets: [STRIPE_KEY]
paths:
  only: [web/**, api]
  ignore: ["**/*.md"]
resources: {cpu: 2, memory: 4Gi, storage: 10Gi, pods: 10}
ttl: 3d
services:
  db: {type: postgres, version: 16, size: 2Gi}
  search: {image: "ghcr.io/owner/search:1", port: 9200, volume: /data, variables: {HEAP: 512}}
jobs:
  migrate: {when: pre-deploy, command: npm run migrate}
  seed: {when: post-deploy, command: npm run seed, component: api, run: once, timeout: 90s}
processes:
  mail: {command: npm run mail}
  report: {command: npm run report, schedule: "0 6 * * 1-5", component: api}
egress: [api.stripe.com, "*.example.com", 192.0.2.0/24]
"""


def parse(text: str) -> RepoConfig:
    document = read_document(text, FILE_NAME)
    return parse_config(document.value, document.mark, document.written)


def problems(text: str) -> list[Problem]:
    """What is wrong with a config that begins with its version."""
    with pytest.raises(ConfigError) as caught:
        parse(text)
    return list(caught.value.problems)


def one_problem(text: str) -> str:
    """The only problem of `version: 1` and `text`."""
    found = problems(f"version: 1\n{text}\n")
    assert len(found) == 1, found
    return str(found[0])


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=12,
)
_KEYS = [
    "version",
    "template",
    "kind",
    "workdir",
    "commands",
    "port",
    "builds",
    "routes",
    "health",
    "variables",
    "secrets",
    "paths",
    "resources",
    "ttl",
    "services",
    "jobs",
    "processes",
    "schedule",
    "egress",
    "context",
    "args",
    "only",
    "ignore",
    "cpu",
    "memory",
    "type",
    "image",
    "when",
]
CONFIG_LIKE = st.recursive(
    SCALARS | st.sampled_from(["web", "3d", "4Gi", "/", "A", "pre-deploy", "api.example.com"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(_KEYS) | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=20,
)


def mapping(value: Any) -> dict[str, Any]:
    return {"version": 1, **(value if isinstance(value, dict) else {"template": value})}
