"""One compose service as a component of Catalyst's chart; its README says what all the keys mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workflows.naming import PROJECT_SECRETS
from workflows.planning.compose.specification.checking import Checked
from workflows.planning.compose.specification.model import Port, Service
from workflows.planning.compose.translation import listening, order, resources
from workflows.planning.compose.translation.building import Images
from workflows.planning.compose.translation.environment import Settings
from workflows.planning.compose.translation.images import starts
from workflows.planning.compose.translation.naming import HOST_NAME
from workflows.planning.compose.translation.special import literal, literals, secrets_in
from workflows.planning.compose.translation.waiting import waits_for
from workflows.planning.compose.wishes import Piece, Values
from workflows.planning.detection.files import shorten

_USUAL_GRACE = 10.0
"""Seconds that a container has to stop, with Docker as with the chart."""


@dataclass
class Pieces:
    """What all components are made from."""

    checked: Checked
    settings: Settings
    images: Images
    components: Mapping[str, str]
    sure: Mapping[str, Sequence[Port]]
    """Service to the ports that it certainly listens on."""
    ports: Mapping[str, Sequence[Port]]
    """The same with those under which others name it."""
    aliases: Mapping[str, Sequence[str]]
    wanted: Mapping[str, Sequence[str]]
    """Service to those that it waits for."""
    jobs: Mapping[str, str]
    front: str
    front_port: int
    has_secrets: bool
    """Whether the environment gets any of the project's."""

    def piece(self, name: str, volumes: Values) -> Piece:
        service = self.checked.services[name]
        is_own = name in self.images.of
        found = self.settings.environment_of(name, is_own=is_own)
        secrets = dict(found.secrets)
        values: Values = self._job(name) if name in self.jobs else self._reached(name, service)
        values |= self._image(name, service)
        values |= self._commands(name, service, secrets)
        if HOST_NAME.fullmatch(service.hostname):
            values["hostname"] = service.hostname
        if volumes:
            values["volumes"] = volumes
        if limits := resources.resources_of(service):
            values["resources"] = limits
        if security := self._security(name, service):
            values["security"] = security
        if service.stop_grace_period != _USUAL_GRACE:
            values["terminationGracePeriodSeconds"] = max(int(service.stop_grace_period), 1)
        if filled := {key: each for key, each in sorted(secrets.items()) if key not in found.env}:
            values["secretEnv"] = {
                key: {"secret": PROJECT_SECRETS, "key": secret} for key, secret in filled.items()
            }
        if is_own and self.has_secrets:
            values["envFrom"] = [PROJECT_SECRETS]
        return Piece(self.components[name], name, values, found.env)

    def _job(self, name: str) -> Values:
        wanted = [each for each in self.wanted[name] if each not in self.jobs]
        waits = waits_for(wanted, self.checked.services, self.components, self.sure, self.aliases)
        return {"kind": "job", **({"waitFor": waits} if waits else {})}

    def _image(self, name: str, service: Service) -> Values:
        """Its own build's by name; another's build; or an image of others, which no commit changes."""
        build = self.images.of.get(name, "")
        if not build:
            return {"image": service.image, "catalystEnv": False}
        return {} if build == self.components[name] else {"imageFrom": build}

    def _reached(self, name: str, service: Service) -> Values:
        is_front = name == self.front
        if service.restart in order.NEVER:
            place = self.checked.place(name, "restart")
            self.checked.idle.quiet.setdefault("restart", []).append(place)
        ports = listening.chart_ports(self.ports[name], self.front_port if is_front else 0)
        values: Values = {"kind": "web" if is_front else "worker"}
        if ports:
            values["ports"] = list(ports)
        if aliases := self.aliases[name]:
            calls_itself = listening.names_itself(service, (name, *aliases))
            early: Values = {"publishNotReady": True} if calls_itself else {}
            values["service"] = {"aliases": list(aliases), **early}
        sure = {each.target for each in self.sure[name]} | (
            {self.front_port} if is_front else set()
        )
        if probes := listening.probes_of(service, ports, sure):
            values["probes"] = probes
        elif waiting := order.waits_for_health(self.checked, name):
            self.settings.warn(
                f"{self.checked.place(waiting, 'depends_on', name)}: `{shorten(waiting, 60)}` waits until `{shorten(name, 60)}` is "
                "healthy, and nothing tells when: it has neither a `healthcheck` nor a port that is known. It counts as "
                "soon as it runs."
            )
        replicas = resources.replicas_of(service)
        return values if replicas is None else {**values, "replicas": replicas}

    def _commands(self, name: str, service: Service, secrets: dict[str, str]) -> Values:
        """Secrets that a command names become variables of the same name."""
        values: Values = {}
        for key, words in self._started(name, service):
            if words:
                values[key] = list(literals(words, is_expanded=True))
                for secret in (each for word in words for each in secrets_in(word)):
                    secrets.setdefault(secret, secret)
        directory = service.working_dir
        if directory and (not directory.startswith("/") or ":" in directory):
            place = self.checked.place(name, "working_dir")
            self.checked.problems.append(
                f"{place}: `working_dir` of `{shorten(name, 60)}` must begin with `/`."
            )
        elif directory:
            values["workingDir"] = literal(directory)
        return values

    def _started(self, name: str, service: Service) -> list[tuple[str, Sequence[str]]]:
        """Words by the chart's keys. An empty `entrypoint` or `command` takes the image's own back, for which Kubernetes
        has no word: the other of the two is said in its place, where it is known."""
        if service.entrypoint == () and service.command:
            return [("command", service.command)]
        if service.entrypoint == ():
            return self._without(name, "entrypoint", left="CMD")
        if service.command == () and not service.entrypoint:
            return self._without(name, "command", left="ENTRYPOINT")
        return [("command", service.entrypoint or ()), ("args", service.command or ())]

    def _without(self, name: str, key: str, *, left: str) -> list[tuple[str, Sequence[str]]]:
        build = self.images.plan_of(name)
        text = self.settings.shelf.dockerfile(build) if build else ""
        if build and (words := starts(text, left, build.target)):
            return [("command", words)]
        place = self.checked.place(name, key)
        self.settings.warn(
            f"{place}: the empty `{key}` of `{shorten(name, 60)}` is without effect, for nothing tells the `{left}` of its "
            "image, which would run alone; write it there in full."
        )
        return []

    def _security(self, name: str, service: Service) -> Values:
        security, problem = resources.security_of(service)
        if problem:
            place = self.checked.place(name, "user")
            self.settings.warn(f"{place}: `{shorten(name, 60)}` {problem}.")
        return security
