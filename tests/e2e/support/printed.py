"""Waiting for what builds and applications print."""

from tests.e2e.support.preview import READY, Preview
from tests.e2e.support.waiting import eventually
from workflows import naming


async def until_build_prints(preview: Preview, text: str) -> None:
    """Wait for a line of a build's log."""
    selector = f"{naming.ENVIRONMENT_LABEL}={preview.environment}"
    await _until_printed(preview, naming.BUILD_NAMESPACE, selector, "build", text)


async def until_app_prints(preview: Preview, text: str) -> None:
    """Wait for a line of the sample application's log."""
    await _until_printed(preview, preview.expected_namespace, "", "shop", text)


async def _until_printed(
    preview: Preview, namespace: str, selector: str, container: str, text: str
) -> None:
    cluster = preview.stack.cluster

    async def is_printed() -> bool:
        for pod in await cluster.pods(namespace, selector=selector):
            if text in await cluster.logs(namespace, pod["metadata"]["name"], container):
                return True
        return False

    await eventually(is_printed, within=READY, what=f"{container} prints {text!r}")
