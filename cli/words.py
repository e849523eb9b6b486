"""What `catalyst plan` prints."""

from collections.abc import Iterable, Iterator

from cli.plan import PlanReport
from cli.terminal import Colour, Screen, clean
from workflows.models import Application, ApplicationKind, RevisionPlan, Understanding
from workflows.planning.plans import plan_facts
from workflows.repo_config import FILE_NAME

KINDS = {
    ApplicationKind.COMPOSE: "Compose application",
    ApplicationKind.DOCKERFILE: "Image from a Dockerfile",
    ApplicationKind.NODE: "Node application",
    ApplicationKind.MAKE: "Application started by make",
    ApplicationKind.PROCFILE: "Application of a Procfile",
    ApplicationKind.PYTHON: "Python application",
    ApplicationKind.GO: "Go application",
    ApplicationKind.STATIC: "Static site",
    ApplicationKind.CHART: "Helm chart",
    ApplicationKind.NONE: "Nothing to run was found",
}


def plan_text(report: PlanReport, name: str, screen: Screen) -> str:
    """The whole answer: what, how, why, what else, what is wrong. Ends with a newline."""
    understanding, plan = _shown(report), report.plan
    told = plan or understanding
    is_detected = report.template == "auto"
    blocks = [
        [screen.paint(clean(f"catalyst plan: {name}"), "bold")],
        _headline(report, screen),
        _facts(understanding, screen) if is_detected else [],
        _plan(plan, screen),
        _listed("Why", told.reasons, screen),
        _listed("Also found", _candidates(understanding), screen) if is_detected else [],
        _config(report, screen),
        _listed("Warnings", told.warnings, screen, "yellow"),
        _listed("Notes", report.notes, screen),
        _refusals(report, screen),
        _problems(report, screen),
    ]
    return "\n".join("\n".join(block) + "\n" for block in blocks if block)


def _shown(report: PlanReport) -> Understanding:
    """What was understood, with the application that would be deployed: what else there is beside a compose file."""
    if report.plan is None or report.plan.application is None:
        return report.understanding
    return report.understanding.model_copy(update={"application": report.plan.application})


def _plan(plan: RevisionPlan | None, screen: Screen) -> list[str]:
    if plan is None:
        return []
    return [screen.paint("Plan", "bold"), *_table(plan_facts(plan), screen)]


def _headline(report: PlanReport, screen: Screen) -> list[str]:
    application = _shown(report).application
    if not report.files:
        return screen.wrap("The repository is empty.", indent=2)
    if report.template != "auto":
        return screen.wrap(f"Deployed by a template of type `{report.template}`.", indent=2)
    if application.kind is ApplicationKind.NONE:
        return screen.wrap(_without_kind(report), indent=2)
    place = "" if application.workdir == "." else f" in {application.workdir}/"
    details = ", ".join(filter(None, _details(application)))
    described = f" ({details})" if details else ""
    lines = screen.wrap(f"{KINDS[application.kind]}{place}{described}", indent=2)
    return [screen.paint(line, "green") for line in lines]


def _without_kind(report: PlanReport) -> str:
    application, config = _shown(report).application, report.config
    if config and config.builds:
        images = ", ".join(config.builds)
        return f"Nothing was detected; `{FILE_NAME}` says which images to build: {images}."
    if application.start or application.dev:
        return f"Nothing was detected; `{FILE_NAME}` says what to run in a base container."
    return (
        f"{KINDS[ApplicationKind.NONE]}. A preview would start a container that says so, with a shell; say what to "
        f"run with `commands` in `{FILE_NAME}`, or add a Dockerfile."
    )


def _details(application: Application) -> tuple[str, str, str]:
    """Framework, `Node 22 or newer`, package manager; what the headline says already is left out."""
    language, version = application.language.capitalize(), application.language_version
    is_said = not version and application.language == application.kind.value
    newer = " or newer" if application.is_version_minimum and version else ""
    runtime = "" if is_said else f"{language} {version}{newer}".strip()
    manager = application.package_manager
    return application.framework, runtime, "" if manager == application.language else manager


def _facts(understanding: Understanding, screen: Screen) -> list[str]:
    application = understanding.application
    devcontainer = understanding.devcontainer
    facts = {
        "compose": application.compose,
        "dockerfile": application.dockerfile,
        "install": application.install,
        "build": application.build,
        "start": application.start,
        "dev": application.dev,
        "port": str(application.port or ""),
        "variables": "\n".join(f"{key}={value}" for key, value in application.variables.items()),
        "workspace": application.workspace,
        "services": ", ".join(understanding.backing_services),
        "devcontainer": devcontainer.path if devcontainer else "",
        "charts": ", ".join(chart.path for chart in understanding.charts),
    }
    present = {label: value for label, value in facts.items() if value}
    return _table(present, screen)


def _table(rows: dict[str, str], screen: Screen) -> list[str]:
    """Labels and values; commands stay on lines of their own, unbroken, so that they can be copied."""
    width = max((len(label) for label in rows), default=0)
    lines: list[str] = []
    for label, value in rows.items():
        first, *others = clean(value).split("\n")
        lines.append(f"  {screen.paint(label.ljust(width), 'dim')}  {first}".rstrip())
        lines += [f"  {' ' * width}  {line}".rstrip() for line in others]
    return lines


def _candidates(understanding: Understanding) -> Iterator[str]:
    for candidate in understanding.candidates:
        what = f"{candidate.framework or candidate.kind.value}"
        yield f"{candidate.workdir} ({what}, by `{candidate.path}`): {candidate.reason}"


def _config(report: PlanReport, screen: Screen) -> list[str]:
    if report.config is None:
        return []
    keys = [key for key in report.config.model_dump(exclude_unset=True) if key != "version"]
    said = ", ".join(f"`{key}`" for key in keys)
    sentences = [f"`{FILE_NAME}` is valid; it sets {said}." if keys else f"`{FILE_NAME}` is valid."]
    if report.to_be_granted:
        granted = ", ".join(f"`{key}`" for key in report.to_be_granted)
        sentences.append(f"Compared with what the project grants when a push arrives: {granted}.")
    if report.not_used_yet:
        unused = ", ".join(f"`{key}`" for key in report.not_used_yet)
        sentences.append(f"Checked, and not used yet: {unused}.")
    return _listed("Configuration", sentences, screen)


def _listed(
    title: str, sentences: Iterable[str], screen: Screen, colour: Colour = "bold"
) -> list[str]:
    lines = [
        line
        for sentence in sentences
        for line in screen.wrap(sentence, indent=2, hang=f"{screen.bullet} ")
    ]
    return [screen.paint(title, colour), *lines] if lines else []


def _refusals(report: PlanReport, screen: Screen) -> list[str]:
    if not report.refusals:
        return []
    first, *others = report.refusals
    lines = [screen.paint("Nothing would be deployed", "red"), *screen.wrap(first, indent=2)]
    for each in others:
        lines += screen.wrap(each, indent=2, hang=f"{screen.bullet} ")
    return lines


def _problems(report: PlanReport, screen: Screen) -> list[str]:
    if not report.problems:
        return []
    count = len(report.problems)
    title = "1 problem" if count == 1 else f"{count} problems"
    lines = [screen.paint(f"{title} in {FILE_NAME}: nothing would be deployed", "red")]
    for problem in report.problems:
        place = f"{FILE_NAME}:{problem.line}:{problem.column}:"
        suggestion = f"; did you mean `{problem.nearest}`?" if problem.nearest else ""
        lines += screen.wrap(f"{place} {problem.message}{suggestion}", indent=2)
    return lines
