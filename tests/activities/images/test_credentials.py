"""The entry of a `.dockerconfigjson` that belongs to an image."""

import json
from base64 import b64encode

import pytest

from activities.images.credentials import Credentials, credentials_for
from activities.images.references import parse

pytestmark = pytest.mark.spec("ENV-019")


def auth(name: str) -> dict[str, str]:
    return {"auth": b64encode(f"{name}:of:{name}".encode()).decode()}


def chosen(image: str, *keys: str) -> str | None:
    """The entry, named after its key."""
    config = json.dumps({"auths": {key: {"username": key, "password": "p"} for key in keys}})
    found = credentials_for(config, parse(image))
    return found.username if found else None


@pytest.mark.parametrize(
    ("image", "keys", "expected"),
    [
        ("ghcr.io/acme/shop:1", ["ghcr.io"], "ghcr.io"),
        ("ghcr.io/acme/shop:1", ["https://ghcr.io"], "https://ghcr.io"),
        ("ghcr.io/acme/shop:1", ["https://ghcr.io/v2/"], "https://ghcr.io/v2/"),
        ("ghcr.io/acme/shop:1", ["ghcr.io/acme", "ghcr.io"], "ghcr.io/acme"),
        ("ghcr.io/acme/shop:1", ["ghcr.io", "ghcr.io/acme/shop"], "ghcr.io/acme/shop"),
        ("ghcr.io/acme/shop:1", ["ghcr.io/acme/sho"], None),
        ("ghcr.io/acme/shop:1", ["ghcr.io/other"], None),
        ("ghcr.io/acme/shop:1", ["docker.io", "evil.ghcr.io", "io"], None),
        ("eu.gcr.io/p/shop:1", ["*.gcr.io"], "*.gcr.io"),
        ("a.b.gcr.io/p/shop:1", ["*.gcr.io"], None),
        ("localhost:5000/shop:1", ["localhost:5000"], "localhost:5000"),
        ("localhost:5000/shop:1", ["localhost"], None),
        ("nginx", ["https://index.docker.io/v1/"], "https://index.docker.io/v1/"),
        ("acme/shop", ["docker.io"], "docker.io"),
        ("acme/shop", ["ghcr.io"], None),
    ],
)
def test_the_longest_entry_of_that_registry_is_taken(
    image: str, keys: list[str], expected: str | None
) -> None:
    assert chosen(image, *keys) == expected


def test_name_and_password_may_stand_together_and_a_password_may_hold_colons() -> None:
    config = json.dumps({"auths": {"ghcr.io": auth("bob")}})
    found = credentials_for(config, parse("ghcr.io/acme/shop"))
    assert found == Credentials("bob", "of:bob")
    assert "of:bob" not in repr(found)


@pytest.mark.parametrize(
    "entry",
    [{}, None, "x", {"auth": "!"}, {"auth": b64encode(b"no colon").decode()}, {"username": "bob"}],
)
def test_an_entry_without_name_and_password_leaves_the_next_best(entry: object) -> None:
    config = json.dumps({"auths": {"ghcr.io": auth("bob"), "ghcr.io/acme": entry}})
    found = credentials_for(config, parse("ghcr.io/acme/shop"))
    assert found is not None
    assert found.username == "bob"
    assert credentials_for(json.dumps({"auths": {"ghcr.io": entry}}), parse("ghcr.io/a/b")) is None
