"""Which entry of a `.dockerconfigjson` belongs to an image, as the kubelet chooses it.

https://kubernetes.io/docs/concepts/containers/images/#config-json
"""

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from activities.images.references import HUB, Reference

_HUB_NAMES = ("index.docker.io", "registry-1.docker.io")
"""Other names of Docker Hub; `docker login` writes `https://index.docker.io/v1/`."""


@dataclass(frozen=True)
class Credentials:
    username: str
    password: str = field(repr=False)


def credentials_for(config: str, reference: Reference) -> Credentials | None:
    """Of the entry with the longest matching path. `config` is the file's text, already checked to hold `auths`."""
    auths: Mapping[str, object] = json.loads(config)["auths"]
    matching = sorted(
        (key for key in auths if _matches(key, reference)), key=lambda key: len(_place(key)[1])
    )
    for key in reversed(matching):
        found = _read(auths[key])
        if found is not None:
            return found
    return None


def _place(key: str) -> tuple[str, str]:
    """Host and path of an entry's key, which may be a URL with an API version behind it."""
    host, _, path = key.partition("://")[2].partition("/") if "://" in key else key.partition("/")
    path = path.strip("/")
    return (HUB if host in _HUB_NAMES else host), ("" if path in ("v1", "v2") else path)


def _matches(key: str, reference: Reference) -> bool:
    host, path = _place(key)
    is_host = len(host.split(".")) == len(reference.registry.split(".")) and all(
        fnmatchcase(part, pattern)
        for part, pattern in zip(reference.registry.split("."), host.split("."), strict=True)
    )
    return is_host and (not path or f"{reference.path}/".startswith(f"{path}/"))


def _read(entry: object) -> Credentials | None:
    if not isinstance(entry, dict):
        return None
    username, password = entry.get("username"), entry.get("password")
    if isinstance(entry.get("auth"), str) and not (username and password):
        try:
            username, _, password = b64decode(entry["auth"]).decode().partition(":")
        except ValueError:
            return None
    if not (isinstance(username, str) and isinstance(password, str) and username and password):
        return None
    return Credentials(username, password)
