"""Check runs and deployments: the same story in the places GitHub gives them."""

from workflows.models import EnvironmentSnapshot, Failure, Payload, Revision, RevisionState
from workflows.rendering.comment import is_current, short, what_it_shows
from workflows.rendering.links import Links, link
from workflows.rendering.text import code, duration, escape, fence, plain, when

MAX_DESCRIPTION = 140
"""Characters of a deployment status's description, GitHub's limit."""
MAX_TITLE = 200
_TITLES = {
    RevisionState.PENDING: "Preview pending",
    RevisionState.BUILDING: "Building",
    RevisionState.DEPLOYING: "Deploying",
    RevisionState.CHECKING: "Checking health",
    RevisionState.SUCCEEDED: "Preview ready",
    RevisionState.FAILED: "Preview failed",
    RevisionState.SUPERSEDED: "Superseded by a newer commit",
    RevisionState.CANCELLED: "Cancelled",
}

_UNCHANGED = "Preview unchanged"
"""Nothing was deployed: the title says so, since what serves is another commit."""


class CheckOutput(Payload):
    """What a check run shows; `summary` and `text` are Markdown."""

    title: str
    summary: str
    text: str = ""
    details_url: str = ""


def render_check(snapshot: EnvironmentSnapshot, revision: Revision, links: Links) -> CheckOutput:
    """The revision's check run; each text is far below GitHub's limit of 65,535 characters."""
    failure = revision.failure if revision.state is RevisionState.FAILED else None
    return CheckOutput(
        title=_title(revision, failure),
        summary=_summary(snapshot, revision, failure, links),
        text=_text(revision, failure),
        details_url=links.page(snapshot),
    )


def deployment_description(snapshot: EnvironmentSnapshot, revision: Revision) -> str:
    """Plain text of at most 140 characters."""
    text = f"{_TITLES[revision.state]}: {short(revision.commit)}"
    if revision.unchanged:
        text = f"{_UNCHANGED}: {revision.unchanged}"
    elif revision.state is RevisionState.FAILED and revision.failure is not None:
        text = f"{_TITLES[revision.state]}: {revision.failure.message}"
    elif revision is snapshot.revisions[0] and snapshot.reason:
        text = f"{text}, {snapshot.reason}"
    return plain(text, MAX_DESCRIPTION)


def _title(revision: Revision, failure: Failure | None) -> str:
    if failure is not None and failure.phase:
        return plain(f"Preview failed: {failure.phase}", MAX_TITLE)
    if revision.unchanged:
        return _UNCHANGED
    return _TITLES[revision.state]


def _summary(
    snapshot: EnvironmentSnapshot, revision: Revision, failure: Failure | None, links: Links
) -> str:
    lines = [f"Commit {code(short(revision.commit))}, begun {when(revision.created_at)}"]
    serving = snapshot.serving
    if serving is not None:
        address = link(escape(serving.url), serving.url)
        is_this = serving.commit == revision.commit and is_current(snapshot, serving)
        is_open = is_this and serving.is_well
        lines.append(f"Open {address}" if is_open else f"{address} {what_it_shows(serving)}")
    if revision.unchanged:
        lines.append(f"Unchanged: {escape(revision.unchanged, 600)}")
    if failure is not None:
        lines.append(f"**Cause**: {escape(failure.message, 2_000)}")
    if failure is not None and failure.hint:
        lines.append(f"**What to do**: {escape(failure.hint, 600)}")
    if places := _places(snapshot, revision, links):
        lines.append(places)
    return "\n\n".join(lines)


def _places(snapshot: EnvironmentSnapshot, revision: Revision, links: Links) -> str:
    places = (("Logs", links.logs(snapshot)), ("Workflow", links.workflow(revision.id)))
    return " · ".join(link(label, url) for label, url in places if url)


def _text(revision: Revision, failure: Failure | None) -> str:
    """The longer excerpt, and how long each phase took."""
    blocks = []
    if failure is not None and failure.excerpt:
        blocks.append(fence(failure.excerpt, 1_000))
    rows = [
        f"| {escape(each.phase)} | {duration(each.finished_at - each.started_at)} |"
        for each in revision.timings
        if each.finished_at is not None
    ]
    if rows:
        blocks.append("\n".join(["| Phase | Took |", "| --- | --- |", *rows]))
    return "\n\n".join(blocks)
