"""Two checkouts on one machine never meet, and one is always found again."""

import ipaddress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.local.instance import Instance, InstanceError, derive, settle

ENVIRONMENT = {"HOME": "/home/dev"}
PATHS = st.text(min_size=1).map(lambda name: Path("/srv") / name)
SUFFIXES = st.from_regex(r"\A[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?\Z")


def test_a_checkout_gives_the_same_stack_every_time() -> None:
    assert derive(Path("/srv/a"), ENVIRONMENT) == derive(Path("/srv/a"), ENVIRONMENT)


def test_two_checkouts_differ_in_everything_they_could_share() -> None:
    one, other = (derive(Path(path), ENVIRONMENT) for path in ("/srv/a", "/srv/b"))
    assert one.name != other.name
    assert one.state_directory != other.state_directory
    assert one.host_link != other.host_link
    assert not one.network.subnet.overlaps(other.network.subnet)
    assert not set(one.ports.all) & set(other.ports.all)
    assert one.cache_directory == other.cache_directory


def test_a_suffix_names_a_further_stack_of_the_same_checkout() -> None:
    plain = derive(Path("/srv/a"), ENVIRONMENT)
    tests = derive(Path("/srv/a"), {**ENVIRONMENT, "CATALYST_LOCAL_INSTANCE": "tests"})
    assert tests.name == f"{plain.name}-tests"
    assert tests.host_link != plain.host_link


@pytest.mark.parametrize("suffix", ["Tests", "a b", "-a", "a-", "../x", "a" * 21])
def test_a_suffix_that_is_no_name_is_refused(suffix: str) -> None:
    with pytest.raises(InstanceError, match="lower-case"):
        derive(Path("/srv/a"), {**ENVIRONMENT, "CATALYST_LOCAL_INSTANCE": suffix})


def test_directories_follow_the_base_directory_specification() -> None:
    environment = {**ENVIRONMENT, "XDG_STATE_HOME": "/s", "XDG_CACHE_HOME": "/c"}
    instance = derive(Path("/srv/a"), environment)
    assert instance.state_directory == Path("/s/catalyst") / instance.name
    assert instance.cache_directory == Path("/c/catalyst")


@given(PATHS, SUFFIXES, st.integers(min_value=0, max_value=63))
def test_every_derived_fact_is_within_the_limits_of_the_system(
    path: Path, suffix: str, salt: int
) -> None:
    derived = derive(path, {**ENVIRONMENT, "CATALYST_LOCAL_INSTANCE": suffix})
    instance = replace(derived, salt=salt)
    assert len(instance.name) <= 63
    assert len(instance.host_link) <= 15
    assert len(instance.node_link) <= 15
    assert instance.host_link != instance.node_link
    assert instance.network.subnet.subnet_of(ipaddress.IPv4Network("10.213.0.0/16"))
    assert instance.network.host_address != instance.network.node_address
    # Below the ephemeral ports, which any process may hold.
    assert 20_000 <= min(instance.ports.all) <= max(instance.ports.all) < 30_000


def test_settling_steps_aside_from_a_taken_place_and_remembers_it(tmp_path: Path) -> None:
    instance = derive(Path("/srv/a"), {**ENVIRONMENT, "XDG_STATE_HOME": str(tmp_path)})
    taken = {instance.ports, replace(instance, salt=1).ports}

    def is_free(candidate: Instance) -> bool:
        return candidate.ports not in taken

    settled = settle(instance, is_free)

    assert settled.salt == 2
    assert (instance.state_directory / "place").read_text() == "2\n"


def test_a_stack_that_settled_stays_where_it_is(tmp_path: Path) -> None:
    derived = derive(Path("/srv/a"), {**ENVIRONMENT, "XDG_STATE_HOME": str(tmp_path)})
    settled = replace(derived, salt=5)
    assert settle(settled, lambda _: True) == settled


def test_settling_says_when_no_place_is_free(tmp_path: Path) -> None:
    instance = derive(Path("/srv/a"), {**ENVIRONMENT, "XDG_STATE_HOME": str(tmp_path)})
    with pytest.raises(InstanceError, match="free"):
        settle(instance, lambda _: False)
