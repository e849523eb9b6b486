"""The sticky comment: one, quiet, edited in place; status, URL, cause of a failure, the last revisions."""

from workflows.models import (
    EnvironmentSnapshot,
    Failure,
    JobOutcome,
    Phase,
    Revision,
    RevisionState,
    Serving,
    SourceCommit,
)
from workflows.naming import comment_marker
from workflows.rendering.links import Links, link
from workflows.rendering.text import code, duration, escape, fence, when
from workflows.repo_config import FILE_NAME

MAX_COMMENT = 60_000
"""Characters; GitHub refuses above 65,536. Every part is cut far below."""
MAX_SHOWN = 10
"""Revisions, blockers and reasons in one comment."""
LAST_SHOWN = 6
"""Of more reasons than that the last ones as well: they say what has happened, and those before them what was planned."""
_HEADINGS = {
    Phase.PENDING: "⏳ Preview pending",
    Phase.QUEUED: "⏳ Preview pending: queued",
    Phase.BUILDING: "🔨 Preview running: building",
    Phase.DEPLOYING: "🚀 Preview running: deploying",
    Phase.CHECKING: "🔎 Preview running: checking",
    Phase.READY: "✅ Preview ready",
    Phase.DEGRADED: "⚠️ Preview degraded",
    Phase.FAILED: "❌ Preview failed",
    Phase.SLEEPING: "💤 Preview sleeping",
    Phase.DELETING: "🧹 Preview being removed",
    Phase.DELETED: "🧹 Preview cleaned up",
}
_UNWELL = (Phase.FAILED, Phase.DEGRADED)
_RESULTS = {
    RevisionState.PENDING: "⏳ pending",
    RevisionState.BUILDING: "🔨 building",
    RevisionState.DEPLOYING: "🚀 deploying",
    RevisionState.CHECKING: "🔎 checking",
    RevisionState.SUCCEEDED: "✅ succeeded",
    RevisionState.FAILED: "❌ failed",
    RevisionState.SUPERSEDED: "⏭️ superseded",
    RevisionState.CANCELLED: "⏹️ cancelled",
}


def render_comment(snapshot: EnvironmentSnapshot, links: Links) -> str:
    """The comment's whole body, marker first; below `MAX_COMMENT` characters whatever the input."""
    marker = comment_marker(snapshot.pull_request.repository_id, snapshot.pull_request.number)
    blocks = [
        f"{marker}\n### {_HEADINGS[snapshot.phase]}",
        _address(snapshot),
        _reason(snapshot),
        _failure(snapshot.failure) if snapshot.phase in _UNWELL else "",
        _blockers(snapshot),
        _jobs(snapshot, links),
        _nothing_to_run(snapshot, links),
        _facts(snapshot, links),
        _revisions(snapshot, links),
        _plan(snapshot),
        _footer(snapshot, links),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def short(commit: str) -> str:
    return commit[:7]


def _address(snapshot: EnvironmentSnapshot) -> str:
    serving = snapshot.serving
    if serving is None:
        return ""
    address = link(escape(serving.url), serving.url)
    if snapshot.phase in (Phase.READY, Phase.DEGRADED) and is_current(snapshot, serving):
        return f"**{address}**"
    return f"**{address}** {what_it_shows(serving)}"


def what_it_shows(serving: Serving) -> str:
    """What somebody finds at the URL while that is not the wanted commit in good health."""
    return f"{_front(serving)}{_apart(serving)}{_coming(serving)}"


def _front(serving: Serving) -> str:
    shown = code(short(serving.commit))
    if serving.is_down:
        return f"leads nowhere: no pod behind it is ready; {shown} answered before"
    if not serving.is_healthy:
        return f"leads to {shown}, which has not been healthy so far; nothing older serves"
    return f"still serves {shown}"


def _apart(serving: Serving) -> str:
    """Half of an update, by component."""
    if not serving.apart:
        return ""
    told = [
        f"{code(each.component)} is at {code(short(each.commit))}"
        if each.commit
        else f"no pod of {code(each.component)} is ready"
        for each in serving.apart[:MAX_SHOWN]
    ]
    more = len(serving.apart) - len(told)
    rest = f" and {more} more" if more else ""
    return f" (not all of it: {', '.join(told)}{rest})"


def _coming(serving: Serving) -> str:
    if serving.coming is None or not serving.is_well:
        return ""
    return f"; {code(short(serving.coming))} answers if its pods become ready"


def is_current(snapshot: EnvironmentSnapshot, serving: Serving) -> bool:
    """What answers is the commit that is wanted, all of it and in good health."""
    is_whole = serving.is_well and not serving.apart
    return is_whole and (snapshot.commit is None or serving.commit == snapshot.commit)


def _reason(snapshot: EnvironmentSnapshot) -> str:
    is_told_below = snapshot.failure is not None and snapshot.reason == snapshot.failure.message
    if not snapshot.reason or is_told_below:
        return ""
    return f"> Status: {escape(snapshot.reason)}"


def _failure(failure: Failure | None) -> str:
    if failure is None:
        return ""
    where = f" in the {escape(failure.phase)} phase" if failure.phase else ""
    tries = f", after {failure.attempts} attempts" if failure.attempts > 1 else ""
    parts = [f"**Cause**{where}{tries}: {escape(failure.message, 600)}"]
    if failure.excerpt:
        parts.append(fence(failure.excerpt[-40:]))
    if failure.hint:
        parts.append(f"**What to do**: {escape(failure.hint, 600)}")
    return "\n\n".join(parts)


def _blockers(snapshot: EnvironmentSnapshot) -> str:
    lines = [f"- Waiting for: {escape(each)}" for each in snapshot.blockers[:MAX_SHOWN]]
    return (
        "\n".join(["**The removal is blocked; it is retried until it succeeds.**", *lines])
        if (lines)
        else ""
    )


def _nothing_to_run(snapshot: EnvironmentSnapshot, links: Links) -> str:
    """What is missing, and where it can be given (EC-1); while the environment is there, or on its way."""
    found = snapshot.revisions[0].application if snapshot.revisions else None
    is_over = snapshot.phase in (Phase.DELETING, Phase.DELETED)
    if found is None or not found.is_base_container or is_over:
        return ""
    page = links.setup(snapshot)
    given = f"{link('give the command on the set-up page', page)}, or " if page else ""
    return (
        "**Nothing to run was found** in the repository. The environment starts all the same, "
        "with a base container that answers with a page in place of the application.\n\n"
        f"**What to do**: {given}add a `Dockerfile`, or say `commands.start` in `{FILE_NAME}`, and push."
    )


def _jobs(snapshot: EnvironmentSnapshot, links: Links) -> str:
    """How those of the newest revision went; their logs stay when they are gone."""
    jobs = snapshot.revisions[0].jobs if snapshot.revisions else ()
    if not jobs:
        return ""
    rows = [
        f"| {code(each.name)} | ✅ {how_it_went(each)} | {_log(each, snapshot, links)} |"
        for each in jobs[:MAX_SHOWN]
    ]
    if len(jobs) > MAX_SHOWN:
        rows.append(f"| … and {len(jobs) - MAX_SHOWN} more | | |")
    return "\n".join(["| Job | Result | Log |", "| --- | --- | --- |", *rows])


def _log(job: JobOutcome, snapshot: EnvironmentSnapshot, links: Links) -> str:
    url = links.logs(snapshot, container=job.name)
    return link("log", url) if url else ""


def how_it_went(job: JobOutcome) -> str:
    """Of one that succeeded."""
    if job.is_earlier:
        return "succeeded in an earlier revision, and runs once"
    return "succeeded" if job.seconds is None else f"succeeded in {job.seconds} s"


def _facts(snapshot: EnvironmentSnapshot, links: Links) -> str:
    facts = []
    if snapshot.commit:
        shown = link(code(short(snapshot.commit)), links.commit(snapshot, snapshot.commit))
        facts.append(f"Commit {shown}")
    if snapshot.branch:
        facts.append(f"branch {code(snapshot.branch)}")
    facts += [_source(each, links) for each in sources_of(snapshot)[:MAX_SHOWN]]
    facts += [
        f"shared with {code(f'{each.repository}#{each.number}')}"
        for each in snapshot.shared_with[:MAX_SHOWN]
    ]
    facts.append(f"updated {when(snapshot.updated_at)}")
    return " · ".join(facts)


def sources_of(snapshot: EnvironmentSnapshot) -> tuple[SourceCommit, ...]:
    """What comes along with the commit, as far as the newest revision knows."""
    return snapshot.revisions[0].sources if snapshot.revisions else ()


def _source(source: SourceCommit, links: Links) -> str:
    commit = link(code(short(source.commit)), links.commit_of(source.repository, source.commit))
    return f"with {code(source.name)} at {commit}, branch {code(source.branch)}"


def _revisions(snapshot: EnvironmentSnapshot, links: Links) -> str:
    if not snapshot.revisions:
        return ""
    rows = [_row(snapshot, each, links) for each in snapshot.revisions[:MAX_SHOWN]]
    return "\n".join(
        [
            "| Commit | Result | Begun | Took | By |",
            "| --- | --- | --- | --- | --- |",
            *rows,
        ]
    )


def _row(snapshot: EnvironmentSnapshot, revision: Revision, links: Links) -> str:
    commit = link(code(short(revision.commit)), links.commit(snapshot, revision.commit))
    took = duration(revision.finished_at - revision.created_at) if revision.finished_at else ""
    cells = [
        commit,
        "✅ unchanged" if revision.unchanged else _RESULTS[revision.state],
        when(revision.created_at),
        took,
        escape(revision.trigger, 100),
    ]
    return f"| {' | '.join(cells)} |"


def _plan(snapshot: EnvironmentSnapshot) -> str:
    reasons = snapshot.revisions[0].reasons if snapshot.revisions else ()
    if not reasons:
        return ""
    shown = reasons
    if len(reasons) > MAX_SHOWN + LAST_SHOWN:
        left_out = len(reasons) - MAX_SHOWN - LAST_SHOWN
        more = f"… and {left_out} more, on the environment's page"
        shown = (*reasons[:MAX_SHOWN], more, *reasons[-LAST_SHOWN:])
    lines = [f"- Plan: {escape(each)}" for each in shown]
    return "\n".join(
        ["<details><summary>Why it is deployed like this</summary>", "", *lines, "", "</details>"]
    )


def _footer(snapshot: EnvironmentSnapshot, links: Links) -> str:
    places = (
        ("Page", links.page(snapshot)),
        ("Logs", links.logs(snapshot)),
        ("Workflow", links.workflow(snapshot.workflow_id)),
    )
    return " · ".join(link(label, url) for label, url in places if url)
