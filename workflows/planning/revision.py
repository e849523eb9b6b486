"""Template and repository facts -> the recorded plan of a revision, with the reasons shown to people."""

from workflows import naming
from workflows.errors import ManifestError, PlanError
from workflows.models import (
    BuildPlan,
    BuildSettings,
    ChartFacts,
    FileFacts,
    ReleasePlan,
    RepositoryFacts,
    RevisionPlan,
    Template,
)


def charts_asked(template: Template) -> tuple[str, ...]:
    """Directories in which a chart is expected; the description of a commit must cover them."""
    return (template.chart,)


def files_asked(template: Template) -> tuple[str, ...]:
    """Paths the plan depends on, each once: build contexts and Dockerfiles."""
    paths = [path for build in template.builds for path in (build.context, build.dockerfile)]
    return tuple(dict.fromkeys(paths))


def make_revision_plan(
    template: Template, facts: RepositoryFacts, *, environment: str
) -> RevisionPlan:
    """What will be built and released.

    Raises PlanError when something is missing or outside of the repository, ManifestError when the chart
    cannot be read; all that is wrong is named at once, so that one push can correct it.
    """
    chart = _find_chart(template, facts)
    problems = [problem for problem in (_chart_problem(template, chart),) if problem]
    files = {each.path: each for each in facts.files}
    for build in template.builds:
        problems += _build_problems(build, files)
    if problems:
        raise PlanError(problems[0], excerpt=problems if len(problems) > 1 else ())
    if chart.error:
        raise ManifestError(f"The chart in `{template.chart}` cannot be used: {chart.error}")
    return RevisionPlan(
        commit=facts.commit,
        builds=tuple(_plan_build(build) for build in template.builds),
        release=ReleasePlan(
            name=naming.release_name(environment), chart=template.chart, values=template.values
        ),
        route=template.route,
        health=template.health,
        quota=template.quota,
        rollout_timeout_seconds=template.rollout_timeout_seconds,
        reasons=_reasons(template, chart),
    )


def _find_chart(template: Template, facts: RepositoryFacts) -> ChartFacts:
    found = [chart for chart in facts.charts if chart.path == template.chart]
    return found[0] if found else ChartFacts(path=template.chart, is_present=False)


def _chart_problem(template: Template, chart: ChartFacts) -> str:
    if not chart.is_inside:
        return f"The chart's path `{template.chart}` leads out of the repository."
    if not chart.is_present:
        return f"There is no chart in `{template.chart}`: `Chart.yaml` was not found."
    return ""


def _build_problems(build: BuildSettings, files: dict[str, FileFacts]) -> list[str]:
    problems = []
    for what, path in (("build context", build.context), ("Dockerfile", build.dockerfile)):
        found = files.get(path, FileFacts(path=path, is_present=False))
        if not found.is_inside:
            problems.append(
                f"The {what} `{path}` of `{build.component}` leads out of the repository."
            )
        elif not found.is_present:
            problems.append(f"The {what} `{path}` of `{build.component}` was not found.")
    return problems


def _plan_build(build: BuildSettings) -> BuildPlan:
    return BuildPlan(
        component=build.component,
        context=build.context,
        dockerfile=build.dockerfile,
        target=build.target,
        args=build.args,
    )


def _reasons(template: Template, chart: ChartFacts) -> tuple[str, ...]:
    version = f" {chart.version}" if chart.version else ""
    return (
        f"Chart {chart.name or 'without a name'}{version} in `{template.chart}`",
        *(
            f"Image `{build.component}` from `{build.dockerfile}`, context `{build.context}`"
            for build in template.builds
        ),
    )
