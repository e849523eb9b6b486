"""What can be wrong with a project that somebody asks to register.

CatalystError
└── ConfigurationError
    ├── InvalidProjectError   its names, repositories or templates cannot stand on their own
    └── ProjectTakenError     its key or a repository already belongs to another project
"""

from workflows.errors import ConfigurationError


class InvalidProjectError(ConfigurationError):
    hint = "Correct the project's settings and send them again."

    def __init__(self, message: str, *, errors: tuple[dict[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.errors = errors
        """`where` and `message` of each, when the places are known."""


class ProjectTakenError(ConfigurationError):
    hint = "Choose another team or name, or remove the repository from the other project first."
