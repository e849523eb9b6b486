"""Services, jobs and further processes beside the application (ENV-017, ENV-018): components of its release, or of a second
one beside a chart that the project brings itself."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pydantic import JsonValue

from workflows import naming
from workflows.models import JobSettings, ProcessSettings, ReleasePlan, RouteSettings, Stage
from workflows.planning.plans.beside.backups import tell_backups
from workflows.planning.plans.beside.jobs import make_job, tell_job
from workflows.planning.plans.beside.offers import Offer, offer_of, settled_offer, tell_services
from workflows.planning.plans.beside.ordering import stages_after_health, stages_of
from workflows.planning.plans.beside.processes import make_process, tell_process
from workflows.planning.plans.beside.services import Service, Values
from workflows.planning.plans.beside.surroundings import Surroundings
from workflows.planning.plans.beside.wanted import Beside, note_taken_names, wanted_beside
from workflows.planning.plans.case import Case, Way
from workflows.planning.plans.values import SECRETS, service_name
from workflows.planning.plans.variables import variables_of


def with_services(case: Case, way: Way) -> Way:
    """The way with all that is asked for beside the application; the same way where that is nothing."""
    is_own = way.release.source == "catalyst"
    environment = case.request.environment
    release = way.release.name if is_own else naming.extras_release_name(environment)
    way, beside = wanted_beside(case, way, release, _front(way))
    if not beside.has_components and not beside.charts:
        return way
    way = _in_its_release(case, way, beside) if is_own else _beside_a_chart(case, way, beside)
    directories = (each.directory for each in beside.charts)
    return replace(
        way,
        charts=tuple(dict.fromkeys((*way.charts, *filter(None, directories)))),
        stages=stages_of(
            release,
            [each.name for each in beside.services],
            beside.jobs,
            way.stages,
            beside=[each.component for each in beside.backups],
            charts=[each.stage for each in beside.charts],
        ),
        stages_after_health=stages_after_health(release, beside.jobs),
        service_charts=tuple(each.plan for each in beside.charts),
        credentials=tuple(each.credentials for each in beside.services if each.credentials),
        services=tuple(each.name for each in beside.services),
        backups=tuple(each.plan for each in beside.backups),
    )


def _in_its_release(case: Case, way: Way, beside: Beside) -> Way:
    """Everything is a component of the application's own release."""
    values = way.release.values
    own = _mapping(values.get("components"))
    note_taken_names(case, beside, own)
    front = _front(way)
    offer = settled_offer(
        case, offer_of(beside.reached), _mapping(_mapping(own.get(front)).get("env"))
    )
    tell_services(case, beside.reached, offer, is_own=True)
    tell_backups(case, beside.backups)
    given = {
        name: offer.given_to(each) if name == front or "image" not in each else each
        for name, each in ((name, _mapping(each)) for name, each in own.items())
    }
    common = _mapping(given.get(front))
    waits = _waits(beside.reached)
    if way.development is not None and waits:  # its jobs run in its own pod
        given[front] = {**common, "waitFor": waits}
    known = Surroundings(given, _built(way), common, waits)
    components = {
        **given,
        **_aliased(beside.services),
        **_backups(beside),
        **_jobs(case, beside.jobs, known),
        **_processes(case, beside.processes, known),
    }
    secrets = {**_mapping(values.get("secrets")), **_secrets(beside.services)}
    route = way.route
    if front and not route.service:  # there is more than one Service from now on
        route = RouteSettings(service=service_name(beside.release, front), port=route.port)
    stages = way.stages or (
        Stage(title="application", release=beside.release, components=tuple(own)),
    )
    *before, last = stages
    with_it = last.model_copy(update={"components": (*last.components, *beside.processes)})
    return replace(
        way,
        release=way.release.model_copy(
            update={"values": {**values, "components": components, **_if_any(secrets)}}
        ),
        route=route,
        stages=(*before, with_it),
    )


def _beside_a_chart(case: Case, way: Way, beside: Beside) -> Way:
    """A chart of the project's stays as it is; it finds what it needs in Secrets, and in its values if it wants."""
    note_taken_names(case, beside, ())
    offer = offer_of(beside.reached)
    tell_services(case, beside.reached, offer, is_own=False)
    tell_backups(case, beside.backups)
    return replace(
        way,
        release=_told_of_services(way.release, beside.reached),
        extras=_second_release(case, way, beside, offer) if beside.has_components else None,
        stages=(Stage(title="application", release=way.release.name), *_own_stage(beside)),
    )


def _second_release(case: Case, way: Way, beside: Beside, offer: Offer) -> ReleasePlan:
    """Everything that is a component, in a release of Catalyst's own chart."""
    secrets: Values = {}
    common: Values = {"env": dict(sorted(variables_of(case).values.items()))}
    if case.secrets and (beside.jobs or beside.processes):
        common["envFrom"] = [SECRETS]
        secrets[SECRETS] = {"checksum": "{secrets_checksum}"}
    offer = settled_offer(case, offer, _mapping(common["env"]))
    known = Surroundings({}, _built(way), offer.given_to(common), _waits(beside.reached))
    services: Values = {each.name: each.values for each in beside.services}
    values: Values = {
        "components": {
            **services,
            **_backups(beside),
            **_jobs(case, beside.jobs, known),
            **_processes(case, beside.processes, known),
        },
        "security": {"profile": "baseline"},
        **_if_any({**secrets, **_secrets(beside.services)}),
    }
    return ReleasePlan(name=beside.release, chart="", source="catalyst", values=values)


def _own_stage(beside: Beside) -> tuple[Stage, ...]:
    """Of processes beside a chart of the project's own: they may call it from their first moment on."""
    if not beside.processes:
        return ()
    title = f"processes {', '.join(beside.processes)}"
    return (Stage(title=title, release=beside.release, components=tuple(beside.processes)),)


def _jobs(case: Case, jobs: Mapping[str, JobSettings], known: Surroundings) -> Values:
    made: Values = {}
    for name, asked in jobs.items():
        made[name] = make_job(case, name, asked, known)
        tell_job(case, name, asked)
    return made


def _processes(case: Case, processes: Mapping[str, ProcessSettings], known: Surroundings) -> Values:
    made: Values = {}
    for name, asked in processes.items():
        made[name] = make_process(case, name, asked, known)
        tell_process(case, name, asked)
    return made


def _backups(beside: Beside) -> Values:
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
    return {each.name: wait for each in services if (wait := each.wait)}


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
