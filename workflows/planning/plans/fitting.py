"""What people have written that a way to deploy has no use for: said, never passed over in silence."""

from workflows.models import DetectionOverrides, Template
from workflows.planning.plans.case import Case
from workflows.repo_config import FILE_NAME, NOT_USED_YET

_USED = {
    "helm": frozenset[str](),
    "manifests": frozenset[str](),
    "image": frozenset({"start", "port"}),
    "dockerfile": frozenset({"start", "port"}),
    "compose": frozenset({"workdir", "port"}),
    "auto": frozenset(DetectionOverrides.model_fields),
}
"""By type of template: what is not left to detection and has an effect."""
_WHAT = {
    "helm": "a Helm chart, which says itself what runs",
    "manifests": "manifests, which say themselves what runs",
    "image": "images that others build",
    "compose": "a compose file, which says itself what runs",
    "dockerfile": "images built from Dockerfiles",
}
_OF_TYPES = {
    "chart": ("helm",),
    "chart_repository": ("helm",),
    "chart_version": ("helm",),
    "value_files": ("helm",),
    "values": ("helm",),
    "is_user_managed": ("helm",),
    "builds": ("helm", "dockerfile", "manifests"),
    "compose": ("compose",),
    "images": ("helm", "image", "manifests"),
    "manifests": ("manifests",),
    "mode": ("auto",),
}
"""Settings of a template, and the types that they are for."""


def note_what_does_not_fit(case: Case) -> None:
    """Warnings for keys and overrides without effect."""
    unused = [key for key in NOT_USED_YET if case.says(key)]
    if unused:
        listed = ", ".join(f"`{key}`" for key in unused)
        are = "is" if len(unused) == 1 else "are"
        case.story.warn(f"{listed} in `{FILE_NAME}` {are} checked and not used yet.")
    if case.template.secrets and not case.request.is_trusted:
        case.story.warn("No secrets are given, because the commit comes from a fork.")
    _note_settings(case)
    _note_overrides(case)


def _note_settings(case: Case) -> None:
    """What a template says that its own type has no use for."""
    template, unsaid = case.template, Template()
    idle = [
        name
        for name, types in _OF_TYPES.items()
        if template.type not in types and getattr(template, name) != getattr(unsaid, name)
    ]
    if idle:
        listed = ", ".join(f"`{name}`" for name in idle)
        have = "has" if len(idle) == 1 else "have"
        case.story.warn(
            f"{listed} of the template `{case.key}` {have} no effect: it is of type `{template.type}`."
        )


def _note_overrides(case: Case) -> None:
    kind = case.template.type
    if kind == "auto" and case.config.builds:
        kind = "dockerfile"
    idle = [
        name
        for name in DetectionOverrides.model_fields
        if getattr(case.overrides, name) and name not in _USED[kind]
    ]
    if idle:
        listed = ", ".join(f"`{name}`" for name in idle)
        have = "has" if len(idle) == 1 else "have"
        case.story.warn(
            f"{listed} {have} no effect: the template `{case.key}` deploys {_WHAT[kind]}."
        )
