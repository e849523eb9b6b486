"""What a project grants and what the config asks for -> what the environment gets: never more than either."""

from collections.abc import Iterator
from datetime import timedelta

from pydantic import Field

from workflows.models import Payload, Quota
from workflows.repo_config.egress import covers
from workflows.repo_config.fields import duration_text
from workflows.repo_config.model import RepoConfig
from workflows.repo_config.nearest import nearest
from workflows.repo_config.problems import Finding, Marks, Path, Problem, key_of, located, nowhere
from workflows.repo_config.quantities import quantity, smaller


class Grants(Payload):
    """What a project's administrators allow its repository to use."""

    templates: tuple[str, ...] = ()
    """Names of the project's templates that the file may choose."""
    quota: Quota = Quota()
    ttl: timedelta | None = None
    """The longest life without activity; None where the project sets no limit."""
    secrets: tuple[str, ...] = ()
    """Names of the project's secrets that previews may use."""
    egress: tuple[str, ...] = ()
    """Hosts, `*.` hosts and networks that previews may reach."""


class Narrowed(Payload):
    """What the environment gets; with problems it is still within the grant, but not what the author asked for."""

    quota: Quota
    ttl: timedelta | None = None
    secrets: tuple[str, ...] = ()
    egress: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = Field(default=())


def narrow(grants: Grants, config: RepoConfig, mark: Marks = nowhere) -> Narrowed:
    """The config within the grants, with one problem for each thing beyond them."""
    beyond = [
        *_template(grants, config),
        *_resources(grants, config),
        *_ttl(grants, config),
        *_secrets(grants, config),
        *_egress(grants, config),
    ]
    problems = [located(finding, mark) for finding in beyond]
    return Narrowed(
        quota=_narrowed_quota(grants.quota, config),
        ttl=_narrowed_ttl(grants.ttl, config.ttl),
        secrets=_kept_secrets(grants, config),
        egress=_kept_egress(grants, config),
        problems=tuple(sorted(problems, key=lambda problem: (problem.line, problem.column))),
    )


def _template(grants: Grants, config: RepoConfig) -> Iterator[Finding]:
    if config.template is not None and config.template not in grants.templates:
        words = f"the project has no template `{config.template}` that this file may choose"
        yield Finding(("template",), words, nearest(config.template, grants.templates))


def _resources(grants: Grants, config: RepoConfig) -> Iterator[Finding]:
    for key in ("cpu", "memory", "storage"):
        asked, granted = getattr(config.resources, key), getattr(grants.quota, key)
        if asked is not None and quantity(asked) > quantity(granted):
            yield _more_than_granted(("resources", key), asked, granted)
    pods = config.resources.pods
    if pods is not None and pods > grants.quota.pods:
        yield _more_than_granted(("resources", "pods"), str(pods), str(grants.quota.pods))


def _ttl(grants: Grants, config: RepoConfig) -> Iterator[Finding]:
    if config.ttl is not None and grants.ttl is not None and config.ttl > grants.ttl:
        yield _more_than_granted(("ttl",), duration_text(config.ttl), duration_text(grants.ttl))


def _more_than_granted(path: tuple[str, ...], asked: str, granted: str) -> Finding:
    words = f"`{key_of(path)}` asks for {asked}; the project grants at most {granted}"
    return Finding(path, words)


def _secrets(grants: Grants, config: RepoConfig) -> Iterator[Finding]:
    """No list of what is granted, and no nearest name: a pull request's author may not know the others."""
    asked: list[tuple[Path, str]] = [
        (("secrets", index), name) for index, name in enumerate(config.secrets or ())
    ]
    for component, build in config.builds.items():
        asked += [
            (("builds", component, "secrets", index), name)
            for index, name in enumerate(build.secrets)
        ]
    for path, name in asked:
        if name not in grants.secrets:
            words = f"the project does not grant the secret `{name}` to previews"
            yield Finding(path, words)


def _egress(grants: Grants, config: RepoConfig) -> Iterator[Finding]:
    for index, asked in enumerate(config.egress or ()):
        if not _is_reachable(grants, asked):
            yield Finding(("egress", index), f"the project does not grant egress to `{asked}`")


def _is_reachable(grants: Grants, asked: str) -> bool:
    return any(covers(granted, asked) for granted in grants.egress)


def _narrowed_quota(granted: Quota, config: RepoConfig) -> Quota:
    """Defaults of containers shrink with the limits, or no pod would fit into them."""
    wanted = config.resources
    cpu = smaller(granted.cpu, wanted.cpu or granted.cpu)
    memory = smaller(granted.memory, wanted.memory or granted.memory)
    return granted.model_copy(
        update={
            "cpu": cpu,
            "memory": memory,
            "storage": smaller(granted.storage, wanted.storage or granted.storage),
            "pods": min(granted.pods, wanted.pods or granted.pods),
            "default_cpu": smaller(granted.default_cpu, cpu),
            "default_memory": smaller(granted.default_memory, memory),
            "default_cpu_request": smaller(granted.default_cpu_request, cpu),
            "default_memory_request": smaller(granted.default_memory_request, memory),
        }
    )


def _narrowed_ttl(granted: timedelta | None, wanted: timedelta | None) -> timedelta | None:
    if granted is None or wanted is None:
        return granted if wanted is None else wanted
    return min(granted, wanted)


def _kept_secrets(grants: Grants, config: RepoConfig) -> tuple[str, ...]:
    if config.secrets is None:
        return grants.secrets
    return tuple(name for name in config.secrets if name in grants.secrets)


def _kept_egress(grants: Grants, config: RepoConfig) -> tuple[str, ...]:
    if config.egress is None:
        return grants.egress
    return tuple(asked for asked in config.egress if _is_reachable(grants, asked))
