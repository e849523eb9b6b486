"""GitHub: clients with narrow tokens, reads of pull requests, and the three surfaces we write to."""

from activities.github.activities import GitHubActivities
from activities.github.clients import READ_CONTENTS, GitHubClients, RepositoryAddress

__all__ = ["READ_CONTENTS", "GitHubActivities", "GitHubClients", "RepositoryAddress"]
