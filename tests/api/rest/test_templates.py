"""How environments of one type are deployed is changed without undoing somebody else's change."""

import asyncio

import pytest

from api.rest.routes import PREFIX
from api.schemas import Problem, TemplateSettings, TemplateWritten
from tests.api.conftest import Catalyst
from tests.support.examples import make_project
from workflows.models import DetectionOverrides

TEMPLATES = f"{PREFIX}/projects/web-shop/templates"
ONE = f"{TEMPLATES}/development"
OVERRIDES = f"{ONE}/overrides"


@pytest.fixture
async def shop(catalyst: Catalyst) -> Catalyst:
    await catalyst.store.projects.put(make_project())
    return catalyst


async def read(catalyst: Catalyst, url: str = ONE) -> TemplateSettings:
    answer = await catalyst.http.get(url)
    assert answer.status_code == 200, answer.text
    return TemplateSettings.model_validate(answer.json())


async def put(catalyst: Catalyst, body: object, url: str = ONE) -> TemplateWritten:
    answer = await catalyst.http.put(url, json=body)
    assert answer.status_code == 200, answer.text
    return TemplateWritten.model_validate(answer.json())


async def test_a_template_is_added_replaced_and_read(shop: Catalyst) -> None:
    settings = {"type": "image", "images": [{"image": "ghcr.io/acme/shop:{sha}"}]}
    added = await put(shop, {"settings": settings}, f"{TEMPLATES}/review")
    assert added.is_new
    changed = await put(shop, {"settings": {"type": "auto", "secrets": ["TOKEN"]}})
    assert not changed.is_new
    assert changed.changed == ("type", "secrets")
    assert "next push or redeploy" in changed.message
    assert (await read(shop)).settings.secrets == ("TOKEN",)
    assert (await read(shop, f"{TEMPLATES}/review")).settings.type == "image"
    same = await put(shop, {"settings": {"type": "auto", "secrets": ["TOKEN"]}})
    assert (same.changed, same.message) == ((), "Nothing changed.")
    assert same.version == changed.version
    audited = [(each.subject, each.detail) for each in await shop.store.audit.list()]
    assert ("web-shop", "template development: type, secrets") in audited


@pytest.mark.spec("OPS-5")
async def test_settings_made_from_an_older_version_are_refused(shop: Catalyst) -> None:
    first = await read(shop)
    await put(shop, {"settings": {"chart": "deploy/a"}, "version": first.version})
    # Its answer may have been lost: the same again is no conflict.
    await put(shop, {"settings": {"chart": "deploy/a"}, "version": first.version})
    answer = await shop.http.put(
        ONE, json={"settings": {"chart": "deploy/b"}, "version": first.version}
    )
    problem = Problem.model_validate(answer.json())
    assert (answer.status_code, problem.code) == (409, "CONFLICT")
    assert "changed in the meantime" in problem.detail
    assert "Read it again" in problem.hint
    assert (await read(shop)).settings.chart == "deploy/a"
    stale = await shop.http.put(
        f"{TEMPLATES}/review", json={"settings": {}, "version": first.version}
    )
    assert stale.status_code == 409


async def test_of_two_who_change_one_version_at_once_one_is_told(shop: Catalyst) -> None:
    version = (await read(shop)).version
    answers = await asyncio.gather(
        *(
            shop.http.put(ONE, json={"settings": {"chart": f"c{number}"}, "version": version})
            for number in range(8)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7


@pytest.mark.spec("OPS-5")
@pytest.mark.parametrize(
    ("body", "where", "told"),
    [
        ({"settings": {"chrat": "x"}}, "settings.chrat", "did you mean `chart`?"),
        (
            {"settings": {"builds": [{"dockerflie": "x"}]}},
            "settings.builds[0].dockerflie",
            "did you mean `dockerfile`?",
        ),
        ({"settings": {}, "versoin": "x"}, "versoin", "did you mean `version`?"),
        ({"settings": {}, "qqqq": 1}, "qqqq", "is unknown"),
        ({"settings": {"type": "kustomize"}}, "body.settings.type", "must be 'auto', 'helm'"),
        ({"settings": {"health": {"path": "x"}}}, "body.settings.health.path", "of the form `^/`"),
        ({"settings": {"chart": "../x"}}, "templates.development.chart", "must stay inside"),
        ({}, "body.settings", "is missing"),
    ],
    ids=str,
)
async def test_what_cannot_be_meant_is_told_with_its_place(
    shop: Catalyst, body: dict[str, object], where: str, told: str
) -> None:
    answer = await shop.http.put(ONE, json=body)
    assert answer.status_code == 422, answer.text
    (error,) = Problem.model_validate(answer.json()).errors
    assert error["where"] == where
    assert told in error["message"]
    assert (await shop.store.projects.get("web-shop")) == make_project()


async def test_a_projects_templates_are_held_to_the_same_rules(shop: Catalyst) -> None:
    sent = make_project().model_dump(mode="json")
    sent["templates"]["development"]["chart"] = "../x"
    sent["templates"]["development"]["secrets"] = ["a b"]
    answer = await shop.http.put(f"{PREFIX}/projects/web-shop", json=sent)
    assert answer.status_code == 422
    assert [each["where"] for each in answer.json()["errors"]] == [
        "templates.development.secrets[0]",
        "templates.development.chart",
    ]


@pytest.mark.spec("ENV-011")
async def test_what_is_overridden_for_all_environments_changes_field_by_field(
    shop: Catalyst,
) -> None:
    for body in ({"start": "node .", "port": 80}, {"port": None, "dev": "vite"}):
        answer = await shop.http.patch(OVERRIDES, json=body)
        assert answer.status_code == 200, answer.text
    assert answer.json()["changed"] == ["application.dev", "application.port"]
    wanted = DetectionOverrides(start="node .", dev="vite")
    assert (await read(shop)).settings.application == wanted


@pytest.mark.spec("ENV-011", "ENV-030")
async def test_a_reset_leaves_variables_and_all_other_settings(shop: Catalyst) -> None:
    await put(shop, {"settings": {"chart": "deploy"}})
    await shop.http.patch(OVERRIDES, json={"start": "node .", "variables": {"A": "1", "B": ""}})
    await shop.http.patch(OVERRIDES, json={"variables": {"A": None}})
    answer = await shop.http.post(f"{OVERRIDES}/reset")
    assert answer.json()["changed"] == ["application.start"]
    settings = (await read(shop)).settings
    assert settings.application == DetectionOverrides()
    assert (settings.chart, settings.variables) == ("deploy", {"B": ""})
    again = await shop.http.post(f"{OVERRIDES}/reset")
    assert again.json()["message"] == "Nothing changed."


async def test_people_who_override_different_fields_at_once_lose_nothing(shop: Catalyst) -> None:
    bodies: list[dict[str, object]] = [{"start": "a"}, {"dev": "b"}, {"build": "c"}, {"port": 80}]
    await asyncio.gather(*(shop.http.patch(OVERRIDES, json=body) for body in bodies))
    wanted = DetectionOverrides(start="a", dev="b", build="c", port=80)
    assert (await read(shop)).settings.application == wanted


async def test_an_image_is_no_override_of_a_template(shop: Catalyst) -> None:
    """Its images are settings of their own."""
    answer = await shop.http.patch(OVERRIDES, json={"image": "shop:1", "start": "x"})
    assert answer.status_code == 422
    assert "`image`" in answer.json()["detail"]


async def test_an_override_that_names_nothing_is_told(shop: Catalyst) -> None:
    answer = await shop.http.patch(OVERRIDES, json={})
    assert answer.status_code == 422
    assert "no field is named" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (f"{PREFIX}/projects/web-blog/templates/development", "no project `web-blog`"),
        (f"{TEMPLATES}/review", "has no template `review`"),
    ],
)
async def test_what_is_not_there_is_told(shop: Catalyst, url: str, told: str) -> None:
    for answer in (
        await shop.http.get(url),
        await shop.http.patch(f"{url}/overrides", json={"start": "x"}),
        await shop.http.post(f"{url}/overrides/reset"),
    ):
        assert answer.status_code == 404
        assert told in answer.json()["detail"]
    elsewhere = await shop.http.put(
        f"{PREFIX}/projects/web-blog/templates/x", json={"settings": {}}
    )
    assert elsewhere.status_code == 404


async def test_a_name_that_cannot_be_one_of_a_template_is_refused(shop: Catalyst) -> None:
    answer = await shop.http.put(f"{TEMPLATES}/Review", json={"settings": {}})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["message"].startswith("must be lower-case letters")
