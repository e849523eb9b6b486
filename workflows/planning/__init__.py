"""The product's judgement: values in, a decision out; no clock, no server, testable as tables."""

from workflows.planning.commands import (
    Refusal,
    why_not_approve,
    why_not_redeploy,
    why_not_retry,
)
from workflows.planning.ledger import (
    GONE_TYPE,
    MAX_REVISIONS,
    begin_revision,
    end_revision,
    forget_resources,
    forget_stop,
    gone_in_a_row,
    make_snapshot,
    next_sequence,
    note_progress,
    remember_delivery,
    rest,
    settle,
    stop,
    take_over,
)
from workflows.planning.next_step import Decision, Step, Wanted, next_step
from workflows.planning.pauses import backoff
from workflows.planning.reconcile import Candidate, Findings, World, compare
from workflows.planning.revision import charts_asked, files_asked, make_revision_plan
from workflows.planning.surfaces import (
    after_write,
    is_finished,
    newer_report,
    next_write,
    pull_request_key,
    settle_entry,
    surface_writes,
)

__all__ = [
    "GONE_TYPE",
    "MAX_REVISIONS",
    "Candidate",
    "Decision",
    "Findings",
    "Refusal",
    "Step",
    "Wanted",
    "World",
    "after_write",
    "backoff",
    "begin_revision",
    "charts_asked",
    "compare",
    "end_revision",
    "files_asked",
    "forget_resources",
    "forget_stop",
    "gone_in_a_row",
    "is_finished",
    "make_revision_plan",
    "make_snapshot",
    "newer_report",
    "next_sequence",
    "next_step",
    "next_write",
    "note_progress",
    "pull_request_key",
    "remember_delivery",
    "rest",
    "settle",
    "settle_entry",
    "stop",
    "surface_writes",
    "take_over",
    "why_not_approve",
    "why_not_redeploy",
    "why_not_retry",
]
