"""Compose files with all that belongs to them: read, merged, their variables filled in."""
