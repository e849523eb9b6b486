"""Throwing away what services of an environment keep."""

from workflows.models.base import Label, Payload
from workflows.models.environment import EnvironmentRef
from workflows.models.volumes import VolumePlan


class ResetServicesInput(Payload):
    ref: EnvironmentRef
    release: str
    """That the services belong to, of Catalyst's own chart."""
    services: tuple[Label, ...]
    volumes: tuple[VolumePlan, ...] = ()
    """Of other components of that release."""
    charts: tuple[str, ...] = ()
    """Releases that are services of the environment themselves."""


class RestartWorkloadsInput(Payload):
    ref: EnvironmentRef
    release: str
    kept: tuple[Label, ...] = ()
    """Components that go on as they are."""
    mark: str
    """A workload that carries it already is not restarted once more."""
