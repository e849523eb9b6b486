"""What the application is told of its services: variables, each from a Secret or plain."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from workflows.planning.plans.beside.asked import origin_of
from workflows.planning.plans.beside.services import Service, Values
from workflows.planning.plans.case import Case


@dataclass(frozen=True)
class Offer:
    """Variables of all services together."""

    secret: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Variable -> Secret and key."""
    plain: Mapping[str, str] = field(default_factory=dict)

    def given_to(self, component: Mapping[str, JsonValue]) -> Values:
        """The component with all that it does not set itself."""
        env, secrets = _mapping(component.get("env")), _mapping(component.get("secretEnv"))
        own = {*env, *secrets}
        plain = {name: value for name, value in self.plain.items() if name not in own}
        taken: Values = {
            name: {"secret": secret, "key": key}
            for name, (secret, key) in self.secret.items()
            if name not in own
        }
        values = dict(component)
        if plain:
            values["env"] = dict(sorted({**env, **plain}.items()))
        if taken:
            values["secretEnv"] = {**secrets, **taken}
        return values

    def without(self, names: Iterable[str]) -> "Offer":
        hidden = set(names)
        return Offer(
            {name: each for name, each in self.secret.items() if name not in hidden},
            {name: each for name, each in self.plain.items() if name not in hidden},
        )


def offer_of(services: Sequence[Service]) -> Offer:
    """Every service's variables; of several of one kind, those after the first begin with their service's name.

    So one database is `DATABASE_URL`, and a second one called `reports` is `REPORTS_DATABASE_URL`.
    """
    secret: dict[str, tuple[str, str]] = {}
    plain: dict[str, str] = {}
    for service in services:
        plain.update(service.plain)
        if service.credentials is None:
            continue
        is_second = any(key in secret for key in service.offers)
        start = f"{service.name.upper().replace('-', '_')}_" if is_second else ""
        secret |= {f"{start}{key}": (service.credentials.secret, key) for key in service.offers}
    return Offer(secret, plain)


def settled_offer(case: Case, offer: Offer, env: Mapping[str, JsonValue]) -> Offer:
    """What people have not set themselves, as a variable (`env` of the application) or a secret of the project.

    Theirs are used, with a warning.
    """
    hidden = [name for name in (*offer.secret, *offer.plain) if name in env]
    secret = [name for name in (*offer.secret, *offer.plain) if name in case.secrets]
    for names, what in ((hidden, "a variable"), (secret, "a secret of the project")):
        if names:
            listed = ", ".join(f"`{name}`" for name in names)
            case.story.warn(
                f"{listed}: set as {what}, which is used instead of what the environment's own service offers."
            )
    return offer.without((*hidden, *secret))


def tell_services(case: Case, services: Sequence[Service], offer: Offer, *, is_own: bool) -> None:
    """One reason for each service, and which key came from where."""
    for each in services:
        reached = f", reached as `{each.host}:{each.port}`" if each.port else ""
        kept = f" and a volume of {each.size} that is kept across pushes" if each.size else ""
        case.story.because(
            f"Service `{each.name}`: {each.title}{kept}{reached}, because {origin_of(case, 'services', each.name)} "
            "asks for it."
        )
        if each.credentials is None:
            _tell_plain(case, each, offer, is_own=is_own)
            continue
        secret = each.credentials.secret
        names = [name for name, (owner, _) in offer.secret.items() if owner == secret]
        if is_own and names:
            listed = ", ".join(f"`{name}`" for name in names)
            case.story.because(
                f"Variables from the Secret `{secret}`, made for `{each.name}`: {listed}."
            )
        elif not is_own:
            listed = ", ".join(f"`{key}`" for key in each.offers)
            case.story.because(
                f"The Secret `{secret}`, made for `{each.name}`, holds {listed}; refer to it by that name."
            )


def _tell_plain(case: Case, service: Service, offer: Offer, *, is_own: bool) -> None:
    """A chart of the project's own reads `global.catalyst.services` instead."""
    names = [name for name in service.plain if name in offer.plain]
    if is_own and names:
        listed = ", ".join(f"`{name}`" for name in names)
        case.story.because(f"Variables that say where `{service.name}` is: {listed}.")


def _mapping(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}
