"""Credentials of an environment's own services: asked for by name, answered with what stands for them."""

from pydantic import Field

from workflows.models.base import Payload
from workflows.models.environment import EnvironmentRef
from workflows.models.plan import CredentialPlan


class EnsureCredentialsInput(Payload):
    ref: EnvironmentRef
    branch: str = ""
    credentials: tuple[CredentialPlan, ...] = ()


class EnsureCredentialsResult(Payload):
    checksums: dict[str, str] = Field(default_factory=dict)
    """Secret -> its version, which changes with its content and is made of nothing of it."""
