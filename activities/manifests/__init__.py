"""Kubernetes objects that Catalyst itself makes in an environment: values in, objects out, nothing else."""

from activities.manifests.access import (
    helm_may,
    make_default_service_account,
    make_helm_role,
    make_helm_role_binding,
    make_helm_service_account,
    make_owner,
)
from activities.manifests.credentials import make_credentials
from activities.manifests.namespace import (
    is_owned_by,
    labels_of,
    make_limit_range,
    make_namespace,
    make_priority_quota,
    make_resource_quota,
    read_namespace,
)
from activities.manifests.network import (
    LOCAL,
    NetworkRules,
    cidr_of,
    is_within,
    make_network_policies,
    port_of,
    public_blocks,
)
from activities.manifests.route import (
    HTTP_ROUTE,
    INGRESS,
    ROUTE_NAME,
    Backend,
    make_route,
    service_of,
)
from activities.manifests.secrets import (
    ORIGIN_ANNOTATION,
    make_pull_secrets,
    make_registry_secret,
    make_secrets,
)

__all__ = [
    "HTTP_ROUTE",
    "INGRESS",
    "LOCAL",
    "ORIGIN_ANNOTATION",
    "ROUTE_NAME",
    "Backend",
    "NetworkRules",
    "cidr_of",
    "helm_may",
    "is_owned_by",
    "is_within",
    "labels_of",
    "make_credentials",
    "make_default_service_account",
    "make_helm_role",
    "make_helm_role_binding",
    "make_helm_service_account",
    "make_limit_range",
    "make_namespace",
    "make_network_policies",
    "make_owner",
    "make_priority_quota",
    "make_pull_secrets",
    "make_registry_secret",
    "make_resource_quota",
    "make_route",
    "make_secrets",
    "port_of",
    "public_blocks",
    "read_namespace",
    "service_of",
]
