"""The steps of the demonstration, between the stack and the pull request."""

from collections.abc import Awaitable, Callable

from deploy.local.control import steps as control
from deploy.local.control.github import github_url
from deploy.local.control.worker import catalyst_url
from deploy.local.demo.catalyst import CatalystClient
from deploy.local.demo.scene import Scene, ensure_repository, make_project
from deploy.local.instance import Instance
from deploy.local.steps import Outcome, Step, StepContext
from tests.support.github.client import GitHubClient
from workflows.models import Project

REPOSITORY = "demo-repository"
REGISTERED = "demo-project"


def demo_steps(instance: Instance) -> list[Step]:
    """Return the steps that seed the local GitHub and register the project with Catalyst."""
    return [
        Step(
            REPOSITORY,
            "sample repository pushed",
            _with_scene(instance, _report),
            after=(control.GITHUB,),
        ),
        Step(
            REGISTERED,
            "project registered",
            _with_scene(instance, _register),
            after=(REPOSITORY, control.API),
        ),
    ]


def _with_scene(
    instance: Instance, act: Callable[[Instance, Scene], Awaitable[Outcome]]
) -> Callable[[StepContext], Awaitable[Outcome]]:
    async def run(_: StepContext) -> Outcome:
        async with GitHubClient.connect(github_url(instance)) as github:
            return await act(instance, await ensure_repository(github, instance))

    return run


async def _report(_: Instance, scene: Scene) -> Outcome:
    return Outcome.DONE if scene.is_new else Outcome.CACHED


async def _register(instance: Instance, scene: Scene) -> Outcome:
    async with CatalystClient.connect(catalyst_url(instance)) as catalyst:
        return await register(catalyst, make_project(scene))


async def register(catalyst: CatalystClient, wanted: Project) -> Outcome:
    """Only where there is none for these repositories: what people have set since then stays."""
    found = await catalyst.project(wanted.key)
    if found is not None and found.sources == wanted.sources:
        return Outcome.CACHED
    await catalyst.put_project(wanted)
    return Outcome.DONE
