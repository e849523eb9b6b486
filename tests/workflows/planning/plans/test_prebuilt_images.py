"""Images that others build: which tag belongs to this commit (ENV-013), and an environment's own image (ENV-030)."""

import pytest

from tests.workflows.planning.plans.cases import (
    DOCKERFILE,
    NODE,
    component,
    plan_of,
    problems_of,
)
from tests.workflows.values import A
from workflows.models import BuildSettings, DetectionOverrides, PrebuiltImage, Template
from workflows.planning.plans.images import branch_slug


def template(*images: str, **changes: object) -> Template:
    names = ("web", "worker", "third")
    made = tuple(
        PrebuiltImage(component=name, image=image)
        for name, image in zip(names, images, strict=False)
    )
    return Template(type="image", images=made).model_copy(update=changes)


@pytest.mark.spec("ENV-013")
@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("ghcr.io/acme/shop:{sha}", f"ghcr.io/acme/shop:{A}"),
        ("ghcr.io/acme/shop:{short_sha}", "ghcr.io/acme/shop:aaaaaaa"),
        ("ghcr.io/acme/shop:{branch_slug}", "ghcr.io/acme/shop:feature-cart"),
        ("ghcr.io/acme/shop:pr-{number}-{short_sha}", "ghcr.io/acme/shop:pr-7-aaaaaaa"),
        ("registry.example:5000/shop:1", "registry.example:5000/shop:1"),
        (f"acme/shop@sha256:{'0' * 64}", f"acme/shop@sha256:{'0' * 64}"),
        ("nginx", "nginx"),
    ],
)
def test_tags_are_filled_in(image: str, expected: str) -> None:
    plan = plan_of({}, template(image))
    assert [each.image for each in plan.images] == [expected]
    assert f"Image `web` is `{expected}`" in plan.reasons
    assert plan.release.source == "catalyst"
    assert plan.builds == ()


@pytest.mark.parametrize(
    ("image", "words"),
    [
        ("a:{commit}", "holds `{commit}`, which stands for nothing; known are `{sha}`,"),
        ("a:{}", "holds `{}`, which stands for nothing"),
        ("b/A:1", "`b/A:1` of the component `web` is no image reference"),
        ("a b", "is no image reference"),
        ("", "is no image reference"),
        ("a:{sha", "is no image reference"),
        ("a@sha256:12", "is no image reference"),
    ],
)
def test_what_names_no_image_is_refused(image: str, words: str) -> None:
    assert words in problems_of({}, template(image))[0]


def test_an_environment_without_a_pull_request_has_no_number_and_one_without_a_branch_no_slug() -> (
    None
):
    found = problems_of({}, template("a:{number}", "b:{branch_slug}"), number=0, branch="…")
    assert "does not belong to a pull request." in found[0]
    assert "does not belong to a branch whose name has letters or digits." in found[1]


def test_branches_become_tags_as_ci_systems_make_them() -> None:
    assert branch_slug("Feature/ÄB_c") == "feature--b-c"
    assert branch_slug("-" + "x" * 80 + "-") == "x" * 62


@pytest.mark.spec("ENV-013")
def test_only_the_first_image_is_known_to_listen() -> None:
    plan = plan_of({}, template("a:1", "b:1"))
    assert component(plan, "web")["ports"] == [{"name": "http", "port": 8080}]
    assert component(plan, "web")["env"] == {"PORT": "8080"}
    assert component(plan, "worker") == {"kind": "worker"}
    assert plan.release.values["security"] == {"profile": "baseline"}
    assert "Nothing says where it listens: 8080 was assumed and is given as PORT." in plan.reasons


def test_a_check_that_is_waited_for_is_told() -> None:
    images = (PrebuiltImage(image="a:1", check="build"),)
    plan = plan_of({}, Template(type="image", images=images))
    assert "Image `web` is `a:1`, once the check `build` has succeeded" in plan.reasons


def test_a_command_and_a_port_may_be_set_for_an_image() -> None:
    plan = plan_of({}, template("a:1"), "commands: {start: ./serve --all}\nport: 9000")
    assert component(plan)["command"] == ["/bin/sh", "-c", "./serve --all"]
    assert component(plan)["env"] == {"PORT": "9000"}
    assert plan.warnings == ()


def test_contradictions_and_emptiness_are_refused() -> None:
    twice = Template(type="image", images=(PrebuiltImage(image="a:1"), PrebuiltImage(image="b:1")))
    assert problems_of({}, twice) == [
        "Two prebuilt images of the template `development` are called `web`; give each a name of its own."
    ]
    assert "names no image; add one to its `images`" in problems_of({}, template())[0]
    [found] = problems_of({"Dockerfile": ""}, template("a:1"), "builds: {web: {}}")
    assert found.startswith(
        ".catalyst.yaml:2:1: `builds` asks for images to be built, and the template"
    )
    assert found.endswith("remove `builds`, or name another template with `template`.")


@pytest.mark.spec("ENV-030")
@pytest.mark.parametrize(
    ("files", "settings"),
    [
        (NODE, Template(type="auto")),
        ({}, Template(type="auto")),
        ({"Dockerfile": DOCKERFILE}, Template(type="dockerfile")),
        ({"Dockerfile": DOCKERFILE, "chart/Chart.yaml": "name: x"}, Template()),
        ({}, template("a:1")),
    ],
)
def test_an_environments_own_image_takes_the_place_of_the_first(
    files: dict[str, str], settings: Template
) -> None:
    plan = plan_of(files, settings, image="acme/shop:{short_sha}")
    assert [(each.component, each.image) for each in plan.images] == [("web", "acme/shop:aaaaaaa")]
    assert plan.builds == ()
    told = "`web` runs this environment's own image instead of the one that belongs to the commit."
    assert told in plan.reasons


@pytest.mark.spec("ENV-030")
def test_an_own_image_keeps_the_port_and_the_other_builds() -> None:
    assert component(plan_of(NODE, image="a:1"))["ports"][0]["port"] == 3000
    settings = Template(
        type="dockerfile",
        builds=(
            BuildSettings(component="api", context="api", dockerfile="api/Dockerfile"),
            BuildSettings(component="web"),
        ),
    )
    files = {"Dockerfile": DOCKERFILE, "api/Dockerfile": DOCKERFILE}
    plan = plan_of(files, settings, image="a:1")
    assert [each.component for each in plan.builds] == ["api"]
    assert [each.component for each in plan.images] == ["web"]


def test_an_own_image_without_a_place_is_said() -> None:
    plan = plan_of({"k8s/a.yaml": ""}, Template(type="manifests"), image="a:1")
    assert "own image `a:1` has no effect" in plan.warnings[0]
    assert "is no image reference" in problems_of(NODE, image="a b")[0]


def test_overrides_that_an_image_has_no_use_for_are_said() -> None:
    plan = plan_of({}, template("a:1"), overrides=DetectionOverrides(workdir="web", dev="x"))
    assert plan.warnings == (
        "`workdir`, `dev` have no effect: the template `development` deploys images that others build.",
    )
