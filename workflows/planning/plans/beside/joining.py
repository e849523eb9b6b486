"""Services and jobs beside the application (ENV-017, ENV-018): components of its release, or of a second one beside a
chart that the project brings itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import JsonValue

from workflows import naming
from workflows.models import JobSettings, ReleasePlan, RouteSettings, ServiceSettings, Stage
from workflows.planning.plans.beside.asked import (
    jobs_of,
    note_own_secrets,
    note_too_large,
    place_of,
    services_of,
)
from workflows.planning.plans.beside.backups import Backup, backups_of, tell_backups
from workflows.planning.plans.beside.jobs import Surroundings, make_job, tell_job
from workflows.planning.plans.beside.offers import offer_of, settled_offer, tell_services
from workflows.planning.plans.beside.on_code import with_steps
from workflows.planning.plans.beside.ordering import stages_after_health, stages_of
from workflows.planning.plans.beside.services import Service, Values, make_service
from workflows.planning.plans.case import Case, Way
from workflows.planning.plans.values import SECRETS, service_name
from workflows.planning.plans.variables import variables_of


@dataclass(frozen=True)
class _Beside:
    """What is there beside the application, and the release that it belongs to."""

    release: str
    services: Sequence[Service]
    jobs: Mapping[str, JobSettings]
    backups: Sequence[Backup] = ()


def with_services(case: Case, way: Way) -> Way:
    """The way with all services and jobs that are asked for; the same way where there are none."""
    is_own = way.release.source == "catalyst"
    environment = case.request.environment
    release = way.release.name if is_own else naming.extras_release_name(environment)
    asked = services_of(case)
    services = [_service(case, release, *each) for each in asked.items()]
    backups = backups_of(case, list(zip(services, asked.values(), strict=True)))
    front = _front(way)
    jobs = {
        name: each.model_copy(update={"component": each.component or front})
        for name, each in jobs_of(case).items()
    }
    if way.application is not None and way.application.is_base_container and jobs:
        listed = ", ".join(f"`{name}`" for name in jobs)
        case.story.warn(f"Not run, because nothing was found that they could run in: {listed}.")
        jobs = {}
    if way.development is not None:
        plan = with_steps(case, way.development, jobs)
        way, jobs = replace(way, development=plan), {}
    if not services and not jobs:
        return way
    sizes = {each.name: each.size for each in services if each.size}
    note_too_large(case, sizes | {each.component: each.settings.size for each in backups})
    beside = _Beside(release, services, jobs, backups)
    way = _in_its_release(case, way, beside) if is_own else _in_a_second_release(case, way, beside)
    return replace(
        way,
        stages=stages_of(
            release,
            [each.name for each in services],
            jobs,
            way.stages,
            beside=[each.component for each in backups],
        ),
        stages_after_health=stages_after_health(release, jobs),
        credentials=tuple(each.credentials for each in services if each.credentials),
        services=tuple(each.name for each in services),
        backups=tuple(each.plan for each in backups),
    )


def _service(case: Case, release: str, name: str, asked: ServiceSettings) -> Service:
    made = make_service(release, name, asked)
    note_own_secrets(case, name, _mapping(made.values.get("secretEnv")), asked.variables)
    return made


def _in_its_release(case: Case, way: Way, beside: _Beside) -> Way:
    """Everything is a component of the application's own release."""
    values = way.release.values
    own = _mapping(values.get("components"))
    _note_taken_names(case, beside, own)
    front = _front(way)
    offer = settled_offer(
        case, offer_of(beside.services), _mapping(_mapping(own.get(front)).get("env"))
    )
    tell_services(case, beside.services, offer, is_own=True)
    tell_backups(case, beside.backups)
    given = {
        name: offer.given_to(each) if name == front or "image" not in each else each
        for name, each in ((name, _mapping(each)) for name, each in own.items())
    }
    common = _mapping(given.get(front))
    waits = _waits(beside.services)
    if way.development is not None and waits:  # its jobs run in its own pod
        given[front] = {**common, "waitFor": waits}
    known = Surroundings(given, _built(way), common, waits)
    components = {
        **given,
        **_aliased(beside.services),
        **_backups(beside),
        **_jobs(case, beside.jobs, known),
    }
    secrets = {**_mapping(values.get("secrets")), **_secrets(beside.services)}
    route = way.route
    if front and not route.service:  # there is more than one Service from now on
        route = RouteSettings(service=service_name(beside.release, front), port=route.port)
    stages = way.stages or (
        Stage(title="application", release=beside.release, components=tuple(own)),
    )
    return replace(
        way,
        release=way.release.model_copy(
            update={"values": {**values, "components": components, **_if_any(secrets)}}
        ),
        route=route,
        stages=stages,
    )


def _in_a_second_release(case: Case, way: Way, beside: _Beside) -> Way:
    """A chart of the project's stays as it is; it finds what it needs in Secrets, and in its values if it wants."""
    _note_taken_names(case, beside, {})
    offer = offer_of(beside.services)
    tell_services(case, beside.services, offer, is_own=False)
    tell_backups(case, beside.backups)
    secrets: Values = {}
    common: Values = {"env": dict(sorted(variables_of(case).values.items()))}
    if case.secrets and beside.jobs:
        common["envFrom"] = [SECRETS]
        secrets[SECRETS] = {"checksum": "{secrets_checksum}"}
    offer = settled_offer(case, offer, _mapping(common["env"]))
    waits = _waits(beside.services)
    known = Surroundings({}, _built(way), offer.given_to(common), waits)
    services: Values = {each.name: each.values for each in beside.services}
    values: Values = {
        "components": {**services, **_backups(beside), **_jobs(case, beside.jobs, known)},
        "security": {"profile": "baseline"},
        **_if_any({**secrets, **_secrets(beside.services)}),
    }
    extras = ReleasePlan(name=beside.release, chart="", source="catalyst", values=values)
    return replace(
        way,
        release=_told_of_services(way.release, beside.services),
        extras=extras,
        stages=(Stage(title="application", release=way.release.name),),
    )


def _jobs(case: Case, jobs: Mapping[str, JobSettings], known: Surroundings) -> Values:
    made: Values = {}
    for name, asked in jobs.items():
        made[name] = make_job(case, name, asked, known)
        tell_job(case, name, asked)
    return made


def _backups(beside: _Beside) -> Values:
    return {each.component: each.values for each in beside.backups}


def _aliased(services: Sequence[Service]) -> Values:
    """Reached under their plain names as well: in a release of Catalyst's own nobody else takes them."""
    return {
        each.name: {**each.values, **({"service": {"aliases": [each.name]}} if each.port else {})}
        for each in services
    }


def _secrets(services: Sequence[Service]) -> Values:
    return {
        each.credentials.secret: {"checksum": f"{{secrets_checksum.{each.credentials.secret}}}"}
        for each in services
        if each.credentials
    }


def _waits(services: Sequence[Service]) -> Values:
    return {each.name: each.wait for each in services if each.reached}


def _if_any(secrets: Values) -> Values:
    return {"secrets": secrets} if secrets else {}


def _told_of_services(release: ReleasePlan, services: Sequence[Service]) -> ReleasePlan:
    """For a chart that wants to know: where its services are, and the names of their Secrets."""
    if release.source == "manifests" or release.is_user_managed or not services:
        return release
    told: Values = {
        each.name: {
            "host": each.host,
            **({"port": each.port} if each.port else {}),
            **({"secret": each.credentials.secret} if each.credentials else {}),
        }
        for each in services
    }
    shared = _mapping(release.values.get("global"))
    known = _mapping(shared.get("catalyst"))
    known = {**known, "services": {**told, **_mapping(known.get("services"))}}
    values = {**release.values, "global": {**shared, "catalyst": known}}
    return release.model_copy(update={"values": values})


def _note_taken_names(case: Case, beside: _Beside, components: Mapping[str, JsonValue]) -> None:
    names = [each.name for each in beside.services]
    taken = {*components}
    for key, each in (
        *(("services", name) for name in names),
        *(("jobs", name) for name in beside.jobs),
    ):
        if each in taken:
            case.problems.append(
                f"{place_of(case, key, each)} has the name of something else that runs in the environment; give it "
                "another one."
            )
        taken.add(each)
    for backup in beside.backups:
        if backup.component in taken:
            case.problems.append(
                f"`{backup.component}` is what the backups of the service `{backup.service}` are called; give the other "
                "one another name."
            )


def _front(way: Way) -> str:
    """What the public URL leads to in Catalyst's own chart; else the image that a chart takes for its own."""
    if way.release.source == "catalyst":
        return next(iter(_mapping(way.release.values.get("components"))), "")
    built = _built(way)
    return "web" if "web" in built else next(iter(built), "web")


def _built(way: Way) -> list[str]:
    return [*(each.component for each in way.builds), *(each.component for each in way.images)]


def _mapping(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}
