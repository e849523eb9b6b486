"""How an operation can fail, in words that every face understands; `api.errors` gives each its HTTP status.

OperationError
├── NotThereError       nothing of that name is known
├── RefusedError        the environment is in a state where that makes no sense, or the head has moved
├── ForbiddenError      the caller may not do this
├── InvalidInputError   what was sent cannot be meant
└── UnreachableError    Temporal or its workers do not answer: nobody knows, try again
"""


class OperationError(Exception):
    """`hint` is what the person can do about it; `errors` are `where` and `message` of each wrong field."""

    def __init__(
        self, message: str, *, hint: str = "", errors: tuple[dict[str, str], ...] = ()
    ) -> None:
        super().__init__(message)
        self.hint = hint
        self.errors = errors


class NotThereError(OperationError):
    pass


class RefusedError(OperationError):
    pass


class ForbiddenError(OperationError):
    pass


class InvalidInputError(OperationError):
    pass


class UnreachableError(OperationError):
    pass
