"""What has to be read of a commit, beyond what is read of any, before there can be a plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from workflows.models import RepositoryTree
from workflows.planning.compose import asked_files
from workflows.planning.plans.request import PlanningRequest
from workflows.repo_config import RepoConfig


@dataclass(frozen=True)
class Reading:
    """Asks for files that files ask for: compose files for those that they include, mount and take variables from."""

    chosen: tuple[str, ...] = ()
    """Compose files that templates name, whatever they are called."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """What their variables stand for: paths may hold some."""

    def __call__(self, tree: RepositoryTree) -> dict[str, bool]:
        """Paths whose texts the tree lacks, and whether each is a compose file; empty when it lacks none."""
        return asked_files(tree, self.chosen, self.variables)


def reading_of(request: PlanningRequest, config: RepoConfig | None) -> Reading:
    """What planning this request needs."""
    templates = request.project.templates
    wanted = (config.template if config else None) or request.template
    template = templates.get(wanted)
    return Reading(
        chosen=tuple(each.compose for each in templates.values() if each.compose),
        variables={
            **request.project.variables,
            **(template.variables if template else {}),
            **(config.variables if config else {}),
            **request.variables,
        },
    )
