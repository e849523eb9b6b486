"""Which chart repositories may be asked, and what Helm says when one does not give a chart. Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from activities.masking import mask_lines
from workflows.errors import CatalystError, HelmError, ManifestError

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,250}[A-Za-z0-9])?")
_VERSION = re.compile(r"[\w.+*^~<>=!|, -]{0,200}")
_URL = re.compile(r"[a-z]+://[A-Za-z0-9.-]+(?::\d{1,5})?(?:/[A-Za-z0-9._~%/-]*)?")
_ABSENT = re.compile(
    r"not found in \S+ repository|chart not found in repo|: not found\s*$|no chart version found"
    r"|no chart name found|could not locate a version matching",
    re.MULTILINE,
)
_NO_REPOSITORY = re.compile(
    r": 404 |: 410 |error converting YAML|cannot unmarshal|no API version specified|empty index.yaml"
    r"|invalid character"
)
_CREDENTIALS = re.compile(
    r": 40[13] |unauthorized|denied|authentication required|40[13] \w+$", re.IGNORECASE
)
_VERSION_WORDS = re.compile(
    r"improper constraint|invalid (?:semantic )?version|invalid version/constraint"
)
_TOO_LARGE = re.compile(
    r"out of memory|cannot allocate memory|file too large|larger than the maximum|exceeds the maximum"
)


@dataclass(frozen=True)
class RemoteChart:
    """A chart in a repository, and the place that asks for it, as errors begin with."""

    repository: str
    """`https://…` (with an index) or `oci://…` (of a registry)."""
    name: str
    version: str
    """A version or a range; empty for the newest."""
    where: str = ""

    @property
    def is_oci(self) -> bool:
        return self.repository.startswith("oci://")

    @property
    def host(self) -> str:
        return urlsplit(self.repository).netloc

    def problem(self, text: str, *, hint: str = "") -> ManifestError:
        at = f"{self.where}: " if self.where else ""
        return ManifestError(f"{at}{text}", hint=hint or _HINT)


_HINT = "Correct the chart's repository, name or version."


@dataclass(frozen=True)
class ChartRepositories:
    """What the operator allows."""

    allowed: Collection[str] = ()
    """Beginnings of URLs; with none every https and oci repository is allowed."""
    plain_hosts: Collection[str] = ()
    """`host:port` of those that speak plain HTTP."""

    def check(self, chart: RemoteChart) -> None:
        """Raises ManifestError for what must not, or cannot, be asked for."""
        url, name = chart.repository, chart.name
        if not _NAME.fullmatch(name):
            raise chart.problem(f"`{name}` is no name for a chart")
        if not _VERSION.fullmatch(chart.version) or chart.version.startswith("-"):
            raise chart.problem(f"`{chart.version}` is no version of a chart")
        if url.startswith(("@", "alias:")):
            text = f"the repository `{url}` is a name that only your own Helm knows"
            raise chart.problem(text, hint="Write the repository's URL instead.")
        if "@" in urlsplit(url).netloc:
            text = f"the URL of the repository of chart `{name}` holds a user name or a password"
            raise chart.problem(text, hint="Leave them out; only public chart repositories work.")
        if not _URL.fullmatch(url) or "/../" in f"{url}/":
            raise chart.problem(f"`{url}` is no URL of a chart repository")
        scheme = urlsplit(url).scheme
        if scheme not in ("https", "oci") and not (scheme == "http" and self.is_plain(chart)):
            text = f"`{url}` cannot be used: a chart repository is https:// or oci://"
            raise chart.problem(text)
        if self.allowed and not any(_is_below(url, start) for start in self.allowed):
            text = (
                f"the chart repository `{url}` is not among those that Catalyst's operator allows"
            )
            raise chart.problem(text, hint=f"Allowed are: {', '.join(sorted(self.allowed))}.")

    def is_plain(self, chart: RemoteChart) -> bool:
        return chart.host in self.plain_hosts


def to_failure(stderr: str, chart: RemoteChart) -> CatalystError:
    """Why Helm did not get the chart; what is not known to be the user's is the platform's (FR-011)."""
    name, url = chart.name, chart.repository
    if _VERSION_WORDS.search(stderr):
        return chart.problem(f"`{chart.version}` is no version of a chart")
    if _TOO_LARGE.search(stderr):
        return chart.problem(f"chart `{name}` of {url} is larger than Catalyst takes")
    if _ABSENT.search(stderr):
        version = f" in version `{chart.version}`" if chart.version else ""
        return chart.problem(f"{url} has no chart `{name}`{version}")
    if _CREDENTIALS.search(stderr):
        text = (
            f"{url} does not give chart `{name}` to everybody, and Catalyst has no password for it"
        )
        return chart.problem(text)
    if _NO_REPOSITORY.search(stderr):
        return chart.problem(f"there is no chart repository at {url}")
    lines = mask_lines(line for line in stderr.splitlines() if line.strip())
    return HelmError(f"the chart repository {url} does not answer", excerpt=lines)


def _is_below(url: str, start: str) -> bool:
    stem = start.rstrip("/")
    return url.rstrip("/") == stem or url.startswith(f"{stem}/")
