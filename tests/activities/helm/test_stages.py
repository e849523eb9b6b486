"""What a stage does not name stays as it serves; what has run once does not run again; the last stage is all that is new."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from activities.helm.stages import has_once, staged_values
from workflows.values import Values

OLD: Values = {
    "image": {"repository": "registry.test/shop@sha256", "tag": "aa", "pullPolicy": "IfNotPresent"},
    "secrets": {"catalyst-secrets": {"checksum": "1"}},
    "security": {"profile": "restricted", "runAsUser": 10001},
    "route": {"type": "none"},
    "components": {
        "db": {"kind": "worker", "image": "postgres:17", "service": {"aliases": ["db", "sql"]}},
        "web": {"kind": "web", "env": {"A": "old"}},
        "migrate": {"kind": "job", "imageFrom": "web"},
        "seed": {"kind": "job", "once": True},
    },
    "global": {
        "catalyst": {
            "commit": "a" * 40,
            "revision": "r1",
            "images": {"web": "shop@sha256:aa", "worker": "worker@sha256:aa"},
        }
    },
}
NEW: Values = {
    "image": {"repository": "registry.test/shop@sha256", "tag": "bb"},
    "secrets": {"catalyst-secrets": {"checksum": "2"}},
    "security": {"profile": "baseline"},
    "components": {
        "cache": {"kind": "worker", "image": "redis:7"},
        "db": {"kind": "worker", "image": "postgres:18"},
        "web": {"kind": "web", "env": {"A": "new"}},
        "migrate": {"kind": "job", "imageFrom": "web"},
        "seed": {"kind": "job", "once": True},
    },
    "global": {"catalyst": {"commit": "b" * 40, "revision": "r2", "images": {"web": "shop@bb"}}},
}
DONE = frozenset({("migrate", "r1"), ("seed", "r1")})


def staged(*names: str, old: Values = OLD, new: Values = NEW, done: Any = DONE) -> Values:
    return staged_values(new, old, frozenset(names), done)


def components(values: Values) -> dict[str, Any]:
    found = values["components"]
    assert isinstance(found, dict)
    return found


def served(values: Values) -> dict[str, object]:
    """Which top-level values a component goes on with: their revision, or nothing where it has those of today."""
    return {
        name: each["served"]["global"]["catalyst"]["revision"] if "served" in each else "new"
        for name, each in components(values).items()
    }


@pytest.mark.spec("ENV-018")
def test_a_first_installation_has_what_its_stages_have_named_so_far() -> None:
    assert served(staged("db", old={}, done=frozenset())) == {"db": "new"}
    assert served(staged("db", "migrate", old={}, done=frozenset())) == {
        "db": "new",
        "migrate": "new",
    }


@pytest.mark.spec("ENV-018", "FR-007")
def test_a_stage_leaves_all_others_as_they_serve() -> None:
    found = staged("cache", "db")
    assert served(found) == {
        "cache": "new",
        "db": "new",
        "web": "r1",
        "migrate": "r1",
        "seed": "r1",
    }
    web = components(found)["web"]
    assert web["env"] == {"A": "old"}
    told = web["served"].pop("global")["catalyst"]
    assert web["served"] == {key: OLD[key] for key in ("image", "secrets", "security")}
    images = {"web": "shop@sha256:aa"}
    assert told == {"commit": "a" * 40, "revision": "r1", "images": images}
    images = components(found)["migrate"]["served"]["global"]["catalyst"]["images"]
    assert images == {"web": "shop@sha256:aa"}, "those it uses, and no others"
    assert {key: found[key] for key in NEW if key != "components"} == {
        key: NEW[key] for key in NEW if key != "components"
    }


def test_what_serves_since_several_revisions_goes_on_with_what_it_was_deployed_with() -> None:
    """The update before has failed after its first stage."""
    before = staged("cache")
    later = deepcopy(NEW)
    later["global"] = {"catalyst": {"commit": "c" * 40, "revision": "r3", "images": {}}}
    assert served(staged("cache", old=before, new=later)) == {
        "cache": "new",
        "db": "r1",
        "web": "r1",
        "migrate": "r1",
        "seed": "r1",
    }
    assert served(staged("db", old=before, new=later))["cache"] == "r2"


@pytest.mark.spec("ENV-018")
def test_a_job_that_did_not_succeed_is_not_left_in_a_release_where_it_would_run() -> None:
    found = staged("db", done=frozenset({("migrate", "r0"), ("seed", "r1")}))
    assert "migrate" not in served(found)
    assert served(found)["seed"] == "r1"


@pytest.mark.spec("ENV-018")
def test_a_job_runs_with_each_revision_unless_it_is_to_run_once_and_has_succeeded() -> None:
    assert served(staged("migrate", "seed"))["migrate"] == "new"
    assert served(staged("migrate", "seed"))["seed"] == "r1"
    assert served(staged("migrate", "seed", done=frozenset()))["seed"] == "new"


@pytest.mark.spec("ENV-018")
def test_the_last_stage_is_all_that_is_new_but_for_what_runs_once() -> None:
    last = staged()
    assert components(last).pop("seed")["served"]["global"]["catalyst"]["revision"] == "r1"
    expected = deepcopy(NEW)
    components(expected).pop("seed")
    assert last == expected
    assert staged(done=frozenset()) == NEW


def test_what_an_update_takes_away_serves_until_its_last_stage() -> None:
    new = deepcopy(NEW)
    components(new).pop("web")
    assert served(staged("db", new=new))["web"] == "r1"
    assert "web" not in served(staged(new=new))


def test_a_name_under_which_another_component_is_now_reached_leads_there() -> None:
    new = deepcopy(NEW)
    components(new)["store"] = {"kind": "worker", "service": {"aliases": ["sql"]}}
    found = components(staged("store", new=new))
    assert found["db"]["service"]["aliases"] == ["db"]
    assert found["store"]["service"]["aliases"] == ["sql"]


def test_once_is_a_word_of_jobs_alone() -> None:
    assert has_once(NEW)
    assert not has_once({"components": {"web": {"kind": "web", "once": True}, "odd": None}})
    assert not has_once({})


names = st.sampled_from("abcdef")
component: st.SearchStrategy[JsonValue] = st.one_of(
    st.fixed_dictionaries({"kind": st.sampled_from(["web", "worker", "cron"])}),
    st.fixed_dictionaries({"kind": st.just("job")}, optional={"once": st.booleans()}),
)


def values(revision: str) -> st.SearchStrategy[Values]:
    told: JsonValue = {"revision": revision, "images": {name: name for name in "abc"}}
    return st.fixed_dictionaries(
        {
            "components": st.dictionaries(names, component, max_size=6),
            "image": st.just({"tag": revision}),
            "global": st.just({"catalyst": told}),
        }
    )


runs = st.frozensets(st.tuples(names, st.sampled_from(["r0", "r1"])))


@pytest.mark.spec("ENV-018")
@given(old=values("r1"), new=values("r2"), named=st.frozensets(names), done=runs)
def test_in_whichever_stage_each_component_is_new_or_as_it_served(
    old: Values, new: Values, named: frozenset[str], done: frozenset[tuple[str, str]]
) -> None:
    before, wanted = deepcopy(components(old)), components(new)
    brought = (named & wanted.keys()) if named else wanted.keys()
    found = components(staged_values(new, old, named, done))
    for name, each in found.items():
        if "served" not in each:
            assert name in brought
            assert each == wanted[name]
            continue
        assert {key: value for key, value in each.items() if key != "served"} == before[name]
        assert each["served"]["image"] == {"tag": "r1"}
        assert each["kind"] != "job" or (name, "r1") in done
        assert name not in brought or wanted[name].get("once")
    lasting = {name for name in before if before[name]["kind"] != "job"}
    assert found.keys() >= brought | (lasting if named else set())
    assert found.keys() <= brought | before.keys()
    assert components(old) == before
