"""What can be wrong with a project that somebody asks to register.

CatalystError
└── ConfigurationError
    ├── InvalidProjectError   its names or repositories cannot stand on their own
    └── ProjectTakenError     its key or a repository already belongs to another project
"""

from workflows.errors import ConfigurationError


class InvalidProjectError(ConfigurationError):
    hint = "Correct the project's settings and send them again."


class ProjectTakenError(ConfigurationError):
    hint = "Choose another team or name, or remove the repository from the other project first."
