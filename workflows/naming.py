"""Names of everything Catalyst creates: strings in, strings out, the same for the same input.

Names are readable and no proof of ownership; labels are (architecture, section 1).
"""

import re
from collections.abc import Iterator
from hashlib import sha256

MAX_LABEL = 63
"""DNS-1123 labels and Kubernetes label values."""
MAX_RELEASE = 53
"""Helm's limit on a release's name, so that names derived from it still fit a label."""
DOMAIN = "catalyst.dev"
"""Prefix of every label and annotation of ours (ENV-021)."""

TEAM_LABEL = f"{DOMAIN}/team"
PROJECT_LABEL = f"{DOMAIN}/project"
ENVIRONMENT_LABEL = f"{DOMAIN}/environment"
BRANCH_LABEL = f"{DOMAIN}/branch"
COMPONENT_LABEL = f"{DOMAIN}/component"
COMMIT_LABEL = f"{DOMAIN}/commit"
REVISION_LABEL = f"{DOMAIN}/revision"
"""Hash of the revision's id: ids hold colons, which labels may not."""
STAGE_LABEL = f"{DOMAIN}/stage"
"""Number of the stage that made a version of a release; 0 where it was deployed as a whole."""
MANAGED_BY_LABEL = "app.kubernetes.io/managed-by"
MANAGED_BY = "catalyst"
INSTANCE_LABEL = "app.kubernetes.io/instance"
"""Release that an object belongs to, as most charts say it."""
PART_LABEL = "app.kubernetes.io/component"
"""Component that an object or pod belongs to, as Catalyst's own chart and most others say it."""

BUILD_NAMESPACE = "catalyst-builds"
FETCH_CONTAINER = "fetch"
BUILD_CONTAINER = "build"
"""Container of a build's pod whose log is the build's; also the name under which that log is kept and asked for."""
SYSTEM_NAMESPACE = "catalyst-system"
INGRESS_NAMESPACE = "catalyst-ingress"
EGRESS_NAMESPACE = "catalyst-egress"
"""Where the egress proxies of environments run (T-5)."""
EGRESS_PORT = 3128
EGRESS_VARIABLES = "catalyst-egress"
"""ConfigMap of an environment that tells its proxy in the usual variables, for charts that others write."""
HELM_SERVICE_ACCOUNT = "catalyst-helm"
OWNER_SERVICE_ACCOUNT = "catalyst-owner"
"""The identity a user's chart is installed with; bound to that one namespace."""
FIELD_MANAGER = "catalyst"
PROJECT_SECRETS = "catalyst-secrets"
"""Secret that holds a project's secrets, in the project's namespace, and what an environment was given of them."""
REGISTRY_SECRET = "catalyst-registry"  # noqa: S105  (a name)
"""Secret (`kubernetes.io/dockerconfigjson`) with a project's registry credentials, and an environment's copy of it."""

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_SHARED = "br-"
_RESERVED = re.compile(r"(kube-.*|default|catalyst-.*)")


def slug(text: str, *, limit: int = MAX_LABEL) -> str:
    """Always a DNS-1123 label; `text` itself where it is one, otherwise readable with a hash of the original.

    A doubled hyphen marks a hashed name, and a plain name holding one is hashed too, so one name never
    stands for two texts.
    """
    if len(text) <= limit and "--" not in text and _LABEL.fullmatch(text):
        return text
    digest = sha256(text.encode()).hexdigest()[:8]
    stem = re.sub(r"[^a-z0-9]+", "-", text.lower())[: limit - 10].strip("-") or "x"
    return f"{stem}--{digest}"


def environment_name(source: str, number: int) -> str:
    """`pr-{source}-{number}` (FR-001), always a DNS-1123 label."""
    return slug(f"pr-{source}-{number}")


def agent_environment_name(source: str, name: str) -> str:
    """`agent-{source}-{name}`, always a DNS-1123 label and never that of a pull request's environment."""
    return slug(f"agent-{source}-{name}")


def branch_environment_name(branch: str) -> str:
    """`br-{branch}`, always a DNS-1123 label: what pull requests of that branch name share (ENV-016).

    Every event tells the branch, so two at the same moment find the same name, whichever source they are of.
    """
    return slug(f"{_SHARED}{branch}")


def is_shared(environment: str) -> bool:
    """Whether pull requests of several sources may share it; never so for one that is named after its pull request."""
    return environment.startswith(_SHARED)


def namespace_candidates(project: str, environment: str) -> Iterator[str]:
    """Names to try for an environment's namespace: the readable one, then one that nobody else derives.

    Two pairs can read alike (`a-b` + `c`, `a` + `b-c`); the second candidate hashes the pair itself.
    """
    plain = f"{project}-{environment}"
    readable = slug(plain)
    if not is_reserved(readable):
        yield readable
    digest = sha256(f"{project}\0{environment}".encode()).hexdigest()[:10]
    yield f"{plain[: MAX_LABEL - 12].strip('-')}--{digest}"


def project_namespace(project: str) -> str:
    """Where a project's own secrets are (ENV-029). The project's key is unique and immutable, and no reserved word.

    Environments of another project may derive the same name: what is read from it must be no environment's.
    """
    return project


def template_secrets(template: str) -> str:
    """Secret of the project's namespace whose keys come before the project's for environments of one template."""
    return f"{PROJECT_SECRETS}-{slug(template)}"


def is_reserved(name: str) -> bool:
    """Names of the cluster's own and of Catalyst's own namespaces; no team, project or environment may take them."""
    return _RESERVED.fullmatch(name) is not None


def release_name(environment: str) -> str:
    """Helm release of an environment."""
    return slug(environment, limit=MAX_RELEASE)


def extras_release_name(environment: str) -> str:
    """Release of services and jobs beside a chart that the project brings; never another environment's."""
    return slug(f"{environment}-extras", limit=MAX_RELEASE)


def service_release_name(environment: str, service: str) -> str:
    """Release of a service that is a chart; begins as no environment is called, and as none of its objects is.

    Those of the other releases are `RELEASE-COMPONENT`: a service that becomes a component, or a component that becomes
    a chart, is there twice for a moment, and Helm takes over nothing of another release.
    """
    return slug(f"chart-{environment}-{service}", limit=MAX_RELEASE)


def service_secret(service: str) -> str:
    """Secret of an environment with what was made up for one of its services (ENV-017)."""
    return f"catalyst-service-{service}"


def directory_volume(namespace: str) -> str:
    """The volume, of the cluster as a whole, that is a directory of the node for the environment in that namespace."""
    return f"catalyst-code-{namespace}"


def egress_proxy(namespace: str) -> str:
    """The egress proxy of the environment in that namespace; never another one's, and always a Service's name."""
    return slug(f"egress-{namespace}")


def egress_proxy_url(namespace: str) -> str:
    """Where the environment's pods reach it."""
    return f"http://{egress_proxy(namespace)}.{EGRESS_NAMESPACE}.svc:{EGRESS_PORT}"


def release_names(environment: str) -> tuple[str, str]:
    """Those that an environment has, the main one first; each of its services that is a chart has one more."""
    return release_name(environment), extras_release_name(environment)


def image_repository(registry: str, project: str, environment: str, component: str) -> str:
    """One repository an environment: a registry deletes a digest with all its tags, so nothing may be shared."""
    return f"{registry}/{project}/{environment}/{component}"


def cache_repository(registry: str, project: str, component: str) -> str:
    """Build cache of a component, shared by the project's environments through tags."""
    return f"{registry}/{project}/cache/{component}"


def build_job_name(revision: str, component: str) -> str:
    """One Job a revision and component, found again by any later attempt."""
    return f"build-{short_hash(revision, component)}"


def short_hash(*parts: str) -> str:
    """16 hexadecimal digits that stand for all the parts together."""
    return sha256("\0".join(parts).encode()).hexdigest()[:16]


def label_value(text: str) -> str:
    """A valid Kubernetes label value for any text (branches hold slashes): readable, hashed when changed."""
    if len(text) <= MAX_LABEL and re.fullmatch(
        r"([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?", text
    ):
        return text
    digest = sha256(text.encode()).hexdigest()[:8]
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", text)[: MAX_LABEL - 10].strip("-._") or "x"
    return f"{stem}--{digest}"


def environment_workflow_id(project: str, environment: str) -> str:
    return f"env:{project}:{environment}"


def revision_workflow_id(project: str, environment: str, run8: str, number: int) -> str:
    return f"{revision_workflow_prefix(project, environment)}{run8}:{number}"


def revision_workflow_prefix(project: str, environment: str) -> str:
    """What the ids of all revisions of an environment begin with, in whichever life."""
    return f"rev:{project}:{environment}:"


def teardown_workflow_id(project: str, environment: str) -> str:
    """One id for all lives of an environment: Temporal itself then refuses a second removal at the same time,
    and a new life finds the removal of the former one by name.
    """
    return f"down:{project}:{environment}"


def reporter_workflow_id(installation: int) -> str:
    return f"report:{installation}"


def comment_marker(repository_id: int, number: int) -> str:
    """Hidden first line of our comment: with the author, it tells ours from everybody's."""
    return f"<!-- catalyst:{repository_id}:{number} -->"
