"""What pages show: plain values made of what operations answered. Pure; templates only place them."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from api.links import environment_path
from api.pages.revision_rows import SHORT_COMMIT, RevisionRow, revision_rows
from api.pages.times import Moment, moment
from api.schemas import Action, EnvironmentDetail, EnvironmentList, EnvironmentSummary
from workflows.models import Phase

_TONES = {
    Phase.PENDING: "waiting",
    Phase.QUEUED: "waiting",
    Phase.BUILDING: "working",
    Phase.DEPLOYING: "working",
    Phase.CHECKING: "working",
    Phase.READY: "good",
    Phase.DEGRADED: "warning",
    Phase.FAILED: "bad",
    Phase.SLEEPING: "quiet",
    Phase.DELETING: "quiet",
    Phase.DELETED: "quiet",
}
_DOING = {
    "plan": "planning",
    "namespace": "preparing the namespace",
    "directory": "preparing the directory",
    "secrets": "copying secrets",
    "credentials": "making credentials",
    "image": "waiting for an image",
    "build": "building",
    "reset": "resetting its data",
    "restart": "starting again",
    "restore": "restoring a backup",
    "deploy": "deploying",
    "rollout": "starting",
    "route": "opening its URL",
    "code": "bringing the code in",
    "development server": "starting the development server",
    "jobs": "running jobs",
    "health": "checking its health",
}
"""Phases of a revision, for people."""
_PROMISES: dict[Action, str] = {
    "retry": "Try the last failed revision again",
    "redeploy": "Deploy the head commit again",
    "delete": "Remove the environment until the next push or redeploy",
    "approve": "Let exactly this commit run",
}


@dataclass(frozen=True)
class Row:
    """One environment in the list."""

    path: str
    title: str
    subject: str
    """`acme/shop #12`."""
    phase: str
    tone: str
    reason: str
    commit: str
    branch: str
    author: str
    url: str
    shows: str
    """What the URL shows, while that is not the wanted commit in good health."""
    updated: Moment
    age: Moment
    pull_request: str
    """Its address, or that of the branch."""
    follows: str
    commit_url: str
    workflow: str


@dataclass(frozen=True)
class Filter:
    label: str
    count: int
    href: str
    is_chosen: bool


@dataclass(frozen=True)
class ListView:
    rows: tuple[Row, ...]
    filters: tuple[Filter, ...]
    total: int
    chosen: str
    """The phase filtered by; empty when none is."""
    query: str
    """For the fragment's own address."""
    older: str
    newer: str


@dataclass(frozen=True)
class Button:
    action: str
    promise: str
    needs_confirmation: bool
    style: str


@dataclass(frozen=True)
class DetailView:
    row: Row
    detail: EnvironmentDetail
    buttons: tuple[Button, ...]
    shared: tuple[tuple[str, str], ...]
    """Name and address of the other pull requests whose environment it is."""
    revisions: tuple[RevisionRow, ...]
    decisions: tuple[tuple[Moment, str, str, str], ...]
    is_empty: bool
    """Nothing to run was found, and a base container says so."""
    is_troubled: bool
    """Whether record, workflow and cluster disagree, or one of them cannot be asked."""
    failed_while: str
    """What was being done; empty where nothing has failed or nobody knows."""
    excerpt: str
    namespace: str
    """What the cluster says of the namespace; one on its way is not called missing."""


def list_view(
    listed: EnvironmentList, *, phase: Phase | None, include_deleted: bool, now: datetime
) -> ListView:
    present = {each: number for each, number in listed.phases.items() if each is not Phase.DELETED}
    filters = [Filter("all", sum(present.values()), "/", phase is None and not include_deleted)]
    filters += [
        Filter(
            each.value, listed.phases[each], f"/?{urlencode({'phase': each.value})}", phase is each
        )
        for each in Phase
        if each in listed.phases
    ]
    chosen = {"phase": phase.value} if phase else {}
    chosen |= {"include_deleted": "true"} if include_deleted else {}
    here = chosen | ({"offset": str(listed.offset)} if listed.offset else {})
    last = listed.offset + len(listed.environments)
    before = max(0, listed.offset - listed.limit)
    return ListView(
        rows=tuple(_row(each, now) for each in listed.environments),
        filters=tuple(filters),
        total=listed.total,
        chosen=phase.value if phase else "",
        query=urlencode(here),
        older=f"/?{urlencode(chosen | {'offset': str(last)})}" if last < listed.total else "",
        newer=f"/?{urlencode(chosen | {'offset': str(before)})}" if listed.offset else "",
    )


def detail_view(detail: EnvironmentDetail, *, now: datetime) -> DetailView:
    state = detail.standing.state
    return DetailView(
        row=_row(detail, now),
        detail=detail,
        buttons=tuple(_button(action) for action in detail.standing.actions),
        shared=tuple(zip(detail.shared_with, detail.links.shared_with, strict=True)),
        revisions=revision_rows(detail.revisions, now),
        decisions=tuple(
            (
                moment(each.at, now),
                f"{each.event} {each.action}".strip(),
                each.decision,
                each.reason,
            )
            for each in detail.decisions
        ),
        is_empty=_is_empty(detail),
        is_troubled=state in ("missing", "left over", "unknown"),
        failed_while=_doing(detail.failure.phase) if detail.failure else "",
        excerpt="\n".join(detail.failure.excerpt) if detail.failure else "",
        namespace=state if state.startswith("being") else detail.standing.cluster,
    )


def _doing(phase: str) -> str:
    """The phase of a revision as an occupation; `deploy: job migrate` names its stage."""
    what, _, stage = phase.partition(": ")
    return f"{_DOING.get(what, what)} {stage}".rstrip()


def _is_empty(detail: EnvironmentDetail) -> bool:
    found = detail.revisions[0].application if detail.revisions else None
    is_over = detail.phase in (Phase.DELETING, Phase.DELETED)
    return found is not None and found.is_base_container and not is_over


def _row(each: EnvironmentSummary, now: datetime) -> Row:
    return Row(
        path=environment_path(each.project, each.environment),
        title=each.title or each.environment,
        subject=f"{each.repository} #{each.number}" if each.number else each.repository,
        phase=each.phase.value,
        tone=_TONES[each.phase],
        reason=each.reason,
        commit=each.commit[:SHORT_COMMIT],
        branch=each.branch,
        author=each.author,
        url=each.url,
        shows=each.shows,
        updated=moment(each.updated_at, now),
        age=moment(each.created_at, now),
        pull_request=each.links.pull_request,
        follows="Pull request" if each.number else "Branch",
        commit_url=each.links.commit,
        workflow=each.links.workflow,
    )


def _button(action: Action) -> Button:
    return Button(
        action=action,
        promise=_PROMISES[action],
        needs_confirmation=action in ("delete", "approve"),
        style={"delete": "danger", "retry": "primary", "approve": "primary"}.get(action, ""),
    )
