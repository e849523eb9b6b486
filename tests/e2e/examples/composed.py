"""Compose files of the corpus that are deployed for real: what their pages say of every service, and how a push changes it."""

from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from tests.e2e.stacks import ROOT
from tests.e2e.support.preview import Files


@dataclass(frozen=True)
class ComposeScene:
    """One of them. `{commit}` in texts of the page stands for the commit that serves."""

    name: str
    says: tuple[str, ...]
    """Patterns of the page's lines."""
    pods: Mapping[str, int]
    """Component to how many of its pods are there, jobs that have ended too."""
    file: str
    old: str
    new: str
    says_then: tuple[str, ...]
    keeps: str = ""
    """The beginning of a line that comes from a volume."""

    @property
    def files(self) -> dict[str, str]:
        found = yaml.safe_load((ROOT / f"tests/corpus/compose-{self.name}.yaml").read_text())
        return {path: str(text) for path, text in found["files"].items()}

    @property
    def change(self) -> Files:
        text = self.files[self.file]
        assert self.old in text, f"{self.name}/{self.file} no longer says {self.old!r}"
        return {self.file: text.replace(self.old, self.new)}


COUNTER = ComposeScene(
    "counter",
    (
        "Visitors of Little Sandbank, since long ago",
        r"visit \d+ of {commit}",
        "Fair winds, says 10001",
    ),
    {"web": 1, "cache": 1},
    ".env",
    "Little Sandbank",
    "Great Sandbank\nFOUNDED=1903",
    (
        "Visitors of Great Sandbank, since 1903",
        r"visit \d+ of {commit}",
        "Fair winds, says 10001",
    ),
    keeps="visit",
)
NEWSPAPER = ComposeScene(
    "newspaper",
    ("Bridge opens on Monday", "founded by .*-founding-.*", "printed by The small press"),
    {"web": 1, "press": 1, "founding": 1},
    "headline.txt",
    "opens on Monday",
    "stays closed",
    ("Bridge stays closed", "founded by .*-founding-.*", "printed by The small press"),
    keeps="founded",
)
CHOIR = ComposeScene(
    "choir",
    (
        "Tonight in the old mill",
        *["sung by .*-singer-.*"] * 3,
        "encore: Evening song, once more",
        "trace: none",
        "commit {commit}",
    ),
    {"web": 1, "singer": 3, "encore": 1},
    "singers/.env",
    "Evening song",
    "Morning song",
    (
        "Tonight in the old mill",
        *["sung by .*-singer-.*"] * 3,
        "encore: Morning song, once more",
        "trace: none",
        "commit {commit}",
    ),
)
SAFE = ComposeScene(
    "safe",
    (r"entry \d+ of Little Sandbank",),
    {"web": 1, "clerk": 1, "safe": 1},
    ".env",
    "TOWN=Little",
    "TOWN=Great",
    (r"entry \d+ of Great Sandbank",),
    keeps="entry",
)
LIGHTHOUSE = ComposeScene(
    "lighthouse",
    ("lighthouse shines, lit", "commit {commit}"),
    {"web": 1, "beacon": 1},
    "shine.sh",
    "'lit'",
    "'blinking'",
    ("lighthouse shines, blinking", "commit {commit}"),
)
SCENES = {each.name: each for each in (COUNTER, NEWSPAPER, CHOIR, SAFE, LIGHTHOUSE)}
