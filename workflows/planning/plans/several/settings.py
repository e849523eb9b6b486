"""What a template says of each source, and how one that comes along is asked for."""

from workflows.models import (
    DetectionOverrides,
    Project,
    Source,
    SourceCommit,
    SourceSettings,
    Template,
)
from workflows.planning.plans.request import PlanningRequest

_OF_A_SOURCE = (
    *(
        "type",
        "builds",
        "compose",
        "images",
        "application",
        "services",
        "jobs",
        "processes",
        "route",
    ),
)


def project_of_source(project: Project, source: str) -> Project:
    """The project as planning that source sees it; itself where no template says anything of it."""
    templates = {key: template_of(template, source) for key, template in project.templates.items()}
    return project.model_copy(update={"templates": templates})


def companions(template: Template, own: str) -> tuple[SourceSettings, ...]:
    """The sources that come along with the pull request's `own`, in the template's order."""
    return tuple(each for each in template.sources if each.source != own)


def path_of(template: Template, source: str) -> str:
    """Where that source is reached, as far as the template says; never with a slash at its end but for `/` itself."""
    said = next((each.path for each in template.sources if each.source == source), "")
    return said and (said.rstrip("/") or "/")


def request_for(
    request: PlanningRequest, project: Project, template: str, commit: SourceCommit
) -> PlanningRequest:
    """What is asked of a source that comes along: the same environment, with that source's files and settings.

    There is one template to choose, and nothing of what people have decided for the pull request's own source. Nobody
    works on it there, so it is deployed also where the pull request's own source is in development mode.
    """
    seen = project_of_source(project, commit.name)
    chosen = seen.templates[template].model_copy(update={"mode": "deployment"})
    only = seen.model_copy(update={"templates": {template: chosen}})
    return request.model_copy(
        update={
            "project": only,
            "template": template,
            "commit": commit.commit,
            "branch": commit.branch,
            "number": 0,
            "overrides": DetectionOverrides(),
            "image": "",
        }
    )


def source_named(project: Project, name: str) -> Source | None:
    return next((each for each in project.sources if each.name == name), None)


def template_of(template: Template, source: str) -> Template:
    """With what it says of that source in place of its own."""
    said = next((each for each in template.sources if each.source == source), None)
    if said is None:
        return template
    changes = {name: getattr(said, name) for name in _OF_A_SOURCE}
    return template.model_copy(
        update={**changes, "variables": {**template.variables, **said.variables}}
    )
