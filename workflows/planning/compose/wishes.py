"""What a translation is asked for, and what comes out of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from workflows.models import BuildPlan

Values = dict[str, JsonValue]


@dataclass(frozen=True)
class Wishes:
    """Everything that a translation depends on but the files."""

    path: str
    """Of the compose file."""
    claim_name: Callable[[str, str], str]
    """Component and volume to the name of the claim that Catalyst's chart makes for it."""
    is_chosen: bool = False
    """The file was named by a template, so no override is merged over it."""
    over: Sequence[str] = ()
    """Further files that were named with it, each merged over those before."""
    only: Sequence[str] = ()
    """Of its services just these; empty for all that have no profile, or an active one."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """What `${NAME}` stands for, before files `.env`; all that Catalyst was told, whoever told it."""
    below: Mapping[str, str] = field(default_factory=dict)
    """Variables of what is built from the repository, unless the file says otherwise: the project's and template's."""
    above: Mapping[str, str] = field(default_factory=dict)
    """Variables that come before those of the file: of `.catalyst.yaml` and of the environment itself."""
    secrets: Sequence[str] = ()
    """Names of the project's secrets that the environment gets."""
    front: str = ""
    """The service that a route names."""
    port: int = 0
    """Where the front one listens, as people have set it."""
    with_front: bool = True
    """False where only backing services are asked for."""


@dataclass(frozen=True)
class Piece:
    """One service as a component of Catalyst's chart."""

    name: str
    service: str
    """Its name in the file."""
    values: Values
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Composed:
    """A compose file, translated; of no use where there are problems."""

    pieces: list[Piece] = field(default_factory=list)
    """The one that the public URL leads to first."""
    builds: list[BuildPlan] = field(default_factory=list)
    stages: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    """Title and components of each; empty where nothing waits for anything."""
    front: str = ""
    """Component; empty where nothing listens."""
    port: int = 0
    health: str = ""
    """Path that `x-catalyst` says must answer."""
    reasons: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
