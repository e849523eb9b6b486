"""What the container's own words mean, for people; pure."""

import re
from collections.abc import Sequence
from datetime import timedelta

from activities.kube import Executed
from activities.lock_files import hint_of
from workflows.errors import ClusterError, DevelopmentError
from workflows.models import DevelopmentPlan, DevelopmentStep
from workflows.models.development import time_of
from workflows.planning.plans.development.supervisor import LOST, OVERDUE

_STEPS = {
    "dependencies": "installing the dependencies",
    "post-build": "a job `post-build`",
    "migrations": "a migration",
    "post-deploy": "a job `post-deploy`",
}
_NETWORK = re.compile(
    r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH"
    r"|Failed to establish a new connection|Connection refused|No route to host|Could not resolve host"
    r"|name resolution|dial tcp|no such host|dns error|error sending request|timed out",
    re.IGNORECASE,
)
_UNREACHED = (
    "In development mode packages are installed in the environment, which reaches only what is opened to it: let an admin "
    "of the project add the host of the package registry to `egress` of the template, or the operator "
    "name a mirror (CATALYST_WORKER_NPM_MIRROR, CATALYST_WORKER_PYPI_MIRROR)."
)


SIGNALLED = 128
"""Exit codes from here on: the program was ended by a signal, such as 137 by KILL."""


def check_ended(looking: Executed) -> None:
    """A script of ours ends with 0 whatever it has to tell. Raises ClusterError where something else has ended it.

    The container begins again by itself, or another pod takes its place, with what is on the volume.
    """
    if looking.code != 0:
        raise ClusterError(
            "the container that has the code was ended while it was at work "
            f"(exit code {looking.code}): it ran out of memory, or its pod was moved"
        )


def failure_of(
    said: str, plan: DevelopmentPlan, lines: Sequence[str], listening: timedelta = timedelta()
) -> DevelopmentError:
    """`said` is the last line of the script that waits, `lines` are the container's own, masked already.

    `listening` is how long the server was given to listen, where that was waited for.
    """
    word, step, code = (*said.split(), "", "", "")[:3]
    if word == "failed":
        if code == OVERDUE:
            return _overdue(step, plan, lines)
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


def _hint_of_installation(lines: Sequence[str]) -> str:
    text = "\n".join(lines)
    return hint_of(text) or (_UNREACHED if _NETWORK.search(text) else "")


def _overdue(step: str, plan: DevelopmentPlan, lines: Sequence[str]) -> DevelopmentError:
    jobs = plan.migrations if step == "migrations" else plan.after_install
    return DevelopmentError(
        f"{_STEPS.get(step, step)} took longer than {time_of(jobs)} s and was ended",
        excerpt=lines,
        hint=f"See what {_listed(jobs)} waits for, or give it a longer `timeout`.",
    )


def _listed(jobs: Sequence[DevelopmentStep]) -> str:
    return " or ".join(f"`{each.title}`" for each in jobs) or "it"


def _of_step(step: str, code: int, plan: DevelopmentPlan, lines: Sequence[str]) -> DevelopmentError:
    what = _STEPS.get(step, "the development server")
    if code == LOST:
        return DevelopmentError(
            f"{what} ran out of memory (limit {plan.memory}; exit code {LOST})",
            excerpt=lines,
            hint="Let it use less memory; the limit holds for everything that runs in the container together.",
        )
    if step in _STEPS:
        hint = _hint_of_installation(lines) if step == "dependencies" else ""
        return DevelopmentError(f"{what} failed with exit code {code}", excerpt=lines, hint=hint)
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
