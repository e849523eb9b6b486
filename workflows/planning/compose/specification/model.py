"""Services of a compose file as far as they become something in a preview, strictly.

After the Compose specification, https://github.com/compose-spec/compose-spec/blob/main/05-services.md. Keys that are
ignored or refused are taken out before: `keys.py`.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from workflows.planning.compose.specification import forms


class Section(BaseModel):
    """Strict: what is not known here must not be dropped silently."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Words = Annotated[tuple[str, ...] | None, BeforeValidator(forms.words)]
Texts = Annotated[tuple[str, ...], BeforeValidator(forms.texts)]
Text = Annotated[str, BeforeValidator(forms.scalar)]
Seconds = Annotated[float, BeforeValidator(forms.duration), Field(le=86_400)]
Bytes = Annotated[int, BeforeValidator(forms.size), Field(ge=0, le=2**50)]
Whole = Annotated[int, BeforeValidator(forms.number)]
Number = Annotated[float, BeforeValidator(forms.decimal), Field(ge=0, le=1024)]
Flag = Annotated[bool, BeforeValidator(forms.flag)]
Assignments = Annotated[dict[str, str | None], BeforeValidator(forms.assignments)]
Mode = Annotated[int, BeforeValidator(forms.mode), Field(ge=0, le=0o7777)]
MountPath = Annotated[str, Field(pattern=r"^/[^:\s]+$", max_length=1024)]
PortNumber = Annotated[int, BeforeValidator(forms.number), Field(ge=1, le=65535)]


class Port(Section):
    target: Annotated[int, Field(ge=1, le=65535)]
    published: Annotated[int, Field(ge=0, le=65535)] = 0
    protocol: Literal["tcp", "udp", "sctp"] = "tcp"
    name: str = ""


class Granted(Section):
    """A config or secret that a service or build uses."""

    source: str
    target: str = ""
    mode: Mode = 0o444
    """Of a config; what may be run counts."""


class Build(Section):
    context: str = "."
    dockerfile: str = ""
    dockerfile_inline: str = ""
    target: str = ""
    args: Assignments = Field(default_factory=dict)
    secrets: tuple[Annotated[Granted, BeforeValidator(forms.granted)], ...] = ()


class Dependency(Section):
    condition: Literal["service_started", "service_healthy", "service_completed_successfully"] = (
        "service_started"
    )
    required: Flag = True


class Health(Section):
    test: Annotated[tuple[str, ...], BeforeValidator(forms.test)] = ()
    interval: Seconds = 30.0
    timeout: Seconds = 30.0
    retries: Annotated[Whole, Field(ge=0, le=10_000)] = 3
    start_period: Seconds = 0.0
    start_interval: Seconds = 5.0
    disable: Flag = False


class VolumeOptions(Section):
    nocopy: Flag = False
    subpath: str = ""


class TmpfsOptions(Section):
    size: Bytes = 0


class Mount(Section):
    type: Literal["volume", "bind", "tmpfs"]
    source: str = ""
    target: MountPath
    read_only: Flag = False
    volume: VolumeOptions = VolumeOptions()
    tmpfs: TmpfsOptions = TmpfsOptions()


class Attachment(Section):
    """To a network; all of them are one in a preview."""

    aliases: Texts = ()


class EnvFile(Section):
    path: str
    required: Flag = True
    format: Literal["", "raw"] = ""


class Amounts(Section):
    cpus: Number | None = None
    memory: Bytes | None = None


class DeployResources(Section):
    limits: Amounts = Amounts()
    reservations: Amounts = Amounts()


class Deploy(Section):
    mode: Literal["replicated", "global"] = "replicated"
    replicas: Annotated[Whole, Field(ge=0, le=100)] | None = None
    resources: DeployResources = DeployResources()


class Extension(Section):
    """`x-catalyst` of a service: what Compose has no words for."""

    public: Flag = False
    """The public URL leads here."""
    port: PortNumber | None = None
    """Where it listens."""
    health: Annotated[str, Field(pattern=r"^/[^\s?#]*$")] = ""
    """Path that must answer below 400 before the preview counts as up."""
    size: Bytes | None = None
    """Of each of its volumes."""
    job: Flag = False
    """Runs once for each revision, and ends."""


class Service(Section):
    image: str = ""
    build: Annotated[Build | None, BeforeValidator(forms.build)] = None
    command: Words = None
    entrypoint: Words = None
    environment: Assignments = Field(default_factory=dict)
    env_file: Annotated[tuple[EnvFile, ...], BeforeValidator(forms.env_file)] = ()
    ports: Annotated[tuple[Port, ...], BeforeValidator(forms.ports)] = ()
    expose: Annotated[tuple[Port, ...], BeforeValidator(forms.ports)] = ()
    depends_on: Annotated[dict[str, Dependency], BeforeValidator(forms.names)] = Field(
        default_factory=dict
    )
    healthcheck: Health | None = None
    volumes: tuple[Annotated[Mount, BeforeValidator(forms.mount)], ...] = ()
    tmpfs: Texts = ()
    configs: tuple[Annotated[Granted, BeforeValidator(forms.granted)], ...] = ()
    secrets: tuple[Annotated[Granted, BeforeValidator(forms.granted)], ...] = ()
    networks: Annotated[dict[str, Attachment], BeforeValidator(forms.names)] = Field(
        default_factory=dict
    )
    links: Texts = ()
    hostname: Text = ""
    container_name: Text = ""
    user: Text = ""
    working_dir: str = ""
    read_only: Flag = False
    stop_grace_period: Seconds = 10.0
    profiles: Texts = ()
    deploy: Deploy = Deploy()
    scale: Annotated[Whole, Field(ge=0, le=100)] | None = None
    mem_limit: Bytes | None = None
    mem_reservation: Bytes | None = None
    cpus: Number | None = None
    shm_size: Bytes | None = None
    restart: Text = ""
    catalyst: Extension = Extension()


class VolumeExtension(Section):
    """`x-catalyst` of a named volume."""

    size: Bytes | None = None


class Volume(Section):
    """A named volume."""

    external: Flag = False
    catalyst: VolumeExtension = VolumeExtension()


class Content(Section):
    """A config or secret of the project."""

    file: str = ""
    environment: str = ""
    content: str | None = None
    external: Flag = False
    name: str = ""
