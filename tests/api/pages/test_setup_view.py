"""The set-up page shows what was found, what is set and what was typed, each in its place."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.documents import read_document
from api.pages.setup_form import SetupForm, kept_texts
from api.pages.setup_view import Field, SetupView, config_text, setup_view
from api.schemas import EnvironmentDetail, Links, Overrides, Standing
from tests.support.examples import COMMIT, NOW, make_revision
from workflows.models import Application, ApplicationKind, DetectionOverrides, Phase, Revision
from workflows.repo_config import RepoConfig, overrides_of

pytestmark = pytest.mark.spec("ENV-008", "ENV-011")
NODE = Application(
    kind=ApplicationKind.NODE, workdir="web", install="npm ci", start="npm start", port=3000
)
NOTHING = Application(is_base_container=True)
NONE_SET = Overrides(project="web-shop", environment="pr-shop-12")


def view_of(*revisions: Revision, overrides: Overrides = NONE_SET, **more: Any) -> SetupView:
    detail = EnvironmentDetail(
        team="web",
        project="web-shop",
        environment="pr-shop-12",
        repository="acme/shop",
        number=12,
        phase=Phase.READY,
        created_at=NOW,
        updated_at=NOW,
        links=Links(page="", logs="", pull_request=""),
        standing=Standing(state="fine"),
        revisions=revisions,
    )
    return setup_view(detail, overrides, now=NOW + timedelta(hours=1), **more)


def field(view: SetupView, name: str) -> Field:
    return next(each for each in view.fields if each.name == name)


def test_beside_each_field_stands_what_the_newest_planned_revision_has() -> None:
    view = view_of(make_revision(2), make_revision(1, application=NODE, reasons=("Because.",)))
    found = {each.name: each.found for each in view.fields if each.found}
    assert found == {"start": "npm start", "port": "3000", "workdir": "web", "kind": "node"}
    assert (view.install, view.reasons) == ("npm ci", ("Because.",))
    assert view.revision == f"revision 1, commit {COMMIT[:7]}"
    assert view.is_older
    assert (view.is_empty, view.is_told, view.is_any_set) == (False, False, False)


@pytest.mark.spec("EC-1")
def test_a_base_container_is_nothing_found() -> None:
    view = view_of(make_revision(application=NOTHING))
    assert view.is_empty
    assert not any(each.found for each in view.fields)
    assert view.is_example
    assert view.config == "version: 1\nport: 3000\ncommands:\n  start: npm start\n"


def test_where_the_template_says_it_all_nothing_had_to_be_found() -> None:
    view = view_of(make_revision(reasons=("Chart shop in `chart`",)))
    assert (view.is_told, view.is_empty) == (True, False)
    before = view_of(make_revision())
    assert (before.revision, before.is_told, before.is_older) == ("", False, False)
    assert view_of().revision == ""


def test_what_is_set_is_marked_and_told_when_it_is_newer_than_the_deployment() -> None:
    kept = NONE_SET.model_copy(
        update={"start": "node .", "set_by": "ada", "set_at": NOW + timedelta(minutes=30)}
    )
    view = view_of(make_revision(application=NODE), overrides=kept)
    assert [each.name for each in view.fields if each.is_set] == ["start"]
    assert (field(view, "start").value, field(view, "start").shown) == ("node .", "node .")
    assert (view.is_newer, view.is_any_set, view.is_example) == (True, True, False)
    assert view.set_at is not None
    assert (view.set_by, view.set_at.text) == ("ada", "30 min ago")
    assert not view_of(make_revision(45, application=NODE), overrides=kept).is_newer


def test_what_was_typed_stays_beside_what_was_shown() -> None:
    kept = NONE_SET.model_copy(update={"port": 80})
    typed = kept_texts(NONE_SET) | {"port": "80a"}
    form = SetupForm(typed=typed, shown=kept_texts(NONE_SET) | {"port": "70"})
    view = view_of(overrides=kept, form=form, errors={"port": "Port must be a number."})
    port = field(view, "port")
    assert (port.value, port.shown, port.error) == ("80a", "70", "Port must be a number.")
    assert port.shown_name == "was.port"


COMMANDS = st.one_of(
    st.sampled_from(
        ["", "yes", "Null", "npm start", "./serve --port 80", "a: b", "- x", "a #b", '"', ".inf"]
    ),
    st.text(st.characters(codec="utf-8"), max_size=40).filter(str.isprintable).map(str.strip),
)


@given(start=COMMANDS, dev=COMMANDS, build=COMMANDS, port=st.integers(0, 65535))
def test_the_file_says_the_same_as_the_form(start: str, dev: str, build: str, port: int) -> None:
    wanted = DetectionOverrides(
        start=start, dev=dev, build=build, port=port, kind=ApplicationKind.GO, workdir="web/a b"
    )
    texts = {name: str(value or "") for name, value in wanted.model_dump().items()}
    document = read_document(config_text(texts), ".catalyst.yaml")
    assert overrides_of(RepoConfig.model_validate(document.value)) == wanted
