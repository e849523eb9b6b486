"""HTML: templates beside their loader. Everything placed in them is escaped."""

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

_HERE = Path(__file__).parent
_TEMPLATES = Environment(
    loader=FileSystemLoader(_HERE),
    autoescape=True,
    undefined=StrictUndefined,  # a misspelt name is an error, not an empty place
    trim_blocks=True,
    lstrip_blocks=True,
)


def code_spans(text: str) -> Markup:
    """The text escaped, with what stands between backticks as code: reasons and failures are written like that."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704  (escaped before)


_TEMPLATES.filters["code_spans"] = code_spans


def render(template: str, context: dict[str, object]) -> HTMLResponse:
    return HTMLResponse(_TEMPLATES.get_template(template).render(context))
