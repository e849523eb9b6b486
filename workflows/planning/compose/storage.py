"""Volumes, mounted files, configs and secrets of compose services -> volumes of Catalyst's chart."""

import posixpath
import re
from dataclasses import dataclass, field

from workflows.naming import PROJECT_SECRETS
from workflows.planning.compose.asking import MAX_MOUNTED
from workflows.planning.compose.building import covers, secret_of
from workflows.planning.compose.checking import Checked
from workflows.planning.compose.model import Content, Granted, Mount
from workflows.planning.compose.naming import component_name
from workflows.planning.compose.paths import inside
from workflows.planning.compose.shelf import Shelf
from workflows.planning.compose.special import literal, secrets_in
from workflows.planning.compose.wishes import Values, Wishes
from workflows.planning.detection.files import ROOT, folder_of, name_of, shorten
from workflows.planning.detection.interest import words

MAX_TEXTS = 256 * 1024
"""Bytes of all files that are mounted: they stand in the release, which many may read."""
SIZE = 1024**3
_HARMLESS = ("/etc/localtime", "/etc/timezone")
"""Files of the machine that only say what time it is; every image knows it."""
_SOCKETS = (
    "/var/run/docker.sock",
    "/run/docker.sock",
    "/var/run/docker",
    "/run/podman/podman.sock",
)
_PACKAGES = words(
    "node_modules vendor .venv venv site-packages .next .nuxt target bundle .pnpm-store __pycache__ .cache"
)
"""Directories that images bring filled; a volume of a preview begins empty, and would hide them."""
_KEY = re.compile(r"\.?[A-Za-z0-9_-][A-Za-z0-9._-]*")
_PATH = re.compile(r"/[^:\s]+")


@dataclass
class Storage:
    """Volumes of all services. Each is made once; a second service names the first one's claim."""

    checked: Checked
    shelf: Shelf
    wishes: Wishes
    components: dict[str, str]
    has_image: dict[str, bool]
    """Whether a service runs what is built from the repository."""
    owners: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Named volume to the service that has it first, and the volume's name there."""
    size: int = 0
    """Bytes of all texts that are mounted."""
    reasons: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def volumes_of(self, name: str) -> Values:
        """All volumes of a service, by names of the chart's."""
        service = self.checked.services[name]
        found = _Volumes(self, name)
        for at, mount in enumerate(service.volumes):
            found.place = self.checked.place(name, "volumes", at)
            found.mount(mount)
        for each in service.tmpfs:
            path, _, options = each.partition(":")
            found.place = self.checked.place(name, "tmpfs")
            found.memory(path, _tmpfs_size(options))
        if service.shm_size:
            found.memory("/dev/shm", service.shm_size)  # noqa: S108  (a path of the container)
        for each_config in service.configs:
            found.place = self.checked.place(name, "configs")
            found.granted(each_config, "configs", f"/{each_config.source}")
        for each_secret in service.secrets:
            found.place = self.checked.place(name, "secrets")
            found.granted(each_secret, "secrets", f"/run/secrets/{each_secret.source}")
        return found.values


@dataclass
class _Volumes:
    """Those of one service, as they are collected."""

    all: Storage
    service: str
    place: str = ""
    values: Values = field(default_factory=dict)
    paths: set[str] = field(default_factory=set)

    # --- what is mounted

    def mount(self, mount: Mount) -> None:
        if mount.type == "tmpfs":
            self.memory(mount.target, mount.tmpfs.size)
        elif mount.type == "volume" and not mount.source:
            self.all.reasons.append(
                f"The anonymous volume `{shorten(mount.target, 80)}` of {self._shown} is left out: what its image has there serves."
            )
        elif mount.type == "volume":
            self._named(mount)
        else:
            self._bound(mount)

    def memory(self, path: str, size: int = 0) -> None:
        limit: Values = {"sizeLimit": quantity(size)} if size else {}
        self._add("memory", path, {"type": "empty", "medium": "Memory", **limit})

    def granted(self, granted: Granted, section: str, usual: str) -> None:
        """A config or a secret of the file."""
        known = self.all.checked.configs if section == "configs" else self.all.checked.secrets
        content, secrets = known.get(granted.source), self.all.wishes.secrets
        target = granted.target or usual
        if not target.startswith("/"):
            target = f"/run/secrets/{target}" if section == "secrets" else f"/{target}"
        text = self._text_of(content) if content else None
        if text is not None:
            self._file(target, text, granted.source)
            return
        if secret := secret_of(granted.source, content, secrets):
            values: Values = {
                "type": "secret",
                "secret": PROJECT_SECRETS,
                "files": {name_of(target): secret},
            }
            self._add(
                f"secret-{granted.source}",
                target,
                {**values, "subPath": name_of(target), "readOnly": True},
            )
            return
        what = "secret" if section == "secrets" else "config"
        if content is None:
            problem = f"which the file does not describe under `{section}`"
        elif what == "secret":
            problem = (
                "and neither is its file in the repository nor does the project grant a secret of that name; add it to the "
                "project's secrets, and to the template's `secrets`"
            )
        else:
            problem = "whose content is not in the repository"
        self._problem(f"{self._shown} uses the {what} `{shorten(granted.source, 60)}`, {problem}")

    def _text_of(self, content: Content) -> str | None:
        if content.content is not None:
            return content.content
        if content.file:
            path = inside(content.file)
            return self.all.shelf.text(path) if path else None
        value = self.all.wishes.variables.get(content.environment) if content.environment else None
        return None if value is None or secrets_in(value) else value

    # --- named volumes

    def _named(self, mount: Mount) -> None:
        name = mount.source
        if name not in self.all.checked.volumes:
            self._problem(
                f"{self._shown} mounts the volume `{shorten(name, 60)}`, which is not described under `volumes`; "
                f"write `./{shorten(name, 60)}` for a directory of the repository"
            )
            return
        self._kept(mount, name)

    def _kept(self, mount: Mount, name: str) -> None:
        """A volume that stays across pushes."""
        is_own = self.all.has_image[self.service]
        if is_own and not _PACKAGES.isdisjoint(mount.target.split("/")):
            self.all.reasons.append(
                f"The volume `{shorten(name, 60)}` of {self._shown} is left out: `{shorten(mount.target, 80)}` comes with the image."
            )
            return
        volume = component_name(name)
        component = self.all.components[self.service]
        size = self._size_of(name)
        below = mount.volume.subpath.strip("/")
        values: Values = {
            "type": "persistent",
            # Below the volume's root, which may hold `lost+found`: databases want an empty directory.
            "subPath": f"data/{below}" if below else "data",
            "size": quantity(size),
        }
        owner, owned = self.all.owners.setdefault(name, (component, volume))
        if owner != component:
            values["existingClaim"] = self.all.wishes.claim_name(owner, owned)
            self.all.warnings.append(
                f"The volume `{shorten(name, 60)}` is shared by `{owner}` and `{component}`: it can be mounted by one node at a "
                "time, so both have to run on the same."
            )
        elif is_own:
            self.all.warnings.append(
                f"{self.place}: the volume `{shorten(name, 60)}` begins empty, unlike with Docker: what the image of "
                f"{self._shown} has in `{shorten(mount.target, 80)}` is hidden."
            )
        if mount.read_only:
            values["readOnly"] = True
        self._add(volume, mount.target, values)

    def _size_of(self, name: str) -> int:
        volume = self.all.checked.volumes.get(name)
        service = self.all.checked.services[self.service]
        return (volume.size if volume else None) or service.catalyst.size or SIZE

    # --- paths of the repository and of the machine

    def _bound(self, mount: Mount) -> None:
        source = mount.source
        path = "" if source.startswith(("/", "~")) else inside(source)
        shown = f"`{shorten(source.removeprefix('./') if path not in ('', ROOT) else source, 80)}`"
        if source.rstrip("/") in _HARMLESS:
            self.all.reasons.append(
                f"{shown} is not mounted into {self._shown}: its image knows the time."
            )
        elif not path:
            socket = source.rstrip("/").startswith(_SOCKETS)
            why = (
                "a preview has no Docker to talk to"
                if socket
                else "it is a path of a machine, and not of the repository"
            )
            what = "the Docker socket" if socket else shown
            self._problem(f"{self._shown} mounts {what}, which is refused: {why}")
        else:
            self._of_repository(mount, path, shown)

    def _of_repository(self, mount: Mount, path: str, shown: str) -> None:
        build = self.all.checked.services[self.service].build
        shelf = self.all.shelf
        is_file, below = shelf.has(path), shelf.below(path)
        if not is_file and not below:
            self._absent(mount, path, shown)
        elif build is not None and covers(build, path):
            self.all.reasons.append(
                f"{shown} is not mounted into {self._shown}: its image is built from the commit, and holds it."
            )
        elif self.all.has_image[self.service] and not is_file:
            self.all.reasons.append(
                f"{shown} is not mounted into {self._shown}: it runs an image that is built from the commit."
            )
        elif is_file:
            self._files([path], folder_of(path), mount.target, mount)
        else:
            self._files(below, path, mount.target, mount)

    def _absent(self, mount: Mount, path: str, shown: str) -> None:
        """A directory that Docker would make, to keep data in; a file that people have on their own machines alone."""
        if "." in name_of(path).lstrip("."):
            self.all.warnings.append(
                f"{self.place}: {shown} is not in the repository, so it is not mounted into {self._shown}."
            )
            return
        name = component_name(path)
        self.all.reasons.append(
            f"{shown} is not in the repository: {self._shown} gets a volume of its own in its place."
        )
        self._kept(mount, name)

    def _files(self, paths: list[str], folder: str, target: str, mount: Mount) -> None:
        """Files of the repository as settings: a volume for each directory."""
        if len(paths) > MAX_MOUNTED:
            self._too_much(folder, f"{len(paths)} files")
            return
        by_folder: dict[str, dict[str, str]] = {}
        for path in paths:
            text = self.all.shelf.text(path)
            if text is None or self.all.shelf.is_cut(path):
                problem = self.all.shelf.problem(path) or "was not read"
                self._problem(
                    f"`{shorten(path, 80)}` is mounted into {self._shown} and {problem}; put it into an image with a "
                    "`Dockerfile` instead"
                )
                return
            by_folder.setdefault(folder_of(path), {})[name_of(path)] = text
        if self.all.shelf.has(mount_source := paths[0]) and inside(mount.source) == mount_source:
            self._file(
                target,
                by_folder[folder_of(mount_source)][name_of(mount_source)],
                name_of(mount_source),
            )
            return
        for each, texts in by_folder.items():
            relative = posixpath.relpath(each, folder)
            where = target if relative == ROOT else f"{target.rstrip('/')}/{relative}"
            self._config(name_of(each) or "files", where, texts)

    def _file(self, target: str, text: str, name: str) -> None:
        self._config(name, target, {name_of(target): text}, sub_path=name_of(target))

    def _config(self, name: str, target: str, texts: dict[str, str], *, sub_path: str = "") -> None:
        self.all.size += sum(len(text.encode()) for text in texts.values())
        if self.all.size > MAX_TEXTS:
            self._too_much(
                name, f"more than {MAX_TEXTS // 1024} KiB, with all else that is mounted"
            )
            return
        if bad := [each for each in texts if not _KEY.fullmatch(each)]:
            self._problem(
                f"{self._shown} mounts a file called `{shorten(bad[0], 60)}`; only letters, digits, `.`, `-` and `_` are possible"
            )
            return
        if any(secrets_in(text) for text in texts.values()):
            self._problem(
                f"`{shorten(name, 60)}` of {self._shown} would hold a secret; use `secrets` instead of `configs`"
            )
            return
        values: Values = {
            "type": "config",
            "files": {each: literal(text) for each, text in sorted(texts.items())},
        }
        if any(text.startswith("#!") for text in texts.values()):
            values["executable"] = True
        self._add(name, target, {**values, **({"subPath": sub_path} if sub_path else {})})

    # --- noting

    @property
    def _shown(self) -> str:
        return f"`{shorten(self.service, 60)}`"

    def _too_much(self, name: str, size: str) -> None:
        self._problem(
            f"`{shorten(name, 80)}` is mounted into {self._shown} and holds {size}; put it into an image with a `Dockerfile` instead"
        )

    def _problem(self, words: str) -> None:
        self.all.checked.problems.append(f"{self.place}: {words}.")

    def _add(self, name: str, target: str, values: Values) -> None:
        path = posixpath.normpath(target)
        if not _PATH.fullmatch(path) or path == "/":
            self._problem(
                f"{self._shown} mounts something at `{shorten(target, 60)}`, which is no path to mount at"
            )
            return
        if path in self.paths:
            return  # said twice, as an override does
        self.paths.add(path)
        unique = component_name(name)
        for number in range(2, 1000):
            if unique not in self.values:
                break
            unique = f"{component_name(name)[:36].strip('-')}-{number}"
        self.values[unique] = {**values, "mountPath": path}


def quantity(size: int) -> str:
    """Bytes as Kubernetes writes them, rounded up to a KiB."""
    for unit, power in (("Gi", 3), ("Mi", 2)):
        if size >= 1024**power and size % 1024**power == 0:
            return f"{size // 1024**power}{unit}"
    return f"{max(-(-size // 1024), 1)}Ki"


def _tmpfs_size(options: str) -> int:
    found = re.search(r"(?:^|,)size=(\d+)([kmg]?)", options, re.IGNORECASE)
    powers = {"": 0, "k": 1, "m": 2, "g": 3}
    return int(found[1][:15]) * 1024 ** powers[found[2].lower()] if found else 0
