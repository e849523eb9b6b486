"""What every part of a config shares."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """Strict where payloads are tolerant: a misspelt key must not be dropped silently."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True
    )
