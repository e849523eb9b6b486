"""HTML: templates beside their loader. Everything placed in them is escaped."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

_HERE = Path(__file__).parent
_TEMPLATES = Environment(
    loader=FileSystemLoader(_HERE),
    autoescape=True,
    undefined=StrictUndefined,  # a misspelt name is an error, not an empty place
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(template: str, context: dict[str, object]) -> HTMLResponse:
    return HTMLResponse(_TEMPLATES.get_template(template).render(context))
