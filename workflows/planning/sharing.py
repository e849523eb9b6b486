"""Pull requests of one branch name that share an environment (ENV-016): its name, what it takes, and what each is shown.

The rule: one of them leads, whose source is planned as the pull request's own; the others are members. Of a member's
source the head of its pull request is taken, of one that was closed meanwhile the default branch.
"""

from collections.abc import Iterator

from workflows import naming
from workflows.models import (
    Commit,
    EnvironmentSnapshot,
    EnvironmentState,
    Member,
    Phase,
    Project,
    PullRequestRef,
    Revision,
    RevisionState,
    SourceCommit,
    SourceHead,
)

_FIRST_TEMPLATE = "development"
_FINAL = (
    RevisionState.SUCCEEDED,
    RevisionState.FAILED,
    RevisionState.SUPERSEDED,
    RevisionState.CANCELLED,
)


def shares_by_branch(project: Project, source: str) -> bool:
    """Whether pull requests of that source share environments with those of others."""
    template = project.templates.get(_FIRST_TEMPLATE)
    named = [each.source for each in template.sources] if template else []
    return project.share_by_branch and source in named


def environment_of(
    source: str, number: int, branch: str, *, is_fork: bool, shares: bool
) -> tuple[str, str]:
    """Where a pull request belongs: the environment it is followed in, and the one it may still be in from before.

    Untrusted code is never shared (invariant 7). The second name is empty where there can be none: a setting holds for
    what begins after it, and what runs goes on.
    """
    alone = naming.environment_name(source, number)
    if is_fork or not branch:
        return alone, ""
    shared = naming.branch_environment_name(branch)
    return (shared, alone) if shares else (alone, shared)


def is_same(one: PullRequestRef, other: PullRequestRef) -> bool:
    """By what never changes."""
    return (one.repository_id, one.number) == (other.repository_id, other.number)


def find_member(state: EnvironmentState, ref: PullRequestRef) -> Member | None:
    return next((each for each in state.members if is_same(each.pull_request, ref)), None)


def is_of_one_that_shares(state: EnvironmentState, repository_id: int) -> bool:
    """Whether the environment looks at a pull request of that repository by itself; never in one that is not shared."""
    refs = (state.pull_request, *(each.pull_request for each in state.members))
    there = {each.repository_id for each in refs}
    return naming.is_shared(state.ref.environment) and repository_id in there


def told_name(ref: PullRequestRef) -> str:
    return f"{ref.repository}#{ref.number}"


# --- what a revision takes of other sources


def heads_of(state: EnvironmentState) -> tuple[SourceHead, ...]:
    """One for each other source that has, or had, a pull request here."""
    own = state.pull_request.repository_id
    heads = {
        each.pull_request.repository_id: SourceHead(
            repository_id=each.pull_request.repository_id,
            branch=each.pull.head_branch,
            commit=each.pull.head_commit,
        )
        for each in state.members
        if each.pull is not None and each.pull_request.repository_id != own
    }
    left = [SourceHead(repository_id=each) for each in state.left if each not in (own, *heads)]
    return (*heads.values(), *left)


def own_source(state: EnvironmentState, commit: Commit) -> SourceCommit | None:
    """Whose commit that is; None where nothing is shared."""
    if not naming.is_shared(state.ref.environment):
        return None
    branch = state.pull.head_branch if state.pull else ""
    return _source_commit(state.source, state.pull_request, branch, commit)


def first_sources(state: EnvironmentState) -> tuple[SourceCommit, ...]:
    """What is known to come along before anything is planned."""
    own = state.pull_request.repository_id
    return tuple(
        _source_commit(each.source, each.pull_request, each.pull.head_branch, each.pull.head_commit)
        for each in state.members
        if each.pull is not None and each.pull_request.repository_id != own
    )


def _source_commit(name: str, ref: PullRequestRef, branch: str, commit: Commit) -> SourceCommit:
    return SourceCommit(
        name=name or naming.slug(ref.repository.rpartition("/")[2]),
        repository_id=ref.repository_id,
        repository=ref.repository,
        installation=ref.installation,
        branch=branch,
        commit=commit,
        is_same_branch=True,
    )


# --- what each of them is shown


def seen_by_leader(state: EnvironmentState, snapshot: EnvironmentSnapshot) -> EnvironmentSnapshot:
    """Revisions may be of a time when another one led."""
    if not naming.is_shared(state.ref.environment):
        return snapshot
    others = tuple(each.pull.ref for each in state.members if each.pull is not None)
    seen = _seen_from(snapshot, snapshot.pull_request.repository_id)
    return seen.model_copy(update={"shared_with": others})


def pictures(
    state: EnvironmentState, snapshot: EnvironmentSnapshot
) -> Iterator[tuple[EnvironmentSnapshot, Member | None]]:
    """What GitHub is to show of each pull request, the leader's first; with whoever has left, and is told a last time."""
    yield snapshot, None
    for each in list(state.members):
        if each.pull is not None:
            yield _of_member(snapshot, each), None
    for each in list(state.departed):
        yield _of_departed(state, snapshot, each), each


def _of_member(snapshot: EnvironmentSnapshot, member: Member) -> EnvironmentSnapshot:
    pull = member.pull
    ref = pull.ref if pull else member.pull_request
    together = (snapshot.pull_request, *snapshot.shared_with)
    seen = _seen_from(snapshot, ref.repository_id)
    told = (
        {}
        if pull is None
        else {
            "commit": pull.head_commit,
            "branch": pull.head_branch,
            "title": pull.title,
            "author": pull.author,
        }
    )
    others = tuple(each for each in together if not is_same(each, ref))
    return seen.model_copy(update={"pull_request": ref, "shared_with": others, **told})


def _of_departed(
    state: EnvironmentState, snapshot: EnvironmentSnapshot, member: Member
) -> EnvironmentSnapshot:
    """It is over for that pull request: nothing of it is at work or serves. Another one of its repository may have the
    same revisions, and keeps what GitHub shows of them."""
    seen = _of_member(snapshot, member)
    repository = member.pull_request.repository_id
    there = (state.pull_request, *(each.pull_request for each in state.members))
    is_kept = any(each.repository_id == repository for each in there)
    return seen.model_copy(
        update={
            "phase": Phase.DELETED,
            "reason": member.reason,
            "serving": None,
            "failure": None,
            "blockers": (),
            "shared_with": (),
            "revisions": () if is_kept else tuple(_ended(each) for each in seen.revisions),
        }
    )


def _ended(revision: Revision) -> Revision:
    if revision.state in _FINAL:
        return revision
    return revision.model_copy(update={"state": RevisionState.SUPERSEDED})


def _seen_from(snapshot: EnvironmentSnapshot, repository_id: int) -> EnvironmentSnapshot:
    """With that repository's commits; without revisions that had none of it."""
    seen = {each.id: _from_repository(each, repository_id) for each in snapshot.revisions}
    serving = snapshot.serving
    if serving is not None:

        def own(commit: Commit | None) -> Commit | None:
            of_it = [each for each in snapshot.revisions if each.commit == commit]
            good = [each for each in of_it if each.state is RevisionState.SUCCEEDED]
            brought_up = seen[(good or of_it)[0].id] if of_it else None
            return brought_up.commit if brought_up else commit

        apart = [each.model_copy(update={"commit": own(each.commit)}) for each in serving.apart]
        told = {"commit": own(serving.commit), "coming": own(serving.coming), "apart": tuple(apart)}
        serving = serving.model_copy(update=told)
    revisions = tuple(each for each in seen.values() if each is not None)
    return snapshot.model_copy(update={"revisions": revisions, "serving": serving})


def _from_repository(revision: Revision, repository_id: int) -> Revision | None:
    own = revision.own
    if own is None or own.repository_id == repository_id:
        return revision
    found = [each for each in revision.sources if each.repository_id == repository_id]
    if not found:
        return None
    others = tuple(each for each in revision.sources if each.repository_id != repository_id)
    return revision.model_copy(
        update={"commit": found[0].commit, "own": found[0], "sources": (own, *others)}
    )
