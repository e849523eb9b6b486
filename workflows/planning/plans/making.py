"""What was settled, held against what the commit has -> the recorded plan."""

import posixpath

from workflows.errors import ManifestError
from workflows.models import BuildPlan, ChartFacts, FileFacts, RepositoryFacts, RevisionPlan
from workflows.planning.plans.case import refuse
from workflows.planning.plans.request import Settled

_SUFFIXES = (".yaml", ".yml", ".json")


def make_plan(settled: Settled, facts: RepositoryFacts) -> RevisionPlan:
    """What will be built and released.

    Raises PlanError when something is missing or outside of the repository, ManifestError when the chart
    cannot be read; all that is wrong is named at once, so that one push can correct it.
    """
    draft = settled.draft
    files = {posixpath.normpath(each.path): each for each in facts.files}
    charts = [_chart(path, facts) for path in settled.charts]
    problems = [problem for chart in charts for problem in (_chart_problem(chart),) if problem]
    for build in draft.builds:
        problems += _build_problems(build, files)
    for path in draft.release.value_files:
        problems += _problems_of("file of values", path, "", files)
    manifests = [_manifests(path, files) for path in settled.directories]
    problems += [problem for _, problem in manifests if problem]
    refuse(problems)
    for chart in charts:
        if chart.error:
            raise ManifestError(f"The chart in `{chart.path}` cannot be used: {chart.error}")
    return _completed(draft, charts, [path for found, _ in manifests for path in found])


def _completed(draft: RevisionPlan, charts: list[ChartFacts], manifests: list[str]) -> RevisionPlan:
    reasons = [_chart_reason(chart) for chart in charts]
    taken = tuple(dict.fromkeys(manifests))
    if taken:
        reasons.append(f"Manifests from {_listed(taken)}")
    return draft.model_copy(
        update={
            "release": draft.release.model_copy(update={"manifests": taken}),
            "reasons": (*reasons, *draft.reasons),
        }
    )


def _chart(path: str, facts: RepositoryFacts) -> ChartFacts:
    found = [chart for chart in facts.charts if chart.path == path]
    return found[0] if found else ChartFacts(path=path, is_present=False)


def _chart_problem(chart: ChartFacts) -> str:
    if not chart.is_inside:
        return f"The chart's path `{chart.path}` leads out of the repository."
    if not chart.is_present:
        return f"There is no chart in `{chart.path}`: `Chart.yaml` was not found."
    return ""


def _chart_reason(chart: ChartFacts) -> str:
    version = f" {chart.version}" if chart.version else ""
    return f"Chart {chart.name or 'without a name'}{version} in `{chart.path}`"


def _build_problems(build: BuildPlan, files: dict[str, FileFacts]) -> list[str]:
    owner = f" of `{build.component}`"
    problems = _problems_of("build context", build.context, owner, files)
    if not build.generated:
        problems += _problems_of("Dockerfile", build.dockerfile, owner, files)
    return problems


def _problems_of(what: str, path: str, owner: str, files: dict[str, FileFacts]) -> list[str]:
    found = files.get(posixpath.normpath(path), FileFacts(path=path, is_present=False))
    if not found.is_inside:
        return [f"The {what} `{path}`{owner} leads out of the repository."]
    if not found.is_present:
        return [f"The {what} `{path}`{owner} was not found."]
    return []


def _manifests(path: str, files: dict[str, FileFacts]) -> tuple[list[str], str]:
    """The files that one entry stands for, or what is wrong with it."""
    if problems := _problems_of("manifests'", path, "", files):
        return [], problems[0].replace("The manifests' ", "The manifests' path ")
    below = sorted(
        name
        for name, found in files.items()
        if name != path
        and (posixpath.dirname(name) or ".") == path
        and name.endswith(_SUFFIXES)
        and found.is_present
    )
    outside = [name for name in below if not files[name].is_inside]
    if outside:
        return [], f"The manifest `{outside[0]}` leads out of the repository."
    if below:
        return below, ""
    if path.endswith(_SUFFIXES):
        return [path], ""
    return [], f"`{path}` holds no manifests: no file directly in it ends in .yaml, .yml or .json."


def _listed(paths: tuple[str, ...], most: int = 8) -> str:
    shown = ", ".join(f"`{path}`" for path in paths[:most])
    rest = len(paths) - most
    return f"{shown} and {rest} more" if rest > 0 else shown
