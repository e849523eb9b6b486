"""Which images of a compose file are built from the commit, and which service runs which."""

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass, field

from workflows.models import BuildPlan
from workflows.planning.compose.reading.paths import inside, is_remote
from workflows.planning.compose.specification.checking import Checked
from workflows.planning.compose.specification.model import Build, Content
from workflows.planning.compose.translation.special import readable, secrets_in
from workflows.planning.detection.files import shorten


@dataclass
class Images:
    """Service to the name of the build that it runs; services with images of others are not in it."""

    builds: dict[str, BuildPlan] = field(default_factory=dict)
    """By component; each content once."""
    of: dict[str, str] = field(default_factory=dict)

    def plan_of(self, service: str) -> BuildPlan | None:
        return self.builds.get(self.of.get(service, ""))


def images_of(
    checked: Checked, components: dict[str, str], variables: dict[str, str], secrets: Sequence[str]
) -> Images:
    """All builds. Services that would build the same run one image; so do those that name an image that is built."""
    images = Images()
    by_content: dict[str, str] = {}
    by_name: dict[str, str] = {}
    # Those with ports first: a shared image is called like what people look at.
    for name, service in sorted(checked.services.items(), key=lambda each: not each[1].ports):
        if service.build is None:
            continue
        plan = _plan(checked, name, service.build, components[name], variables, secrets)
        if plan is None:
            continue
        content = plan.model_copy(update={"component": "x"}).model_dump_json()
        first = by_content.setdefault(content, plan.component)
        if first == plan.component:
            images.builds[first] = plan
        images.of[name] = first
        if service.image:
            by_name.setdefault(service.image, first)
    for name, service in checked.services.items():
        if service.build is None and service.image in by_name:
            images.of[name] = by_name[service.image]
    return images


def note_without_image(checked: Checked) -> None:
    for name, service in checked.services.items():
        shown = shorten(name, 60)
        if service.build is None and not service.image:
            checked.problems.append(
                f"{checked.place(name)}: the service `{shown}` has neither `image` nor `build`."
            )
        elif secrets_in(service.image) or any(each.isspace() for each in service.image):
            checked.problems.append(
                f"{checked.place(name, 'image')}: `{shorten(readable(service.image), 80)}` of `{shown}` is no image."
            )


def dockerfile_of(build: Build) -> str:
    """Relative to the repository's root; empty where it leads out."""
    context = inside(build.context)
    if not context:
        return ""
    path = posixpath.normpath(posixpath.join(context, build.dockerfile or "Dockerfile"))
    return "" if path.startswith(("../", "/")) or path == ".." else path


def _plan(
    checked: Checked,
    name: str,
    build: Build,
    component: str,
    variables: dict[str, str],
    secrets: Sequence[str],
) -> BuildPlan | None:
    place, shown = checked.place(name, "build"), shorten(name, 60)
    context, dockerfile = inside(build.context), dockerfile_of(build)
    if not context or not dockerfile:
        what = (
            "from another repository"
            if is_remote(build.context)
            else "from outside of the repository"
        )
        checked.problems.append(
            f"{place}: the service `{shown}` is built {what} (`{shorten(readable(build.dockerfile if context else build.context), 80)}`), which is refused; "
            "build from a directory of this repository, or name an `image`."
        )
        return None
    args = {
        key: value if value is not None else variables.get(key) for key, value in build.args.items()
    }
    for key, value in args.items():
        if value and secrets_in(value):
            checked.problems.append(
                f"{place}: the build argument `{shorten(key, 60)}` of `{shown}` would hold a secret, and stay readable in the "
                "image; mount it with `secrets` under `build`."
            )
    return BuildPlan(
        component=component,
        context=context,
        dockerfile="Dockerfile" if build.dockerfile_inline else dockerfile,
        target=build.target,
        args={key: readable(value) for key, value in args.items() if value is not None},
        secrets=_secrets(checked, name, build, secrets),
        generated=build.dockerfile_inline,
    )


def _secrets(checked: Checked, name: str, build: Build, known: Sequence[str]) -> tuple[str, ...]:
    """Secrets of the project, each mounted under its own name."""
    found = []
    for each in build.secrets:
        secret = secret_of(each.source, checked.secrets.get(each.source), known)
        wanted = each.target or each.source
        if secret and secret == wanted:
            found.append(secret)
        else:
            checked.problems.append(
                f"{checked.place(name, 'build', 'secrets')}: the build of `{shorten(name, 60)}` mounts the secret "
                f"`{shorten(wanted, 60)}`, and the project grants none of that name; add it to the project, and to the "
                "template's `secrets`."
            )
    return tuple(dict.fromkeys(found))


def secret_of(source: str, content: Content | None, known: Sequence[str]) -> str:
    """The project's secret that stands for one of the file's; empty where there is none."""
    names = [content.environment, content.name] if content else []
    candidates = [each for each in (*names, source) if each]
    return next((each for name in candidates for each in (name, name.upper()) if each in known), "")
