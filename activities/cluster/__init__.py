"""Namespaces, routes, rollouts and health of environments in one cluster."""

from activities.cluster.activities import ClusterActivities
from activities.cluster.config import ClusterConfig, KeptLogs

__all__ = ["ClusterActivities", "ClusterConfig", "KeptLogs"]
