"""Makefiles: what the target `dev` calls in the end, and whether that serves anything."""

import re
from dataclasses import dataclass, field

from workflows.models import ApplicationKind
from workflows.planning.detection.dressing import Toolchains, dressed, foreign_note, reasons_of
from workflows.planning.detection.files import Files, join, shorten
from workflows.planning.detection.node.manifest import read_manifest
from workflows.planning.detection.ports import port_of_call
from workflows.planning.detection.proposal import Finding, Proposal, Rank, Standing
from workflows.planning.detection.shell import Call, calls_of, docker_call, serving_calls

NAMES = ("GNUmakefile", "makefile", "Makefile")
"""In the order in which GNU make takes them."""
TARGET = "dev"
_VARIABLE = re.compile(r"(?:export\s+|override\s+)?([\w.-]+)\s*(?:::?:?|\?|\+)?=\s*(.*)")
_REFERENCE = re.compile(r"\$[({]([\w.-]+)[)}]")
_MAX_TARGETS = 40
_MAX_LINES = 200


@dataclass
class _Rule:
    needs: list[str] = field(default_factory=list)
    recipe: list[str] = field(default_factory=list)


@dataclass
class _Makefile:
    rules: dict[str, _Rule] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)

    def fill(self, text: str) -> str:
        """References to variables of the file replaced, also where one stands in another; the rest stays."""
        for _ in range(3):
            text = _REFERENCE.sub(
                lambda found: self.variables.get(found[1], found[0])[:500], text[:4_000]
            )
        return text.replace("$(MAKE)", "make").replace("${MAKE}", "make").replace("$$", "$")

    def commands(self, target: str) -> list[str]:
        """Everything that is run for a target, what it needs first; each target once."""
        found: list[str] = []
        seen: set[str] = set()
        open_targets = [(target, False)]
        while open_targets:
            name, is_ready = open_targets.pop()
            rule = self.rules.get(name)
            if rule is None or (name in seen and not is_ready) or len(seen) > _MAX_TARGETS:
                continue
            if is_ready:
                found += [self.fill(line) for line in rule.recipe[:_MAX_LINES]]
                continue
            seen.add(name)
            open_targets.append((name, True))
            open_targets += [(each, False) for each in reversed(rule.needs)]
        return found[:_MAX_LINES]


def detect_makefile(files: Files, folder: str, toolchains: Toolchains) -> Finding:
    names = [each for each in NAMES if each in files.names(folder)]
    if not names:
        return Finding()
    path = join(folder, names[0])
    makefile = _parse(files.text(path))
    if TARGET not in makefile.rules:
        return Finding(notes=(f"`{path}` has no target `{TARGET}`.",))
    calls = _calls(files, folder, makefile)
    standing, doubt = _judge(path, calls)
    fit = toolchains(calls)
    if fit.foreign:
        return Finding(notes=(foreign_note(path, fit.foreign),))
    tools = fit.tools
    port = next((port for call in calls if (port := port_of_call(call))), 0)
    reason = f"Port {port}, by the target `{TARGET}` in `{path}`." if port else ""
    if not port and tools:
        port, reason = tools.port, tools.port_reason
    reasons = (f"`{path}` has a target `{TARGET}`.", *reasons_of(tools, reason))
    proposal = Proposal(
        rank=Rank.MAKE,
        application=dressed(ApplicationKind.MAKE, folder, tools, port=port, dev=f"make {TARGET}"),
        path=path,
        title=tools.title if tools else "make",
        reasons=tuple(dict.fromkeys(each for each in reasons if each)),
        warnings=tools.warnings if tools else (),
        standing=standing,
        doubt=doubt,
    )
    return Finding((proposal,))


def _judge(path: str, calls: list[Call]) -> tuple[Standing, str]:
    where = f"The target `{TARGET}` in `{path}`"
    if docker := docker_call(calls):
        return (
            Standing.WILL_NOT,
            f"{where} calls `{docker}`, which a preview's container does not have.",
        )
    if not serving_calls(calls):
        what = f"only builds (`{shorten(str(calls[-1]), 80)}`)" if calls else "runs no command"
        return Standing.WILL_NOT, f"{where} {what} and serves nothing."
    return Standing.SERVES, ""


def _calls(files: Files, folder: str, makefile: _Makefile) -> list[Call]:
    manifest = read_manifest(files, folder)

    def expand(call: Call) -> list[str] | None:
        if call.program in ("make", "gmake"):
            targets = [each for each in call.arguments if each in makefile.rules]
            return [line for each in targets for line in makefile.commands(each)] or None
        return manifest.expand(call) if manifest else None

    text = "\n".join(line.lstrip("@-+ ") for line in makefile.commands(TARGET))
    return calls_of(text, expand)


def _parse(text: str) -> _Makefile:
    makefile = _Makefile()
    current: list[_Rule] = []
    for line in text.replace("\\\n", " ").splitlines():
        if line.startswith("\t"):
            command = line.strip()
            for rule in current:
                rule.recipe += [command] if command and not command.startswith("#") else []
        elif line.strip() and not line.lstrip().startswith("#"):
            current = _line(makefile, line.strip()[:2_000], current)
    return makefile


def _line(makefile: _Makefile, line: str, current: list[_Rule]) -> list[_Rule]:
    """A line that is no recipe: a variable, a rule, or a directive that changes nothing here."""
    if found := _VARIABLE.fullmatch(line):
        makefile.variables[found[1]] = found[2].strip()
        return current
    targets, is_rule, rest = line.partition(":")
    if not is_rule:
        return current
    needs, _, command = rest.lstrip(":").partition("#")[0].partition(";")
    rules = [makefile.rules.setdefault(name, _Rule()) for name in makefile.fill(targets).split()]
    for rule in rules:
        if "=" not in needs:  # `dev: PORT = 80` sets a variable for a target
            rule.needs += [each for each in makefile.fill(needs).split() if each != "|"]
        rule.recipe += [command.strip()] if command.strip() else []
    return rules
