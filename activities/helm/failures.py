"""What Helm printed, made into a failure of ours: whose fault it is, which object, which file and line.

The patterns are of Helm 4.3; every one stands in a test with the very text that Helm printed.
"""

import re
from collections.abc import Callable

from activities.manifests import helm_may
from activities.masking import mask, mask_lines
from workflows import naming
from workflows.errors import (
    CatalystError,
    ForbiddenManifestError,
    HelmError,
    ManifestError,
    RolloutFailedError,
)

OWN_CHART = "Catalyst's own chart"
"""In place of a directory, for the chart that is not the user's."""
Lines = tuple[str, ...]

_PREFIX = re.compile(r"(?:.*\n)*?Error: (?:(?:UPGRADE|INSTALLATION) FAILED: )?")
_PLATFORM = re.compile(
    r"kubernetes cluster unreachable|connection refused|connection reset|i/o timeout|no route to host"
    r"|TLS handshake|unexpected EOF|etcdserver|server is currently unable|unable to return a response"
    r"|Internal error occurred|Too Many Requests|too many requests|client rate limiter"
    r"|another operation \(install/upgrade/rollback\)|because it is being terminated"
    r"|namespaces \"[^\"]*\" not found|provide credentials|Unauthorized|failed calling webhook"
    # Helm looked and got no answer; of what it has seen it says how far that is.
    r"|not ready\. status: Unknown",
    re.IGNORECASE,
)
_FORBIDDEN = re.compile(r'(?P<kind>[\w.-]+) "(?P<name>[^"]*)" is forbidden: (?P<why>.*)')
_CANNOT = re.compile(
    r'cannot (?P<verb>\w+) resource "[^"]+" in API group "[^"]*"'
    r'(?: in the namespace "(?P<namespace>[^"]+)")?'
)
_OWN_RIGHT = re.compile(
    rf'User "system:serviceaccount:(?P<own>[^":]+):{naming.HELM_SERVICE_ACCOUNT}" cannot (?P<verb>\w+)'
    r' resource "(?P<resource>[^"]+)" in API group "(?P<group>[^"]*)" in the namespace "(?P=own)"'
)
"""A no to what Helm's own role allows, perhaps: an API server that has just started refuses before it has read the
roles."""
_HOOKS = re.compile(r"(?:(?:pre|post)-\w+ hooks failed|failed (?:pre|post)-\w+): ?")
_RENDER = re.compile(
    r"^(?:template: |parse error at |execution error at |YAML parse error on )|\n?  executing \"",
)
_CHART = re.compile(
    r"cannot load (?:Chart|values|requirements)\.yaml|unable to detect chart|chart requires kubeVersion"
    r"|library charts are not installable|checking for chart dependencies|chart\.metadata"
    r"|validation: |cannot unmarshal|failed to invoke post-renderer"
)
_REFUSED = re.compile(
    r"server-side apply failed|unable to build kubernetes objects|error validating|is invalid"
    r"|cannot be imported into the current release|no matches for kind|field is immutable"
)
_SAID = re.compile(
    r"execution error at \((?P<file>[^:()]+):(?P<line>\d+)(?::\d+)?\): (?P<said>.*)", re.DOTALL
)
"""What the chart's author says with `fail` or `required`."""
_DEBUG = "Use --debug flag to render out invalid YAML"
_VALUES = re.compile(r"values don't meet the specifications")
_HEADING = re.compile(r"[\w.-]+:")
_PLACE = re.compile(r"(?P<file>[\w./-]+\.(?:ya?ml|tpl|txt|json)):(?P<line>\d+)(?::\d+)?")
_PARSE_PLACE = re.compile(r"YAML parse error on (?P<file>\S+): .*?line (?P<line>\d+)")

_QUOTA_HINT = "Ask for less in the chart, or have a project admin raise the template's quota."
_DEPENDENCY_HINT = "Commit the chart's dependencies: `helm dependency build`, then add `charts/`."
_SETTINGS_HINT = "Correct the named settings in `.catalyst.yaml` or in the project's template."
_OTHERS_HINT = (
    "Another release of the environment, or somebody by hand, has made an object of that name. Where a service's chart has a "
    "`fullnameOverride` and was called otherwise before, give it another one; or take the service out, push, and add it again."
)
_HOOK_HINT = "A hook of the chart failed or took too long; its last lines are above."


def to_failure(stderr: str, *, chart: str = "chart", name: str = "") -> CatalystError:
    """The failure that `stderr` of Helm tells of; unknown ones count as the platform's (FR-011).

    `chart` is the chart's directory in the repository and `name` the chart's own name, by which Helm calls it.
    """
    text = reason_of(stderr)
    if name:
        text = re.sub(rf"(?<![\w./-]){re.escape(name)}/(?=[\w./-]+)", f"{chart.rstrip('/')}/", text)
    lines = mask_lines(line for line in text.splitlines() if line.strip())
    if (denied := _OWN_RIGHT.search(text)) and helm_may(
        denied["verb"], denied["resource"], denied["group"]
    ):
        return HelmError("Kubernetes does not know Helm's rights at the moment", excerpt=lines)
    for pattern, make in _TABLE:
        if found := pattern.search(text):
            return make(found, text, lines)
    return HelmError(f"Helm failed: {_first(lines)}", excerpt=lines)


def reason_of(stderr: str) -> str:
    """Helm's own last word, without warnings and log lines before it."""
    text = _PREFIX.sub("", stderr, count=1) if "Error: " in stderr else stderr
    return text.strip().removesuffix(_DEBUG).strip()


def _forbidden(found: re.Match[str], text: str, lines: Lines) -> CatalystError:
    thing = f'{found["kind"]} "{found["name"]}"'
    why = found["why"]
    if "being terminated" in why:
        return HelmError("the namespace is being deleted", excerpt=lines)
    if "status unknown for quota" in why:
        # Its controller has not counted yet; seconds later it has.
        return HelmError("the environment's quota is not counted yet", excerpt=lines)
    if "exceeded quota" in why or "maximum" in why:
        message = f"{thing} exceeds what the environment may use: {mask(why)}"
        return ManifestError(message, excerpt=lines, hint=_QUOTA_HINT)
    place = _PLACE.search(text)
    at = f" ({place['file']}:{place['line']})" if place else ""
    cannot = _CANNOT.search(why)
    if cannot is None:
        return ForbiddenManifestError(f"{thing} is not allowed{at}: {mask(why)}", excerpt=lines)
    scope = f"in namespace {cannot['namespace']}" if cannot["namespace"] else "in the whole cluster"
    message = f"the chart may not {cannot['verb']} {thing} {scope}{at}"
    return ForbiddenManifestError(message, excerpt=lines)


def _unrendered(_: re.Match[str], text: str, lines: Lines) -> CatalystError:
    if said := _SAID.search(text):
        parts = (line.strip().removeprefix("- ") for line in said["said"].splitlines())
        told = "; ".join(mask_lines(part for part in parts if part))
        if said["file"].startswith(OWN_CHART):
            message = f"the application's settings do not fit together: {told}"
            return ManifestError(message, excerpt=lines[1:], hint=_SETTINGS_HINT)
        message = f"the chart does not render: {said['file']}:{said['line']}: {told}"
        return ManifestError(message, excerpt=lines)
    return ManifestError(f"the chart does not render: {_where(text)}", excerpt=lines)


def _platform(_: re.Match[str], __: str, lines: Lines) -> CatalystError:
    return HelmError(f"Helm could not do its work: {_first(lines)}", excerpt=lines)


def _hook(_: re.Match[str], text: str, lines: Lines) -> CatalystError:
    told = _first(mask_lines(_HOOKS.sub("", text).splitlines()))
    return RolloutFailedError(f"a hook of the chart failed: {told}", excerpt=lines, hint=_HOOK_HINT)


def _schema(_: re.Match[str], __: str, lines: Lines) -> CatalystError:
    told = "; ".join(
        line.strip().removeprefix("- ").removeprefix("at '': ")
        for line in lines[1:]
        if not _HEADING.fullmatch(line)
    )
    return ManifestError(f"the values do not fit the chart's schema: {told}", excerpt=lines)


def _unusable(_: re.Match[str], text: str, lines: Lines) -> CatalystError:
    hint = _DEPENDENCY_HINT if "dependencies" in text else ""
    return ManifestError(f"the chart cannot be used: {_first(lines)}", excerpt=lines, hint=hint)


def _refused(found: re.Match[str], _: str, lines: Lines) -> CatalystError:
    hint = _OTHERS_HINT if "cannot be imported" in found[0] else ""
    return ManifestError(f"Kubernetes refused the chart: {_first(lines)}", excerpt=lines, hint=hint)


_TABLE: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str, Lines], CatalystError]], ...] = (
    (_FORBIDDEN, _forbidden),
    (_RENDER, _unrendered),
    (_PLATFORM, _platform),
    (_HOOKS, _hook),
    (_VALUES, _schema),
    (_CHART, _unusable),
    (_REFUSED, _refused),
)
"""The first that matches decides: a template may quote what an API says, and an API what a template says."""


def _where(text: str) -> str:
    """`file:line: what`, as far as Helm says it."""
    if found := _PARSE_PLACE.search(text):
        told = mask(text.rpartition("yaml: ")[2])
        return f"{found['file']}: what it renders to is no YAML ({told})"
    last = mask(text.splitlines()[-1].strip())
    found = _PLACE.search(text)
    if found is None or f"{found['file']}:{found['line']}" in last:
        return last
    return f"{found['file']}:{found['line']}: {last}"


def _first(lines: Lines) -> str:
    return lines[0] if lines else "it gave no reason"
