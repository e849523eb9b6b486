"""Raw manifests of a commit (ENV-015): read, checked, tried on the cluster, and wrapped into a chart."""

from activities.helm.raw.chart import wrap
from activities.helm.raw.manifests import Manifests, read_manifests
from activities.helm.raw.trial import check_on_cluster

__all__ = ["Manifests", "check_on_cluster", "read_manifests", "wrap"]
