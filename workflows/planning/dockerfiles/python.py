"""Images of Python applications: a virtual environment beside the sources."""

from workflows.planning.detection.python.project import read_project
from workflows.planning.dockerfiles import mirrors
from workflows.planning.dockerfiles.blocks import (
    APP,
    Manifests,
    add_user,
    copy_manifests,
    copy_sources,
    declare_mirrors,
    enter_member,
    finish,
    needs_make,
    place_of,
)
from workflows.planning.dockerfiles.model import HOME, USER, Layout, Recipe
from workflows.planning.dockerfiles.python_packages import installation_of
from workflows.planning.dockerfiles.starting import start_of
from workflows.planning.dockerfiles.text import Instructions
from workflows.planning.dockerfiles.versions import PYTHON, version_of

_VENV = "/opt/venv"
_MIRRORED = {"poetry": " ${POETRY_PYPI_MIRROR_URL:+poetry-plugin-pypi-mirror}"}
"""What a package manager lacks to heed a mirror, where there is one."""
_TOOLS = {"uv": "'uv>=0.8,<1'", "poetry": "'poetry>=2,<3'", "pipenv": "'pipenv>=2025'"}
_CACHES = {"uv": ".cache/uv", "poetry": ".cache/pypoetry", "pipenv": ".cache/pipenv"}
_COMPILED = {
    "psycopg2": "gcc libc6-dev libpq-dev",
    "mysqlclient": "gcc libc6-dev default-libmysqlclient-dev pkg-config",
    "uwsgi": "gcc libc6-dev",
}
"""Well-known packages without wheels, and what compiling them takes."""


def make_python(layout: Layout) -> Recipe:
    """Raises PlanError when nothing says what to start."""
    application = layout.application
    start = start_of(application)
    installation = installation_of(layout)
    cache = f"{HOME}/{_CACHES.get(application.package_manager, '.cache/pip')}"
    build = "" if start.follows_changes else application.build
    after = [each for each in (installation.project, build) if each]
    lines = Instructions()
    _begin(lines, layout)
    manifests = installation.manifests if installation.dependencies else Manifests()
    if installation.dependencies:
        copy_manifests(lines, manifests)
    enter_member(lines, layout)
    if installation.dependencies:
        lines.run(installation.dependencies, caches=[cache], owner=USER)
    copy_sources(lines, manifests, is_last=not after)
    for command in after:
        lines.run(command, caches=[cache], owner=USER)
    finish(lines, layout, start.command, _search_path(layout))
    reason = (
        f"The generated Dockerfile stands on the image of Python {version_of(application, PYTHON)}."
    )
    return Recipe(lines, tuple(each for each in (reason, start.reason) if each))


def image_of(layout: Layout) -> str:
    """The image of Python that the application stands on."""
    image = f"docker.io/library/python:{version_of(layout.application, PYTHON)}"
    return image if needs_make(layout) else f"{image}-slim"


def _begin(lines: Instructions, layout: Layout) -> None:
    manager = layout.application.package_manager
    lines.base(image_of(layout))
    declare_mirrors(lines, mirrors_of(layout))
    if packages := _system_packages(layout):
        lines.comment("Some packages are compiled while they are installed.")
        lines.run(
            "apt-get update",
            f"apt-get install --yes --no-install-recommends {packages}",
            "rm -rf /var/lib/apt/lists/*",
        )
    if tool := tool_of(layout):
        lines.comment(f"{manager} is not a part of the image.")
        lines.run(*_installing(manager, tool))
    add_user(lines, layout, _VENV)
    lines.env(variables_of(layout, HOME, _VENV))
    lines.extend_path(f"{_VENV}/bin")
    lines.workdir(APP)
    lines.user(USER)
    lines.run(f"python -m venv {_VENV}")


def _installing(manager: str, packages: str) -> tuple[str, ...]:
    """Where it depends on packages itself, it gets an environment of its own: no image has them in other versions."""
    if manager == "uv":
        return (f"pip install --no-cache-dir {packages}",)
    place = f"/opt/{manager}"
    return (
        f"python -m venv {place}",
        f"{place}/bin/pip install --no-cache-dir {packages}",
        f"ln -s {place}/bin/{manager} /usr/local/bin/{manager}",
    )


def tool_of(layout: Layout) -> str:
    """The package manager to install, as pip names it, for a shell; empty when the image has it."""
    manager = layout.application.package_manager
    return f"{_TOOLS.get(manager, '')}{_MIRRORED.get(manager, '')}"


def mirrors_of(layout: Layout) -> tuple[str, ...]:
    """Arguments that the package manager reads, and pip, with which it is installed."""
    manager = layout.application.package_manager
    if manager == "uv":
        own = () if "--locked" in layout.application.install else mirrors.UV
    else:
        own = {"poetry": mirrors.POETRY, "pipenv": mirrors.PIPENV}.get(manager, ())
    return (*mirrors.PYTHON, *own)


def _system_packages(layout: Layout) -> str:
    project = read_project(layout.files, layout.application.workdir)
    known = project.dependencies if project else frozenset()
    found = [packages for name, packages in _COMPILED.items() if name in known]
    return " ".join(sorted({each for packages in found for each in packages.split()}))


def _search_path(layout: Layout) -> dict[str, str]:
    """Where modules are found that nobody installs; set at the end, so that no tool finds them before its own."""
    place = place_of(layout)
    has_sources = layout.is_folder(layout.member_path("src"))
    return {"PYTHONPATH": f"{place}:{place}/src" if has_sources else place}


def variables_of(layout: Layout, home: str, venv: str) -> dict[str, str]:
    """For Python and its package manager, with a virtual environment at that place."""
    common = {
        "HOME": home,
        "VIRTUAL_ENV": venv,
        "PYTHONUNBUFFERED": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    match layout.application.package_manager:
        case "uv":
            return common | {
                "UV_PROJECT_ENVIRONMENT": venv,
                "UV_PYTHON": f"{venv}/bin/python",
                "UV_PYTHON_DOWNLOADS": "never",
                "UV_LINK_MODE": "copy",
                # What is installed while the image is built is all there is.
                "UV_NO_SYNC": "1",
            }
        case "poetry":
            return common | {"POETRY_VIRTUALENVS_CREATE": "false"}
        case "pipenv":
            return common | {"PIPENV_VERBOSITY": "-1"}
        case _:
            return common
