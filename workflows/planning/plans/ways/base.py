"""Nothing to run: a base container that answers with one page, saying what is missing (ENV-008, EC-1)."""

from collections.abc import Sequence
from html import escape

from workflows.models import BuildPlan, HealthCheck, PrebuiltImage
from workflows.models.repository import Application
from workflows.planning.plans.case import Case, Way
from workflows.planning.plans.values import Component
from workflows.planning.plans.variables import Layer
from workflows.planning.plans.ways.own_chart import ASSUMED_PORT, own_chart
from workflows.repo_config import FILE_NAME

BASE_IMAGE = "docker.io/library/python:3.12-slim"
"""Has a shell to look around in, and serves a page without anything else."""
_PAGES = "/catalyst"
TO_DO = (
    f"Say what to run with `commands.start` in `{FILE_NAME}`, add a `Dockerfile`, "
    "or set the command in the environment's settings."
)


def base_container(
    case: Case,
    application: Application,
    others: Sequence[Component] = (),
    *,
    builds: tuple[BuildPlan, ...] = (),
    images: tuple[PrebuiltImage, ...] = (),
    found: Sequence[Layer] = (),
) -> Way:
    """A component that serves the page, before all others; the environment is there and says what it lacks."""
    case.story.warn(f"Nothing to run was found; a base container says so instead. {TO_DO}")
    component = Component(
        "web",
        port=ASSUMED_PORT,
        image=BASE_IMAGE,
        command=("python", "-m", "http.server", str(ASSUMED_PORT), "--directory", _PAGES),
        files={"index.html": page(case.request.project.name, case.story.reasons)},
        files_path=_PAGES,
        security="restricted",
    )
    return own_chart(
        case,
        [component, *others],
        builds=builds,
        images=images,
        found=found,
        application=application.model_copy(update={"is_base_container": True}),
        # The page is at the root, wherever the application to come will answer.
        health=HealthCheck(timeout_seconds=case.template.health.timeout_seconds),
    )


def page(name: str, reasons: list[str]) -> str:
    """What people see at the environment's URL."""
    looked = "\n".join(f"<li>{_inline(reason)}</li>" for reason in reasons)
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{escape(name)}: nothing to run yet</title>
<style>body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem; }}
code {{ background: #8882; padding: 0 .2em; }}</style>
<h1>Nothing to run was found</h1>
<p>The environment is up, and there is no application in it yet.</p>
<ul>
{looked}
</ul>
<p>{_inline(TO_DO)}</p>
</html>
"""


def _inline(text: str) -> str:
    """Escaped, with what stands between backticks as code."""
    parts = escape(text).split("`")
    return "".join(
        f"<code>{part}</code>" if at % 2 and at < len(parts) - 1 else part
        for at, part in enumerate(parts)
    )
