"""Volumes of compose services, and what is mounted from the repository -> volumes of Catalyst's chart."""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field

from workflows.models import BuildPlan
from workflows.planning.compose.reading.asking import MAX_MOUNTED
from workflows.planning.compose.reading.paths import inside
from workflows.planning.compose.reading.shelf import Shelf
from workflows.planning.compose.specification.checking import Checked
from workflows.planning.compose.specification.model import Mount, Service
from workflows.planning.compose.specification.sizes import quantity, size_option
from workflows.planning.compose.translation.copying import covers, is_copied
from workflows.planning.compose.translation.grants import grant
from workflows.planning.compose.translation.mounts import Budget, Mounts
from workflows.planning.compose.translation.naming import component_name
from workflows.planning.compose.wishes import Values, Wishes
from workflows.planning.detection.dockerfile import has_shell
from workflows.planning.detection.files import ROOT, folder_of, name_of, shorten
from workflows.planning.detection.interest import words

SIZE = 1024**3
_HARMLESS = ("/etc/localtime", "/etc/timezone")
"""Files of the machine that only say what time it is; every image knows it."""
_SOCKETS = ("/var/run/docker.sock", "/run/docker.sock", "/run/podman", "/var/run/podman")
_PACKAGES = words(
    "node_modules vendor .venv venv site-packages .next .nuxt target bundle .pnpm-store __pycache__ .cache"
)
"""Directories that images bring filled anew by each build; a volume that is kept would hide them."""


@dataclass
class Storage:
    """Volumes of all services. Each is made once; a second service names the first one's claim."""

    checked: Checked
    shelf: Shelf
    wishes: Wishes
    components: Mapping[str, str]
    builds: Mapping[str, BuildPlan]
    """Services that run what is built from the repository, each with its build."""
    owners: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Named volume to the component that has it first, and the volume's name there."""
    reasons: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._budget = Budget(self.checked.problems)

    def volumes_of(self, name: str) -> Values:
        """All volumes of a service, by names of the chart's."""
        service = self.checked.services[name]
        mounts = Mounts(name, self._budget)
        for at, mount in enumerate(service.volumes):
            mounts.place = self.checked.place(name, "volumes", at)
            self._mount(mounts, service, mount)
        for each in service.tmpfs:
            path, _, options = each.partition(":")
            mounts.place = self.checked.place(name, "tmpfs")
            mounts.memory(path, size_option(options))
        if service.shm_size:
            mounts.memory("/dev/shm", service.shm_size)  # noqa: S108  (a path of the container)
        for section, granted in (("configs", service.configs), ("secrets", service.secrets)):
            for at, each_granted in enumerate(granted):
                mounts.place = self.checked.place(name, section, at)
                grant(mounts, each_granted, section, self.checked, self.shelf, self.wishes)
        return mounts.values

    def _mount(self, mounts: Mounts, service: Service, mount: Mount) -> None:
        if mount.type == "tmpfs":
            mounts.memory(mount.target, mount.tmpfs.size)
        elif mount.type == "bind":
            self._bound(mounts, service, mount)
        elif not mount.source:
            self.reasons.append(
                f"The anonymous volume `{shorten(mount.target, 80)}` of {mounts.shown} is left out: what its image has there "
                "serves."
            )
        elif mount.source in self.checked.volumes:
            self._kept(mounts, service, mount, mount.source)
        else:
            shown = shorten(mount.source, 60)
            mounts.problem(
                f"{mounts.shown} mounts the volume `{shown}`, which is not described under `volumes`; write `./{shown}` for "
                "a directory of the repository"
            )

    # --- volumes that stay across pushes

    def _kept(self, mounts: Mounts, service: Service, mount: Mount, name: str) -> None:
        is_own = mounts.service in self.builds
        shown = f"`{shorten(name, 60)}`"
        if is_own and not _PACKAGES.isdisjoint(mount.target.split("/")):
            self.reasons.append(
                f"The volume {shown} of {mounts.shown} is left out: `{shorten(mount.target, 80)}` comes with the image."
            )
            return
        volume, component = component_name(name), self.components[mounts.service]
        described = self.checked.volumes.get(name)
        size = (described.catalyst.size if described else None) or service.catalyst.size or SIZE
        below = posixpath.normpath(mount.volume.subpath.strip("/"))
        values: Values = {
            "type": "persistent",
            # Below the volume's root, which may hold `lost+found`: databases want an empty directory.
            "subPath": f"data/{below}"
            if below not in (ROOT, "..") and ".." not in below
            else "data",
            "size": quantity(size),
        }
        owner, owned = self.owners.setdefault(name, (component, volume))
        if owner != component:
            del values["size"]
            values["existingClaim"] = self.wishes.claim_name(owner, owned)
            self.warnings.append(
                f"The volume {shown} is shared by `{owner}` and `{component}`: one node at a time can mount it, so both have "
                "to run on the same."
            )
        elif is_own and mount.type == "volume" and not mount.volume.nocopy:
            values |= self._filled(mounts, mount, shown)
        if mount.read_only:
            values["readOnly"] = True
        mounts.add(volume, mount.target, values)

    def _filled(self, mounts: Mounts, mount: Mount, shown: str) -> Values:
        """As Docker fills an empty volume: with what the image has there. The image's own shell does it."""
        build, target = self.builds[mounts.service], f"`{shorten(mount.target, 80)}`"
        if has_shell(self.shelf.dockerfile(build), build.target):
            self.reasons.append(
                f"The volume {shown} begins with what the image of {mounts.shown} has in {target}; later images do not change it."
            )
            return {"fromImage": True}
        self.warnings.append(
            f"{mounts.place}: the volume {shown} begins empty, unlike with Docker: what the image of {mounts.shown} has in "
            f"{target} is hidden, for nothing in its Dockerfile tells that it has a shell to copy it with."
        )
        return {}

    # --- paths of the repository and of the machine

    def _bound(self, mounts: Mounts, service: Service, mount: Mount) -> None:
        source = mount.source
        path = "" if source.startswith(("/", "~")) else inside(source)
        shown = f"`{shorten(source.removeprefix('./') if path not in ('', ROOT) else source, 80)}`"
        if source.rstrip("/") in _HARMLESS:
            self.reasons.append(
                f"{shown} is not mounted into {mounts.shown}: its image has a clock."
            )
        elif source.startswith(_SOCKETS):
            mounts.problem(
                f"{mounts.shown} mounts the Docker socket, which is refused: a preview has no Docker to talk to; put the "
                "service under a profile if the preview can do without it"
            )
        elif not path:
            mounts.problem(
                f"{mounts.shown} mounts {shown}, which is refused: it is a path of a machine, and not of the repository"
            )
        else:
            self._of_repository(mounts, service, mount, path, shown)

    def _of_repository(
        self, mounts: Mounts, service: Service, mount: Mount, path: str, shown: str
    ) -> None:
        is_file = self.shelf.has(path)
        below = [] if is_file else self.shelf.below(path)
        if not is_file and not below:
            self._absent(mounts, service, mount, path, shown)
        elif (build := self.builds.get(mounts.service)) and covers(build.context, path):
            self._of_context(mounts, mount, path, shown, build)
        elif is_file:
            if texts := self._texts(mounts, [path]):
                mounts.file(name_of(path), mount.target, texts[path])
        elif len(below) > MAX_MOUNTED:
            mounts.too_much(path, f"{len(below)} files")
        else:
            self._folders(mounts, mount, path, self._texts(mounts, below))

    def _of_context(
        self, mounts: Mounts, mount: Mount, path: str, shown: str, build: BuildPlan
    ) -> None:
        """What the service's own image is built from: in it, unless its Dockerfile leaves it out."""
        if is_copied(self.shelf.dockerfile(build), build.context, path):
            self.reasons.append(
                f"{shown} is not mounted into {mounts.shown}: its image is built from the commit, and holds it."
            )
            return
        paths = [path] if self.shelf.has(path) else self.shelf.below(path)
        is_all = path == ROOT or f"{build.context}/".startswith(f"{path}/")
        if is_all or len(paths) > MAX_MOUNTED or any(not self._is_text(each) for each in paths):
            self.warnings.append(
                f"{mounts.place}: {shown} is not mounted into {mounts.shown}, and `{shorten(build.dockerfile, 80)}` does not copy "
                "it into the image; a preview runs what is in the image: add a `COPY`."
            )
        elif paths == [path]:
            mounts.file(name_of(path), mount.target, self._texts(mounts, paths)[path])
        else:
            self._folders(mounts, mount, path, self._texts(mounts, paths))

    def _is_text(self, path: str) -> bool:
        return self.shelf.text(path) is not None and not self.shelf.is_cut(path)

    def _absent(
        self, mounts: Mounts, service: Service, mount: Mount, path: str, shown: str
    ) -> None:
        """A directory that Docker would make, to keep data in; a file that people have on their own machines alone."""
        if "." in name_of(path).lstrip("."):
            self.warnings.append(
                f"{mounts.place}: {shown} is not in the repository, so it is not mounted into {mounts.shown}."
            )
            return
        self.reasons.append(
            f"{shown} is not in the repository: {mounts.shown} gets a volume of its own in its place."
        )
        self._kept(mounts, service, mount, path)

    def _folders(self, mounts: Mounts, mount: Mount, root: str, texts: Mapping[str, str]) -> None:
        """A volume for each directory that has files."""
        for folder in dict.fromkeys(map(folder_of, texts)):
            relative = posixpath.relpath(folder, root)
            target = mount.target if relative == ROOT else posixpath.join(mount.target, relative)
            files = {
                name_of(path): text for path, text in texts.items() if folder_of(path) == folder
            }
            mounts.folder(name_of(folder) or "files", target, files)

    def _texts(self, mounts: Mounts, paths: list[str]) -> dict[str, str]:
        """Empty where one of them cannot be mounted, which is noted."""
        found: dict[str, str] = {}
        for path in paths:
            text = self.shelf.text(path)
            if text is None or self.shelf.is_cut(path):
                mounts.problem(
                    f"`{shorten(path, 80)}` is mounted into {mounts.shown} and "
                    f"{self.shelf.problem(path) or 'was not read'}; put it into an image with a `Dockerfile` instead"
                )
                return {}
            found[path] = text
        return found
