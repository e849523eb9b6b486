"""Whether a commit has to be deployed at all."""

from collections.abc import Sequence

from workflows.repo_config import RepoConfig, decide


def why_unchanged(config: RepoConfig | None, changed: Sequence[str] | None) -> str:
    """Why a commit needs no deployment, as a full sentence; empty when it needs one.

    `changed`: every path that differs from what serves, None when that is not known; doubts are decided in favour of
    deploying. Only the configuration file's `paths` can say that a change does not matter.
    """
    if config is None:
        return ""
    decision = decide(config.paths, changed)
    return decision.reason if decision.is_unchanged else ""
