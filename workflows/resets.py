"""A revision that begins with the data of services thrown away (ENV-017)."""

from collections.abc import Iterator, Sequence

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from workflows import policies
from workflows.models import Phase, ReleasePlan, RevisionPlan, VolumePlan
from workflows.models import messages as m
from workflows.planning import kept_running
from workflows.ports import ClusterPort
from workflows.progress import Progress


async def reset_services(request: m.RevisionInput, plan: RevisionPlan, progress: Progress) -> None:
    """Until nothing of them is left and the environment knows; only then may anything of them come back.

    Services that the plan does not have any more go with its releases.
    """
    wanted = [each.service for each in request.resets]
    services = tuple(each for each in wanted if each in plan.services)
    charts = tuple(each for each in plan.service_charts if each.name in wanted)
    volumes = tuple(each for each in plan.volumes if each.component in wanted)
    named = [*services, *(each.name for each in charts), *(each.component for each in volumes)]
    if named:
        listed = ", ".join(f"`{each}`" for each in named)
        await progress.run(
            "reset",
            Phase.DEPLOYING,
            lambda: workflow.execute_activity_method(
                ClusterPort.reset_services,
                m.ResetServicesInput(
                    ref=request.ref,
                    release=_release_of_services(plan).name,
                    services=services,
                    volumes=volumes,
                    charts=tuple(each.release.name for each in charts),
                ),
                **policies.RESET_SERVICES,
            ),
            is_limit_final=False,
            words=f"throwing away the data of {listed}",
        )
        progress.reasons += (
            f"The data of {listed} was thrown away, as a person asked.",
            *_shared(volumes, named),
        )
    await _tell(request)


def _shared(volumes: Sequence[VolumePlan], named: Sequence[str]) -> Iterator[str]:
    for each in volumes:
        if others := [user for user in each.users if user not in named]:
            listed = ", ".join(f"`{user}`" for user in others)
            yield f"What `{each.component}` keeps is kept together with {listed}, and begins anew there too."


async def restart_application(
    request: m.RevisionInput, plan: RevisionPlan, progress: Progress
) -> None:
    """Programs that were at work before the reset begin anew, whether or not their release has changed."""
    is_own = _release_of_services(plan).name == plan.release.name
    await progress.run(
        "restart",
        Phase.DEPLOYING,
        lambda: workflow.execute_activity_method(
            ClusterPort.restart_workloads,
            m.RestartWorkloadsInput(
                ref=request.ref,
                release=plan.release.name,
                kept=kept_running(plan) if is_own else (),
                mark=request.id,
            ),
            **policies.RESTART_WORKLOADS,
        ),
        is_limit_final=False,
    )


def _release_of_services(plan: RevisionPlan) -> ReleasePlan:
    return plan.extras or plan.release


async def _tell(request: m.RevisionInput) -> None:
    environment = workflow.get_external_workflow_handle(request.environment_workflow_id)
    done = m.ServicesReset(ids=tuple(each.id for each in request.resets))
    try:
        await environment.signal("services_reset", done)
    except ApplicationError as error:
        workflow.logger.info("nobody follows this revision: %s", error)
