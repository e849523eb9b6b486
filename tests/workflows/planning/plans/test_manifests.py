"""Template type `manifests`: files and directories of the commit as one release (ENV-015)."""

import pytest

from tests.workflows.planning.plans.cases import (
    DOCKERFILE,
    facts_of,
    plan_of,
    problems_of,
    settled_of,
)
from workflows.errors import PlanError
from workflows.models import FileFacts, Template
from workflows.planning.plans import make_plan

FILES = {
    "k8s/b.yml": "",
    "k8s/a.yaml": "",
    "k8s/c.json": "",
    "k8s/README.md": "",
    "k8s/deeper/d.yaml": "",
    "extra.yaml": "",
}


def manifests(*paths: str, **changes: object) -> Template:
    return Template(type="manifests", manifests=paths).model_copy(update=changes)


@pytest.mark.spec("ENV-015")
def test_a_directory_stands_for_its_files_in_the_order_of_their_names() -> None:
    plan = plan_of(FILES, manifests("k8s"))
    assert plan.release.source == "manifests"
    assert plan.release.manifests == ("k8s/a.yaml", "k8s/b.yml", "k8s/c.json")
    assert plan.reasons[0] == "Manifests from `k8s/a.yaml`, `k8s/b.yml`, `k8s/c.json`"


@pytest.mark.spec("ENV-015")
def test_entries_keep_their_order_and_come_once() -> None:
    plan = plan_of(FILES, manifests("extra.yaml", "./k8s/", "k8s/a.yaml", "k8s"))
    assert plan.release.manifests == ("extra.yaml", "k8s/a.yaml", "k8s/b.yml", "k8s/c.json")
    assert settled_of(FILES, manifests("./k8s/", "k8s")).directories == ("k8s",)
    assert plan_of(FILES, manifests(".")).release.manifests == ("extra.yaml",)


def test_many_manifests_are_counted() -> None:
    files = {f"k8s/{number}.yaml": "" for number in range(10)}
    assert plan_of(files, manifests("k8s")).reasons[0].endswith("`k8s/7.yaml` and 2 more")


@pytest.mark.spec("EC-2")
def test_what_holds_no_manifests_is_named_at_once() -> None:
    files = {"docs/a.md": "", "notes.txt": ""}
    assert problems_of(files, manifests("docs", "notes.txt", "nowhere")) == [
        "`docs` holds no manifests: no file directly in it ends in .yaml, .yml or .json.",
        "`notes.txt` holds no manifests: no file directly in it ends in .yaml, .yml or .json.",
        "The manifests' path `nowhere` was not found.",
    ]
    assert "names none; add a file or directory" in problems_of(files, manifests())[0]


def test_links_out_of_the_repository_are_refused() -> None:
    settled = settled_of(FILES, manifests("k8s", "gone"))
    facts = facts_of(settled, FILES)
    out = [
        each.model_copy(update={"is_inside": False}) if each.path == "k8s/a.yaml" else each
        for each in facts.files
    ]
    out.append(FileFacts(path="gone", is_present=False, is_inside=False))
    with pytest.raises(PlanError) as caught:
        make_plan(settled, facts.model_copy(update={"files": tuple(out)}))
    assert caught.value.excerpt == (
        "The manifest `k8s/a.yaml` leads out of the repository.",
        "The manifests' path `gone` leads out of the repository.",
    )


@pytest.mark.spec("ENV-015")
def test_images_are_built_where_there_is_a_dockerfile() -> None:
    assert plan_of(FILES, manifests("k8s")).builds == ()
    plan = plan_of({**FILES, "Dockerfile": DOCKERFILE}, manifests("k8s"))
    assert [each.component for each in plan.builds] == ["web"]


@pytest.mark.spec("ENV-029", "ENV-030")
def test_secrets_are_there_and_variables_have_no_effect() -> None:
    template = manifests("k8s", secrets=("TOKEN",), variables={"A": "1"})
    plan = plan_of(FILES, template, "port: 80")
    assert plan.secrets == ("TOKEN",)
    assert "manifests can refer to it by that name." in plan.reasons[-1]
    assert plan.warnings == (
        "The variables `A` have no effect: manifests are applied as they are. Write variables into them.",
        "`port` has no effect: the template `development` deploys manifests, which say themselves what runs.",
    )
