"""One planning in progress: what is known, what was found wrong, and what people will be told."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from workflows import naming
from workflows.errors import PlanError
from workflows.models import (
    BackupPlan,
    BuildPlan,
    CredentialPlan,
    DetectionOverrides,
    DevelopmentPlan,
    HealthCheck,
    PrebuiltImage,
    ReleasePlan,
    RepositoryTree,
    RoomPlan,
    RouteSettings,
    ServiceChart,
    Stage,
    Template,
)
from workflows.models.repository import Application
from workflows.planning.detection import MAX_PATHS
from workflows.planning.detection.story import Story
from workflows.planning.plans.request import PlanningRequest
from workflows.repo_config import (
    FILE_NAME,
    ConfigError,
    Grants,
    Marks,
    Narrowed,
    Path,
    Problem,
    RepoConfig,
    absent,
    narrow,
    overrides_of,
)

_IN_COMPOSE = re.compile(r"(?!\.catalyst\.yaml)[^:`]+\.ya?ml(:\d+)?: ")
"""How problems of a compose file begin, with its line."""
NO_CONFIG = RepoConfig(version=1)


@dataclass(frozen=True)
class Case:
    """Ways to deploy read it, and write to `problems` and `story`."""

    request: PlanningRequest
    key: str
    """Of the template."""
    template: Template
    tree: RepositoryTree
    config: RepoConfig
    mark: Marks
    overrides: DetectionOverrides
    granted: Narrowed
    problems: list[str] = field(default_factory=list)
    """Everything that stands against a plan, in full."""
    story: Story = field(default_factory=Story)

    @property
    def release(self) -> str:
        return naming.release_name(self.request.environment)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What the environment gets; nothing for the code of a fork."""
        return self.granted.secrets if self.request.is_trusted else ()

    def says(self, key: str) -> bool:
        """Whether the configuration file has the key."""
        return key in self.config.model_fields_set

    def place(self, path: Path) -> str:
        """`.catalyst.yaml:3:5`, where the configuration file says something."""
        line, column = self.mark(path)
        return f"{FILE_NAME}:{line}:{column}"


@dataclass(frozen=True)
class Way:
    """What one type of deployment makes of a case."""

    release: ReleasePlan
    builds: tuple[BuildPlan, ...] = ()
    images: tuple[PrebuiltImage, ...] = ()
    route: RouteSettings = field(default_factory=RouteSettings)
    health: HealthCheck | None = None
    """Instead of the configured one."""
    application: Application | None = None
    charts: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    directories: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    stages_after_health: tuple[Stage, ...] = ()
    extras: ReleasePlan | None = None
    service_charts: tuple[ServiceChart, ...] = ()
    credentials: tuple[CredentialPlan, ...] = ()
    services: tuple[str, ...] = ()
    backups: tuple[BackupPlan, ...] = ()
    development: DevelopmentPlan | None = None
    room: RoomPlan | None = None


def open_case(
    request: PlanningRequest, tree: RepositoryTree, config: RepoConfig | None, mark: Marks
) -> Case:
    """The case with the template it is about. Raises PlanError when there is no such template."""
    known, said = request.project.templates, config or NO_CONFIG
    key = request.template
    if said.template is not None and said.template in _selectable(request):
        key = said.template
    template = known.get(key)
    if template is None:
        raise PlanError(
            f"the project has no template `{request.template}`",
            hint="Add the template to the project's settings.",
        )
    granted = narrow(_grants(request, template), said, mark)
    # Of a larger tree only a part is known; what is not there is found out when the commit is described.
    gone = absent(said, tree.paths, mark) if len(tree.paths) < MAX_PATHS else ()
    found = sorted((*granted.problems, *gone), key=_by_place)
    return Case(
        request=request,
        key=key,
        template=template,
        tree=tree,
        config=said,
        mark=mark,
        overrides=_over(request.overrides, overrides_of(said), template.application),
        granted=granted,
        problems=[f"{FILE_NAME}:{problem}" for problem in found],
    )


def refuse(problems: Sequence[str]) -> None:
    """Raise PlanError naming all problems, when there are any."""
    found = list(dict.fromkeys(problems))
    if not found:
        return
    raise PlanError(found[0], excerpt=found if len(found) > 1 else (), hint=_hint(found))


def _hint(problems: Sequence[str]) -> str:
    if all(each.startswith(FILE_NAME) for each in problems):
        return ConfigError.hint
    if any(_IN_COMPOSE.match(each) for each in problems):
        return (
            "Correct the compose file, then push; or choose something else of the repository with `kind` in "
            f"`{FILE_NAME}`. `catalyst plan` shows the same problems without a push."
        )
    return ""


def _grants(request: PlanningRequest, template: Template) -> Grants:
    return Grants(
        templates=_selectable(request),
        quota=template.quota,
        ttl=timedelta(seconds=template.ttl_seconds) if template.ttl_seconds else None,
        secrets=template.secrets,
        egress=template.egress,
    )


def _selectable(request: PlanningRequest) -> tuple[str, ...]:
    """Templates that the configuration may name: a pull request's own file cannot grant itself another one's secrets."""
    return tuple(
        key
        for key, template in request.project.templates.items()
        if template.is_selectable or key == request.template
    )


def _over(*layers: DetectionOverrides) -> DetectionOverrides:
    """Field by field the first layer that says something."""
    names = DetectionOverrides.model_fields
    chosen = {
        name: next(filter(None, (getattr(each, name) for each in layers)), None) for name in names
    }
    return DetectionOverrides(
        **{name: value for name, value in chosen.items() if value is not None}
    )


def _by_place(problem: Problem) -> tuple[int, int]:
    return problem.line, problem.column
