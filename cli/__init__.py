"""The `catalyst` command."""
