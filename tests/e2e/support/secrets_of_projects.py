"""Giving a project secrets, as somebody with rights on its namespace does."""

from tests.e2e.support.cluster import Cluster
from workflows import naming


async def put_secrets(cluster: Cluster, project: str, values: dict[str, str]) -> None:
    namespace = naming.project_namespace(project)
    await cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    await cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": naming.PROJECT_SECRETS, "namespace": namespace},
            "stringData": values,
        }
    )


async def remove_secrets(cluster: Cluster, project: str) -> None:
    """With the namespace they are in."""
    await cluster.delete(f"/api/v1/namespaces/{naming.project_namespace(project)}")
