"""Whether what a config names is in the repository."""

from collections.abc import Collection, Iterator

from workflows.repo_config.model import RepoConfig
from workflows.repo_config.nearest import nearest_path
from workflows.repo_config.problems import Finding, Marks, Problem, located, nowhere


def absent(
    config: RepoConfig, paths: Collection[str], mark: Marks = nowhere
) -> tuple[Problem, ...]:
    """A problem for each directory and Dockerfile that the config names and `paths` (all files) do not hold."""
    files = set(paths)
    folders = {"."} | {folder for path in files for folder in _above(path)}
    problems = [located(finding, mark) for finding in _absent(config, files, folders)]
    return tuple(sorted(problems, key=lambda problem: (problem.line, problem.column)))


def _absent(config: RepoConfig, files: set[str], folders: set[str]) -> Iterator[Finding]:
    if config.workdir not in folders:
        words = f"the repository has no directory `{config.workdir}`"
        yield Finding(("workdir",), words, nearest_path(config.workdir, folders))
    for name, build in config.builds.items():
        if build.context not in folders:
            words = f"the repository has no directory `{build.context}`"
            meant = nearest_path(build.context, folders)
            yield Finding(("builds", name, "context"), words, meant)
        if build.dockerfile not in files:
            words = f"the repository has no file `{build.dockerfile}`"
            meant = nearest_path(build.dockerfile, files)
            yield Finding(("builds", name, "dockerfile"), words, meant)


def _above(path: str) -> Iterator[str]:
    parts = path.split("/")[:-1]
    for length in range(1, len(parts) + 1):
        yield "/".join(parts[:length])
