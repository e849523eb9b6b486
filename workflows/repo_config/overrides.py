"""What a config says about the application, for detection to follow (ENV-011)."""

from workflows.models import ApplicationKind, DetectionOverrides
from workflows.repo_config.model import RepoConfig


def overrides_of(config: RepoConfig) -> DetectionOverrides:
    """Only what the file says; the rest is detected. `workdir: .` is a decision too."""
    return DetectionOverrides(
        workdir=config.workdir if "workdir" in config.model_fields_set else "",
        kind=None if config.kind is None else ApplicationKind(config.kind),
        dev=config.commands.dev or "",
        start=config.commands.start or "",
        build=config.commands.build or "",
        port=config.port or 0,
    )
