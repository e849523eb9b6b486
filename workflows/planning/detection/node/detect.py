"""A directory with a `package.json` -> what its scripts or its framework would run."""

from dataclasses import dataclass, replace

from workflows.models import Application, ApplicationKind
from workflows.planning.detection.files import Files, is_shell_safe, join, shorten, string
from workflows.planning.detection.node.commands import Commands, CommandWriter
from workflows.planning.detection.node.delegation import delegate_of
from workflows.planning.detection.node.frameworks import (
    NONE,
    Framework,
    by_program,
    find_framework,
    usual,
)
from workflows.planning.detection.node.listening import (
    Listening,
    find_port,
    is_dev_server,
    listening_arguments,
)
from workflows.planning.detection.node.managers import Manager, find_manager
from workflows.planning.detection.node.manifest import Manifest, read_manifest
from workflows.planning.detection.ports import port_in_code
from workflows.planning.detection.proposal import Finding, Proposal, Rank, Standing, Toolchain
from workflows.planning.detection.shell import Call, docker_call, serving_calls
from workflows.planning.detection.versions import node_version

ALLOWED_HOSTS = "__VITE_ADDITIONAL_SERVER_ALLOWED_HOSTS"
"""Vite's development server answers only for localhost and the names in this variable."""


@dataclass(frozen=True)
class _Project:
    """A manifest with what its dependencies and lock files say."""

    files: Files
    manifest: Manifest
    manager: Manager
    beside: str

    @property
    def path(self) -> str:
        return self.manifest.path


def detect_node(files: Files, folder: str, beside: str = "") -> Finding:
    """`beside` names the server of another language in the same directory, if there is one."""
    path = join(folder, "package.json")
    if not files.has(path):
        return Finding()
    manifest = read_manifest(files, folder)
    if manifest is None:
        problem = files.problem(path) or "it is empty"
        return Finding(warnings=(f"`{path}` cannot be used: {problem}.",))
    project = _Project(files, manifest, find_manager(files, manifest), beside)
    findings = [_dev(project), _start(project)]
    proposals = tuple(each for finding in findings for each in finding.proposals)
    told = tuple(each for finding in findings for each in finding.told)
    notes: tuple[str, ...] = ()
    if not proposals and not told:
        notes = (f"`{path}` has neither `scripts.dev` nor `scripts.start`.",)
    return Finding(proposals, notes, told)


def node_toolchain(files: Files, folder: str) -> Toolchain | None:
    """What the manifest says, for an application that something else starts."""
    manifest = read_manifest(files, folder)
    if manifest is None:
        return None
    manager = find_manager(files, manifest)
    framework = find_framework(manifest)
    found = find_port(files, manifest, "start", framework, [])
    version = node_version(files, folder, manifest.value)
    what = f"{framework.title}, by the dependencies in `{manifest.path}`." if framework.name else ""
    return Toolchain(
        language="node",
        title=framework.title,
        framework=framework.name,
        version=version.number,
        is_minimum=version.is_minimum,
        manager=manager.name,
        install=manager.install,
        build=manager.run("build") if "build" in manifest.scripts else "",
        workspace=manager.workspace,
        port=found.port,
        port_reason=found.reason,
        reasons=tuple(each for each in (*manager.reasons, what, version.reason) if each),
        warnings=manager.warnings,
    )


def _dev(project: _Project) -> Finding:
    if "dev" not in project.manifest.scripts:
        return Finding()
    return _scripted(project, "dev", Rank.SCRIPTS_DEV)


def _start(project: _Project) -> Finding:
    scripts = project.manifest.scripts
    if "start" in scripts:
        return _scripted(project, "start", Rank.SCRIPTS_START)
    for name in ("serve", "develop", "start:dev"):
        if any(is_dev_server(each) for each in project.manifest.calls(name)):
            return _scripted(project, name, Rank.SCRIPTS_START)
    if "dev" in scripts:
        return Finding()
    return _unscripted(project)


def _scripted(project: _Project, script: str, rank: Rank) -> Finding:
    calls = project.manifest.calls(script)
    standing, doubt = _judge(project, script, calls)
    if doubt and standing is Standing.ASIDE:
        return Finding(told=(doubt,))
    reason = f"`{project.path}` has `scripts.{script}`."
    proposal = _propose(project, script, rank, calls, reason)
    return Finding((replace(proposal, standing=standing, doubt=doubt),))


def _judge(project: _Project, script: str, calls: list[Call]) -> tuple[Standing, str]:
    """How sure it is that a script serves; ASIDE means that another language's server does."""
    where = f"`scripts.{script}` in `{project.path}`"
    serving = serving_calls(calls)
    if docker := docker_call(calls):
        return (
            Standing.WILL_NOT,
            f"{where} calls `{docker}`, which a preview's container does not have.",
        )
    command = shorten(project.manifest.scripts[script], 80)
    if not serving:
        if project.beside:
            return Standing.ASIDE, (
                f"{where} only bundles assets (`{command}`) beside {project.beside}, so it is passed over."
            )
        return Standing.WILL_NOT, f"{where} only builds (`{command}`) and serves nothing."
    is_vite_alone = all(by_program(each).name == "vite" for each in serving)
    has_page = "index.html" in project.files.names(project.manifest.folder)
    if project.beside and is_vite_alone and not has_page:
        return Standing.ASIDE, (
            f"{where} only serves the assets of {project.beside} (there is no `index.html` beside it), "
            "so it is passed over."
        )
    return Standing.SERVES, ""


def _unscripted(project: _Project) -> Finding:
    """No script at all: what npm or the framework would do."""
    manifest, files = project.manifest, project.files
    framework = find_framework(manifest)
    if framework.dev and framework.name not in ("vite", "nestjs"):
        reason = f"`{manifest.path}` depends on {framework.title} and has no script for it."
        return Finding((_propose(project, "", Rank.SCRIPTS_START, [], reason),))
    named = ("server.js", string(manifest.value.get("main")), "index.js", "app.js")
    for name in dict.fromkeys(each.removeprefix("./") for each in named):
        path = join(manifest.folder, name)
        if not (files.has(path) and is_shell_safe(name)):
            continue
        if name == "server.js" or port_in_code(files.text(path), "node"):
            reason = f"`{path}` is a server, and `{manifest.path}` has no script for it."
            call = Call(("node", name))
            proposal = _propose(project, "", Rank.SCRIPTS_START, [call], reason)
            return Finding((proposal,))
    return Finding()


def _propose(
    project: _Project, script: str, rank: Rank, calls: list[Call], reason: str
) -> Proposal:
    manifest, manager = project.manifest, project.manager
    serving = serving_calls(calls)
    member = delegate_of(project.files, manifest, calls) if script else None
    shown, member_calls = member or manifest, member.calls("dev") if member else serving
    framework = usual(find_framework(shown, member_calls), shown)
    port_script = "dev" if member else script
    found = find_port(project.files, shown, port_script, framework, serving_calls(member_calls))
    version = node_version(project.files, manifest.folder, manifest.value)
    writer = CommandWriter(project.files, manifest, manager, framework, found.port)
    commands = _commands(writer, script, calls, is_own=member is None)
    reasons = [reason, *manager.reasons]
    if member:
        reasons.append(
            f"`scripts.{script}` starts packages of the workspace; the URL leads to `{member.folder}`."
        )
    reasons += [_framework_reason(framework, shown, port_script)]
    reasons += [*commands.reasons, found.reason, version.reason]
    warnings = [*manager.warnings, *commands.warnings]
    if member and listening_arguments(project.files, member, "dev", found.port)[0]:
        warnings.append(
            f"{framework.title} listens on localhost alone: `scripts.dev` in `{member.path}` needs `{framework.host}`."
        )
    return Proposal(
        rank=rank,
        application=Application(
            kind=ApplicationKind.NODE,
            workdir=manifest.folder,
            workspace=manager.workspace,
            language="node",
            framework=framework.name,
            language_version=version.number,
            is_version_minimum=version.is_minimum,
            package_manager=manager.name,
            install=manager.install,
            build=commands.build,
            start=commands.start,
            dev=commands.dev,
            port=found.port,
            variables=_variables(framework, found),
        ),
        path=manifest.path,
        title=framework.title,
        reasons=tuple(each for each in reasons if each),
        warnings=tuple(each for each in warnings if each),
    )


def _framework_reason(framework: Framework, manifest: Manifest, script: str) -> str:
    if framework is NONE:
        return ""
    source = (
        "the dependencies" if framework.package in manifest.dependencies else f"`scripts.{script}`"
    )
    return f"{framework.title}, by {source} in `{manifest.path}`."


def _commands(writer: CommandWriter, script: str, calls: list[Call], *, is_own: bool) -> Commands:
    if script:
        return writer.of_scripts(script, is_own=is_own)
    return writer.of_program(calls[0]) if calls else writer.of_framework()


def _variables(framework: Framework, found: Listening) -> dict[str, str]:
    variables = {"HOST": "0.0.0.0"}  # noqa: S104 - inside the preview's own pod
    if found.port:
        variables["PORT"] = str(found.port)
    if framework.is_vite:
        variables[ALLOWED_HOSTS] = "{host}"
    return variables
