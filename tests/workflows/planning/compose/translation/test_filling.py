"""A named volume that is empty begins with what the image has at its path, where the image can copy it."""

import pytest

from tests.workflows.planning.compose.repository import planned
from tests.workflows.planning.plans.cases import component
from workflows.planning.detection.dockerfile import has_shell

pytestmark = pytest.mark.spec("ENV-012")


@pytest.mark.parametrize(
    ("dockerfile", "is_there"),
    [
        ("FROM alpine\nCOPY a /a", True),
        ("FROM docker.io/library/node:22-slim\nCOPY a /a", True),
        ("FROM acme/base\nRUN --mount=type=cache,target=/x make", True),
        ('FROM acme/base\nRUN ["make"]\nCMD ["serve"]', False),
        ("FROM acme/base\nCMD serve", True),
        ("FROM acme/base\nRUN <<EOF\nmake\nEOF", True),
        ("FROM scratch\nCOPY a /a", False),
        ("FROM acme/node:22\nCOPY a /a", False),
        ("FROM golang AS build\nRUN make\nFROM gcr.io/distroless/base\nCOPY --from=build /a /a", False),
        ("FROM golang AS build\nRUN make\nFROM build AS app\nCOPY b /b", True),
        ('FROM alpine\nSHELL ["/bin/other"]\nRUN make', False),
        ("COPY a /a", False),
        ("", False),
    ],
)  # fmt: skip
def test_an_image_has_a_shell_where_its_dockerfile_leaves_no_doubt(
    dockerfile: str, is_there: bool
) -> None:
    assert has_shell(dockerfile) is is_there


def test_the_target_of_a_build_counts() -> None:
    dockerfile = "FROM alpine AS app\nFROM scratch\nCOPY --from=app /a /a"
    assert has_shell(dockerfile, "APP")
    assert not has_shell(dockerfile)
    assert not has_shell(dockerfile, "other")


TEXT = """
services:
  web: {build: ., ports: [80], volumes: ["data:/var/lib/shop"]}
  other: {build: ., command: x, volumes: ["data:/data"]}
volumes: {data: }
"""
DOCKERFILE = {"Dockerfile": "FROM debian\nCOPY . /app\n"}


def test_the_first_service_of_a_volume_fills_it() -> None:
    plan = planned(TEXT, DOCKERFILE)
    assert component(plan)["volumes"]["data"]["fromImage"] is True
    assert "fromImage" not in component(plan, "other")["volumes"]["data"]
    assert (
        "The volume `data` begins with what the image of `web` has in `/var/lib/shop`; later images do not change it."
        in plan.reasons
    )


def test_nothing_is_copied_where_the_file_forbids_it_or_a_directory_is_meant() -> None:
    long = "{type: volume, source: data, target: /var/lib/shop, volume: {nocopy: true}}"
    plan = planned(TEXT.replace('"data:/var/lib/shop"', long), DOCKERFILE)
    assert "fromImage" not in component(plan)["volumes"]["data"]
    plan = planned(TEXT.replace("data:/var", "./data:/var"), DOCKERFILE)
    assert "fromImage" not in component(plan)["volumes"]["data"]
    assert not any("begins" in each for each in (*plan.reasons, *plan.warnings))


def test_an_image_that_may_have_no_shell_is_told() -> None:
    plan = planned(TEXT, {"Dockerfile": "FROM scratch\nCOPY . /app\n"})
    assert "fromImage" not in component(plan)["volumes"]["data"]
    assert any("begins empty, unlike with Docker" in each for each in plan.warnings)


def test_an_environment_s_own_image_in_its_place_fills_nothing() -> None:
    plan = planned(TEXT, DOCKERFILE, image="acme/shop:other")
    assert "fromImage" not in component(plan)["volumes"]["data"]
