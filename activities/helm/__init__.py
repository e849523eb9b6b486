"""Releases: whatever is deployed, installed as one chart with Helm as the environment's own identity."""

from activities.helm.activities import HelmActivities
from activities.helm.config import HelmConfig

__all__ = ["HelmActivities", "HelmConfig"]
