"""A problem ends the wait once it has lasted; being ready counts once it has lasted too."""

import pytest

from activities.cluster.rollout.problem import Patience, Problem, gravest
from activities.cluster.rollout.wait import Proof
from activities.cluster.rollout.workloads import Verdict

SHORT = Problem("image", "no such image", patience=5.0)
AT_THE_LIMIT = Problem("running", "is not ready")


@pytest.mark.spec("FR-018")
def test_a_problem_is_final_when_it_has_lasted_as_long_as_it_may() -> None:
    patience = Patience()
    assert patience.first_lasting([SHORT], 100.0) is None
    assert patience.first_lasting([SHORT], 104.9) is None
    assert patience.first_lasting([SHORT], 105.0) is SHORT


@pytest.mark.spec("FR-018")
def test_a_problem_that_went_away_starts_anew() -> None:
    patience = Patience()
    patience.first_lasting([SHORT], 100.0)
    patience.first_lasting([], 102.0)
    assert patience.first_lasting([SHORT], 106.0) is None
    assert patience.first_lasting([SHORT], 111.0) is SHORT


@pytest.mark.spec("FR-018")
def test_what_may_still_turn_out_well_waits_for_the_limit() -> None:
    patience = Patience()
    patience.first_lasting([AT_THE_LIMIT], 0.0)
    assert patience.first_lasting([AT_THE_LIMIT], 1e9) is None
    assert gravest([AT_THE_LIMIT, SHORT]) is SHORT
    assert gravest([]) is None


@pytest.mark.spec("FR-016")
def test_a_release_with_probes_counts_at_once() -> None:
    assert Proof().is_given(Verdict(), 0.0)
    assert not Proof().is_given(Verdict(waiting_for=("Deployment web",)), 0.0)
    assert not Proof().is_given(None, 0.0)


@pytest.mark.spec("FR-016")
def test_a_release_without_probes_counts_when_it_has_lived_without_a_restart() -> None:
    proof = Proof()
    assert not proof.is_given(Verdict(unproven=("web-1/web: 0",)), 10.0)
    assert not proof.is_given(Verdict(unproven=("web-1/web: 1",)), 12.5)
    assert not proof.is_given(Verdict(waiting_for=("Deployment web",)), 13.0)
    assert not proof.is_given(Verdict(unproven=("web-1/web: 1",)), 15.0)
    assert proof.is_given(Verdict(unproven=("web-1/web: 1",)), 17.0)
