"""From a pull request's commit to its plan: fetch, describe, decide."""

from activities.source.activities import ProjectReader, SourceActivities

__all__ = ["ProjectReader", "SourceActivities"]
