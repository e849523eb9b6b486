"""Configs and secrets of a compose file, as files of the services that use them."""

from workflows.naming import PROJECT_SECRETS
from workflows.planning.compose.reading.paths import inside
from workflows.planning.compose.reading.shelf import Shelf
from workflows.planning.compose.specification.checking import Checked
from workflows.planning.compose.specification.model import Content, Granted
from workflows.planning.compose.translation.building import secret_of
from workflows.planning.compose.translation.mounts import Mounts
from workflows.planning.compose.translation.special import secrets_in
from workflows.planning.compose.wishes import Wishes
from workflows.planning.detection.files import name_of, shorten


def grant(
    mounts: Mounts, granted: Granted, section: str, checked: Checked, shelf: Shelf, wishes: Wishes
) -> None:
    """One of `configs` or `secrets`. What is in no file of the repository is a secret of the project by its name."""
    known = checked.configs if section == "configs" else checked.secrets
    content = known.get(granted.source)
    folder = "/run/secrets/" if section == "secrets" else "/"
    target = granted.target or granted.source
    target = target if target.startswith("/") else f"{folder}{target}"
    text = _text(content, shelf, wishes) if content else None
    secret = secret_of(granted.source, content, wishes.secrets)
    is_run = bool(granted.mode & 0o111)
    if "mode" in granted.model_fields_set and not (is_run and text is not None):
        checked.idle.quiet.setdefault(f"{section}.mode", []).append(mounts.place)
    if text is not None:
        mounts.file(granted.source, target, text, is_run=is_run)
    elif secret:
        mounts.add(
            f"secret-{granted.source}",
            target,
            {
                "type": "secret",
                "secret": PROJECT_SECRETS,
                "files": {name_of(target): secret},
                "subPath": name_of(target),
                "readOnly": True,
            },
        )
    else:
        mounts.problem(_missing(mounts, granted.source, section, content))


def _text(content: Content, shelf: Shelf, wishes: Wishes) -> str | None:
    if content.content is not None:
        return content.content
    if content.file:
        path = inside(content.file)
        return shelf.text(path) if path and not shelf.is_cut(path) else None
    value = wishes.variables.get(content.environment) if content.environment else None
    return None if value is None or secrets_in(value) else value


def _missing(mounts: Mounts, name: str, section: str, content: Content | None) -> str:
    what = section.removesuffix("s")
    shown = f"{mounts.shown} uses the {what} `{shorten(name, 60)}`"
    if content is None:
        return f"{shown}, which the file does not describe under `{section}`"
    if section == "configs":
        return f"{shown}, whose content is not in the repository"
    return (
        f"{shown}: its content is not in the repository, and the project grants no secret of that name; add it to the "
        "project's secrets, and to the template's `secrets`"
    )
