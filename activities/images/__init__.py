"""Images that others build: looked for in whatever registry they are pushed to (ENV-013)."""

from activities.images.activities import ImageActivities, ImageConfig

__all__ = ["ImageActivities", "ImageConfig"]
