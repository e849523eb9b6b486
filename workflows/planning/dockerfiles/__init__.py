"""Dockerfiles for repositories that have none: what was detected in, the text of an image that runs it out (ENV-031)."""

from workflows.planning.dockerfiles.generate import generate
from workflows.planning.dockerfiles.mirrors import Mirrors
from workflows.planning.dockerfiles.model import DEFAULT_PORT, USER, Generated

__all__ = ["DEFAULT_PORT", "USER", "Generated", "Mirrors", "generate"]
