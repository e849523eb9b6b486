"""A pull request's conversation as one list, oldest first."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from markupsafe import Markup

from tests.support.github.core import GitHub
from tests.support.github.git import ZERO, Commit
from tests.support.github.models import (
    Account,
    Comment,
    Deployment,
    DeploymentStatus,
    PullRequest,
    TimelineEvent,
)
from tests.support.github.pages.markdown import render

_SENTENCES = {
    "closed": "closed this",
    "reopened": "reopened this",
    "converted_to_draft": "marked this pull request as draft",
    "ready_for_review": "marked this pull request as ready for review",
}
ICONS = {
    "pushed": "push",
    "force_pushed": "force",
    "closed": "closed",
    "merged": "merged",
    "reopened": "pull",
    "opened": "pull",
    "converted_to_draft": "draft",
    "ready_for_review": "pull",
    "labeled": "label",
    "unlabeled": "label",
    "renamed": "edit",
    "base_changed": "swap",
    "deployment": "deploy",
}


@dataclass(frozen=True)
class Item:
    """A comment (with `html`) or a line (with `text`); a line may list commits or a deployment."""

    id: int
    kind: str
    who: Account
    when: datetime
    text: str = ""
    html: Markup | None = None
    is_edited: bool = False
    comment: Comment | None = None
    label: str = ""
    reactions: list[tuple[str, int]] = field(default_factory=list)
    commits: list[Commit] = field(default_factory=list)
    deployment: Deployment | None = None
    status: DeploymentStatus | None = None

    @property
    def icon(self) -> str:
        return ICONS.get(self.kind, "dot")


async def timeline(github: GitHub, pull: PullRequest) -> list[Item]:
    """Comments, events and deployments; ids grow with time, so they give the order."""
    state = github.state
    items = [_comment(github, one) for one in state.comments_of(pull)]
    shas = {pull.head_sha}
    for event in state.timeline:
        if event.pull_id == pull.id:
            items.append(await _event(github, pull, event))
            shas |= set(event.detail.split("..")) if "pushed" in event.kind else set()
            shas |= {event.detail} if event.kind == "opened" else set()
    repo = state.repositories[pull.repository_id]
    deployed = [one for one in state.deployments_of(repo) if one.sha in shas - {ZERO}]
    items += [_deployment(github, one) for one in deployed]
    return sorted(items, key=lambda one: one.id)


FACES = {
    "+1": "👍",
    "-1": "👎",
    "laugh": "😄",
    "hooray": "🎉",
    "confused": "😕",
    "heart": "❤️",
    "rocket": "🚀",
    "eyes": "👀",
}


def reactions(github: GitHub, subject: str) -> list[tuple[str, int]]:
    found = [r.content for r in github.state.reactions.values() if r.subject == subject]
    return [(face, found.count(name)) for name, face in FACES.items() if name in found]


def _comment(github: GitHub, found: Comment) -> Item:
    return Item(
        id=found.id,
        kind="comment",
        who=github.state.accounts[found.author_id],
        when=found.created_at,
        html=render(found.body),
        is_edited=found.updated_at > found.created_at,
        comment=found,
        reactions=reactions(github, f"comment:{found.id}"),
    )


async def _event(github: GitHub, pull: PullRequest, found: TimelineEvent) -> Item:
    who = github.state.accounts[found.actor_id]
    text, label, commits = _SENTENCES.get(found.kind, ""), "", list[Commit]()
    if found.kind == "opened":
        text = "opened this pull request"
        commits = await _commits(github, pull, f"{pull.base_sha}..{found.detail}")
    elif found.kind == "pushed":
        commits = await _commits(github, pull, found.detail)
        text = f"pushed {len(commits)} commit{'s' * (len(commits) != 1)}"
    elif found.kind == "force_pushed":
        old, _, new = found.detail.partition("..")
        text = f"force-pushed the {pull.head_ref} branch from {old[:7]} to {new[:7]}"
    elif found.kind == "merged":
        text = f"merged commit {found.detail[:7]} into {pull.base_ref}"
    elif found.kind in ("labeled", "unlabeled"):
        text, label = "added" if found.kind == "labeled" else "removed", found.detail
    elif found.kind in ("renamed", "base_changed"):
        old, _, new = found.detail.partition("\n")
        what = "title" if found.kind == "renamed" else "base branch"
        text = f"changed the {what} from “{old}” to “{new}”"
    return Item(found.id, found.kind, who, found.created_at, text, label=label, commits=commits)


async def _commits(github: GitHub, pull: PullRequest, revisions: str) -> list[Commit]:
    return await github.git.commits(pull.repository_id, ["--reverse", "-20", revisions])


def _deployment(github: GitHub, found: Deployment) -> Item:
    return Item(
        id=found.id,
        kind="deployment",
        who=github.state.accounts[found.creator_id],
        when=found.created_at,
        text=f"deployed {found.sha[:7]} to",
        deployment=found,
        status=found.statuses[-1] if found.statuses else None,
    )
