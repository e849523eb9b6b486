"""Where an environment is: its namespace with limits and policies, and the secrets that its pods read."""

from temporalio import workflow

from workflows import policies
from workflows.development import ensure_directory
from workflows.models import Phase, RevisionPlan
from workflows.models import messages as m
from workflows.ports import ClusterPort
from workflows.progress import Progress
from workflows.values import checksum_of, joined_checksums

COPY_SECRETS = "copy-secrets"
"""Patch: an environment is given the project's secrets, or loses those it had, before Helm runs."""


class Place:
    """Of one revision; there before its first release."""

    def __init__(self, request: m.RevisionInput, plan: RevisionPlan, progress: Progress) -> None:
        self._request = request
        self._plan = plan
        self._progress = progress

    async def ensure(self) -> tuple[m.EnsureNamespaceResult, m.CopySecretsResult]:
        """Namespace, then what is in it before any release; secrets have a checksum of all that pods read."""
        plan = self._plan
        namespace = await self._ensure_namespace()
        if plan.development is not None and plan.development.is_on_host:
            await ensure_directory(self._request, self._progress)
        if not workflow.patched(COPY_SECRETS):
            return namespace, m.CopySecretsResult()
        secrets = await self._copy_secrets()
        if not plan.credentials:
            return namespace, secrets
        made = await self._ensure_credentials()
        checksum = joined_checksums(secrets.checksum, made.checksums)
        return namespace, secrets.model_copy(update={"checksum": checksum})

    async def with_new_credentials(self, secrets: str) -> str:
        """The checksum `secrets`, with credentials that were made up anew."""
        if not self._plan.credentials:
            return secrets
        made = await self._ensure_credentials()
        return joined_checksums(checksum_of(secrets), made.checksums)

    async def _ensure_namespace(self) -> m.EnsureNamespaceResult:
        request = self._request
        return await self._progress.run(
            "namespace",
            Phase.BUILDING,
            lambda: workflow.execute_activity_method(
                ClusterPort.ensure_namespace,
                m.EnsureNamespaceInput(
                    ref=request.ref,
                    pull_request=request.pull_request,
                    branch=request.branch,
                    quota=self._plan.quota,
                    egress=self._plan.egress if request.is_trusted else (),
                    egress_hosts=self._plan.egress_hosts if request.is_trusted else (),
                    package_sources=self._package_sources() if request.is_trusted else (),
                    has_owner=self._plan.development is not None and request.is_trusted,
                ),
                **policies.ENSURE_NAMESPACE,
            ),
            is_limit_final=False,
        )

    async def _copy_secrets(self) -> m.CopySecretsResult:
        """Also where none are granted: what an earlier revision was given has to go."""
        request = self._request
        return await self._progress.run(
            "secrets",
            Phase.BUILDING,
            lambda: workflow.execute_activity_method(
                ClusterPort.copy_secrets,
                m.CopySecretsInput(
                    ref=request.ref,
                    template=self._plan.template,
                    names=self._plan.secrets if request.is_trusted else (),
                    branch=request.branch,
                    is_trusted=request.is_trusted,
                ),
                **policies.COPY_SECRETS,
            ),
            is_limit_final=False,
        )

    async def _ensure_credentials(self) -> m.EnsureCredentialsResult:
        """Of services that the environment has of its own; those of untrusted code as well, for they hold nothing yet."""
        request = self._request
        return await self._progress.run(
            "credentials",
            Phase.BUILDING,
            lambda: workflow.execute_activity_method(
                ClusterPort.ensure_credentials,
                m.EnsureCredentialsInput(
                    ref=request.ref, branch=request.branch, credentials=self._plan.credentials
                ),
                **policies.ENSURE_CREDENTIALS,
            ),
            is_limit_final=False,
        )

    def _package_sources(self) -> tuple[str, ...]:
        """Only where something is installed in the environment itself."""
        development = self._plan.development
        return development.package_sources if development else ()
