"""What the Kubernetes API says about an object that was only tried: which field, and what is wrong with it. Pure.

The patterns are of Kubernetes 1.37; every one stands in a test with the very text that it answered.
"""

import re

from activities import kube
from activities.helm.raw.places import FIELD
from activities.kube import KubeObject

TRIAL_MANAGER = "helm"
"""Who applies them in the end: the trial meets the same conflicts."""
_HEAD = re.compile(r"^the Kubernetes API answered \d+: ")
_OBJECT = r"\([^;]*; [^)]*, Kind=\w+\)"
_TYPED = re.compile(rf"failed to create typed patch object {_OBJECT}: (?P<told>.*)", re.DOTALL)
_CONVERTED = re.compile(rf"failed to convert new object {_OBJECT} to proper version: (?P<told>.*)")
_DECODED = re.compile(
    r"^(?:unable to convert unstructured object to \S+ Kind=\w+: )?(?:error decoding from json: )?"
)
_LINE = re.compile(rf"^\s*\.(?P<field>{FIELD}): (?P<what>.*)$")
_GOT = re.compile(r", got (?:&value\.valueUnstructured\{Value:(?P<value>.*)\}|&\{.*\})")
_UNKNOWN = "field not declared in schema"
_ACCOUNT = re.compile(
    r'error looking up service account [^/\s]+/[^:\s]+: serviceaccount "(?P<name>[^"]+)"'
)
_PASSING = re.compile(
    r"being terminated|status unknown for quota|cannot patch resource|not yet ready"
)
"""Refusals that are nobody's mistake: the namespace is going, or the cluster has not read its quota or roles yet."""

Refusal = tuple[str, str]
"""Field (empty where none is named) and what is wrong."""


def is_about_object(error: kube.KubeError) -> bool:
    """A refusal of the object itself; else the API has failed, and the call may be repeated."""
    text = str(error)
    if error.status in (400, 403, 413, 422):
        return not _PASSING.search(text)
    # An object that does not fit its schema is answered with 500 by server-side apply.
    return bool(_TYPED.search(text) or _CONVERTED.search(text))


def owner_of(metadata: KubeObject) -> str | None:
    """The release that Helm takes an object to be of."""
    annotations: dict[str, str] = metadata.get("annotations") or {}
    return annotations.get("meta.helm.sh/release-name")


def may_be_of_another(metadata: KubeObject, release: str) -> bool:
    """Whether an object, as it would be after the trial, may have been there before without being of that release.

    The trial says nothing of Helm's annotations, so those may be missing from its answer.
    """
    owner = owner_of(metadata)
    # Controllers write the status of whatever they find.
    entries = [each for each in metadata.get("managedFields") or () if not each.get("subresource")]
    managers = {entry.get("manager") for entry in entries}
    return owner != release and (owner is not None or bool(managers - {TRIAL_MANAGER}))


def missing_account(error: kube.KubeError) -> str:
    """The ServiceAccount without which a pod was refused; empty when that was not the reason."""
    found = _ACCOUNT.search(str(error))
    return found["name"] if found else ""


def refusals(error: kube.KubeError, *, is_secret: bool) -> list[Refusal]:
    """Everything the API found at once. Of a Secret no value is repeated."""
    text = _HEAD.sub("", str(error))
    if typed := _TYPED.search(text):
        lines = typed["told"].removeprefix("errors:").splitlines()
        return [_typed(line, is_secret=is_secret) for line in lines if line.strip()]
    if converted := _CONVERTED.search(text):
        return [("", _DECODED.sub("", converted["told"]))]
    if error.causes:
        pairs = (cause.partition(": ") for cause in error.causes)
        return [(field, what) for field, _, what in pairs]
    return [("", text)]


def _typed(line: str, *, is_secret: bool) -> Refusal:
    found = _LINE.match(line)
    field, what = (found["field"], found["what"]) if found else ("", line.strip())
    what = what.replace(_UNKNOWN, "there is no such field")
    return field, _GOT.sub(lambda got: _got(got, is_secret=is_secret), what)


def _got(found: re.Match[str], *, is_secret: bool) -> str:
    if found["value"] is None:
        return ", got a list or a mapping"
    return "" if is_secret else f", got {found['value']}; put quotes around it"
