"""What programs in the pods of a preview answer."""

from activities import kube
from tests.e2e.support.preview import Preview


async def run(preview: Preview, component: str, *command: str) -> str:
    """What a program in the component's only pod answers."""
    namespace = await preview.namespace()
    found = await preview.stack.cluster.pods(
        namespace, selector=f"app.kubernetes.io/component={component}"
    )
    (pod,) = [each for each in found if not each["metadata"].get("deletionTimestamp")]
    api = await kube.connect(preview.stack.connection.kubeconfig)
    try:
        container = kube.Container(namespace, pod["metadata"]["name"], component)
        done = await kube.execute(api, container, command, seconds=30)
    finally:
        await kube.close(api)
    assert done.code == 0, done.complaints
    return "\n".join(done.lines)
