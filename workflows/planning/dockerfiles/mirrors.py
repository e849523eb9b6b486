"""Where packages come from instead of the registries of the world, as an operator says: by arguments of the build.

Package managers read these as variables. A generated Dockerfile declares them, and so may any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

NODE: Final = ("NPM_CONFIG_REGISTRY", "YARN_NPM_REGISTRY_SERVER", "YARN_UNSAFE_HTTP_WHITELIST")
"""npm, pnpm, Yarn 1 and bun read the first one, Yarn 2 and later the others."""
PYTHON: Final = ("PIP_INDEX_URL", "PIP_TRUSTED_HOST", "UV_DEFAULT_INDEX", "PIPENV_PYPI_MIRROR")
"""Poetry reads none: its project names its sources. Its own packages come by pip."""


@dataclass(frozen=True)
class Mirrors:
    """URLs; empty for none."""

    npm: str = ""
    """Speaks npm's protocol."""
    pypi: str = ""
    """A simple index of Python packages: https://packaging.python.org/en/latest/specifications/simple-repository-api/"""

    @property
    def urls(self) -> tuple[str, ...]:
        """Those that are there."""
        return tuple(each for each in (self.npm, self.pypi) if each)

    @property
    def arguments(self) -> dict[str, str]:
        """What every build is given, whether or not its Dockerfile declares it."""
        found: dict[str, str] = {}
        if self.npm:
            found |= _values(NODE, self.npm, self.npm, _plain_host(self.npm))
        if self.pypi:
            found |= _values(PYTHON, self.pypi, _plain_host(self.pypi), self.pypi, self.pypi)
        return found


def _values(names: Sequence[str], *values: str) -> dict[str, str]:
    return {name: value for name, value in zip(names, values, strict=True) if value}


def _plain_host(url: str) -> str:
    """The host that has to be trusted by name, because it is asked over http."""
    parts = urlsplit(url)
    return parts.hostname or "" if parts.scheme == "http" else ""
