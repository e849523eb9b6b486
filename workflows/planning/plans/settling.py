"""Settings, configuration file and tree -> one concrete way to deploy."""

from collections.abc import Callable
from dataclasses import replace

from workflows.models import HealthCheck, RepositoryTree, RevisionPlan, TemplateType
from workflows.planning.plans.beside.joining import with_services
from workflows.planning.plans.case import Case, Way, open_case, refuse
from workflows.planning.plans.development.host import note_directory
from workflows.planning.plans.egress import hosts_of, networks_of, note_egress, with_proxy
from workflows.planning.plans.fitting import note_what_does_not_fit
from workflows.planning.plans.request import PlanningRequest, Settled
from workflows.planning.plans.routes import deeper_routes
from workflows.planning.plans.values import confined_each
from workflows.planning.plans.volumes import with_volumes
from workflows.planning.plans.ways.auto import auto
from workflows.planning.plans.ways.compose import compose_file
from workflows.planning.plans.ways.dockerfile import dockerfile
from workflows.planning.plans.ways.helm import helm
from workflows.planning.plans.ways.image import image
from workflows.planning.plans.ways.manifests import manifests
from workflows.planning.plans.ways.own_image import instead_of_first
from workflows.repo_config import Marks, RepoConfig
from workflows.repo_config.problems import nowhere

DEVELOPMENT_SECONDS = 900
"""For dependencies, migrations and the start of a development server together, where the template gives less."""
_WAYS: dict[TemplateType, Callable[[Case], Way]] = {
    "auto": auto,
    "helm": helm,
    "dockerfile": dockerfile,
    "compose": compose_file,
    "image": image,
    "manifests": manifests,
}


def settle(
    request: PlanningRequest,
    tree: RepositoryTree,
    config: RepoConfig | None,
    mark: Marks = nowhere,
) -> Settled:
    """One way to deploy, and what must be known of the commit for it. The same input gives the same answer.

    `tree` holds all regular files of the commit, `mark` tells where `config` says something. Raises PlanError naming
    every problem of the configuration file and of the project's settings at once.
    """
    case = open_case(request, tree, config, mark)
    _note_mode(case)
    way = with_services(case, instead_of_first(case, _WAYS[case.template.type](case)))
    if way.release.source == "catalyst":
        values = confined_each(way.release.values)
        way = replace(way, release=way.release.model_copy(update={"values": values}))
    way = with_proxy(case, way)
    note_what_does_not_fit(case)
    note_directory(case, way)
    note_egress(case, way)
    more = deeper_routes(case, way)
    refuse(case.problems)
    draft = with_volumes(_draft(case, way).model_copy(update={"more_routes": more}))
    return Settled(draft=draft, charts=way.charts, files=way.files, directories=way.directories)


def _note_mode(case: Case) -> None:
    """Only what was detected can be worked in: the other types say themselves which images there are."""
    if case.request.is_development and case.template.type != "auto":
        case.problems.append(
            f"An agent's environment needs a template of the type `auto`, and `{case.key}` is of the type "
            f"`{case.template.type}`."
        )


def _draft(case: Case, way: Way) -> RevisionPlan:
    return RevisionPlan(
        commit=case.request.commit,
        builds=way.builds,
        release=way.release,
        route=way.route,
        health=way.health or _health(case),
        quota=case.granted.quota,
        rollout_timeout_seconds=_rollout_seconds(case, way),
        reasons=tuple(case.story.reasons),
        images=way.images,
        secrets=case.secrets,
        template=case.key,
        application=way.application,
        warnings=tuple(case.story.warnings),
        stages=way.stages,
        stages_after_health=way.stages_after_health,
        extras=way.extras,
        service_charts=way.service_charts,
        credentials=way.credentials,
        services=way.services,
        backups=way.backups,
        egress=networks_of(case),
        egress_hosts=hosts_of(case, way),
        development=way.development,
        room=way.room,
    )


def _rollout_seconds(case: Case, way: Way) -> int:
    """Dependencies are installed in a development server's own pod, which takes as long as a build does."""
    configured = case.template.rollout_timeout_seconds
    return max(configured, DEVELOPMENT_SECONDS) if way.development else configured


def _health(case: Case) -> HealthCheck:
    """What the configuration file says of it, over the template's."""
    said, configured = case.config.health, case.template.health
    keys = said.model_fields_set if case.says("health") else set[str]()
    return HealthCheck(
        path=said.path if "path" in keys else configured.path,
        timeout_seconds=(
            int(said.timeout.total_seconds()) if "timeout" in keys else configured.timeout_seconds
        ),
    )
