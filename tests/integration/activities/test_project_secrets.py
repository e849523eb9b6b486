"""Which of a project's secrets are read, from where, and what is said when one is not there."""

import json
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from kubernetes.aio.client import ApiClient

from activities.masking import mask
from activities.project_secrets import (
    MAX_VALUE,
    Found,
    read_registry_credentials,
    read_secrets,
)
from tests.integration.activities.kubernetes_api import Answer, KubernetesAPI, serving
from workflows import naming
from workflows.errors import ClusterError, ConfigurationError, SecretError

PROJECT = "team-shop"
NAMESPACE = f"/api/v1/namespaces/{PROJECT}"
OF_PROJECT = {"API_KEY": "of the project", "DATABASE": "db", "NOBODY_MAY": "not granted"}
CONFIG = json.dumps({"auths": {"registry.example": {"auth": "dXNlcjpwYXNz"}}})


def secret(data: dict[str, str], kind: str = "Opaque") -> dict[str, Any]:
    encoded = {key: b64encode(value.encode()).decode() for key, value in data.items()}
    return {"kind": "Secret", "type": kind, "data": encoded}


@asynccontextmanager
async def cluster(
    directory: Path, objects: dict[str, dict[str, Any]], *, refused: int = 404
) -> AsyncIterator[tuple[ApiClient, KubernetesAPI]]:
    """A project's namespace with these Secrets; `refused` is answered for every other path."""

    def answer(asked: str) -> Answer:
        path = asked.removeprefix("GET ")
        name = path.rpartition("/secrets/")[2]
        if path == NAMESPACE and path not in objects:
            return 200, {"metadata": {"name": PROJECT}}
        found = objects.get(path) or objects.get(name)
        return (200, found) if found else (refused, {"reason": "Refused", "message": "no"})

    fake = KubernetesAPI(answer)
    async with serving(fake, directory) as api:
        yield api, fake


@pytest.mark.spec("ENV-029", "EC-6")
async def test_only_granted_names_are_read_and_a_templates_own_come_first(tmp_path: Path) -> None:
    objects = {
        naming.PROJECT_SECRETS: secret(OF_PROJECT),
        naming.template_secrets("staging"): secret({"API_KEY": "of staging"}),
        naming.template_secrets("production"): secret({"API_KEY": "of production"}),
    }
    async with cluster(tmp_path, objects) as (api, fake):
        found = await read_secrets(api, PROJECT, "staging", ["DATABASE", "API_KEY"])
        assert await read_secrets(api, PROJECT, "development", ["API_KEY"]) == {
            "API_KEY": Found(b"of the project", "catalyst-secrets")
        }
    assert found == {
        "API_KEY": Found(b"of staging", "catalyst-secrets-staging"),
        "DATABASE": Found(b"db", "catalyst-secrets"),
    }
    assert not any("production" in asked for asked in fake.asked)


async def test_where_nothing_is_granted_nothing_is_asked(tmp_path: Path) -> None:
    async with cluster(tmp_path, {}) as (api, fake):
        assert await read_secrets(api, PROJECT, "development", []) == {}
    assert fake.asked == []


@pytest.mark.spec("ENV-029")
async def test_a_missing_key_is_named_with_both_secrets_and_no_other_key(tmp_path: Path) -> None:
    objects = {naming.PROJECT_SECRETS: secret(OF_PROJECT)}
    async with cluster(tmp_path, objects) as (api, _):
        with pytest.raises(SecretError) as raised:
            await read_secrets(api, PROJECT, "development", ["STRIPE", "API_KEY"])
    text = str(raised.value)
    assert "`catalyst-secrets` in namespace `team-shop` has no key `STRIPE`" in text
    assert "catalyst-secrets-development" in text
    assert not any(word in text + raised.value.hint for word in ("NOBODY_MAY", "API_KEY", "db"))
    assert mask(text) == text, "what masking takes away would not reach the person"


async def test_what_no_process_could_start_with_is_refused(tmp_path: Path) -> None:
    objects = {naming.PROJECT_SECRETS: secret({"A": "x" * (MAX_VALUE + 1), "B": "b"})}
    async with cluster(tmp_path, objects) as (api, _):
        with pytest.raises(SecretError, match=r"key `A` of Secret `catalyst-secrets`.*100,001"):
            await read_secrets(api, PROJECT, "development", ["A", "B"])


async def test_more_than_one_secret_holds_is_refused(tmp_path: Path) -> None:
    many = {f"K{number}": "x" * MAX_VALUE for number in range(11)}
    objects = {naming.PROJECT_SECRETS: secret(many)}
    async with cluster(tmp_path, objects) as (api, _):
        with pytest.raises(SecretError, match="1,100,000 bytes together"):
            await read_secrets(api, PROJECT, "development", many)


@pytest.mark.spec("ENV-029")
async def test_no_secret_is_taken_from_an_environment_that_reads_like_the_project(
    tmp_path: Path,
) -> None:
    objects = {
        NAMESPACE: {"metadata": {"name": PROJECT, "labels": {naming.ENVIRONMENT_LABEL: "shop"}}},
        naming.PROJECT_SECRETS: secret(OF_PROJECT),
        naming.REGISTRY_SECRET: secret({".dockerconfigjson": CONFIG}),
    }
    async with cluster(tmp_path, objects) as (api, _):
        with pytest.raises(ConfigurationError, match="is an environment's"):
            await read_secrets(api, PROJECT, "development", ["API_KEY"])
        with pytest.raises(ConfigurationError, match="is an environment's"):
            await read_registry_credentials(api, PROJECT)


@pytest.mark.spec("ENV-019")
async def test_registry_credentials_are_the_projects_or_none(tmp_path: Path) -> None:
    kind = "kubernetes.io/dockerconfigjson"
    async with cluster(tmp_path, {}) as (api, _):
        assert await read_registry_credentials(api, PROJECT) is None
    objects = {naming.REGISTRY_SECRET: secret({".dockerconfigjson": CONFIG}, kind)}
    async with cluster(tmp_path, objects) as (api, _):
        assert await read_registry_credentials(api, PROJECT) == CONFIG


@pytest.mark.spec("ENV-019")
@pytest.mark.parametrize(
    "found",
    [
        secret({".dockerconfigjson": CONFIG}),
        secret({}, "kubernetes.io/dockerconfigjson"),
        secret({".dockerconfigjson": "not JSON"}, "kubernetes.io/dockerconfigjson"),
        secret({".dockerconfigjson": '{"auths": []}'}, "kubernetes.io/dockerconfigjson"),
    ],
)
async def test_credentials_of_another_form_are_refused_with_the_command_that_makes_them(
    tmp_path: Path, found: dict[str, Any]
) -> None:
    async with cluster(tmp_path, {naming.REGISTRY_SECRET: found}) as (api, _):
        with pytest.raises(SecretError) as raised:
            await read_registry_credentials(api, PROJECT)
    assert "kubectl -n team-shop create secret docker-registry" in raised.value.hint


async def test_what_catalyst_may_not_read_is_the_operators(tmp_path: Path) -> None:
    async with cluster(tmp_path, {}, refused=403) as (api, _):
        with pytest.raises(ConfigurationError, match=r"may not read Secret `catalyst-secrets`"):
            await read_secrets(api, PROJECT, "development", ["API_KEY"])


async def test_an_api_that_is_away_is_the_platforms(tmp_path: Path) -> None:
    async with cluster(tmp_path, {}, refused=503) as (api, _):
        with pytest.raises(ClusterError):
            await read_secrets(api, PROJECT, "development", ["API_KEY"])


def test_a_value_is_never_printed() -> None:
    assert "hunter2" not in repr(Found(b"hunter2", "catalyst-secrets"))
