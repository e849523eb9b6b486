"""Node.js: `package.json`, its scripts and dependencies, lock files, workspaces."""

from workflows.planning.detection.node.detect import detect_node, node_toolchain
from workflows.planning.detection.node.workspaces import member_folders

__all__ = ["detect_node", "member_folders", "node_toolchain"]
