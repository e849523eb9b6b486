"""What a build is given besides the commit: a generated Dockerfile, the project's secrets, credentials of registries.

None of it stands in a command, a label or an environment variable: everything is a file of one Secret, each
mounted by the container that reads it and gone with the Job.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from workflows.errors import PlanError
from workflows.models import BuildPlan

AUTHORIZATION: Final = "authorization"
"""Key of the header for cloning."""
DOCKERFILE: Final = "Dockerfile"
IGNORED: Final = f"{DOCKERFILE}.dockerignore"
"""BuildKit reads the list beside a Dockerfile before the one in the context."""
REGISTRY: Final = "config.json"
"""Credentials of registries, in the form that clients keep them."""
MASKS: Final = "masks.sed"
"""Takes the values of secrets out of what the build prints."""
_MAX_INPUT = 900_000
"""Bytes. Kubernetes takes 1 MiB in one Secret, with its keys and the token."""
_SHORTEST_MASKED = 4
"""Shorter values are no secrets, and to hide them would make every line unreadable."""
_SECRET_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,252}")
_SPECIAL = re.compile(rb"([\\.*\[\]^$/])")


@dataclass(frozen=True)
class BuildInputs:
    """Values never show: not in a log of ours, and not in an error."""

    secrets: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    registry: str = field(default="", repr=False)
    """A `.dockerconfigjson`; empty for none."""

    def files(self, build: BuildPlan) -> dict[str, bytes]:
        """Keys and contents of the build's Secret. Raises PlanError when it would not fit."""
        files: dict[str, bytes] = {}
        if build.generated:
            files[DOCKERFILE] = build.generated.encode()
            if build.ignored:
                files[IGNORED] = build.ignored.encode()
        if self.registry:
            files[REGISTRY] = self.registry.encode()
        for name, value in self.secrets.items():
            files[secret_key(build, name)] = value
        if self.secrets:
            files[MASKS] = masking_script(self.secrets)
        if sum(map(len, files.values())) > _MAX_INPUT:
            raise PlanError(
                f"the secrets and the Dockerfile of the build `{build.component}` are larger than"
                f" {_MAX_INPUT:,} bytes together",
                hint="Give the build fewer or smaller secrets, then push.",
            )
        return files


def secret_key(build: BuildPlan, name: str) -> str:
    """By number: what people call their secrets need not be a key."""
    return f"secret-{build.secrets.index(name)}"


def check_names(build: BuildPlan) -> None:
    """Raises PlanError for a secret's name that an argument could not carry."""
    for name in build.secrets:
        if not _SECRET_NAME.fullmatch(name):
            raise PlanError(
                f"the build `{build.component}` asks for a secret called {name!r}",
                hint="Names of secrets are letters, digits, `_`, `.` and `-`, and begin with a letter.",
            )


def masking_script(secrets: Mapping[str, bytes]) -> bytes:
    """A sed script that replaces each line of each value, the longest first."""
    lines = {
        line.strip()
        for value in secrets.values()
        for line in value.split(b"\n")
        if len(line.strip()) >= _SHORTEST_MASKED
    }
    longest_first = sorted(lines, key=lambda line: (-len(line), line))
    return b"".join(b"s/" + _SPECIAL.sub(rb"\\\1", line) + b"/***/g\n" for line in longest_first)
