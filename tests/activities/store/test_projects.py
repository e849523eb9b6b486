"""What people configure is unique, immutable where names hang on it, and read alike by every process."""

import pytest

from activities.store import InvalidProjectError, ProjectReader, ProjectTakenError, Store
from tests.support.examples import make_project
from workflows.models import Project, Source, SourceSettings, Template


async def test_a_project_is_read_back_as_it_was_registered(store: Store) -> None:
    project = make_project()
    assert await store.projects.put(project) is True
    assert await store.projects.get("web-shop") == project
    assert await store.projects.list() == (project,)


async def test_settings_are_replaced_and_the_project_is_not_new_again(store: Store) -> None:
    await store.projects.put(make_project())
    changed = make_project().model_copy(
        update={"templates": {"development": Template(chart="deploy/chart")}, "drafts": "deploy"}
    )
    assert await store.projects.put(changed) is False
    assert await store.projects.get("web-shop") == changed


@pytest.mark.spec("FR-001")
async def test_two_projects_whose_keys_read_alike_cannot_both_be_registered(store: Store) -> None:
    await store.projects.put(make_project("a-b", "c"))
    with pytest.raises(ProjectTakenError, match="belongs to project `c` of team `a-b`"):
        await store.projects.put(make_project("a", "b-c", repository_id=2))
    found = await store.projects.get("a-b-c")
    assert found is not None
    assert found.team == "a-b"


async def test_a_repository_belongs_to_one_project(store: Store) -> None:
    await store.projects.put(make_project())
    with pytest.raises(ProjectTakenError, match=r"`acme/shop` belongs to project `web-shop`"):
        await store.projects.put(make_project("other", "shop"))
    assert await store.projects.get("other-shop") is None


@pytest.mark.spec("OPS-5")
@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"team": "kube", "name": "system", "key": "kube-system"}, "`kube-system` is reserved"),
        ({"team": "default", "key": "default-shop"}, "`default` is reserved"),
        ({"team": "catalyst", "name": "x", "key": "catalyst-x"}, "`catalyst-x` is reserved"),
        ({"key": "shop-web"}, "the key must be the team and the name, `web-shop`"),
        ({"sources": ()}, "at least one repository"),
        ({"sources": make_project().sources * 2}, "two sources share a repository id"),
        ({"templates": {"production": Template()}}, "the template `development` is missing"),
    ],
)
async def test_a_project_that_cannot_stand_is_refused_with_the_reason(
    store: Store, changes: dict[str, object], told: str
) -> None:
    with pytest.raises(InvalidProjectError, match=told):
        await store.projects.put(make_project().model_copy(update=changes))
    assert await store.projects.list() == ()


async def test_a_renamed_repository_keeps_its_project(store: Store) -> None:
    await store.projects.put(make_project())
    await store.projects.follow_repository(1001, repository="acme/store", installation=8)
    found = await store.projects.of_repository(1001)
    assert found is not None
    assert (found.sources[0].repository, found.sources[0].installation) == ("acme/store", 8)
    (source,) = await store.projects.list_sources()
    assert (source.repository, source.installation) == ("acme/store", 8)


async def test_sources_are_listed_with_their_team_and_project(store: Store) -> None:
    await store.projects.put(make_project())
    await store.projects.put(
        make_project("data", "etl", repository_id=1002, repository="acme/etl", source="etl")
    )
    listed = await store.projects.list_sources()
    assert [(each.team, each.project, each.repository_id) for each in listed] == [
        ("data", "data-etl", 1002),
        ("web", "web-shop", 1001),
    ]


@pytest.mark.spec("EC-5")
async def test_sources_come_with_what_names_and_starts_their_environments(store: Store) -> None:
    """Otherwise the reconcile would start a second environment under another name."""
    project = make_project(source="storefront")
    await store.projects.put(project)
    (source,) = await store.projects.list_sources()
    assert (source.name, source.deploy_drafts) == ("storefront", False)
    await store.projects.put(project.model_copy(update={"drafts": "deploy"}))
    (source,) = await store.projects.list_sources()
    assert source.deploy_drafts


SHARING = {
    "share_by_branch": True,
    "sources": (
        *make_project().sources,
        Source(name="api", repository_id=1002, repository="acme/api", installation=7),
    ),
    "templates": {
        "development": Template(
            sources=(SourceSettings(source="shop"), SourceSettings(source="api"))
        )
    },
}


@pytest.mark.spec("ENV-016")
async def test_sources_come_with_whether_they_share_environments(store: Store) -> None:
    project = make_project().model_copy(update=SHARING)
    await store.projects.put(project)
    assert [each.shares_by_branch for each in await store.projects.list_sources()] == [True, True]
    await store.projects.put(project.model_copy(update={"share_by_branch": False}))
    assert [each.shares_by_branch for each in await store.projects.list_sources()] == [False] * 2


@pytest.mark.spec("ENV-016", "OPS-5")
async def test_a_template_that_pull_requests_share_keeps_its_sources(store: Store) -> None:
    await store.projects.put(make_project().model_copy(update=SHARING))
    with pytest.raises(InvalidProjectError, match="share_by_branch: needs a template"):
        await store.projects.change_template("web-shop", "development", lambda _: Template())
    found = await store.projects.get("web-shop")
    assert found
    assert len(found.templates["development"].sources) == 2


async def test_threads_read_the_same_project(store: Store, url: str) -> None:
    await store.projects.put(make_project())
    reader = ProjectReader(url)
    try:
        found: Project | None = reader.project_of(1001)
        assert found == make_project()
        assert reader.project_of(404) is None
    finally:
        reader.close()
