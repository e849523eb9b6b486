"""A revision that begins with the data of services thrown away (ENV-017)."""

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from workflows import policies
from workflows.models import Phase, ReleasePlan, RevisionPlan
from workflows.models import messages as m
from workflows.ports import ClusterPort
from workflows.progress import Progress


async def reset_services(request: m.RevisionInput, plan: RevisionPlan, progress: Progress) -> None:
    """Until nothing of them is left and the environment knows; only then may anything of them come back.

    Services that the plan does not have any more go with its releases.
    """
    release = _release_of_services(plan)
    services = tuple(each.service for each in request.resets if each.service in plan.services)
    if services:
        listed = ", ".join(f"`{each}`" for each in services)
        await progress.run(
            "reset",
            Phase.DEPLOYING,
            lambda: workflow.execute_activity_method(
                ClusterPort.reset_services,
                m.ResetServicesInput(ref=request.ref, release=release.name, services=services),
                **policies.RESET_SERVICES,
            ),
            is_limit_final=False,
            words=f"throwing away the data of {listed}",
        )
        progress.reasons += (f"The data of {listed} was thrown away, as a person asked.",)
    await _tell(request)


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
                kept=plan.services if is_own else (),
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
