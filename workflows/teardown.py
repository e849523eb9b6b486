"""One removal, from kept logs to the last image; never cancelled, and done only when the environment is gone."""

import asyncio

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from workflows import naming, policies
from workflows.attempts import judge
from workflows.models import EnvironmentRef
from workflows.models import messages as m
from workflows.planning import backoff
from workflows.ports import BuildPort, ClusterPort, HelmPort


@workflow.defn
class TeardownWorkflow:
    """Every step may run twice and takes "not there" for success, so that it can begin again from the top."""

    @workflow.init
    def __init__(self, request: m.TeardownInput) -> None:
        self._request = request
        self._ref = request.ref
        self._told: tuple[str, ...] = ()

    @workflow.signal
    def inquire(self) -> None:
        """Answers by being there: a new life of the environment waits until this finds nobody."""

    @workflow.run
    async def run(self, _request: m.TeardownInput) -> None:
        work = asyncio.create_task(self._remove())
        while not work.done():
            try:
                await workflow.wait_condition(work.done)
            except asyncio.CancelledError:
                workflow.logger.info("a removal is not cancelled: it goes on")
        work.result()

    async def _remove(self) -> None:
        await self._find_namespace()
        await self._keep_logs()
        await self._stop_work()
        if self._ref.namespace:
            await self._uninstall()
            await self._delete_namespace()
        await self._delete_images()

    async def _find_namespace(self) -> None:
        """An environment that begins with its removal (left over, or closed at once) never chose its namespace."""
        failures = 0
        while not self._ref.namespace:
            try:
                chosen = await workflow.execute_activity_method(
                    ClusterPort.choose_namespace,
                    m.ChooseNamespaceInput(ref=self._ref),
                    **policies.CHOOSE_NAMESPACE,
                )
            except ActivityError as error:
                trouble = judge(error)
                if trouble.failure.type == "NameTakenError":
                    return  # every candidate is somebody else's, so nothing there is ours
                failures += 1
                await self._pause(failures, trouble.failure.message)
            else:
                self._ref = self._ref.model_copy(update={"namespace": chosen.namespace})

    async def _keep_logs(self) -> None:
        if not self._ref.namespace:
            return
        try:
            await workflow.execute_activity_method(
                ClusterPort.keep_logs, m.KeepLogsInput(ref=self._ref), **policies.KEEP_LOGS
            )
        except ActivityError as error:
            workflow.logger.warning("logs could not be kept: %s", error.cause)

    async def _stop_work(self) -> None:
        """Builds end for certain: they live in another namespace. A release that cannot be settled ends with its own."""
        request = m.StopRevisionInput(ref=self._ref, revision="", release=_release(self._ref))
        results = await asyncio.gather(
            self._until_stopped(request),
            workflow.execute_activity_method(
                HelmPort.settle_release,
                request,
                **policies.limited(policies.SETTLE_RELEASE, in_all=policies.SETTLE_BEFORE_REMOVAL),
            ),
            return_exceptions=True,
        )
        for failure in results:
            if isinstance(failure, workflow.ContinueAsNewError):
                raise failure
            if failure is not None:
                workflow.logger.warning("left to the namespace's removal: %s", failure)

    async def _until_stopped(self, request: m.StopRevisionInput) -> None:
        failures = 0
        while True:
            try:
                await workflow.execute_activity_method(
                    BuildPort.stop_builds, request, **policies.told(policies.STOP_BUILDS)
                )
            except ActivityError as error:
                failures += 1
                await self._pause(failures, f"builds: {judge(error).failure.message}")
            else:
                return await self._tell(())

    async def _uninstall(self) -> None:
        request = m.RemoveInput(ref=self._ref, release=_release(self._ref))
        try:
            await workflow.execute_activity_method(
                HelmPort.uninstall_release, request, **policies.UNINSTALL
            )
        except ActivityError as error:
            workflow.logger.warning("left to the namespace's removal: %s", error.cause)

    async def _delete_namespace(self) -> None:
        request = m.RemoveInput(ref=self._ref, release=_release(self._ref))
        rounds = 0
        while True:
            try:
                result = await workflow.execute_activity_method(
                    ClusterPort.delete_namespace, request, **policies.DELETE_NAMESPACE
                )
            except ActivityError as error:
                failure = judge(error).failure
                if failure.type == "NameTakenError":
                    return  # ours is gone, and somebody else took the name
                result = m.RemoveResult(is_gone=False, blockers=(failure.message,))
            if result.is_gone:
                await self._tell(())
                return
            rounds += 1
            await self._pause(rounds, *result.blockers)

    async def _delete_images(self) -> None:
        request = m.RemoveInput(ref=self._ref, release=_release(self._ref))
        failures = 0
        while True:
            try:
                await workflow.execute_activity_method(
                    BuildPort.delete_images, request, **policies.told(policies.DELETE_IMAGES)
                )
            except ActivityError as error:
                failures += 1
                await self._pause(failures, f"images: {judge(error).failure.message}")
            else:
                return await self._tell(())

    async def _pause(self, failures: int, *blockers: str) -> None:
        """Before the next try, of which there may be any number: a history that is long by now ends here."""
        await self._tell(blockers)
        await workflow.sleep(
            backoff(
                failures,
                first=policies.FIRST_BLOCKED_PAUSE,
                most=policies.MAX_BLOCKED_PAUSE,
            )
        )
        if workflow.info().is_continue_as_new_suggested():
            workflow.continue_as_new(self._request.model_copy(update={"ref": self._ref}))

    async def _tell(self, blockers: tuple[str, ...]) -> None:
        """Name what blocks (FR-008), once for each change, whether or not the environment still lives."""
        if blockers == self._told:
            return
        self._told = blockers
        entity = workflow.get_external_workflow_handle(self._request.environment_workflow_id)
        try:
            await entity.signal("teardown_progress", m.TeardownProgress(blockers=blockers))
        except ApplicationError as error:
            workflow.logger.info("nobody follows this removal: %s", error)


def _release(ref: EnvironmentRef) -> str:
    return naming.release_name(ref.environment)
