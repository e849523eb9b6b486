"""Where packages come from instead of the registries of the world, as an operator says: by arguments of the build.

Package managers read these as variables. A generated Dockerfile declares them, and so may any other.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

NODE: Final = ("NPM_CONFIG_REGISTRY",)
"""npm, pnpm up to 10, Yarn 1 and bun read it."""
PNPM: Final = ("PNPM_CONFIG_REGISTRY",)
"""Newer ones, instead."""
BERRY: Final = ("YARN_NPM_REGISTRY_SERVER", "YARN_UNSAFE_HTTP_WHITELIST")
"""Yarn 2 and later, besides."""
PYTHON: Final = ("PIP_INDEX_URL", "PIP_TRUSTED_HOST")
UV: Final = ("UV_DEFAULT_INDEX",)
"""Not for a project with a lock file: that holds addresses, and uv takes another index for a change of it."""
POETRY: Final = ("POETRY_PYPI_MIRROR_URL",)
"""Read by a plugin of Poetry's, which itself knows no mirrors."""
PIPENV: Final = ("PIPENV_PYPI_MIRROR",)


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
        trusted = {
            "YARN_UNSAFE_HTTP_WHITELIST": _plain_host(self.npm),
            "PIP_TRUSTED_HOST": _plain_host(self.pypi),
        }
        found = {
            **dict.fromkeys((*NODE, *PNPM, *BERRY), self.npm),
            **dict.fromkeys((*PYTHON, *UV, *POETRY, *PIPENV), self.pypi),
            **trusted,
        }
        return {name: value for name, value in found.items() if value}


def _plain_host(url: str) -> str:
    """The host that has to be trusted by name, because it is asked over http."""
    parts = urlsplit(url)
    return parts.hostname or "" if parts.scheme == "http" else ""
