"""A project's settings, a commit's files and its configuration -> the recorded plan of a revision, with reasons."""

from workflows.planning.plans.making import make_plan
from workflows.planning.plans.reading import Reading, reading_of
from workflows.planning.plans.request import PlanningRequest, Settled, settings_mark
from workflows.planning.plans.settling import settle
from workflows.planning.plans.text import plan_diff, plan_facts, plan_text
from workflows.planning.plans.unchanged import why_unchanged

__all__ = [
    "PlanningRequest",
    "Reading",
    "Settled",
    "make_plan",
    "plan_diff",
    "plan_facts",
    "plan_text",
    "reading_of",
    "settings_mark",
    "settle",
    "why_unchanged",
]
