"""The REST API, one module per part of GitHub's own documentation."""
