"""Dockerfiles: which one builds the application, whether its image starts anything, and where that listens."""

import re
from dataclasses import dataclass, field

from workflows.models import Application, ApplicationKind
from workflows.planning.detection.files import Files, join, name_of
from workflows.planning.detection.interest import words
from workflows.planning.detection.ports import as_port, port_of_call
from workflows.planning.detection.proposal import Finding, Proposal, Rank, Standing
from workflows.planning.detection.shell import calls_of

NAMES = ("Dockerfile", "Containerfile")
_VARIABLE = re.compile(r"\$\{?(\w+)(?::?-([^}]*))?\}?")
_FLAGS = re.compile(r"^(?:--\S+\s+)+")
_HEREDOC = re.compile(r"<<-?\s*[\"']?(\w+)[\"']?")
_SHELLS = words(
    "scratch alpine debian ubuntu fedora centos rockylinux almalinux amazonlinux busybox python node "
    "golang ruby rust openjdk eclipse-temurin amazoncorretto maven gradle php buildpack-deps bun deno"
)
"""Base images whose own command is a shell, or nothing: an image made of them alone serves nothing."""
_SERVERS = {"nginx": 80, "httpd": 80, "caddy": 80, "tomcat": 8080, "nginx-unprivileged": 8080}
"""Base images that serve by themselves."""
_NOT_FOR_PEOPLE = frozenset((22, 443, 8443, 9229, 5005, 5678, 2345, 40000))
"""TLS, shells and debuggers: not where a preview's URL leads, if another port is exposed as well."""


@dataclass
class _Stage:
    base: str
    name: str = ""
    exposed: list[int] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    command: str = ""
    uses_shell: bool = False
    """An instruction is run by `/bin/sh`."""
    names_shell: bool = False
    """`SHELL` says that it is another one."""
    said: dict[str, str] = field(default_factory=dict)
    """The last instruction of each kind."""


def detect_dockerfile(files: Files, folder: str) -> Finding:
    """The Dockerfile of a directory, as a proposal; others of other names are only noted."""
    path = next((join(folder, each) for each in NAMES if each in files.names(folder)), "")
    if not path:
        return Finding(notes=_variants(files, folder))
    stages = _stages(files.text(path))
    if not stages:
        reason = f"`{path}` has no `FROM` line; detection goes on without it."
        return Finding(warnings=(reason,))
    last = stages[-1]
    port, port_reason = port_of_dockerfile(files, path)
    application = Application(
        kind=ApplicationKind.DOCKERFILE, workdir=folder, dockerfile=path, port=port
    )
    reasons = (f"`{path}` builds the image and says what runs in it.", port_reason)
    doubt = _doubt(path, last, stages)
    return Finding(
        (
            Proposal(
                rank=Rank.DOCKERFILE,
                application=application,
                path=path,
                title="Dockerfile",
                reasons=tuple(each for each in reasons if each),
                standing=Standing.WILL_NOT if doubt else Standing.SERVES,
                doubt=doubt,
            ),
        )
    )


def has_command(files: Files, path: str) -> bool:
    """Whether the last stage, or one that it stands on, says what runs; base images' own commands do not count."""
    return any(stage.command for stage in _lineage(_stages(files.text(path))))


def has_shell(text: str, target: str = "") -> bool:
    """Whether the image of a Dockerfile has `/bin/sh` for certain: an instruction uses it, or the base image is known."""
    line = _line_of(text, target)
    if not line or any(stage.names_shell for stage in line):
        return False
    base = line[0].base.lower().removeprefix("docker.io/").removeprefix("library/")
    is_known = "/" not in base and _image_name(base) in {*_SHELLS, *_SERVERS} - {"scratch"}
    return is_known or any(stage.uses_shell for stage in line)


def last_said(text: str, instruction: str, target: str = "") -> str:
    """What the last such instruction of an image says; empty where its Dockerfile has none."""
    return next(
        (
            stage.said[instruction]
            for stage in reversed(_line_of(text, target))
            if instruction in stage.said
        ),
        "",
    )


def _line_of(text: str, target: str) -> list[_Stage]:
    """The stage that is built after those it stands on; empty where there is none of that name."""
    stages = _stages(text)
    named = [at for at, stage in enumerate(stages) if target and stage.name == target.lower()]
    if target and not named:
        return []
    return _lineage(stages[: named[-1] + 1] if named else stages)


def port_of_dockerfile(files: Files, path: str, target: str = "") -> tuple[int, str]:
    """The port that the stage `target` (default: the last) listens on, with its reason; 0 and nothing when it does not say."""
    line = _line_of(files.text(path), target)
    for stage in reversed(line):
        if stage.exposed:
            port = next((each for each in stage.exposed if each not in _NOT_FOR_PEOPLE), 0)
            return port or stage.exposed[
                0
            ], f"Port {port or stage.exposed[0]}, by `EXPOSE` in `{path}`."
    for stage in reversed(line):
        for call in calls_of(stage.command):
            if port := port_of_call(call):
                return port, f"Port {port}, by the command in `{path}`."
        if port := as_port(stage.variables.get("PORT", "")):
            return port, f"Port {port}, by `ENV PORT` in `{path}`."
    base = _image_name(line[0].base) if line else ""
    if port := _SERVERS.get(base, 0):
        return port, f"Port {port}, the usual one of `{base}`, the base image of `{path}`."
    return 0, ""


def _variants(files: Files, folder: str) -> tuple[str, ...]:
    found = [
        each
        for each in sorted(files.names(folder))
        if each.startswith("Dockerfile.") or each.lower().endswith(".dockerfile")
    ]
    if not found:
        return ()
    names = ", ".join(f"`{join(folder, each)}`" for each in found[:5])
    return (
        f"{names}: only a file named `Dockerfile` is used without being named in the configuration.",
    )


def _doubt(path: str, last: _Stage, stages: list[_Stage]) -> str:
    base = _image_name(_lineage(stages)[0].base)
    if any(stage.command for stage in _lineage(stages)) or base not in _SHELLS:
        return ""
    if base == "php" and ("apache" in last.base or "fpm" in last.base):
        return ""
    return f"`{path}` has neither `CMD` nor `ENTRYPOINT`, and its base image `{base}` serves nothing by itself."


def _lineage(stages: list[_Stage]) -> list[_Stage]:
    """The last stage after those it stands on."""
    line = stages[-1:]
    while line:
        parent = [
            each for each in stages[: stages.index(line[0])] if each.name == line[0].base.lower()
        ]
        if not parent or not parent[-1].name:
            break
        line.insert(0, parent[-1])
    return line


def _image_name(reference: str) -> str:
    """`docker.io/library/node:22-alpine` -> `node`."""
    return name_of(reference.partition("@")[0]).partition(":")[0].lower()


def _stages(text: str) -> list[_Stage]:
    stages: list[_Stage] = []
    arguments: dict[str, str] = {}
    for instruction, rest in _instructions(text):
        if instruction == "FROM":
            stages.append(_from(rest, arguments))
        elif instruction == "ARG" and not stages:
            arguments.update(_pairs(rest))
        elif stages:
            _note(stages[-1], instruction, rest)
    return stages


def _from(rest: str, arguments: dict[str, str]) -> _Stage:
    parts = [each for each in rest.split() if not each.startswith("--")]
    base = _fill(parts[0], arguments) if parts else ""
    name = parts[2].lower() if len(parts) > 2 and parts[1].lower() == "as" else ""
    return _Stage(base=base, name=name)


def _note(stage: _Stage, instruction: str, rest: str) -> None:
    stage.said[instruction] = rest
    if instruction in ("ENV", "ARG"):
        stage.variables.update(_pairs(rest))
    elif instruction == "EXPOSE":
        ports = [as_port(_fill(each, stage.variables)) for each in rest.split()]
        stage.exposed += [each for each in ports if each]
    elif instruction in ("CMD", "ENTRYPOINT"):
        stage.command += " " + re.sub(r"[\[\],\"]", " ", _fill(rest, stage.variables))
    if instruction in ("RUN", "CMD", "ENTRYPOINT"):
        stage.uses_shell |= not _FLAGS.sub("", rest).startswith("[")
    stage.names_shell |= instruction == "SHELL"


def _pairs(rest: str) -> dict[str, str]:
    """`A=1 B="2"`, and the old form `A 1`."""
    if "=" not in rest:
        name, _, value = rest.partition(" ")
        return {name: value.strip()} if value else {}
    pairs = (each.partition("=") for each in rest.split() if "=" in each)
    return {name: value.strip("\"'") for name, _, value in pairs}


def _fill(text: str, variables: dict[str, str]) -> str:
    return _VARIABLE.sub(lambda found: variables.get(found[1], found[2] or found[0]), text)


def _instructions(text: str) -> list[tuple[str, str]]:
    """Instructions in capitals with their arguments; comments, continued lines and heredocs are taken care of."""
    found: list[tuple[str, str]] = []
    carried, ends = "", ""
    for line in text.splitlines():
        if ends:
            ends = "" if line.strip() == ends else ends
            continue
        if line.lstrip().startswith("#") or not line.strip():
            continue
        carried += line.rstrip()
        if carried.endswith("\\"):
            carried = carried[:-1] + " "
            continue
        name, _, rest = carried.strip().partition(" ")
        heredoc = _HEREDOC.search(rest) if name.upper() in ("RUN", "COPY", "ADD") else None
        ends, carried = heredoc[1] if heredoc else "", ""
        found.append((name.upper(), rest.strip()))
    return found
