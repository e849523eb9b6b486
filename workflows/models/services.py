"""What an environment has beside its application: services, jobs around a deployment, and further processes (ENV-017, ENV-018)."""

from typing import Literal

from pydantic import Field, JsonValue

from workflows.models.backups import BackupSettings, Schedule
from workflows.models.base import Payload

ServiceType = Literal["postgres", "redis", "s3"]
JobMoment = Literal["post-build", "pre-deploy", "post-deploy"]
JobRun = Literal["revision", "once"]


class ServiceSettings(Payload):
    """Something that an application needs; every environment has one of its own, never shared with another."""

    type: ServiceType | None = None
    """One that Catalyst knows; either this, `image` or `chart`."""
    version: str = ""
    """Tag of the image of such a service, empty for the usual one; of a chart from `repository` its version."""
    image: str = ""
    chart: str = ""
    """A Helm chart, which becomes a release of its own: a directory of the repository, or its name in `repository`."""
    repository: str = ""
    """`https://…` or `oci://…`, for a chart that is not the repository's own."""
    values: dict[str, JsonValue] = Field(default_factory=dict)
    """Of the chart; their strings may hold the placeholders of a template's."""
    host: str = ""
    """Name of the chart's Service, in which `{release}` stands for its release; empty for the usual name."""
    port: int = Field(default=0, ge=0, le=65535)
    """Where `image` or the chart's Service listens; 0 for nowhere."""
    variables: dict[str, str] = Field(default_factory=dict)
    """Environment variables of the service itself."""
    size: str = ""
    """Of the volume that keeps its data; empty for 1Gi."""
    volume: str = ""
    """Directory of `image` whose content is kept; empty for none."""
    backups: BackupSettings | None = None
    """Of a service of type `postgres`; None for none, but for daily ones where a template is for deployments."""


class JobSettings(Payload):
    """A command that is run in an image of the application around each deployment, and whose failure stops it."""

    when: JobMoment
    command: str = Field(min_length=1)
    component: str = ""
    """Whose image it runs in; empty for the one that the public URL leads to."""
    run: JobRun = "revision"
    """`once`: not again in the environment's life, once it has succeeded."""
    timeout_seconds: int = Field(default=600, ge=5, le=3600)


class ProcessSettings(Payload):
    """A command that runs beside the application in an image of it: always, or by the clock."""

    command: str = Field(min_length=1)
    component: str = ""
    """Whose image it runs in; empty for the one that the public URL leads to."""
    schedule: Schedule | None = None
    """When it is run, in UTC; None for always."""
