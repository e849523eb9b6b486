"""The examples under `deploy/examples`: their files, and the template that each README names."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue, ValidationError

from cli.checkout import CheckoutError, open_checkout
from workflows.models import Template

DIRECTORY = Path(__file__).parents[1] / "examples"
_TEMPLATE = re.compile(r"^```json\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class ExampleError(Exception):
    """What is wrong with an example, as a sentence that names its file."""


@dataclass(frozen=True)
class Example:
    """A repository, or several in a directory each, and how a project deploys them."""

    name: str
    title: str
    """The heading of its README."""
    files: dict[str, str]
    """Path to text; those that Git ignores are left out."""
    fields: dict[str, JsonValue]
    """Of `workflows.models.Template`, as its README says them."""

    @property
    def template(self) -> Template:
        return Template.model_validate(self.fields)

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the repositories, the one that is opened first; empty where it is one."""
        return tuple(each.source for each in self.template.sources)

    def files_of(self, source: str = "") -> dict[str, str]:
        """Of one repository."""
        start = f"{source}/" if source else ""
        return {
            path.removeprefix(start): text
            for path, text in self.files.items()
            if path.startswith(start)
        }

    @property
    def summary(self) -> str:
        """The first paragraph of its README."""
        return self.files["README.md"].split("\n\n")[1].replace("\n", " ")


def read_examples() -> list[Example]:
    """All of them, by name. Raises ExampleError."""
    found = sorted(path.parent for path in DIRECTORY.glob("*/README.md"))
    return [read_example(each) for each in found]


def read_example(directory: Path) -> Example:
    """One of them. Raises ExampleError for a README without a template that can be used."""
    try:
        checkout = open_checkout(directory)
        files = {path: checkout.read(path).decode() for path in checkout.paths}
    except (CheckoutError, OSError, UnicodeDecodeError) as error:
        raise ExampleError(f"{directory.name} cannot be read: {error}") from error
    readme = files.get("README.md", "")
    block = _TEMPLATE.search(readme)
    if block is None:
        raise ExampleError(f"{directory.name}/README.md has no template in a `json` block")
    try:
        fields = json.loads(block[1])
        known = Template.model_fields.keys()
        if unknown := fields.keys() - known:
            raise ExampleError(f"{directory.name}/README.md: a template has no {sorted(unknown)}")
        Template.model_validate(fields)
    except (ValueError, ValidationError) as error:
        raise ExampleError(f"{directory.name}/README.md: {error}") from error
    title = readme.partition("\n")[0].removeprefix("# ")
    return Example(directory.name, title, files, fields)
