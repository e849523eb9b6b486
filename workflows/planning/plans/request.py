"""What a plan is made of, and the one way to deploy that was settled on before the commit is looked at."""

import json
from hashlib import sha256

from pydantic import Field

from workflows.models import (
    Commit,
    DetectionOverrides,
    Label,
    Payload,
    Project,
    RevisionPlan,
)
from workflows.planning.dockerfiles import Mirrors


class PlanningRequest(Payload):
    """Everything a plan depends on but the commit's files."""

    project: Project
    template: str
    """Key of the template that is used unless the repository's configuration names another."""
    environment: Label
    commit: Commit
    branch: str = ""
    number: int = 0
    """Of the pull request; 0 where there is none."""
    is_trusted: bool = True
    """False for the code of a fork: its plan names no secrets (invariant 7)."""
    is_development: bool = False
    """The environment is to be worked in, whatever mode its template has; an agent's is."""
    is_on_host: bool = False
    """Its code is to be the project's directory of the node."""
    has_directory: bool = False
    """Whether the operator has named one."""
    overrides: DetectionOverrides = DetectionOverrides()
    """This environment's own (ENV-011); they come before the configuration file and the template."""
    variables: dict[str, str] = Field(default_factory=dict)
    """This environment's own (ENV-030); they come before all others."""
    image: str = ""
    """This environment's own (ENV-030), in place of the one that would be built; placeholders as in a template's."""
    has_egress_proxy: bool = False
    """Whether the operator has set up what opens host names (T-5)."""
    mirrors: Mirrors = Mirrors()
    """The operator's, of package registries: what is installed in the environment itself comes from there."""


_OF_THE_COMMIT = {"commit", "branch", "number"}
_OF_THE_ENVIRONMENT = {"is_development", "is_on_host", "has_directory"}
"""For all its life, or of no effect on what has been deployed."""


def settings_mark(request: PlanningRequest) -> str:
    """A short mark of what people have set, whatever the commit: another one means that the same commit would perhaps be
    deployed otherwise.
    """
    told = request.model_dump(mode="json", exclude=_OF_THE_COMMIT | _OF_THE_ENVIRONMENT)
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


class Settled(Payload):
    """One concrete way to deploy, and what must be described of the commit before it is a plan.

    `RepositoryFacts` answers with one `ChartFacts` for each of `charts` and one `FileFacts` for each of `files` and
    `directories`, under the path that is asked; and, for those of `directories` that are directories, with one
    `FileFacts` more for each file directly in it whose name ends in `.yaml`, `.yml` or `.json` and is not hidden.
    """

    draft: RevisionPlan
    """The plan as it will be when everything is there."""
    charts: tuple[str, ...] = ()
    """Directories in which a chart is expected."""
    files: tuple[str, ...] = ()
    """Build contexts, Dockerfiles and value files, each once."""
    directories: tuple[str, ...] = ()
    """Files or directories of manifests; a directory's names are asked for."""
