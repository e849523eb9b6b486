"""A plan in words and lines: for people, for files that tests compare with, and for the difference between two."""

import difflib
import json
from collections.abc import Iterable, Iterator
from hashlib import sha256

from pydantic import JsonValue

from workflows.models import BuildPlan, ReleasePlan, RevisionPlan, RouteSettings
from workflows.planning.plans.text_order import order_facts

_MAX_VALUE = 120
"""Characters of a value that are shown; of a longer one the beginning, and what tells it from others."""
_SOURCES = {
    "repository": "(of the repository)",
    "remote": "(of a chart repository)",
    "catalyst": "Catalyst's own for applications",
    "manifests": "made of manifests",
}


def plan_text(plan: RevisionPlan) -> str:
    """The whole plan, one fact a line; the same plan gives the same text. Ends with a newline.

    Of a generated Dockerfile only its size and fingerprint: the text is for whoever asks for it.
    """
    facts = plan_facts(plan)
    width = max(len(name) for name in facts)
    lines = [f"Plan of {plan.release.name} at {plan.commit[:7]}, template {plan.template}", ""]
    if plan.unchanged:
        lines += [f"Unchanged: {plan.unchanged}", ""]
    lines += [f"  {name.ljust(width)}  {value}" for name, value in facts.items()]
    for title, sentences in (("Why", plan.reasons), ("Warnings", plan.warnings)):
        if sentences:
            lines += ["", title, *(f"  - {' '.join(each.split())}" for each in sentences)]
    return "\n".join(lines) + "\n"


def plan_facts(plan: RevisionPlan) -> dict[str, str]:
    """Everything that the plan does, each on one line, by a name that says what it is about."""
    return {name: _shown(value) for name, value in _facts(plan).items()}


def plan_diff(old: RevisionPlan, new: RevisionPlan) -> str:
    """What `new` would do otherwise than `old`, one change a line; empty when nothing.

    Commits, reasons and warnings do nothing, so they are left out.
    """
    before, after = _facts(old), _facts(new)
    lines: list[str] = []
    for name in dict.fromkeys((*before, *after)):
        lines += _changes(name, before.get(name), after.get(name))
    return "\n".join(lines) + "\n" if lines else ""


def _changes(name: str, before: str | None, after: str | None) -> list[str]:
    if before == after:
        return []
    if before is None:
        return [f"added    {name}: {_shown(after or '')}"]
    if after is None:
        return [f"removed  {name}: {_shown(before)}"]
    if "\n" not in before + after:
        return [f"changed  {name}: {_shown(before)} -> {_shown(after)}"]
    changed = difflib.unified_diff(before.splitlines(), after.splitlines(), n=1, lineterm="")
    return [f"changed  {name}:", *(f"  {line}" for line in list(changed)[2:])]


def _facts(plan: RevisionPlan) -> dict[str, str]:
    """Everything that the plan does, by a name that stays the same as long as it is about the same."""
    facts: dict[str, str] = {}
    for build in plan.builds:
        facts |= dict(_build(build))
    for image in plan.images:
        facts[f"image {image.component}"] = image.image
        if image.check:
            facts[f"image {image.component} check"] = image.check
        facts[f"image {image.component} patience"] = f"{image.timeout_seconds} s"
    facts |= dict(_releases(plan))
    facts |= dict(order_facts(plan))
    if plan.egress:
        facts["reaches outside"] = ", ".join(plan.egress)
    if plan.egress_hosts:
        facts["reaches by name"] = f"{', '.join(plan.egress_hosts)} (through the egress proxy)"
    if plan.development and plan.development.package_sources:
        facts["packages from"] = ", ".join(plan.development.package_sources)
    if plan.secrets:
        facts["secrets"] = ", ".join(plan.secrets)
    facts["route"] = _route(plan.route)
    facts |= {f"route {each.path}": _route(each) for each in plan.more_routes}
    facts["health"] = f"{plan.health.path} within {plan.health.timeout_seconds} s"
    facts["rollout"] = f"within {plan.rollout_timeout_seconds} s"
    quota = plan.quota
    facts["quota"] = (
        f"cpu {quota.cpu}, memory {quota.memory}, storage {quota.storage}, pods {quota.pods}"
    )
    facts["of a container"] = (
        f"cpu {quota.default_cpu} (requests {quota.default_cpu_request}), "
        f"memory {quota.default_memory} (requests {quota.default_memory_request})"
    )
    return facts


def _build(build: BuildPlan) -> Iterator[tuple[str, str]]:
    start = f"build {build.component}"
    yield start, "generated Dockerfile" if build.generated else build.dockerfile
    if build.source:
        yield f"{start} source", build.source
    yield f"{start} context", build.context
    if build.target:
        yield f"{start} target", build.target
    for name, value in sorted(build.args.items()):
        yield f"{start} argument {name}", value
    if build.secrets:
        yield f"{start} secrets", ", ".join(sorted(build.secrets))
    if build.generated:
        yield f"{start} Dockerfile", build.generated
    if build.ignored:
        yield f"{start} .dockerignore", build.ignored


def _releases(plan: RevisionPlan) -> Iterator[tuple[str, str]]:
    yield from _release(plan.release)
    if plan.extras is not None:
        yield from ((f"beside: {name}", value) for name, value in _release(plan.extras))
    for each in plan.service_charts:
        start = f"service {each.name}"
        yield from ((f"{start}: {name}", value) for name, value in _release(each.release))
        if each.host:
            yield f"{start}: reached as", f"{each.host}:{each.port}"


def _release(release: ReleasePlan) -> Iterator[tuple[str, str]]:
    yield "release", release.name
    yield "chart", " ".join(filter(None, (release.chart, _SOURCES[release.source])))
    if release.repository:
        yield "chart repository", f"{release.repository}, version {release.version}"
    for at, path in enumerate(release.value_files, 1):
        yield f"values file {at}", path
    for path in release.manifests:
        yield f"manifest {path}", "applied"
    if release.is_user_managed:
        yield "passed through", "untouched"
    is_ours = release.source == "catalyst"
    for path, value in _flat(release.values, ""):
        yield path.removeprefix("components.") if is_ours else f"value {path}", value


def _flat(value: JsonValue, path: str) -> Iterator[tuple[str, str]]:
    """Dotted paths of all values; lists of plain ones and small mappings stay together."""
    if isinstance(value, dict) and value.keys() == {"secret", "key"}:
        yield path, f"key {value['key']} of Secret {value['secret']}"
    elif isinstance(value, dict) and not (path.endswith("]") and _is_plain(value)):
        for key in sorted(value):
            quoted = key if key.replace("-", "").replace("_", "").isalnum() else json.dumps(key)
            yield from _flat(value[key], f"{path}.{quoted}" if path else quoted)
    elif isinstance(value, list) and not _is_plain(value):
        for at, item in enumerate(value):
            yield from _flat(item, f"{path}[{at}]")
    else:
        yield path, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _is_plain(value: JsonValue) -> bool:
    items = value.values() if isinstance(value, dict) else value
    return isinstance(items, Iterable) and not any(isinstance(each, dict | list) for each in items)


def _route(route: RouteSettings) -> str:
    service = route.service or "the only Service"
    return f"{service}, port {route.port}" if route.port else service


def _shown(value: str) -> str:
    """On one line. What is cut keeps a fingerprint, so that two texts that differ are shown differently."""
    lines = value.count("\n") + (not value.endswith("\n"))
    flat = " ".join(value.split())
    if len(flat) <= _MAX_VALUE and lines <= 1:
        return flat if flat == value.strip() else json.dumps(value)
    mark = sha256(value.encode()).hexdigest()[:8]
    size = f"{lines} lines" if lines > 1 else f"{len(value)} characters"
    return f"{size} ({mark})"
