"""Names of images are read as every container tool reads them."""

import pytest

from activities.images.references import parse
from workflows.errors import PlanError

pytestmark = pytest.mark.spec("ENV-013")
DIGEST = f"sha256:{'a' * 64}"


@pytest.mark.parametrize(
    ("image", "repository", "tag"),
    [
        ("ghcr.io/acme/shop:1.2", "ghcr.io/acme/shop", "1.2"),
        ("ghcr.io/acme/shop", "ghcr.io/acme/shop", "latest"),
        ("localhost:5000/shop:x", "localhost:5000/shop", "x"),
        ("localhost:5000/shop", "localhost:5000/shop", "latest"),
        ("10.0.0.1:5000/a/b/c:v", "10.0.0.1:5000/a/b/c", "v"),
        ("nginx", "docker.io/library/nginx", "latest"),
        ("nginx:1", "docker.io/library/nginx", "1"),
        ("acme/shop:1", "docker.io/acme/shop", "1"),
        ("docker.io/nginx:1", "docker.io/library/nginx", "1"),
        ("index.docker.io/acme/shop:1", "docker.io/acme/shop", "1"),
        (f"ghcr.io/acme/shop@{DIGEST}", "ghcr.io/acme/shop", DIGEST),
        (f"ghcr.io/acme/shop:1@{DIGEST}", "ghcr.io/acme/shop", DIGEST),
    ],
)
def test_a_name_has_a_registry_a_path_and_a_tag(image: str, repository: str, tag: str) -> None:
    found = parse(image)
    assert (found.repository, found.tag) == (repository, tag)


@pytest.mark.parametrize(
    "image",
    [
        "",
        ":1",
        "ghcr.io/",
        "ghcr.io/Acme/Shop:1",
        "ghcr.io/acme/shop:",
        "ghcr.io/acme/shop:a b",
        "ghcr.io/acme/../shop:1",
        "ghcr.io/acme//shop:1",
        "https://ghcr.io/acme/shop:1",
        "user@ghcr.io/acme/shop:1",
        "ghcr.io/acme/shop?x=1:1",
        "ghcr.io/acme/shop@sha256:abc",
        f"ghcr.io/{'a' * 300}:1",
        f"ghcr.io/acme/shop:{'a' * 129}",
    ],
)
def test_what_is_no_name_is_refused_with_how_to_write_one(image: str) -> None:
    with pytest.raises(PlanError, match="is no name of an image") as raised:
        parse(image)
    assert "registry/repository:tag" in raised.value.hint


@pytest.mark.parametrize("image", ["ghcr.io/acme/shop:{sha}", "ghcr.io/acme/shop:pr-{nmber}"])
def test_a_placeholder_that_nobody_filled_in_is_told_with_those_there_are(image: str) -> None:
    with pytest.raises(PlanError, match="placeholder") as raised:
        parse(image)
    assert "{branch_slug}" in raised.value.hint
