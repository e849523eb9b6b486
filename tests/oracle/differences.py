"""Where kompose and we differ, and why."""

REFUSED: dict[str, tuple[str, str]] = {}
"""File of the corpus to words of kompose's refusal, and why we plan it nevertheless."""

DIFFERENCES: dict[str, dict[str, str]] = {}
"""File of the corpus to `service.feature`, each with the reason."""
