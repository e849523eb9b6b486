"""A push that touches nothing that matters is told apart; where there is a doubt, it is deployed."""

from pathlib import Path

import pytest

from tests.integration.activities.conftest import NAME, Shop
from tests.integration.activities.planning import Projects, plan, project_of, push
from workflows.models import PrebuiltImage, Template

CONFIG = "version: 1\npaths:\n  ignore: [docs/**, '**/*.md', odd/**]\n"
DOCKERFILE = Template(type="dockerfile")


async def serving(shop: Shop, config: str = CONFIG) -> str:
    return await push(
        shop, {".catalyst.yaml": config, "docs/a": "1\n", "odd/Dockerfile": "FROM x\n"}
    )


async def test_a_push_to_ignored_files_alone_is_unchanged(shop: Shop, tmp_path: Path) -> None:
    old = await serving(shop)
    new = await push(shop, {"docs/a": "2\n", "docs/b/c": "x\n", "README.md": "new\n"})
    found = await plan(shop, tmp_path / "work", template=DOCKERFILE, commit=new, serving=old)
    assert found.unchanged == "None of the 3 changed files matters by `paths`."
    assert (found.commit, found.builds[0].dockerfile) == (new, "Dockerfile")
    assert list((tmp_path / "work").iterdir()) == []


@pytest.mark.parametrize(
    "files",
    [
        {"src/main.txt": "2\n"},
        {"docs/a": "2\n", "src/other.txt": "x\n"},
        {"docs/a": None, "src/a": "1\n"},
        {".catalyst.yaml": CONFIG + "port: 81\n"},
    ],
    ids=["another file", "among others", "moved out of the ignored", "the configuration itself"],
)
async def test_a_push_to_what_matters_is_deployed(
    shop: Shop, tmp_path: Path, files: dict[str, str | bytes | None]
) -> None:
    old = await serving(shop)
    new = await push(shop, files)
    found = await plan(shop, tmp_path, template=DOCKERFILE, commit=new, serving=old)
    assert found.unchanged == ""


async def test_what_is_ignored_and_changes_the_plan_is_deployed_all_the_same(
    shop: Shop, tmp_path: Path
) -> None:
    template = Template(type="manifests", manifests=("odd",), builds=())
    old = await push(shop, {".catalyst.yaml": CONFIG, "odd/a.yaml": "kind: X\n"})
    new = await push(shop, {"odd/b.yaml": "kind: X\n"})
    found = await plan(shop, tmp_path, template=template, commit=new, serving=old)
    assert found.unchanged == ""
    assert found.release.manifests == ("odd/a.yaml", "odd/b.yaml")


async def test_an_image_that_is_named_after_the_commit_is_deployed(
    shop: Shop, tmp_path: Path
) -> None:
    image = PrebuiltImage(image="registry.example.com/shop:{sha}")
    template = Template(type="image", images=(image,), builds=())
    old = await serving(shop)
    new = await push(shop, {"docs/a": "2\n"})
    found = await plan(shop, tmp_path, template=template, commit=new, serving=old)
    assert found.unchanged == ""


@pytest.mark.parametrize("config", ["version: 1\n", CONFIG])
async def test_without_filters_or_without_anything_that_serves_all_is_deployed(
    shop: Shop, tmp_path: Path, config: str
) -> None:
    old = await serving(shop, config)
    new = await push(shop, {"docs/a": "2\n"})
    before = old if config != CONFIG else ""
    found = await plan(shop, tmp_path, template=DOCKERFILE, commit=new, serving=before)
    assert found.unchanged == ""


async def test_a_commit_that_serves_and_is_gone_from_the_server_says_nothing(
    shop: Shop, tmp_path: Path
) -> None:
    new = await serving(shop)
    found = await plan(shop, tmp_path, template=DOCKERFILE, commit=new, serving="0123456789" * 4)
    assert found.unchanged == ""


async def test_a_commit_that_could_not_be_planned_is_no_reason_to_stay(
    shop: Shop, tmp_path: Path
) -> None:
    broken = CONFIG.replace("[docs", "[Dockerfile, docs")
    old = await push(shop, {".catalyst.yaml": broken, "Dockerfile": None})
    new = await push(shop, {"Dockerfile": "FROM scratch\n"})
    found = await plan(shop, tmp_path, template=DOCKERFILE, commit=new, serving=old)
    assert found.unchanged == ""


async def test_a_file_that_became_a_link_counts_as_changed(shop: Shop, tmp_path: Path) -> None:
    old = await serving(shop)
    async with shop.server.checkout(NAME) as checkout:
        await checkout.git("checkout", "--quiet", "feature")
        await checkout.git("rm", "--quiet", "src/main.txt")
        (checkout.tree / "src").mkdir(exist_ok=True)
        (checkout.tree / "src/main.txt").symlink_to("../docs/a")
        new = await checkout.commit("link")
        await checkout.git("push", "--quiet", "origin", "HEAD:linked")
    found = await plan(shop, tmp_path, template=DOCKERFILE, commit=new, serving=old)
    assert found.unchanged == ""


@pytest.mark.spec("ENV-011", "ENV-030")
async def test_settings_that_changed_meanwhile_are_deployed_with_a_push_to_ignored_files(
    shop: Shop, tmp_path: Path
) -> None:
    old = await serving(shop)
    before = await plan(shop, tmp_path, template=DOCKERFILE, commit=old)
    new = await push(shop, {"docs/a": "2\n"})

    async def found(projects: Projects) -> str:
        again = await plan(
            shop,
            tmp_path,
            commit=new,
            projects=projects,
            serving=old,
            serving_settings=before.settings,
        )
        return again.unchanged

    project = project_of(shop, DOCKERFILE)
    assert await found(Projects(project))
    assert not await found(Projects(project, variables={"COLOUR": "blue"}))
    assert not await found(Projects(project_of(shop, Template(type="dockerfile", secrets=("A",)))))
