"""What travels between us and the API."""

from collections.abc import Sequence
from typing import Any

KubeObject = dict[str, Any]
"""A Kubernetes object as the API speaks it: JSON, names in camelCase."""
Query = Sequence[tuple[str, str]]
"""Query parameters in order; a name may come more than once."""
