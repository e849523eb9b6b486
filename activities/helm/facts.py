"""What a chart's values may ask for: the facts of one deployment."""

from activities.helm.config import HelmConfig
from workflows import naming
from workflows.models import messages as m
from workflows.values import ValueFacts


def facts_of(request: m.DeployReleaseInput, config: HelmConfig) -> ValueFacts:
    """With addresses and tools as the operator has set them."""
    namespace = request.ref.namespace
    return ValueFacts(
        commit=request.commit,
        url=config.address.url(namespace),
        inner_url=config.address.inner_url(namespace),
        host=config.address.host(namespace),
        namespace=namespace,
        environment=request.ref.environment,
        project=request.ref.project,
        branch=request.branch,
        secrets_checksum=request.secrets_checksum,
        revision=_revision_of(request),
        tools_image=config.tools_image,
        images=request.images,
    )


def _revision_of(request: m.DeployReleaseInput) -> str:
    """For Catalyst's own chart alone: in others' it could restart pods for nothing."""
    is_own = request.release.source == "catalyst"
    return naming.short_hash(request.revision) if is_own else ""
