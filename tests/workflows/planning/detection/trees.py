"""Repositories in a dictionary, read as those of people are."""

from activities.documents import build_tree
from workflows.models import DetectionOverrides, RepositoryTree, Understanding
from workflows.planning.detection import understand


def tree_of(files: dict[str, str]) -> RepositoryTree:
    return build_tree(files, lambda path: files[path].encode())


def understood(files: dict[str, str], **overrides: object) -> Understanding:
    return understand(tree_of(files), DetectionOverrides.model_validate(overrides))
