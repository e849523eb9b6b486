"""The connection to a cluster and the one way to make a call.

Objects are plain JSON, as manifests are; the library's typed models add nothing to what we read of them.
"""

from activities.kube.calls import CALL_TIMEOUT, apply, read_text, request, watch
from activities.kube.connection import close, connect
from activities.kube.errors import (
    ConflictError,
    ExpiredError,
    ForbiddenError,
    InvalidError,
    KubeError,
    NotFoundError,
)
from activities.kube.execution import Container, execute
from activities.kube.frames import Executed
from activities.kube.paths import collection_path, path_of
from activities.kube.types import KubeObject, Query

__all__ = [
    "CALL_TIMEOUT",
    "ConflictError",
    "Container",
    "Executed",
    "ExpiredError",
    "ForbiddenError",
    "InvalidError",
    "KubeError",
    "KubeObject",
    "NotFoundError",
    "Query",
    "apply",
    "close",
    "collection_path",
    "connect",
    "execute",
    "path_of",
    "read_text",
    "request",
    "watch",
]
