"""Releases that a plan has no more go with the main one's last stage, also when an attempt failed in between."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from activities.helm import HelmActivities, HelmConfig
from tests.integration.activities.kubernetes_api import Answer, KubernetesAPI, serving
from tests.integration.activities.test_lost_attempts import DEPLOY, REF, NoGitHub
from workflows import naming
from workflows.models import messages as m

MAIN, EXTRAS = naming.release_names(REF.environment)
FORMER = naming.service_release_name(REF.environment, "queue")


def record(release: str) -> dict[str, object]:
    labels = {
        "owner": "helm",
        "name": release,
        "version": "1",
        "status": "deployed",
        naming.REVISION_LABEL: naming.short_hash(DEPLOY.revision),
    }
    return {"metadata": {"name": f"sh.helm.release.v1.{release}.v1", "labels": labels}}


def holding(*releases: str) -> KubernetesAPI:
    """A namespace with these releases, each of this very revision."""

    def answer(asked: str) -> Answer:
        if "/token" in asked:
            return 201, {"status": {"token": "t"}}
        if "/secrets?" not in asked:
            return 200, {"items": []}
        is_of_all = "name%3D" not in asked
        found = [each for each in releases if is_of_all or f"name%3D{each}" in asked]
        return 200, {"items": [record(each) for each in found]}

    return KubernetesAPI(answer)


async def deploy(api: KubernetesAPI, tmp_path: Path, request: m.DeployReleaseInput) -> list[str]:
    """What Helm was told to do by an attempt that finds its work done."""
    log, helm = tmp_path / "log", tmp_path / "helm"
    helm.write_text(f'#!/bin/sh\necho "$*" >> {log}\n')
    await asyncio.to_thread(helm.chmod, 0o755)
    async with serving(api, tmp_path) as client:
        activities = HelmActivities(client, HelmConfig(executable=helm), NoGitHub())
        result = await activities.deploy_release(request)
    assert result.release_revision == 1
    return log.read_text().splitlines() if log.exists() else []


def planned(services: Sequence[str] = (), *, has_extras: bool = False) -> m.DeployReleaseInput:
    return DEPLOY.model_copy(update={"service_charts": tuple(services), "has_extras": has_extras})


@pytest.mark.spec("ENV-017")
@pytest.mark.invariant(5)
async def test_the_attempt_after_a_failed_one_drops_what_that_has_left(tmp_path: Path) -> None:
    told = await deploy(holding(MAIN, EXTRAS, FORMER), tmp_path, planned())
    assert [each.partition(" ")[0] for each in told] == ["uninstall", "uninstall"]
    assert {EXTRAS, FORMER} <= set(" ".join(told).split())


async def test_releases_of_the_plan_stay(tmp_path: Path) -> None:
    request = planned([FORMER], has_extras=True)
    assert await deploy(holding(MAIN, EXTRAS, FORMER), tmp_path, request) == []


async def test_no_stage_but_the_last_drops_anything(tmp_path: Path) -> None:
    request = planned().model_copy(update={"components": ("web",)})
    assert await deploy(holding(MAIN, EXTRAS), tmp_path, request) == []
