"""A compose file of a commit -> components of Catalyst's chart, images, and what is brought up after what (ENV-012)."""

from collections.abc import Sequence
from dataclasses import dataclass

from workflows.models import RepositoryTree
from workflows.naming import PROJECT_SECRETS
from workflows.planning.compose import building, listening, naming, order, resources
from workflows.planning.compose.checking import Checked, check, ignored_told
from workflows.planning.compose.environment import Settings
from workflows.planning.compose.front import front_of
from workflows.planning.compose.loading import Loading
from workflows.planning.compose.model import Port, Service
from workflows.planning.compose.parts import Part
from workflows.planning.compose.shelf import Shelf
from workflows.planning.compose.special import (
    KNOWN,
    literal,
    literals,
    of_placeholder,
    of_secret,
    secrets_in,
)
from workflows.planning.compose.storage import Storage
from workflows.planning.compose.wishes import Composed, Piece, Values, Wishes
from workflows.planning.detection.files import shorten

_MAX_NAMED = 8


def compose(tree: RepositoryTree, wishes: Wishes) -> Composed:
    """The translation, with everything that stands against it. Never raises; the same input gives the same answer."""
    shelf, done = Shelf(tree), Composed()
    loading = Loading(shelf, _variables(wishes))
    project = loading.project(wishes.path, is_chosen=wishes.is_chosen)
    checked = Checked(problems=loading.problems)
    if not loading.problems:
        profiles = tuple(each.strip() for each in loading.profiles.split(",") if each.strip())
        checked = check(project, profiles, wishes.only)
    _tell_reading(done, loading, checked)
    if not checked.problems:
        _Translation(shelf, wishes, loading, project, checked, done).run()
    done.problems = list(dict.fromkeys(checked.problems))
    return done


def _variables(wishes: Wishes) -> dict[str, str]:
    """What files may ask for, those names last that people have set themselves."""
    secrets = {name: of_secret(name) for name in wishes.secrets}
    known = {name: of_placeholder(key) for name, key in KNOWN.items()}
    return {**known, **secrets, **wishes.variables}


def _tell_reading(done: Composed, loading: Loading, checked: Checked) -> None:
    if len(loading.read) > 1:
        listed = ", ".join(f"`{path}`" for path in loading.read[1:])
        done.reasons.append(f"`{loading.read[0]}` is read together with {listed}.")
    done.warnings += loading.warnings
    for name, place in list(loading.filling.unset.items())[:_MAX_NAMED]:
        done.warnings.append(
            f"{place}: the variable `{shorten(name, 60)}` is not set; an empty text takes its place."
        )
    if (more := len(loading.filling.unset) - _MAX_NAMED) > 0:
        done.warnings.append(f"{more} more variables are not set; empty texts take their places.")
    if checked.inactive and not checked.problems:
        listed = ", ".join(f"`{shorten(name, 60)}`" for name in list(checked.inactive)[:_MAX_NAMED])
        wanted = sorted({each for profiles in checked.inactive.values() for each in profiles})
        if wanted:
            done.reasons.append(
                f"Not started, for want of a profile in `COMPOSE_PROFILES` ({', '.join(wanted)[:200]}): {listed}."
            )
    done.warnings += ignored_told(checked)


@dataclass
class _Translation:
    shelf: Shelf
    wishes: Wishes
    loading: Loading
    project: Part
    checked: Checked
    done: Composed

    def run(self) -> None:
        checked = self.checked
        building.note_without_image(checked)
        self.components = naming.component_names(checked)
        wanted = order.dependencies(checked)
        self.jobs = order.jobs_of(checked)
        self.settings = self._settings()
        self.images = building.images_of(
            checked, self.components, self._arguments(), self.wishes.secrets
        )
        self.ports = self._ports()
        levels = order.levels(wanted)
        if checked.problems:
            return
        front = self._front()
        self.aliases, told = naming.aliases(checked, ())
        self.done.warnings += told
        self._note_published()
        self._pieces(levels, front)
        self.done.builds = list(self.images.builds.values())
        self._stages(levels)
        self._tell_jobs()

    def _settings(self) -> Settings:
        changed = {
            name: naming.alias_of(name)
            for name in self.checked.services
            if naming.alias_of(name) != name
        }
        return Settings(
            checked=self.checked,
            shelf=self.shelf,
            lookup=self.loading.lookup,
            wishes=self.wishes,
            renamed=changed,
            warn=self._warn,
            published={
                port.published: name
                for name, service in reversed(self.checked.services.items())
                for port in service.ports
                if port.published
            },
        )

    def _arguments(self) -> dict[str, str]:
        """Variables that build arguments without a value take over."""
        return {
            key: value
            for service in self.checked.services.values()
            if service.build
            for key, said in service.build.args.items()
            if said is None and (value := self.loading.lookup(key)) is not None
        }

    def _warn(self, warning: str) -> None:
        if warning not in self.done.warnings:
            self.done.warnings.append(warning)

    # --- ports and the public one

    def _ports(self) -> dict[str, list[Port]]:
        mentioned = listening.mentioned_ports(self.checked, ())
        return {
            name: listening.ports_of(self.shelf.files, service, name, mentioned)
            for name, service in self.checked.services.items()
            if name not in self.jobs
        }

    def _front(self) -> str:
        if not self.wishes.with_front:
            return ""
        wanted = self.wishes.front
        name, reason = front_of(self.checked, wanted, self.components, self.ports, self.jobs)
        if not name:
            self.checked.problems.append(
                f"No service of `{self.wishes.path}` listens on a port that is known, so the public URL would lead nowhere; "
                "add `ports` to the one that people look at."
            )
            return ""
        service = self.checked.services[name]
        ports = [each.target for each in self.ports.get(name, ()) if each.protocol == "tcp"]
        self.done.port = service.catalyst.port or self.wishes.port or (ports[0] if ports else 0)
        if not self.done.port or name in self.jobs:
            self.checked.problems.append(
                f"{self.checked.place(name)}: the public URL leads to `{shorten(name, 60)}`, and nothing says where it "
                "listens; add `ports` to it, or `port` under its `x-catalyst`."
            )
        self.done.front = self.components[name]
        self.done.health = service.catalyst.health
        self.done.reasons.append(reason)
        return name

    def _note_published(self) -> None:
        owners: dict[tuple[int, str], str] = {}
        for name, service in self.checked.services.items():
            for port in service.ports:
                owner = owners.setdefault((port.published, port.protocol), name)
                if port.published and owner != name:
                    self._warn(
                        f"{self.checked.place(name, 'ports')}: `{shorten(owner, 60)}` and `{shorten(name, 60)}` both publish port "
                        f"{port.published}; in a preview each has its own, and only the public one is reached from outside."
                    )

    # --- components

    def _pieces(self, levels: Sequence[Sequence[str]], front: str) -> None:
        storage = Storage(
            checked=self.checked,
            shelf=self.shelf,
            wishes=self.wishes,
            components=self.components,
            has_image={name: name in self.images.of for name in self.checked.services},
        )
        # In the order in which they come up: the first to mount a volume makes its claim.
        volumes = {name: storage.volumes_of(name) for level in levels for name in level}
        self.done.reasons += list(dict.fromkeys(storage.reasons))
        for warning in storage.warnings:
            self._warn(warning)
        for name in sorted(self.checked.services, key=lambda each: each != front):
            self.done.pieces.append(self._piece(name, volumes[name], is_front=name == front))

    def _piece(self, name: str, volumes: Values, *, is_front: bool) -> Piece:
        service = self.checked.services[name]
        is_own = name in self.images.of
        found = self.settings.environment_of(name, is_own=is_own)
        values: Values = {"kind": "job"} if name in self.jobs else self._reached(name, is_front)
        build = self.images.of.get(name, "")
        if not is_own:
            values |= {"image": service.image, "catalystEnv": False}
        elif build != self.components[name]:
            values["imageFrom"] = build
        secrets = dict(found.secrets)
        values |= self._commands(name, service, secrets)
        if volumes:
            values["volumes"] = volumes
        if limits := resources.resources_of(service):
            values["resources"] = limits
        self._confine(name, service, values)
        if service.stop_grace_period != 10.0:
            values["terminationGracePeriodSeconds"] = max(int(service.stop_grace_period), 1)
        if secrets:
            values["secretEnv"] = {
                key: {"secret": PROJECT_SECRETS, "key": secret}
                for key, secret in sorted(secrets.items())
                if key not in found.env
            }
        if is_own and self.wishes.secrets:
            values["envFrom"] = [PROJECT_SECRETS]
        return Piece(self.components[name], name, values, found.env)

    def _reached(self, name: str, is_front: bool) -> Values:
        service = self.checked.services[name]
        ports = listening.chart_ports(self.ports[name], self.done.port if is_front else 0)
        values: Values = {"kind": "web" if is_front else "worker"}
        if ports:
            values["ports"] = list(ports)
        if aliases := self.aliases[name]:
            values["service"] = {"aliases": list(aliases)}
        if probes := listening.probes_of(service, ports):
            values["probes"] = probes
        replicas = resources.replicas_of(service)
        if replicas is not None:
            values["replicas"] = replicas
        return values

    def _commands(self, name: str, service: Service, secrets: dict[str, str]) -> Values:
        values: Values = {}
        for key, words in (("command", service.entrypoint), ("args", service.command)):
            if words:
                values[key] = list(literals(words, is_expanded=True))
                for secret in (each for word in words for each in secrets_in(word)):
                    secrets.setdefault(secret, secret)
        if service.working_dir:
            if service.working_dir.startswith("/") and ":" not in service.working_dir:
                values["workingDir"] = literal(service.working_dir)
            else:
                self.checked.problems.append(
                    f"{self.checked.place(name, 'working_dir')}: `{shorten(service.working_dir, 60)}` must begin with `/`."
                )
        return values

    def _confine(self, name: str, service: Service, values: Values) -> None:
        security, problem = resources.security_of(service)
        if security:
            values["security"] = security
        if problem:
            self._warn(f"{self.checked.place(name, 'user')}: `{shorten(name, 60)}` {problem}.")

    # --- order

    def _stages(self, levels: Sequence[Sequence[str]]) -> None:
        if len(levels) < 2:
            return
        for level in levels:
            names = [self.components[name] for name in level]
            jobs = [name for name in level if name in self.jobs]
            what = "job" if len(jobs) == len(level) == 1 else ""
            title = " ".join(filter(None, (what, ", ".join(names))))
            self.done.stages.append((shorten(title, 120), tuple(names)))
        listed = ", then ".join(
            ", ".join(f"`{each}`" for each in names) for _, names in self.done.stages
        )
        self.done.reasons.append(
            f"Brought up one after the other, by `depends_on`: {shorten(listed, 400)}."
        )

    def _tell_jobs(self) -> None:
        for name, reason in self.jobs.items():
            self.done.reasons.append(
                f"`{shorten(name, 60)}` runs once for each revision: {reason}."
            )
