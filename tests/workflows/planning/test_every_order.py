"""Pull requests that share an environment: opened, pushed to and closed in every order of five."""

from itertools import product

import pytest

from tests.workflows.sharing import SHARED, back, found, front, told
from tests.workflows.values import NOW, backend
from workflows.models import EnvironmentState, RevisionState, SourceCommit
from workflows.planning import Step, arrange, begin_revision, hear, next_step, take_over

pytestmark = pytest.mark.spec("ENV-016")

DEFAULT = "0" * 40
"""Head of every default branch."""


class Play:
    """The two repositories, and the environment from one look to the next."""

    def __init__(self) -> None:
        self.pulls = {"f": front(is_open=False), "b": back(is_open=False)}
        self.heads = iter(f"{number:040x}" for number in range(1, 100))
        self.at: EnvironmentState | None = None
        self.is_left: set[int] = set()

    def do(self, action: str) -> None:
        """`of`: the front end's pull request is opened or closed; `pb`: a push to the other's branch."""
        what, which = action[0], action[1]
        old = self.pulls[which]
        if what == "o":
            new = old.model_copy(update={"is_open": not old.is_open})
            name = "reopened" if new.is_open else "closed"
        else:
            new, name = old.model_copy(update={"head_commit": next(self.heads)}), "synchronize"
        self.pulls[which] = new
        repository = new.ref.repository_id
        if new.is_open:
            self.is_left.discard(repository)
        elif what == "o":
            self.is_left.add(repository)
        if what == "p" and not new.is_open:
            return  # a branch without a pull request: no event
        if self.at is None:
            self.at = EnvironmentState(ref=SHARED, pull_request=new.ref)
            self.is_left = set()
        hear(self.at, told(new.ref, name, None if name == "closed" else new.head_commit), now=NOW)
        self.look(self.at)

    def look(self, at: EnvironmentState) -> None:
        by_ref = {each.ref: each for each in self.pulls.values()}
        read = found(*(by_ref[each.pull_request] for each in at.members))
        leading = arrange(at, by_ref[at.pull_request], read)
        take_over(at, leading)
        step = next_step(at, leading)
        if step.step is Step.TEAR_DOWN:
            self.at = None
        elif step.step is Step.DEPLOY:
            at.count += 1
            begin_revision(
                at,
                revision_id=f"rev:{at.count}",
                commit=step.commit,
                trigger=step.trigger,
                now=NOW,
            )
            planned = at.revisions[0].model_copy(
                update={"sources": self.planned(at), "state": RevisionState.SUCCEEDED}
            )
            at.revisions = [planned, *at.revisions[1:]]

    def planned(self, at: EnvironmentState) -> tuple[SourceCommit, ...]:
        """By the rule: what is decided, else the branch of the same name, which is always there."""
        said = {each.repository_id: each for each in at.begun}
        found = []
        for each in self.pulls.values():
            repository = each.ref.repository_id
            if repository == at.pull_request.repository_id:
                continue
            head = said.get(repository)
            is_branch = head is None or head.commit is not None
            commit = (head and head.commit) or (each.head_commit if is_branch else DEFAULT)
            found.append(backend(commit, repository_id=repository, is_same_branch=is_branch))
        return tuple(found)

    def assert_true(self) -> None:
        """After each look, whatever has happened."""
        there = [each for each in self.pulls.values() if each.is_open]
        assert (self.at is not None) == bool(there)
        if self.at is None:
            return
        led = [self.at.pull_request, *(each.pull_request for each in self.at.members)]
        assert sorted(each.number for each in led) == sorted(each.ref.number for each in there)
        newest = self.at.revisions[0]
        assert newest.own is not None
        shown = {each.repository_id: each.commit for each in (newest.own, *newest.sources)}
        for each in self.pulls.values():
            repository = each.ref.repository_id
            if each.is_open:
                assert shown[repository] == each.head_commit
            elif repository in self.is_left:
                assert shown[repository] == DEFAULT


@pytest.mark.invariant(1)
@pytest.mark.parametrize("first", ["of", "ob"])
def test_in_every_order_what_is_open_runs_at_its_head_and_the_rest_at_default(first: str) -> None:
    for actions in product(("of", "ob", "pf", "pb"), repeat=5):
        play = Play()
        for action in (first, *actions):
            play.do(action)
            play.assert_true()
