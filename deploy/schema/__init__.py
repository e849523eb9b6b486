"""The published JSON Schema of `.catalyst.yaml`."""
