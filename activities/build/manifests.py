"""The Job that builds one image, its secret, and the namespace both live in: values in, objects out."""

import posixpath
from base64 import b64encode
from dataclasses import dataclass, field

from activities.build.config import BuildConfig
from activities.build.inputs import (
    AUTHORIZATION,
    DOCKERFILE,
    IGNORED,
    MASKS,
    REGISTRY,
    BuildInputs,
    secret_key,
)
from activities.build.proxy import proxy_variables
from activities.build.scripts import (
    BUILD_SCRIPT,
    DOCKERFILES,
    FETCH_SCRIPT,
    INPUTS,
    KEPT,
    build_arguments,
    buildkit_settings,
)
from activities.build.state import STATE_LABEL
from activities.git import header_key, header_of
from activities.kube import KubeObject
from activities.manifests import labels_of
from workflows import naming
from workflows.models import messages as m

_STATE = "/home/user/.local/share/buildkit"
_REGISTRY_PLACE = "/registry"
_USER = 1000
_FETCHING = {"cpu": "50m", "memory": "64Mi"}
"""Asked for fetching, which is over before a build is busy."""


@dataclass(frozen=True)
class BuildJob:
    """One build, with everything that its objects are made of."""

    name: str
    request: m.BuildImageInput
    url: str
    """Where to clone from, without credentials."""
    ref: str
    repository: str
    """Image repository without the registry."""
    tag: str
    inputs: BuildInputs = field(default_factory=BuildInputs, repr=False)
    state: str = ""
    """Claim of the volume that keeps BuildKit's state; empty when it has none or another build uses it."""

    @property
    def labels(self) -> dict[str, str]:
        request = self.request
        return {
            **labels_of(request.ref, request.branch),
            naming.COMPONENT_LABEL: naming.label_value(request.build.component),
            naming.REVISION_LABEL: naming.short_hash(request.revision),
            naming.COMMIT_LABEL: request.commit,
            **({STATE_LABEL: self.state} if self.state else {}),
        }


def make_build_namespace(config: BuildConfig) -> KubeObject:
    """Rootless BuildKit maps user ids and mounts; Pod Security is `privileged` here and nowhere else."""
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": config.namespace,
            "labels": {
                naming.MANAGED_BY_LABEL: naming.MANAGED_BY,
                "pod-security.kubernetes.io/enforce": "privileged",
            },
        },
    }


def make_secret(job: BuildJob, config: BuildConfig, token: str, owner: str = "") -> KubeObject:
    """The token for cloning and whatever else the build is given, each mounted by the container that reads it.

    `owner` is the Job's uid: gone with it. Raises PlanError when it would be too large.
    """
    metadata: KubeObject = {"name": job.name, "namespace": config.namespace, "labels": job.labels}
    if owner:
        metadata["ownerReferences"] = [
            {"apiVersion": "batch/v1", "kind": "Job", "name": job.name, "uid": owner}
        ]
    files = job.inputs.files(job.request.build)
    files[AUTHORIZATION] = header_of(token).encode() if token else b""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata,
        "data": {key: b64encode(value).decode() for key, value in files.items()},
    }


def make_job(job: BuildJob, config: BuildConfig) -> KubeObject:
    """One pod, tried once: what to do about a failure is decided by the workflow."""
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": job.name, "namespace": config.namespace, "labels": job.labels},
        "spec": {
            "backoffLimit": 0,
            "activeDeadlineSeconds": config.deadline,
            "ttlSecondsAfterFinished": config.kept_for,
            "template": {"metadata": {"labels": job.labels}, "spec": _pod(job, config)},
        },
    }


def _pod(job: BuildJob, config: BuildConfig) -> KubeObject:
    work = {"name": "work", "mountPath": "/build"}
    return {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        # A push may wait two seconds for the old build to be gone, and an unfinished build has nothing to save.
        "terminationGracePeriodSeconds": 1,
        "securityContext": {
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "fsGroup": _USER,
            "seccompProfile": {"type": "Unconfined"},
            "appArmorProfile": {"type": "Unconfined"},
        },
        "containers": [_fetching(job, config, work), _building(job, config, work)],
        "volumes": [
            {"name": "work", "emptyDir": {"sizeLimit": config.storage_limit}},
            {"name": "state", "emptyDir": {"sizeLimit": config.storage_limit}},
            _volume(job, "git", [AUTHORIZATION]),
            *(_volume(job, name, keys) for name, keys in _given(job).items()),
            *_kept(job),
        ],
    }


def _kept(job: BuildJob) -> list[KubeObject]:
    claim = {"persistentVolumeClaim": {"claimName": job.state}}
    return [{"name": "kept", **claim}] if job.state else []


def _given(job: BuildJob) -> dict[str, list[str]]:
    """Volumes of the building container, and the keys of the Secret in each."""
    build, inputs = job.request.build, job.inputs
    secrets = [secret_key(build, name) for name in inputs.secrets]
    dockerfile = [DOCKERFILE, *([IGNORED] if build.ignored else [])] if build.generated else []
    found = {
        "dockerfile": dockerfile,
        "inputs": [*secrets, MASKS] if secrets else [],
        "registry": [REGISTRY] if inputs.registry else [],
    }
    return {name: keys for name, keys in found.items() if keys}


def _volume(job: BuildJob, name: str, keys: list[str]) -> KubeObject:
    items = [{"key": key, "path": key} for key in keys]
    secret = {"secretName": job.name, "defaultMode": 0o440, "items": items}
    return {"name": name, "secret": secret}


def _fetching(job: BuildJob, config: BuildConfig, work: KubeObject) -> KubeObject:
    return {
        "name": naming.FETCH_CONTAINER,
        "image": config.builder_image,
        "command": ["sh", "-euc", FETCH_SCRIPT],
        "env": [
            {"name": "URL", "value": job.url},
            {"name": "HEADER", "value": header_key(job.url)},
            {"name": "COMMIT", "value": job.request.built_commit},
            {"name": "REF", "value": job.ref},
            {"name": "CONTEXT", "value": f"./{posixpath.normpath(job.request.build.context)}"},
            {"name": "CONTEXT_LIMIT", "value": str(config.context_limit >> 10)},
            {"name": "HOME", "value": "/tmp"},  # noqa: S108  (of the container)
            *_proxy(config),
        ],
        "resources": {**_resources(config), "requests": _FETCHING},
        "volumeMounts": [work, {"name": "git", "mountPath": "/git", "readOnly": True}],
    }


def _building(job: BuildJob, config: BuildConfig, work: KubeObject) -> KubeObject:
    arguments = build_arguments(job.request, config, repository=job.repository, tag=job.tag)
    limit = {"name": "KEPT_LIMIT", "value": str(config.state_limit)}
    return {
        "name": naming.BUILD_CONTAINER,
        "image": config.builder_image,
        # Kubernetes would expand `$(NAME)` in arguments; a doubled dollar sign keeps it from that.
        "command": [
            "sh",
            "-euc",
            BUILD_SCRIPT,
            "build",
            *(a.replace("$(", "$$(") for a in arguments),
        ],
        "env": [
            {"name": "SETTINGS", "value": buildkit_settings(config)},
            *([{"name": "DOCKER_CONFIG", "value": _REGISTRY_PLACE}] if job.inputs.registry else []),
            *([{"name": "KEPT", "value": KEPT}, limit] if job.state else []),
            *_proxy(config),
            {
                "name": "BUILDKITD_FLAGS",
                "value": "--oci-worker-no-process-sandbox --config=/build/buildkitd.toml",
            },
        ],
        "resources": _resources(config),
        "volumeMounts": [work, {"name": "state", "mountPath": _STATE}, *_mounts(job)],
    }


def _proxy(config: BuildConfig) -> list[KubeObject]:
    """For BuildKit's own requests and Git's, which heeds the lower case alone."""
    told = proxy_variables(config)
    return [
        {"name": spelled, "value": value}
        for name, value in told.items()
        for spelled in (name, name.lower())
    ]


def _mounts(job: BuildJob) -> list[KubeObject]:
    """A Dockerfile by itself, as BuildKit follows no links out of its directory; the rest as directories."""
    mounts: list[KubeObject] = []
    for name, keys in _given(job).items():
        if name == "dockerfile":
            mounts += [
                {"name": name, "mountPath": f"{DOCKERFILES}/{key}", "subPath": key} for key in keys
            ]
        else:
            path = INPUTS if name == "inputs" else _REGISTRY_PLACE
            mounts.append({"name": name, "mountPath": path})
    kept = [{"name": "kept", "mountPath": KEPT}] if job.state else []
    return [*({**mount, "readOnly": True} for mount in mounts), *kept]


def _resources(config: BuildConfig) -> KubeObject:
    return {
        "requests": {"cpu": config.cpu_request, "memory": config.memory_request},
        "limits": {"cpu": config.cpu_limit, "memory": config.memory_limit},
    }
