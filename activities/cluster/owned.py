"""Secrets of an environment that hold exactly what Catalyst put there."""

from kubernetes.aio.client import ApiClient
from temporalio import activity

from activities import kube
from activities.kube import KubeObject
from activities.manifests import is_owned_by
from workflows.errors import NameTakenError
from workflows.models import EnvironmentRef


async def check_owner(api: ApiClient, ref: EnvironmentRef) -> None:
    """The namespace was ensured a moment ago; a secret is worth a second look at whose it is. Raises NameTakenError."""
    name = ref.namespace
    path = kube.path_of({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    if not is_owned_by(await kube.request(api, "GET", path), ref):
        raise NameTakenError(f"namespace {name} exists and is not ours")


async def ensure_exactly(api: ApiClient, wanted: KubeObject) -> KubeObject:
    """As wanted and with no key besides, whatever a chart of the environment has made under that name.

    Applying keeps what others have added, and Kubernetes refuses it where they have made the Secret immutable or of
    another type. Returns it as stored.
    """
    try:
        stored = await kube.apply(api, wanted)
        if stored.get("data", {}).keys() == wanted["data"].keys():
            return stored
    except kube.InvalidError as error:
        activity.logger.info("a Secret is made anew: %s", error)
    await kube.request(api, "DELETE", kube.path_of(wanted))
    return await kube.apply(api, wanted)


def version_of(secret: KubeObject) -> str:
    """Changes with the content of a Secret, and is made of nothing of it."""
    return f"{secret['metadata']['uid']}.{secret['metadata']['resourceVersion']}"
