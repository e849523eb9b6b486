"""Plans of several sources -> the one plan of a revision: one release with the components of all of them."""

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256

from pydantic import JsonValue

from workflows.errors import PlanError
from workflows.models import ReleasePlan, RevisionPlan, SourceCommit, Stage
from workflows.planning.detection.story import Story
from workflows.planning.plans.development.packages import direct_sources
from workflows.planning.plans.egress import hosts_of_charts, services_of, told_of_proxy
from workflows.planning.plans.several.addresses import root_of, routes_of, told_of_each_other
from workflows.planning.plans.several.limits import sharing_room, storage_problems
from workflows.planning.plans.several.names import names_of, told_apart, without_shared_aliases
from workflows.planning.plans.several.parts import Part, mapping
from workflows.planning.plans.volumes import with_volumes
from workflows.repo_config.rules import TOO_LARGE, are_too_large

HINT = "Correct `sources` in the project's template, or the repository that is named; then push, or `redeploy`."


def join_plans(own: Part, others: Sequence[Part], commits: Sequence[SourceCommit]) -> RevisionPlan:
    """One plan; quota, template and application are those of `own`, the pull request's.

    `commits` are those of `others`. What comes along is brought up first. Raises PlanError naming all that stands
    against it.
    """
    story, problems = Story(), [*_unfit((own, *others)), *storage_problems((own, *others))]
    _refuse(problems)
    parts = sharing_room((own, *others), story, problems)
    parts = without_shared_aliases(told_apart(parts, story), story, problems)
    route, more = routes_of(parts, story, problems)
    parts = told_of_each_other(parts, story)
    _refuse(problems)
    first, *rest = parts
    root = root_of(parts) or first
    plans = [part.plan for part in parts]
    joined = first.plan.model_copy(
        update={
            "builds": tuple(
                each if part is first else each.model_copy(update={"source": part.name})
                for part in parts
                for each in part.plan.builds
            ),
            "images": tuple(each for plan in plans for each in plan.images),
            "release": _release(parts),
            "route": route,
            "more_routes": more,
            "health": root.plan.health,
            "rollout_timeout_seconds": max(each.rollout_timeout_seconds for each in plans),
            "reasons": (*map(_told, commits), _KEPT, *story.reasons, *_all(parts, "reasons")),
            "warnings": (*story.warnings, *_all(parts, "warnings")),
            "secrets": _union(each.secrets for each in plans),
            "egress": _union(each.egress for each in plans),
            "egress_hosts": _union(each.egress_hosts for each in plans),
            "stages": _stages([*rest, first]),
            "stages_after_health": tuple(
                _titled(part, each)
                for part in (*rest, first)
                for each in part.plan.stages_after_health
            ),
            "service_charts": tuple(each for plan in plans for each in plan.service_charts),
            "credentials": tuple(each for plan in plans for each in plan.credentials),
            "services": tuple(each for plan in plans for each in plan.services),
            "backups": tuple(each for plan in plans for each in plan.backups),
            "sources": tuple(commits),
            "settings": mark_with(first.plan.settings, commits),
        }
    )
    return with_volumes(joined)


def mark_with(settings: str, commits: Sequence[SourceCommit]) -> str:
    """The mark of people's settings together with what came along: another one means that it is to be deployed."""
    told = [settings, *(f"{each.repository_id}@{each.commit}" for each in commits)]
    return sha256(json.dumps(told).encode()).hexdigest()[:16]


_KEPT = (
    "What comes along stays at its commit until the next push here, a push to a pull request of its own from the branch of "
    "the same name, or a `redeploy`."
)


def _told(commit: SourceCommit) -> str:
    why = "as the pull request's is called" if commit.is_same_branch else "its default branch"
    return (
        f"`{commit.name}` ({commit.repository}) comes along at `{commit.commit[:7]}` of its branch "
        f"`{commit.branch}`, {why}."
    )


def _unfit(parts: Sequence[Part]) -> Iterable[str]:
    for part in parts:
        if part.plan.release.source != "catalyst" or part.plan.extras is not None:
            yield (
                f"`{part.name}` brings a Helm chart or manifests of its own, which cannot be one release with other "
                "sources; say in the template's `sources` how else it is deployed."
            )
    for part in parts[1:]:
        for image in part.plan.images:
            if image.check:
                yield (
                    f"The image `{image.component}` of `{part.name}` waits for a check of another repository, which "
                    "Catalyst does not read yet; leave out its `check`."
                )
    yield from _unfit_charts(parts)


def _unfit_charts(parts: Sequence[Part]) -> Iterable[str]:
    """Services that are charts: each has a release of its own, which is called after it."""
    if are_too_large(each.release.values for part in parts for each in part.plan.service_charts):
        yield f"The services of all sources {TOO_LARGE}."
    owners: dict[str, str] = {}
    for at, part in enumerate(parts):
        for each in part.plan.service_charts:
            if at and each.release.source == "repository":
                yield (
                    f"The service `{each.name}` of `{part.name}` is a chart in its repository, which is not fetched when it "
                    "comes along; take it from a chart repository."
                )
            if each.name in owners:
                yield (
                    f"`{owners[each.name]}` and `{part.name}` both have a chart as the service `{each.name}`; give one of "
                    "them another name, or say in the template's `sources` which services come along."
                )
            owners[each.name] = part.name
    for part in parts:
        for name in names_of(part):
            if owners.get(name, part.name) != part.name:
                yield (
                    f"`{owners[name]}` has a chart as the service `{name}`, and `{part.name}` something else of that name; "
                    "give one of them another name, or say in the template's `sources` which services come along."
                )


def _refuse(problems: Sequence[str]) -> None:
    found = list(dict.fromkeys(problems))
    if found:
        raise PlanError(found[0], excerpt=found if len(found) > 1 else (), hint=HINT)


def _release(parts: Sequence[Part]) -> ReleasePlan:
    """The one release; what reaches one source's hosts through the proxy reaches no other source's components so."""
    plans = [part.plan for part in parts]
    release = plans[0].release.model_copy(update={"values": _values(parts)})
    if not any(each.egress_hosts for each in plans):
        return release
    networks = _union([*each.egress, *direct_sources(each.development)] for each in plans)
    charts = hosts_of_charts(each for plan in plans for each in plan.service_charts)
    return told_of_proxy(release, networks, [*services_of(release), *charts])


def _values(parts: Sequence[Part]) -> dict[str, JsonValue]:
    """Of the one release. What a source says for all of its components is said of each."""
    components: dict[str, JsonValue] = {}
    secrets: dict[str, JsonValue] = {}
    values: dict[str, JsonValue] = {}
    for part in parts:
        own = part.plan.release.values
        common = mapping(own.get("security"))
        for name, each in part.components.items():
            security = {**common, **mapping(each.get("security"))}
            components[name] = {**each, "security": security} if security else each
        secrets |= mapping(own.get("secrets"))
        values = {**own, **values}
    values |= {"components": components, "security": {"profile": "baseline"}}
    return {**values, "secrets": secrets} if secrets else values


def _stages(parts: Sequence[Part]) -> tuple[Stage, ...]:
    """None where no source has any: then all is brought up at once."""
    if not any(part.plan.stages or part.plan.stages_after_health for part in parts):
        return ()
    return tuple(
        _titled(part, each)
        for part in parts
        for each in part.plan.stages
        or (
            Stage(
                title="application",
                release=part.plan.release.name,
                components=tuple(part.components),
            ),
        )
    )


def _titled(part: Part, stage: Stage) -> Stage:
    return stage.model_copy(update={"title": f"{part.name}: {stage.title}"})


def _all(parts: Sequence[Part], field: str) -> Iterable[str]:
    """Sentences of all plans; of those that come along with their names."""
    for at, part in enumerate(parts):
        for each in getattr(part.plan, field):
            yield f"{part.name}: {each}" if at else each


def _union(values: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for some in values for each in some))
