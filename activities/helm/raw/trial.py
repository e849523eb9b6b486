"""Manifests held against the cluster they are for, before anything of them is applied."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.helm.raw.checks import check, check_duplicates
from activities.helm.raw.kinds import Kinds, discover
from activities.helm.raw.manifests import Manifests
from activities.helm.raw.objects import RawObject
from activities.helm.raw.places import path_in
from activities.helm.raw.problems import Problem, to_error
from activities.helm.raw.refusals import (
    TRIAL_MANAGER,
    is_about_object,
    may_be_of_another,
    missing_account,
    owner_of,
    refusals,
)
from workflows.errors import ClusterError, ManifestError

_AT_ONCE = 8
_LIMIT = 120.0
"""Seconds for all objects together; a busy cluster answers some fifty a second."""
_OPTIONS = (
    ("dryRun", "All"),
    ("fieldManager", TRIAL_MANAGER),
    ("force", "true"),
    ("fieldValidation", "Strict"),
)
_YAML = "application/apply-patch+yaml; charset=utf-8"
"""With its parameter the client hands the text on as it is; without, it would make JSON of it."""


async def check_on_cluster(
    api: ApiClient, own: ApiClient, manifests: Manifests, *, namespace: str, release: str
) -> None:
    """Raise one ManifestError for everything that is wrong with the manifests; nothing is changed in the cluster.

    `api` is the worker's connection, to ask which kinds there are; `own` is that of the identity which will apply
    them, with which every object is tried (`dryRun=All`): against the schema of that very cluster, its admission
    rules, and the object that may be there already, which must be of the same `release`. Raises ClusterError when the cluster does not answer.
    """
    kinds = await discover(api, {item.api_version for item in manifests.objects})
    problems = [*manifests.problems, *check_duplicates(manifests.objects, kinds)]
    tried: list[RawObject] = []
    for item in manifests.objects:
        found = list(check(item, kinds, namespace))
        problems.extend(found)
        if not found:
            tried.append(item)
    problems.extend(await _Trial(own, kinds, namespace, release).run(tried))
    if problems:
        raise to_error(problems)
    if not manifests.objects:
        raise ManifestError(
            "the manifests hold no objects",
            hint="Add a Deployment and a Service to the files named in the template's `manifests`.",
        )


@dataclass(frozen=True)
class _Trial:
    own: ApiClient
    kinds: Kinds
    namespace: str
    release: str

    async def run(self, objects: Sequence[RawObject]) -> list[Problem]:
        accounts = {item.name for item in objects if item.kind == "ServiceAccount"}
        turns = asyncio.Semaphore(_AT_ONCE)

        async def one(item: RawObject) -> list[Problem]:
            async with turns:
                return await self._try(item, accounts)

        try:
            async with asyncio.timeout(_LIMIT):
                found = await asyncio.gather(*map(one, objects))
        except TimeoutError as error:
            message = f"the cluster did not check the manifests within {_LIMIT:g} s"
            raise ClusterError(message) from error
        return [problem for problems in found for problem in problems]

    async def _try(self, item: RawObject, accounts: set[str]) -> list[Problem]:
        kind = self.kinds[item.api_version, item.kind]
        path = kind.path(item.api_version, self.namespace, item.name)
        try:
            answer = await kube.request(
                self.own, "PATCH", path, query=_OPTIONS, body=item.body, content_type=_YAML
            )
        except kube.KubeError as error:
            if not is_about_object(error):
                raise
            # An account of the same release is there before the pods that need it.
            return [] if missing_account(error) in accounts else list(_problems(item, error))
        if may_be_of_another(answer["metadata"], self.release) and await self._is_taken(path):
            text = f"{item.kind} `{item.name}` is there already and not of this release"
            return [item.problem(("metadata", "name"), f"{text}; choose another name")]
        return []

    async def _is_taken(self, path: str) -> bool:
        """Whether it is there and is not the release's: people and controllers may have changed one that is."""
        try:
            found = await kube.request(self.own, "GET", path)
        except kube.NotFoundError:
            return False
        return owner_of(found["metadata"]) != self.release


def _problems(item: RawObject, error: kube.KubeError) -> Iterator[Problem]:
    for field, what in refusals(error, is_secret=item.kind == "Secret"):
        path = path_in(item.value, field)
        thing = f"{item.kind} `{item.name}`"
        yield item.problem(path, f"{thing}: {field}: {what}" if field else f"{thing}: {what}")
