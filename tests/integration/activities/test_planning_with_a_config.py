"""`.catalyst.yaml` of the commit takes part in its plan; what is wrong with it is told with its place."""

from pathlib import Path

import pytest

from tests.integration.activities.conftest import Shop
from tests.integration.activities.planning import Projects, plan, project_of, push, push_links
from workflows.errors import PlanError
from workflows.models import Template

AUTO = Template(type="auto")


async def test_a_config_chooses_among_the_templates_of_the_project(
    shop: Shop, tmp_path: Path
) -> None:
    project = project_of(shop, Template())
    small = Template(type="dockerfile", is_selectable=True)
    other = {**project.templates, "small": small}
    projects = Projects(project.model_copy(update={"templates": other}))
    config = "version: 1\ntemplate: small\nhealth: {path: /up}\n"
    commit = await push(shop, {".catalyst.yaml": config})
    found = await plan(shop, tmp_path, projects=projects, commit=commit)
    assert (found.template, found.release.source) == ("small", "catalyst")
    assert found.health.path == "/up"


@pytest.mark.parametrize(
    ("config", "places"),
    [
        ("version: 1\nprot: 80\n", [".catalyst.yaml:2:1:"]),
        ("version: 1\nprot: 80\nport: no\n", [".catalyst.yaml:2:1:", ".catalyst.yaml:3:1:"]),
        ("version: 1\nsecrets:\n  - KEY\n", [".catalyst.yaml:3:5:"]),
        (
            "version: 1\nworkdir: gone\ntemplate: x\n",
            [".catalyst.yaml:2:1:", ".catalyst.yaml:3:1:"],
        ),
        ("version: 1\n\tport: 80\n", [".catalyst.yaml:2:"]),
    ],
    ids=["unknown key", "two problems", "not granted", "missing", "no YAML"],
)
async def test_what_is_wrong_with_a_config_is_told_with_its_place(
    shop: Shop, tmp_path: Path, config: str, places: list[str]
) -> None:
    commit = await push(shop, {".catalyst.yaml": config})
    with pytest.raises(PlanError) as failure:
        await plan(shop, tmp_path, template=AUTO, commit=commit)
    told = failure.value.excerpt or (str(failure.value),)
    assert [line.startswith(place) for line, place in zip(told, places, strict=True)] == [
        True for _ in places
    ]


@pytest.mark.spec("OPS-5")
async def test_a_config_that_is_a_link_is_followed_inside_and_refused_outside(
    shop: Shop, tmp_path: Path
) -> None:
    commit = await push_links(
        shop, {".catalyst.yaml": "ci/x"}, {"ci/x": "version: 1\nhealth: {path: /linked}\n"}
    )
    assert (await plan(shop, tmp_path, template=AUTO, commit=commit)).health.path == "/linked"
    commit = await push_links(shop, {".catalyst.yaml": "/etc/hostname", "ci": "y"}, {})
    with pytest.raises(PlanError, match="leads out of the repository"):
        await plan(shop, tmp_path, template=AUTO, commit=commit)


async def test_a_config_of_another_name_is_not_read_and_told_of(shop: Shop, tmp_path: Path) -> None:
    commit = await push(shop, {".catalyst.yml": "version: 1\ntemplate: none\n"})
    found = await plan(shop, tmp_path, template=AUTO, commit=commit)
    assert found.warnings[0].startswith("`.catalyst.yml` is not read")


@pytest.mark.invariant(7)
@pytest.mark.spec("ENV-029")
async def test_the_code_of_a_fork_gets_no_secrets(shop: Shop, tmp_path: Path) -> None:
    template = Template(type="dockerfile", secrets=("KEY",))
    trusted = await plan(shop, tmp_path, template=template)
    assert trusted.secrets == ("KEY",)
    forked = await plan(shop, tmp_path, template=template, is_trusted=False)
    assert forked.secrets == ()
