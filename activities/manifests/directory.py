"""A directory of the node as the volume of one environment's code (ENV-005).

Pods may mount no directory of a node themselves (Pod Security), so it comes as a volume that only the worker can make.
"""

from typing import Final

from activities.kube import KubeObject
from activities.manifests.namespace import labels_of
from workflows import naming
from workflows.models import EnvironmentRef
from workflows.planning.plans.development.places import CLAIM

_SIZE: Final = "1Gi"
"""Of no effect: a directory has no size of its own. It counts towards the environment's storage."""


def make_directory_volume(
    ref: EnvironmentRef, branch: str, path: str, namespace_uid: str
) -> KubeObject:
    """For that environment's claim alone. It goes with the namespace, and what is in the directory stays."""
    owner = {"apiVersion": "v1", "kind": "Namespace", "name": ref.namespace, "uid": namespace_uid}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {
            "name": naming.directory_volume(ref.namespace),
            "labels": labels_of(ref, branch),
            "ownerReferences": [owner],
        },
        "spec": {
            "capacity": {"storage": _SIZE},
            "accessModes": ["ReadWriteOnce"],
            "persistentVolumeReclaimPolicy": "Retain",
            "storageClassName": "",
            "hostPath": {"path": path, "type": "Directory"},
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "namespace": ref.namespace,
                "name": CLAIM,
            },
        },
    }


def make_directory_claim(ref: EnvironmentRef, branch: str) -> KubeObject:
    """What the pod mounts."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": CLAIM, "namespace": ref.namespace, "labels": labels_of(ref, branch)},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "",
            "volumeName": naming.directory_volume(ref.namespace),
            "resources": {"requests": {"storage": _SIZE}},
        },
    }
