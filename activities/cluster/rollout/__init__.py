"""Whether a release has come up, and if not, what a person should know about it (FR-009, FR-016, FR-018)."""
