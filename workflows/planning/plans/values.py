"""Values for Catalyst's own chart for applications (`deploy/charts/app`, whose README describes them)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

from pydantic import JsonValue

from workflows.naming import MAX_LABEL, MAX_RELEASE

SECRETS = "catalyst-secrets"
"""The Secret of an environment's namespace that holds what the plan names."""
USER = 10001
"""Whom generated images run as; any number but 0 would do, and one above 10,000 is nobody's on a node."""
MAX_COMPONENT = 40
_COMPONENT = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_FULL_NAME = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")

Security = Literal["restricted", "baseline"]


@dataclass(frozen=True)
class Component:
    """One Deployment. Without a port nothing reaches it."""

    name: str
    port: int = 0
    image: str = ""
    """Empty where a build or a prebuilt image of the same name is run."""
    security: Security = "baseline"
    """`restricted` for images that are known to run as `USER`."""
    command: tuple[str, ...] = ()
    """Instead of the image's own."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Name to text, mounted at `files_path`."""
    files_path: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    """Variables of its own; they come before those of all components."""
    is_given: bool = True
    """Whether it gets the variables and secrets of the application; images of others, such as databases, need not."""
    own: Mapping[str, JsonValue] = field(default_factory=dict)
    """Further values of the chart's, key by key instead of those that the other fields lead to."""


def is_component_name(name: str) -> bool:
    """Whether the chart takes it."""
    return len(name) <= MAX_COMPONENT and _COMPONENT.fullmatch(name) is not None


def app_values(
    components: Sequence[Component],
    variables: Mapping[str, str],
    *,
    has_secrets: bool,
) -> dict[str, JsonValue]:
    """The chart's values; every component gets all variables, and its own port as `PORT`."""
    described: dict[str, JsonValue] = {}
    common: Security = components[0].security if components else "restricted"
    for each in components:
        values = _component(each, variables, has_secrets=has_secrets)
        if each.security != common:
            values["security"] = _confined(each.security)
        described[each.name] = values
    values = {"components": described, "security": _confined(common)}
    if has_secrets:
        values["secrets"] = {SECRETS: {"checksum": "{secrets_checksum}"}}
    return values


def confined_each(values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The values with components of both kinds told apart key by key: the chart lays a component's own settings over
    those of all, so a user that is set for all would be the user of a database too."""
    common, components = values.get("security"), values.get("components")
    if not isinstance(common, dict) or not isinstance(components, dict):
        return dict(values)
    own = {name: _security(each) for name, each in components.items()}
    if set(common) <= {"profile"} or all(said.get("profile") is None for said in own.values()):
        return dict(values)
    told: dict[str, JsonValue] = {
        name: {**each, "security": said if "profile" in said else {**common, **said}}
        for name, each in components.items()
        if isinstance(each, dict)
        for said in (own[name],)
    }
    return {**values, "components": told, "security": {"profile": "baseline"}}


def _security(component: JsonValue) -> dict[str, JsonValue]:
    said = component.get("security") if isinstance(component, dict) else None
    return said if isinstance(said, dict) else {}


def service_name(release: str, component: str) -> str:
    """The Service of a component, as the chart's `app.objectName` names it."""
    return _object_name(release, component)


def volume_name(release: str, component: str, volume: str) -> str:
    """The claim of a component's volume, likewise."""
    return _object_name(release, f"{component}--{volume}")


def _object_name(release: str, component: str) -> str:
    is_plain = len(release) <= MAX_RELEASE and _FULL_NAME.fullmatch(release) is not None
    name = f"{release if is_plain else _hashed(release)}-{component}"
    if len(name) <= MAX_LABEL:
        return name
    return f"{name[: MAX_LABEL - 13].strip('-')}---{sha256(name.encode()).hexdigest()[:10]}"


def _hashed(release: str) -> str:
    stem = re.sub(r"[^a-z0-9]+", "-", release)[:40].strip("-")
    return f"x-{stem}--{sha256(release.encode()).hexdigest()[:8]}"


def _confined(security: Security) -> dict[str, JsonValue]:
    return {"profile": security, **({"runAsUser": USER} if security == "restricted" else {})}


def _component(
    component: Component, variables: Mapping[str, str], *, has_secrets: bool
) -> dict[str, JsonValue]:
    env: dict[str, JsonValue] = dict(variables) if component.is_given else {}
    values: dict[str, JsonValue] = {"kind": "web" if component.port else "worker"}
    if component.port:
        env["PORT"] = str(component.port)
        values["ports"] = [{"name": "http", "port": component.port}]
        # An application that answers "not found" on its root is ready as well; the URL is checked by itself.
        values["probes"] = {"readiness": {"type": "tcp", "port": "http"}}
    if component.image:
        values["image"] = component.image
    if component.command:
        values["command"] = list(component.command)
    env |= component.env
    if env:
        values["env"] = dict(sorted(env.items()))
    if has_secrets and component.is_given:
        values["envFrom"] = [SECRETS]
    if component.files:
        values["volumes"] = {
            "page": {
                "type": "config",
                "mountPath": component.files_path,
                "files": dict(component.files),
            }
        }
    return {**values, **component.own}
