"""Python: dependencies and lock files, the module that serves, and the frameworks' usual commands."""

from workflows.planning.detection.python.detect import detect_python, python_toolchain

__all__ = ["detect_python", "python_toolchain"]
