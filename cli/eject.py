"""`catalyst eject`: the generated Dockerfile becomes the repository's own."""

import os
from pathlib import Path

from cli.checkout import Checkout
from cli.plan import PlanReport
from workflows.models import BuildPlan


class EjectError(Exception):
    """Why nothing was written, as a sentence for the person who asked for it."""


def generated_build(report: PlanReport) -> BuildPlan:
    """The build whose Dockerfile Catalyst writes. Raises EjectError when there is none."""
    builds = report.plan.builds if report.plan else ()
    for build in builds:
        if build.generated:
            return build
    if report.problems or report.refusals:
        raise EjectError("there is no plan; `catalyst plan` says what stands against it")
    if builds:
        raise EjectError(f"no Dockerfile is generated: `{builds[0].dockerfile}` is there already")
    raise EjectError("no Dockerfile is generated: no image is built from this repository")


def eject(checkout: Checkout, build: BuildPlan) -> tuple[str, ...]:
    """Write the Dockerfile and its `.dockerignore` where a build finds them; the paths written, relative to the root.

    Raises EjectError; having written nothing, when one of them is there.
    """
    folder = checkout.root / build.context  # of a listed file, so it passes through no link
    texts = {folder / "Dockerfile": build.generated, folder / ".dockerignore": build.ignored}
    wanted = {path: text for path, text in texts.items() if text}
    for path in wanted:
        if os.path.lexists(path):
            raise EjectError(f"`{_relative(checkout, path)}` is there already; nothing was written")
    for path, text in wanted.items():
        _write(path, text)
    return tuple(_relative(checkout, path) for path in wanted)


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:  # never over a file that came in between
            file.write(text)
    except OSError as error:
        raise EjectError(f"`{path.name}` could not be written: {error.strerror}") from None


def _relative(checkout: Checkout, path: Path) -> str:
    return path.relative_to(checkout.root).as_posix()
