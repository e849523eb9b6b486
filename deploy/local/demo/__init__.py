"""The demonstration: a repository, a pull request, and its preview, end to end on the local stack."""
