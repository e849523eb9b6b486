"""What a plan says is run, as the files that the supervisor reads."""

from collections.abc import Mapping, Sequence
from shlex import quote

from workflows.models import DevelopmentPlan, DevelopmentStep
from workflows.models.development import time_of
from workflows.planning.plans.development.places import STATE, STATE_ON_HOST


def development_files(plan: DevelopmentPlan) -> Mapping[str, str]:
    """Name to text, for the directory that comes with the code; the same plan always gives the same files."""
    state = STATE_ON_HOST if plan.is_on_host else STATE
    return {
        "install.sh": _script([_told(each) for each in plan.install]),
        "install_in": f"{plan.install_in}\n",
        "inputs": "".join(f"{each}\n" for each in plan.inputs),
        "post-build.sh": _jobs(plan.after_install, state),
        "migrate.sh": _jobs(plan.migrations, state),
        "post-build.limit": _limit(plan.after_install),
        "migrate.limit": _limit(plan.migrations),
        "post-deploy.sh": _jobs(plan.after_health, state),
        "dev.sh": f"{_told(plan.command)}\n",
        "workdir": f"{plan.workdir}\n",
    }


def _jobs(steps: Sequence[DevelopmentStep], state: str) -> str:
    return _script(
        [
            _once(_told(each.command), f"{state}/once-{each.title}")
            if each.is_once
            else _told(each.command)
            for each in steps
        ]
    )


def _limit(steps: Sequence[DevelopmentStep]) -> str:
    """Seconds of all of them together. Those of `after_health` are waited for, and ended, by a worker."""
    return f"{time_of(steps)}\n" if steps else ""


def _script(parts: list[str]) -> str:
    return "\n".join(["set -e", *parts, ""]) if parts else ""


def _told(command: str) -> str:
    """Each in a shell of its own: a directory that one changes into is not the next one's."""
    return f"printf '%s\\n' {quote(f'$ {command}')}\n(\n{command}\n)"


def _once(text: str, mark: str) -> str:
    mark = quote(mark)
    return f"if [ ! -e {mark} ]; then\n{text}\ntouch {mark}\nfi"
