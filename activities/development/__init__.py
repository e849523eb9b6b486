"""Environments in development mode: the code of a branch in a pod that stays."""

from activities.development.activities import DevelopmentActivities

__all__ = ["DevelopmentActivities"]
