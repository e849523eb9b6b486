"""A compose file of a commit -> components of Catalyst's chart, images, and what is brought up after what (ENV-012)."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from workflows.models import RepositoryTree
from workflows.planning.compose.reading.loading import Loading
from workflows.planning.compose.reading.parts import Part
from workflows.planning.compose.reading.shelf import Shelf
from workflows.planning.compose.specification.checking import Checked, check
from workflows.planning.compose.specification.model import Port
from workflows.planning.compose.translation import building, listening, naming, order
from workflows.planning.compose.translation.environment import Settings
from workflows.planning.compose.translation.front import front_of
from workflows.planning.compose.translation.images import check_of, merged
from workflows.planning.compose.translation.mounts import mounted_texts
from workflows.planning.compose.translation.pieces import Pieces
from workflows.planning.compose.translation.special import KNOWN, of_placeholder, of_secret
from workflows.planning.compose.translation.storage import Storage
from workflows.planning.compose.wishes import Composed, Values, Wishes
from workflows.planning.detection.files import shorten

_MAX_NAMED = 8
_PLACE = re.compile(r"([^\s:`]+):(?:(\d+):)?")


def compose(tree: RepositoryTree, wishes: Wishes) -> Composed:
    """The translation, with everything that stands against it. Never raises; the same input gives the same answer."""
    shelf, done = Shelf(tree), Composed()
    loading = Loading(shelf, _variables(wishes))
    project = loading.project(wishes.path, is_chosen=wishes.is_chosen, over=wishes.over)
    if loading.problems:
        done.problems = _by_place(loading.problems)
        return done
    profiles = tuple(each.strip() for each in loading.profiles.split(",") if each.strip())
    checked = check(project, profiles, wishes.only)
    _tell_reading(done, loading, checked)
    # Also where there are problems: all of them are told at once.
    _Translation(shelf, wishes, loading, checked, done).run()
    done.reasons += checked.idle.reasons()
    done.problems = _by_place(checked.problems)
    return done


def _by_place(problems: Sequence[str]) -> list[str]:
    """Each once, file by file in the order of lines."""

    def place(problem: str) -> tuple[str, int]:
        found = _PLACE.match(problem)
        return (found[1], int(found[2] or 0)) if found else ("", 0)

    return sorted(dict.fromkeys(problems), key=place)


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
    done.warnings += checked.idle.warnings()
    for name, place in list(checked.external.items())[:_MAX_NAMED]:
        done.warnings.append(
            f"{place}: the volume `{shorten(name, 60)}` is `external`; a preview cannot reach what it holds elsewhere, and "
            "begins with a new one."
        )
    if len(checked.networks) > 1:
        listed = ", ".join(f"`{shorten(name, 60)}`" for name in checked.networks[:_MAX_NAMED])
        rest = ", …" if len(checked.networks) > _MAX_NAMED else ""
        done.reasons.append(
            f"Networks are one in a preview, where each service reaches every other: {listed}{rest}."
        )


@dataclass
class _Translation:
    shelf: Shelf
    wishes: Wishes
    loading: Loading
    checked: Checked
    done: Composed

    def run(self) -> None:
        checked, wishes = self.checked, self.wishes
        building.note_without_image(checked)
        components = naming.component_names(checked)
        wanted = order.dependencies(checked)
        jobs = order.jobs_of(checked)
        images = building.images_of(checked, components, self._arguments(), wishes.secrets)
        self._own_checks(images, jobs)
        aliases, told = naming.aliases(checked)
        for warning in told:
            self._warn(warning)
        sure = {
            name: listening.sure_ports(self.shelf.files, service)
            for name, service in checked.services.items()
        }
        front = self._front(components, sure, jobs) if wishes.with_front else ""
        self._note_published()
        levels = order.levels(wanted)
        volumes = self._volumes(levels, components, images)
        pieces = Pieces(
            checked=checked,
            settings=self._settings(),
            images=images,
            components=components,
            sure=sure,
            ports=self._ports(sure, aliases, volumes),
            aliases=aliases,
            wanted=wanted,
            jobs=jobs,
            front=front,
            front_port=self.done.port,
            has_secrets=bool(wishes.secrets),
        )
        for name in sorted(checked.services, key=lambda each: each != front):
            self.done.pieces.append(pieces.piece(name, volumes[name]))
        self.done.builds = list(images.builds.values())
        self._stages(levels, components, jobs)

    def _warn(self, warning: str) -> None:
        if warning not in self.done.warnings:
            self.done.warnings.append(warning)

    def _settings(self) -> Settings:
        changed = {
            name: naming.alias_of(name)
            for name in self.checked.services
            if naming.alias_of(name) != name
        }
        published = {
            port.published: name
            for name, service in reversed(self.checked.services.items())
            for port in service.ports
            if port.published
        }
        return Settings(
            checked=self.checked,
            shelf=self.shelf,
            lookup=self.loading.lookup,
            wishes=self.wishes,
            renamed=changed,
            warn=self._warn,
            published=published,
        )

    def _own_checks(self, images: building.Images, jobs: Collection[str]) -> None:
        """Checks of Dockerfiles, for services that say nothing against them. What runs another command than the image's
        own is checked so only where the file asks for it: the check may be about what does not run."""
        for name, service in self.checked.services.items():
            build = images.plan_of(name)
            is_as_built = service.command is None and service.entrypoint is None
            is_asked = service.healthcheck or order.waits_for_health(self.checked, name)
            if build is None or name in jobs or not (is_as_built or is_asked):
                continue
            own = check_of(self.shelf.dockerfile(build), build.target)
            health = merged(service.healthcheck, own)
            if health is not None and health is not service.healthcheck:
                self.checked.services[name] = service.model_copy(update={"healthcheck": health})
                self.done.reasons.append(
                    f"`{shorten(name, 60)}` is ready when the `HEALTHCHECK` of its Dockerfile says so."
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

    # --- ports and the public one

    def _ports(
        self,
        sure: Mapping[str, Sequence[Port]],
        aliases: Mapping[str, Sequence[str]],
        volumes: Mapping[str, Values],
    ) -> dict[str, list[Port]]:
        """With those that services name of each other, in the file or in what is mounted into them."""
        values = [text for part in self.checked.parts.values() for text in _values(part)]
        mounted = [text for each in volumes.values() for text in mounted_texts(each)]
        mentioned = listening.mentioned_ports(aliases, (*values, *mounted))
        return {
            name: listening.with_mentioned(ports, mentioned.get(name, ()))
            for name, ports in sure.items()
        }

    def _front(
        self,
        components: Mapping[str, str],
        sure: Mapping[str, list[Port]],
        jobs: Mapping[str, str],
    ) -> str:
        name, reason = front_of(self.checked, self.wishes.front, components, sure, jobs)
        if not name:
            if not self.checked.problems:
                self.checked.problems.append(
                    f"{self.wishes.path}: no service listens on a port that is known, so the public URL would lead nowhere; "
                    "add `ports` to the one that people look at."
                )
            return ""
        service, shown = self.checked.services[name], shorten(name, 60)
        ports = [each.target for each in sure[name] if each.protocol == "tcp"]
        port = service.catalyst.port or self.wishes.port or (ports[0] if ports else 0)
        if not port or name in jobs:
            self.checked.problems.append(
                f"{self.checked.place(name)}: the public URL leads to `{shown}`, and nothing says where it listens; add `ports` "
                "to it, or `port` under its `x-catalyst`."
            )
        self.done.front, self.done.port = components[name], port
        self.done.health = service.catalyst.health
        self.done.reasons.append(f"The public URL leads to `{shown}`, port {port}: {reason}.")
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

    # --- volumes and order

    def _volumes(
        self,
        levels: Sequence[Sequence[str]],
        components: Mapping[str, str],
        images: building.Images,
    ) -> dict[str, Values]:
        storage = Storage(
            checked=self.checked,
            shelf=self.shelf,
            wishes=self.wishes,
            components=components,
            builds={name: images.builds[build] for name, build in images.of.items()},
        )
        # In the order in which they come up: the first to mount a volume makes its claim.
        volumes = {name: storage.volumes_of(name) for level in levels for name in level}
        self.done.reasons += list(dict.fromkeys(storage.reasons))
        for warning in storage.warnings:
            self._warn(warning)
        return volumes

    def _stages(
        self,
        levels: Sequence[Sequence[str]],
        components: Mapping[str, str],
        jobs: Mapping[str, str],
    ) -> None:
        self.done.reasons += [
            f"`{shorten(name, 60)}` runs once for each revision: {reason}."
            for name, reason in jobs.items()
        ]
        if len(levels) < 2:
            return
        for level in levels:
            names = tuple(components[name] for name in level)
            what = "job " if len(level) == 1 and level[0] in jobs else ""
            self.done.stages.append((shorten(f"{what}{', '.join(names)}", 120), names))
        listed = ", then ".join(
            ", ".join(f"`{each}`" for each in names) for _, names in self.done.stages
        )
        self.done.reasons.append(
            f"Brought up one after the other, by `depends_on`: {shorten(listed, 400)}."
        )


def _values(service: Part) -> Iterator[str]:
    """Texts of a service but its image: `postgres:16` is no port of `postgres`."""
    for key, part in service.entries.items():
        if key not in ("image", "build", "ports", "volumes"):
            yield from part.texts()
