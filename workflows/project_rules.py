"""What a template must fulfil before it is kept: the models say what form a setting has, this what can be meant by it.

Planning would find most of it too, for every pull request anew; here the person who writes the settings hears of it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from workflows.models import Project, Template
from workflows.overrides import CommandLine, ImageTemplate, VariableValue, why_too_many
from workflows.repo_config import Process, Service
from workflows.repo_config.egress import Destination
from workflows.repo_config.fields import Bytes, Command, Cpu, Name, RelativePath, VariableName
from workflows.repo_config.messages import reason
from workflows.repo_config.problems import Finding, Path, key_of
from workflows.repo_config.rules import TOO_LARGE, are_too_large, broken_service

_Texts = TypeAdapter[Any]
_TEMPLATE_NAME: _Texts = TypeAdapter(Name)
"""It is part of the names of Secrets."""
_PATH: _Texts = TypeAdapter(RelativePath)
_NAME: _Texts = TypeAdapter(VariableName)
_VALUE: _Texts = TypeAdapter(VariableValue)
_COMMAND: _Texts = TypeAdapter(CommandLine)
_COMPONENT: _Texts = TypeAdapter(Name)
_JOB_COMMAND: _Texts = TypeAdapter(Command)
_CHECKED: dict[tuple[str, ...], _Texts] = {
    ("value_files", "*"): _PATH,
    ("manifests", "*"): _PATH,
    ("builds", "*", "context"): _PATH,
    ("builds", "*", "dockerfile"): _PATH,
    ("builds", "*", "secrets", "*"): _NAME,
    ("images", "*", "image"): TypeAdapter(ImageTemplate),
    ("application", "workdir"): _PATH,
    ("application", "dev"): _COMMAND,
    ("application", "start"): _COMMAND,
    ("application", "build"): _COMMAND,
    ("secrets", "*"): _NAME,
    ("egress", "*"): TypeAdapter(Destination),
    **{("quota", name): TypeAdapter(Cpu) for name in ("cpu", "default_cpu", "default_cpu_request")},
    **{
        ("quota", name): TypeAdapter(Bytes)
        for name in ("memory", "storage", "default_memory", "default_memory_request")
    },
    ("quota", "pods"): TypeAdapter(Annotated[int, Field(ge=1, le=1000)]),
}


def project_problems(project: Project) -> tuple[Finding, ...]:
    """Everything that is wrong with the project's templates and variables, each with the way to it."""
    found = [*_variables(project.variables, ("variables",))]
    for name, template in project.templates.items():
        found += template_problems(name, template)
        found += source_problems(name, template, project)
    found += sharing_problems(project)
    return tuple(found)


def template_problems(name: str, template: Template) -> tuple[Finding, ...]:
    """Everything that is wrong with one template, each with the way to it from the project."""
    found = [
        *_refused(_TEMPLATE_NAME, name, ()),
        *_values(template.model_dump(mode="json"), ()),
        *_variables(template.variables, ("variables",)),
        *_build_arguments(template),
        *_chart(template),
        *(_refused(_PATH, template.compose, ("compose",)) if template.compose else ()),
        *_images(template),
        *_components(template),
        *_build_secrets(template),
        *_services(template),
        *_jobs(template),
        *_processes(template),
        *_sources(template),
    ]
    return tuple(each._replace(path=("templates", name, *each.path)) for each in found)


def source_problems(name: str, template: Template, project: Project) -> Iterator[Finding]:
    """Sources that the template names and the project has not."""
    known = [each.name for each in project.sources]
    for at, each in enumerate(template.sources):
        if each.source not in known:
            listed = ", ".join(f"`{source}`" for source in known)
            path = ("templates", name, "sources", at, "source")
            yield Finding(
                path, f"is `{each.source}`, which is no source of the project; there are: {listed}"
            )


def sharing_problems(project: Project) -> Iterator[Finding]:
    """Where pull requests share environments, all that may be chosen for one must show the same sources."""
    first = project.templates.get("development")
    if not project.share_by_branch or first is None:
        return
    named = {each.source for each in first.sources}
    if len(named) < 2:
        yield Finding(
            ("share_by_branch",),
            "needs a template `development` whose `sources` name at least two sources of the project: "
            "those whose pull requests share an environment",
        )
    for name, template in project.templates.items():
        if template.is_selectable and {each.source for each in template.sources} != named:
            yield Finding(
                ("templates", name, "sources"),
                "must name the same sources as the template `development`, since a repository may choose this one "
                "and `share_by_branch` is set",
            )


def _refused(form: _Texts, value: object, path: Path) -> Iterator[Finding]:
    try:
        form.validate_python(value)
    except ValidationError as error:
        yield from (Finding(path, reason(each)) for each in error.errors(include_url=False))


def _values(value: object, path: Path) -> Iterator[Finding]:
    """Every value that `_CHECKED` has a form for."""
    form = _CHECKED.get(tuple("*" if isinstance(step, int) else step for step in path))
    if form is not None:
        is_detected = path[0] == "application" and value == ""
        yield from () if is_detected else _refused(form, value, path)
    elif isinstance(value, dict) and path != ("values",):
        for key, part in value.items():
            yield from _values(part, (*path, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _values(part, (*path, index))


def _variables(variables: Mapping[str, str], path: Path) -> Iterator[Finding]:
    for name, value in variables.items():
        yield from _refused(_NAME, name, (*path, name))
        yield from _refused(_VALUE, value, (*path, name))
    if problem := why_too_many(variables):
        yield Finding(path, f"cannot be kept: {problem}")


def _build_arguments(template: Template) -> Iterator[Finding]:
    for index, build in enumerate(template.builds):
        for name in build.args:
            yield from _refused(_NAME, name, ("builds", index, "args", name))


def _chart(template: Template) -> Iterator[Finding]:
    if not template.chart_repository:
        yield from _refused(_PATH, template.chart, ("chart",))
        return
    place = _REPOSITORY.fullmatch(template.chart_repository)
    if place is None or "@" in place["host"]:
        yield Finding(
            ("chart_repository",),
            "must be a URL such as `https://charts.example.com` or `oci://registry.example.com/charts`, "
            "without a user's name and password",
        )
    if not _CHART_NAME.fullmatch(template.chart):
        yield Finding(("chart",), "must be the chart's name in `chart_repository`")
    if not template.chart_version:
        yield Finding(
            ("chart_version",),
            "is missing: with `chart_repository`, one commit means one release only if it is set",
        )


_REPOSITORY = re.compile(r"(?:https?|oci)://(?P<host>[^\s/?#]+)(?:/[^\s?#]*)?")
_CHART_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def _images(template: Template) -> Iterator[Finding]:
    if template.type == "image" and not template.images:
        yield Finding(("images",), "is empty: the type `image` needs at least one image")


def _components(template: Template) -> Iterator[Finding]:
    """Each has one image: values of a chart name it by its component."""
    for where, named in (("builds", template.builds), ("images", template.images)):
        for component, times in Counter(each.component for each in named).items():
            if times > 1:
                yield Finding((where,), f"name the component `{component}` {times} times")


def _build_secrets(template: Template) -> Iterator[Finding]:
    for index, build in enumerate(template.builds):
        for each in build.secrets:
            if each not in template.secrets:
                path = ("builds", index, "secrets")
                yield Finding(path, f"names `{each}`, which `secrets` of the template does not")


def _services(template: Template) -> Iterator[Finding]:
    """By the rules of the configuration file, which says the same of them."""
    for name, service in template.services.items():
        path: Path = ("services", name)
        yield from _refused(_COMPONENT, name, path)
        said = {key: value for key, value in service.model_dump(mode="json").items() if value}
        try:
            Service.model_validate(said)
        except ValidationError as error:
            for each in error.errors(include_url=False):
                yield Finding((*path, *each["loc"]), reason(each))
        for finding in broken_service(said, path):
            yield Finding(finding.path, f"cannot be: {finding.message}")
    if are_too_large(service.values for service in template.services.values()):
        yield Finding(("services",), TOO_LARGE)


def _jobs(template: Template) -> Iterator[Finding]:
    for name, job in template.jobs.items():
        yield from _refused(_COMPONENT, name, ("jobs", name))
        yield from _refused(_JOB_COMMAND, job.command, ("jobs", name, "command"))
        if job.component:
            yield from _refused(_COMPONENT, job.component, ("jobs", name, "component"))


def _processes(template: Template) -> Iterator[Finding]:
    """By the rules of the configuration file."""
    for name, process in template.processes.items():
        path: Path = ("processes", name)
        yield from _refused(_COMPONENT, name, path)
        try:
            Process.model_validate(process.model_dump(mode="json", exclude_defaults=True))
        except ValidationError as error:
            for each in error.errors(include_url=False):
                yield Finding((*path, *each["loc"]), reason(each))


def _sources(template: Template) -> Iterator[Finding]:
    """Each by the rules of a template of its own kind; one source and one path once."""
    for at, each in enumerate(template.sources):
        alone = Template(
            type=each.type,
            builds=each.builds,
            compose=each.compose,
            images=each.images,
            application=each.application,
            variables=each.variables,
            services=each.services,
            jobs=each.jobs,
            processes=each.processes,
            secrets=template.secrets,
        )
        for finding in template_problems("x", alone):
            yield finding._replace(path=("sources", at, *finding.path[2:]))
    for what, values in (
        ("source", [each.source for each in template.sources]),
        ("path", [each.path.rstrip("/") or "/" for each in template.sources if each.path]),
    ):
        for value, times in Counter(values).items():
            if times > 1:
                yield Finding(("sources",), f"name the {what} `{value}` {times} times")


def told(finding: Finding) -> str:
    """`templates.development.chart: must …`."""
    return f"{key_of(finding.path)}: {finding.message}"
