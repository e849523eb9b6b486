"""Where objects are in the API."""

from urllib.parse import quote

from activities.kube.types import KubeObject


def path_of(wanted: KubeObject) -> str:
    """API path of an object, from its own apiVersion, kind, namespace and name."""
    metadata = wanted["metadata"]
    base = collection_path(wanted["apiVersion"], wanted["kind"], metadata.get("namespace", ""))
    return f"{base}/{quote(metadata['name'], safe='')}"


def collection_path(api_version: str, kind: str, namespace: str = "") -> str:
    """API path of all objects of a kind (of built-in kinds and others with a regular plural)."""
    root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
    scope = f"/namespaces/{quote(namespace, safe='')}" if namespace else ""
    return f"{root}{scope}/{_plural(kind)}"


def _plural(kind: str) -> str:
    """As `UnsafeGuessKindToResource` of k8s.io/apimachinery does it."""
    name = kind.lower()
    if name.endswith("endpoints"):
        return name
    if name.endswith("s"):
        return f"{name}es"
    if name.endswith("y"):
        return f"{name[:-1]}ies"
    return f"{name}s"
