"""Which image a build's inputs lead to: the same inputs, the same tag, whatever commit they came from."""

import json
from collections.abc import Sequence
from hashlib import sha256

from workflows.models import BuildPlan

FORMAT = "2"
"""Raised when our way of building changes what comes out."""


def paths_of(build: BuildPlan) -> tuple[str, ...]:
    """What the build reads from the repository: the context and the Dockerfile."""
    return (build.context,) if build.generated else (build.context, build.dockerfile)


def optional_paths_of(build: BuildPlan) -> tuple[str, ...]:
    """What it reads where it is there: the Dockerfile's own ignore file."""
    return () if build.generated else (f"{build.dockerfile}.dockerignore",)


def content_tag(build: BuildPlan, object_ids: Sequence[str]) -> str:
    """A valid image tag. `object_ids` are git's hashes of `paths_of(build)` and of `optional_paths_of(build)`, in that order.

    Secrets count by their names: a value in a tag could be guessed, and a new value makes no new image.
    """
    inputs = [
        FORMAT,
        list(object_ids),
        build.context,
        build.dockerfile,
        build.target,
        sorted(build.args.items()),
        sorted(build.secrets),
        build.generated,
        build.ignored,
    ]
    return f"c-{sha256(json.dumps(inputs).encode()).hexdigest()[:40]}"
