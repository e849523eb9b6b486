"""Repositories as people have them: planned without settings, with notes on what a preview will not have."""

from pathlib import Path

import pytest

from tests.integration.activities.conftest import CHART, NAME, Shop
from tests.integration.activities.planning import (
    Projects,
    plan,
    project_of,
    push,
    push_links,
    replace_by,
)
from workflows.errors import PlanError
from workflows.models import ApplicationKind, BuildSettings, DetectionOverrides, Template

AUTO = Template(type="auto")
DOCKERFILE = Template(type="dockerfile")
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"


@pytest.mark.spec("ENV-006")
async def test_a_repository_without_settings_is_what_its_files_say(
    shop: Shop, tmp_path: Path
) -> None:
    package = (
        '{"scripts": {"dev": "vite", "build": "vite build"}, "devDependencies": {"vite": "6"}}'
    )
    commit = await replace_by(shop, {"web/package.json": package, "web/pnpm-lock.yaml": ""})
    found = await plan(shop, tmp_path / "work", template=AUTO, commit=commit)
    assert found.application is not None
    assert (found.application.kind, found.application.workdir) == (ApplicationKind.NODE, "web")
    assert found.application.package_manager == "pnpm"
    assert "FROM " in found.builds[0].generated
    assert list((tmp_path / "work").iterdir()) == []


@pytest.mark.spec("ENV-008", "EC-1")
async def test_an_empty_repository_becomes_a_base_container(shop: Shop, tmp_path: Path) -> None:
    commit = await replace_by(shop, {})
    found = await plan(shop, tmp_path, template=AUTO, commit=commit)
    assert found.builds == ()
    assert found.release.source == "catalyst"
    assert any("Nothing to run was found" in warning for warning in found.warnings)


@pytest.mark.spec("ENV-011")
async def test_what_an_environment_has_for_itself_comes_before_what_is_detected(
    shop: Shop, tmp_path: Path
) -> None:
    commit = await replace_by(shop, {"package.json": '{"scripts": {"start": "node web.js"}}'})
    projects = Projects(
        project_of(shop, AUTO),
        overrides=DetectionOverrides(start="node other.js", port=4321),
        variables={"COLOUR": "green"},
    )
    found = await plan(shop, tmp_path, projects=projects, commit=commit)
    assert found.application is not None
    assert (found.application.start, found.application.port) == ("node other.js", 4321)
    assert "green" in found.release.model_dump_json()


@pytest.mark.spec("ENV-030")
async def test_an_environment_may_run_an_image_of_its_own(shop: Shop, tmp_path: Path) -> None:
    template = Template(type="dockerfile")
    projects = Projects(project_of(shop, template), image="registry.example.com/shop:fixed")
    found = await plan(shop, tmp_path, projects=projects)
    assert found.builds == ()
    assert [each.image for each in found.images] == ["registry.example.com/shop:fixed"]


@pytest.mark.spec("ENV-015")
async def test_manifests_of_a_directory_are_taken_by_name_and_nothing_else(
    shop: Shop, tmp_path: Path
) -> None:
    files = dict.fromkeys(
        ("k8s/b.yaml", "k8s/a.yml", "k8s/c.json", "k8s/.hidden.yaml", "k8s/README.md"), "kind: X\n"
    )
    commit = await push(shop, {**files, "k8s/below/d.yaml": "kind: X\n", "one.yaml": "kind: X\n"})
    template = Template(type="manifests", manifests=("k8s", "one.yaml"), builds=())
    found = await plan(shop, tmp_path, template=template, commit=commit)
    assert found.release.manifests == ("k8s/a.yml", "k8s/b.yaml", "k8s/c.json", "one.yaml")


@pytest.mark.spec("ENV-015", "OPS-5")
@pytest.mark.parametrize(
    ("target", "words"),
    [("/etc/hostname", "leads out of the repository"), ("../gone.yaml", "")],
)
async def test_a_manifest_that_is_a_link_is_refused_outside_and_told_of_otherwise(
    shop: Shop, tmp_path: Path, target: str, words: str
) -> None:
    commit = await push_links(shop, {"k8s/x.yaml": target}, {"k8s/a.yaml": "kind: X\n"})
    template = Template(type="manifests", manifests=("k8s",), builds=())
    if words:
        with pytest.raises(PlanError, match=words):
            await plan(shop, tmp_path, template=template, commit=commit)
    else:
        found = await plan(shop, tmp_path, template=template, commit=commit)
        assert "`k8s/x.yaml` is a link that leads nowhere." in found.warnings


async def test_value_files_must_be_there(shop: Shop, tmp_path: Path) -> None:
    template = Template(value_files=("deploy/values.yaml",))
    with pytest.raises(PlanError, match=r"`deploy/values\.yaml` was not found"):
        await plan(shop, tmp_path, template=template)
    commit = await push(shop, {"deploy/values.yaml": "a: b\n"})
    found = await plan(shop, tmp_path, template=template, commit=commit)
    assert found.release.value_files == ("deploy/values.yaml",)


async def test_a_chart_where_detection_does_not_look_is_read_all_the_same(
    shop: Shop, tmp_path: Path
) -> None:
    commit = await push(shop, {"a/b/c/d/e/f/tests/Chart.yaml": CHART.replace("shop", "deep")})
    template = Template(chart="a/b/c/d/e/f/tests")
    found = await plan(shop, tmp_path, template=template, commit=commit)
    assert found.reasons[0].startswith("Chart deep 1.2.3")


async def test_submodules_are_told_of(shop: Shop, tmp_path: Path) -> None:
    async with shop.server.checkout(NAME) as checkout:
        await checkout.git("checkout", "--quiet", "feature")
        checkout.write({".gitmodules": '[submodule "x"]\n\tpath = vendor/x\n\turl = ../x\n'})
        await checkout.git("add", ".gitmodules")
        for path in ("vendor/x", "vendor/y"):
            info = f"160000,{shop.pull.head_sha},{path}"
            await checkout.git("update-index", "--add", "--cacheinfo", info)
        await checkout.git("commit", "--quiet", "--message", "submodules")
        commit = await checkout.git("rev-parse", "HEAD")
        await checkout.git("push", "--quiet", "origin", "HEAD:modules")
    found = await plan(shop, tmp_path, commit=commit)
    assert found.warnings[0] == (
        "`vendor/x`, `vendor/y` are submodules; submodules are not fetched, so they are empty in a preview."
    )


async def test_files_in_git_lfs_are_told_of_by_name(shop: Shop, tmp_path: Path) -> None:
    attributes = "*.bin filter=lfs diff=lfs merge=lfs -text\nplain.bin -filter\n"
    files: dict[str, str | bytes | None] = {
        ".gitattributes": attributes,
        "models/big.bin": POINTER,
        "plain.bin": b"\0",
        "web/.gitattributes": "logo.* filter=lfs\n",
        "web/logo.png": POINTER,
    }
    async with shop.server.checkout(NAME) as checkout:
        await checkout.git("checkout", "--quiet", "feature")
        checkout.write(files)
        await checkout.git("config", "filter.lfs.clean", "cat")
        commit = await checkout.commit("large files")
        await checkout.git("push", "--quiet", "origin", "HEAD:lfs")
    found = await plan(shop, tmp_path, commit=commit)
    assert found.warnings[0] == (
        "`models/big.bin`, `web/logo.png` are kept in Git LFS, which is not fetched: "
        "a preview gets pointers instead of the files."
    )


async def test_a_file_that_is_not_utf_8_is_named_and_the_plan_goes_on(
    shop: Shop, tmp_path: Path
) -> None:
    files: dict[str, str | bytes] = {
        "package.json": b'{"name": "caf\xe9"}',
        "requirements.txt": "flask\n",
        "app.py": "from flask import Flask\napp = Flask(__name__)\n",
    }
    commit = await replace_by(shop, files)
    found = await plan(shop, tmp_path, template=AUTO, commit=commit)
    assert found.application is not None
    assert found.application.kind is ApplicationKind.PYTHON
    assert any("not UTF-8 (line 1, byte 0xe9)" in each for each in found.warnings)


async def test_odd_names_are_left_out_or_written_so_that_they_can_be_read(
    shop: Shop, tmp_path: Path
) -> None:
    async with shop.server.checkout(NAME) as checkout:
        await checkout.git("checkout", "--quiet", "feature")
        odd = ("caf\udce9.txt", "two\nlines", "-rf", "a\tb", "\N{SPOUTING WHALE}.txt")
        checkout.write(dict.fromkeys(odd, ""))
        (checkout.tree / "odd\nlink").symlink_to("/etc/passwd")
        commit = await checkout.commit("odd names")
        await checkout.git("push", "--quiet", "origin", "HEAD:odd")
    found = await plan(shop, tmp_path, template=DOCKERFILE, commit=commit)
    assert "1 file is left out, for a name that is not UTF-8." in found.warnings
    assert "`odd\\nlink` leads out of the repository and is not followed." in found.warnings
    assert found.builds[0].dockerfile == "Dockerfile"


async def test_a_linked_file_says_what_its_target_says(shop: Shop, tmp_path: Path) -> None:
    links = {
        "package.json": "shared/manifest",
        "shared/manifest": "../deep/real",
        "chart": "nowhere",
        "Dockerfile": ".",
    }
    files = {"deep/real": '{"scripts": {"start": "node linked.js"}}'}
    commit = await push_links(shop, links, files)
    found = await plan(shop, tmp_path, template=AUTO, commit=commit)
    assert found.application is not None
    assert (found.application.kind, found.application.start) == (ApplicationKind.NODE, "npm start")


async def test_two_images_of_one_commit_are_both_described(shop: Shop, tmp_path: Path) -> None:
    builds = (
        BuildSettings(component="web"),
        BuildSettings(component="api", context="api", dockerfile="api/Dockerfile"),
    )
    template = Template(type="dockerfile", builds=builds)
    with pytest.raises(PlanError) as failure:
        await plan(shop, tmp_path, template=template)
    assert len(failure.value.excerpt) == 2
    commit = await push(shop, {"api/Dockerfile": "FROM scratch\n"})
    found = await plan(shop, tmp_path, template=template, commit=commit)
    assert [build.component for build in found.builds] == ["web", "api"]


@pytest.mark.spec("ENV-012")
async def test_a_compose_file_is_planned_with_all_files_that_it_asks_for(
    shop: Shop, tmp_path: Path
) -> None:
    """Each in its own round: a file that is included, what that mounts, and a link to one of them."""
    compose = "include: [infra/db.yaml]\nservices: {web: {image: nginx, ports: [80], env_file: web.env}}\n"
    database = "services: {db: {image: postgres, volumes: ['./init:/init:ro']}}\n"
    commit = await push_links(
        shop,
        {"infra/init/b.sql": "a.sql"},
        {
            "compose.yaml": compose,
            "web.env": "LEVEL=debug\n",
            "infra/db.yaml": database,
            "infra/init/a.sql": "SELECT 1;\n",
            "unrelated.bin": "\0",
        },
    )
    found = await plan(shop, tmp_path, template=Template(type="compose"), commit=commit)
    components = found.release.values["components"]
    assert isinstance(components, dict)
    assert '"LEVEL":"debug"' in found.release.model_dump_json()
    assert (
        '"files":{"a.sql":"SELECT 1;\\n","b.sql":"SELECT 1;\\n"}' in found.release.model_dump_json()
    )
