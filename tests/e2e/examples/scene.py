"""What each example shows, how a push changes it, and what it needs from outside of its repository."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from deploy.gallery.examples import DIRECTORY, Example, read_example
from tests.e2e.support.ci import push_image
from tests.e2e.support.preview import Files, Preview
from tests.e2e.support.previews import Previews
from tests.e2e.support.stack import Stack

OTHERS = "registry.example.com/acme"
"""Where the images of others are in the examples' templates."""
_URL = re.compile(r"\]\((http://[^)\s]+)\)\*\*")
"""The address that the comment shows in bold."""


@dataclass(frozen=True)
class Scene:
    """An example, with texts of its page and one change of a file."""

    name: str
    shows: tuple[str, ...]
    file: str
    old: str
    new: str
    """Stands in the file instead of `old`, and on the page afterwards."""
    knows_commit: bool = True
    is_built_by_others: bool = False
    secrets: Mapping[str, str] = field(default_factory=dict)

    @property
    def example(self) -> Example:
        return read_example(DIRECTORY / self.name)

    @property
    def source(self) -> str:
        """Name of the repository that is opened, where the example has several."""
        return next(iter(self.example.sources), "")

    @property
    def files(self) -> dict[str, str]:
        """Of the repository that is opened."""
        return self.example.files_of(self.source)

    @property
    def change(self) -> Files:
        text = self.files[self.file]
        assert self.old in text, f"{self.name}/{self.file} no longer says {self.old!r}"
        return {self.file: text.replace(self.old, self.new)}


_ALL = (
    Scene(
        "compose",
        ("Night bakery", "Rye bread", "Plum cake"),
        "schema.sql",
        "Plum cake",
        "Almond cake",
    ),
    Scene(
        "helm",
        ("Hello from the shop",),
        "chart/values.yaml",
        "Hello from the shop",
        "Good evening",
    ),
    Scene("dockerfile", ("second edition", "Grey heron"), "content/wren.txt", "Wren", "Great wren"),
    Scene(
        "node",
        ("The corner bakery", "7:00 to 19:00"),
        "data/hours.json",
        "closed",
        "9:00 to 12:00",
    ),
    Scene(
        "python",
        ("A Short History of Tea",),
        "reading_list/books.json",
        "How Bridges Stand",
        "How Towers Lean",
    ),
    Scene(
        "static",
        ("Alarm clocks of the night trains",),
        "index.html",
        "Alarm clocks of the night trains",
        "Clocks without hands",
        knows_commit=False,
    ),
    Scene(
        "image",
        ("Tides at Little Sandbank",),
        "tides.py",
        "Little Sandbank",
        "Great Sandbank",
        is_built_by_others=True,
    ),
    Scene(
        "user-managed-helm",
        ("for your patience in {room}",),
        "staging.yaml",
        "The lift is repaired.",
        "The lift rests again.",
        knows_commit=False,
    ),
    Scene(
        "manifests",
        ("Guest book of the mountain hut",),
        "entries.txt",
        "The soup was excellent.",
        "The soup was cold.",
        knows_commit=False,
    ),
    Scene(
        "monorepo",
        ("Apples", "2.90 a kilogram"),
        "packages/prices/prices.js",
        "Parsley",
        "Rosemary",
    ),
    Scene(
        "monorepo-workdir",
        ("DEPARTURES", "Old Harbour"),
        "services/departures/departures.csv",
        "University",
        "Observatory",
    ),
    Scene(
        "devcontainer",
        ("Rivers and capitals", "Lisbon"),
        "questions.txt",
        "The Danube",
        "The Danube, and it is grey",
    ),
    Scene(
        "development",
        ("grandmother", "Plum dumplings", "Soup of the attic"),
        "recipes/soup.json",
        "Soup of the attic",
        "Soup of the cellar",
    ),
    Scene(
        "configured",
        ("North roof", "3.10", "metric", "sha256 2c70e12b"),
        "app/station.py",
        "18.4",
        "21.7",
        # The page shows the beginning of the hash of `key`.
        secrets={"STATION_KEY": "key", "FORECAST_TOKEN": "token"},
    ),
    Scene(
        "services",
        ("Village library", "A Field Guide to Clouds"),
        "library.pl",
        "Village library",
        "Library of the harbour",
    ),
    Scene(
        "worker-and-cron",
        ("Post office of the valley", "letters sorted"),
        "post_office/page.html",
        "Post office of the valley",
        "Post office of the harbour",
    ),
    Scene(
        "several-repositories",
        ("Harbour office", "Grey Gull", "Tallinn"),
        "page.html",
        "Expected today",
        "Expected this week",
    ),
)
SCENES = {scene.name: scene for scene in _ALL}


def images_of(name: str) -> str:
    """A place of the registry that no environment owns."""
    return f"ci/{name}"


async def create(previews: Previews, scene: Scene, name: str = "", **more: Any) -> Preview:
    """Repository and project; images of others are looked for in the stack's own registry, below `name`.

    `more` are fields of the template, over those that the example's README says.
    """
    example = scene.example
    fields: dict[str, Any] = {**example.fields, **more}
    if scene.is_built_by_others:
        registry = previews.stack.connection.registry
        fields["images"] = [
            {**each, "image": each["image"].replace(OTHERS, f"{registry}/{images_of(name)}")}
            for each in fields["images"]
        ]
    beside = {each: example.files_of(each) for each in example.sources[1:]}
    return await previews.create(tree=scene.files, source=scene.source, beside=beside, **fields)


async def run_ci(
    stack: Stack, scene: Scene, name: str, commit: str, changes: Files | None = None
) -> str:
    """What `.github/workflows/image.yml` of the example does; returns the image's digest."""
    files = {**scene.example.files, **(changes or {})}
    return await push_image(
        stack.connection.registry,
        f"{images_of(name)}/tide-table",
        commit[:7],
        {"tides.py": files["tides.py"] or ""},
        command=("python", "-u", "tides.py"),
    )


async def page_by_its_comment(preview: Preview) -> str:
    """The page at the address that the comment shows."""
    comment = await preview.until_comment("Preview ready", preview.commits[-1][:7])
    found = _URL.search(comment)
    assert found, comment
    url = urlsplit(found[1])
    assert url.netloc == preview.host
    page = await preview.page(url.path)
    assert page.status == 200
    return page.text
