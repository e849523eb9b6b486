"""What the README shows is what Catalyst takes: configuration files, requests, tables, links."""

import json
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, get_args

import pytest
from pydantic import BaseModel, JsonValue

from activities.documents import read_document
from api.rest.routes import PLACES, PREFIX, unknown_fields
from api.settings import APISettings
from deploy.local import versions
from worker.settings import WorkerSettings
from workflows import wire
from workflows.commands import CATALOGUE, Command, Permission
from workflows.models import Template
from workflows.project_rules import project_problems, template_problems
from workflows.repo_config import NOT_USED_YET, RepoConfig, parse_config
from workflows.repo_config.base import Section

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
_API = "$CATALYST"
"""What requests begin with, in place of an address and `/api/v1`."""


class Block(NamedTuple):
    """A piece of code, and where it begins."""

    line: int
    text: str


def blocks(language: str) -> list[Block]:
    found = re.finditer(rf"^( *)```{language}\n(.*?)^\1```$", README, re.MULTILINE | re.DOTALL)
    return [Block(README.count("\n", 0, each.start()) + 1, each.group(2)) for each in found]


def rows(head: str) -> list[list[str]]:
    """Cells of the table whose head begins so."""
    lines = README.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith(f"| {head} |")) + 2
    found = []
    while lines[at].startswith("|"):
        found.append([cell.strip() for cell in lines[at].strip("|").split(" | ")])
        at += 1
    return found


def is_compose_file(value: JsonValue) -> bool:
    services = value.get("services") if isinstance(value, dict) else None
    return isinstance(services, dict) and any("x-catalyst" in each for each in services.values())  # type: ignore[operator]  # of the README's own


def configs() -> list[Block]:
    found = [each for each in blocks("yaml") if not is_compose_file(_read(each))]
    assert len(found) >= 3
    return found


def _read(block: Block) -> JsonValue:
    return read_document(block.text, f"README.md:{block.line}").value


@pytest.mark.parametrize("block", configs(), ids=lambda each: f"line-{each.line}")
def test_each_configuration_file_is_taken_as_it_stands(block: Block) -> None:
    parse_config(_read(block), name=f"README.md:{block.line}")


@pytest.mark.parametrize("block", blocks("json"), ids=lambda each: f"line-{each.line}")
def test_each_template_is_one(block: Block) -> None:
    value = json.loads(block.text)
    template = Template.model_validate(value)
    assert unknown_fields(value, template.model_dump(mode="json")) == []
    assert template_problems("development", template) == ()


# --- requests


class Request(NamedTuple):
    """A call of curl, as a shell would read it."""

    method: str
    path: str
    body: dict[str, Any]


def requests() -> Iterator[Request]:
    for block in blocks("sh"):
        text = block.text.replace("\\\n", " ")
        for call in re.finditer(
            rf"^curl -X (\w+) {re.escape(_API)}(\S+)(.*?)(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL
        ):
            method, path, rest = call.groups()
            yield Request(method, path, _body(rest, text[call.end() :]))


def _body(options: str, following: str) -> dict[str, Any]:
    said = re.search(r"-d '(.*?)'", options, re.DOTALL)
    text = said.group(1) if said else following.partition("\nEND\n")[0]
    body = json.loads(string.Template(text).substitute(REPOSITORY=1, INSTALLATION=2))
    assert isinstance(body, dict)
    return body


def command_at(request: Request) -> tuple[Command, dict[str, str]]:
    """The one of that place, with what its path says."""
    for command in CATALOGUE:
        place = PLACES[command.name]
        form = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(place.path))
        if place.method == request.method and (found := re.fullmatch(form, request.path)):
            return command, found.groupdict()
    raise AssertionError(f"there is no {request.method} {request.path}")


def test_each_request_is_one_that_the_api_takes() -> None:
    asked = []
    for request in requests():
        command, in_path = command_at(request)
        value = {**in_path, **request.body}
        understood = command.input.model_validate(value).model_dump(mode="json")
        assert unknown_fields(value, understood) == [], request.path
        asked.append(command.name)
    assert {"put_project", "put_template", "create_agent_environment", "execute", "approve"} <= {
        *asked
    }


def test_each_project_is_one_that_is_kept_and_an_agents_environment_fits_it() -> None:
    """The demonstration's own project has another type, and would refuse one."""
    put = CATALOGUE[[each.name for each in CATALOGUE].index("put_project")].input
    projects: dict[str, Any] = {}
    for request in requests():
        name = command_at(request)[0].name
        if name == "put_project":
            project = put.model_validate(request.body)
            assert project_problems(project) == ()  # type: ignore[arg-type]  # a Project
            projects[request.path.rpartition("/")[2]] = project
        elif name == "create_agent_environment":
            of = projects[request.path.split("/")[2]]
            assert of.templates["development"].type == "auto"


# --- tables


def test_the_table_of_rest_lists_every_command() -> None:
    wanted = [
        [
            PLACES[each.name].method,
            f"`{PLACES[each.name].path}`",
            each.summary,
            f"`{each.permission}`",
        ]
        for each in CATALOGUE
    ]
    assert rows("method") == wanted
    assert f"`GET {PREFIX}/openapi.json`" in README


def test_the_table_of_permissions_lists_all() -> None:
    assert [row[0] for row in rows("permission")] == [f"`{each}`" for each in Permission]


def test_the_table_of_the_configuration_file_has_every_key() -> None:
    told = {row[0].strip("`"): row[1] for row in rows("key")}
    assert list(told) == list(RepoConfig.model_fields)
    for name in NOT_USED_YET:
        assert "no effect yet" in told[name]
    for name, field in RepoConfig.model_fields.items():
        for section in sections(field.annotation):
            unsaid = [key for key in section.model_fields if f"`{key}`" not in told[name]]
            assert unsaid == [], f"of `{name}`"


def sections(annotation: Any) -> Iterator[type[BaseModel]]:
    """Of which a key is made, at whatever depth of tuples and dictionaries."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for each in get_args(annotation):
        yield from sections(each)


def test_the_settings_without_a_default_are_listed() -> None:
    required = [
        f"`{prefix}{name.upper()}`"
        for prefix, settings in (
            ("CATALYST_WORKER_", WorkerSettings),
            ("CATALYST_API_", APISettings),
        )
        for name, field in settings.model_fields.items()
        if field.is_required()
    ]
    assert [row[0] for row in rows("variable")] == required


def test_the_image_that_builds_is_the_one_that_is_tested() -> None:
    assert re.findall(r"moby/buildkit:(\S+)-rootless`", README) == [versions.BUILDKIT]


def test_every_setting_that_is_named_exists() -> None:
    for prefix, settings in (("WORKER", WorkerSettings), ("API", APISettings)):
        named = set(re.findall(rf"CATALYST_{prefix}_([A-Z_]+)", README))
        assert named <= {name.upper() for name in settings.model_fields}


def test_the_command_for_temporal_names_every_search_attribute() -> None:
    (command,) = [each for each in blocks("sh") if "search-attribute create" in each.text]
    named = re.findall(r"--name (\w+) --type Keyword", command.text.replace("\\\n ", ""))
    assert named == [key.name for key in wire.SEARCH_ATTRIBUTES]


# --- links


def _slug(heading: str) -> str:
    """As GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_every_link_leads_somewhere() -> None:
    prose = re.sub(r"^( *)```.*?^\1```$", "", README, flags=re.MULTILINE | re.DOTALL)
    headings = {_slug(each) for each in re.findall(r"^#+ (.*)$", prose, re.MULTILINE)}
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if target.startswith("#"):
            assert target[1:] in headings, target
        elif "://" not in target:
            assert (ROOT / target.partition("#")[0]).exists(), target
    folders = "tests|api|workflows|activities|worker|cli|deploy"
    for path in re.findall(rf"`((?:{folders})/[\w/.-]+)`", prose):
        assert (ROOT / path).exists(), path
