"""What the container's own words mean, for people; pure."""

from collections.abc import Sequence
from datetime import timedelta

from workflows.errors import DevelopmentError
from workflows.models import DevelopmentPlan
from workflows.planning.plans.development.supervisor import LOST

_STEPS = {
    "dependencies": "installing the dependencies",
    "post-build": "a job `post-build`",
    "migrations": "a migration",
    "post-deploy": "a job `post-deploy`",
}


def failure_of(
    said: str, plan: DevelopmentPlan, lines: Sequence[str], listening: timedelta = timedelta()
) -> DevelopmentError:
    """`said` is the last line of the script that waits, `lines` are the container's own, masked already.

    `listening` is how long the server was given to listen, where that was waited for.
    """
    word, step, code = (*said.split(), "", "", "")[:3]
    if word == "failed":
        return _of_step(step, int(code) if code.isdigit() else 1, plan, lines)
    if word == "silent":
        return DevelopmentError(
            f"the development server does not listen on port {plan.port}, {listening.total_seconds():g} s after its "
            f"start: `{plan.command}`",
            excerpt=lines,
            hint=f"Let it listen on port {plan.port} of all interfaces (0.0.0.0, not localhost), or name the port on "
            "which it does listen.",
        )
    what = _STEPS.get(code or step, "the development server")
    return DevelopmentError(f"{what} was not done in time", excerpt=lines)


def _of_step(step: str, code: int, plan: DevelopmentPlan, lines: Sequence[str]) -> DevelopmentError:
    what = _STEPS.get(step, "the development server")
    if code == LOST:
        return DevelopmentError(
            f"{what} ran out of memory (limit {plan.memory}; exit code {LOST})",
            excerpt=lines,
            hint="Let it use less memory; the limit holds for everything that runs in the container together.",
        )
    if step in _STEPS:
        return DevelopmentError(f"{what} failed with exit code {code}", excerpt=lines)
    return DevelopmentError(
        f"the development server has ended with exit code {code}: `{plan.command}`", excerpt=lines
    )


def reasons_of(lines: Sequence[str]) -> tuple[str, ...]:
    """What became of changes that were made in the environment; `lines` are those of the script that takes code in."""
    reasons = []
    if "stashed" in lines:
        reasons.append(
            "Changes that were made in the environment are put aside: `git stash list` shows them there."
        )
    reasons += [
        f"Commits that were made in the environment are kept there, as `kept-{each.split()[1][:7]}`."
        for each in lines
        if each.startswith("kept ")
    ]
    return tuple(reasons)
