"""Images from commits, each built by a rootless BuildKit Job in the cluster and pushed by content (ENV-031)."""

from activities.build.activities import BuildActivities
from activities.build.config import BuildConfig

__all__ = ["BuildActivities", "BuildConfig"]
