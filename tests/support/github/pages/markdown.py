"""GitHub flavoured Markdown to HTML that is safe to show."""

from __future__ import annotations

import re
from functools import cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup
from mdit_py_plugins.tasklists import tasklists_plugin

_TAGS = {
    *("a", "b", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt", "em"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "input", "ins", "kbd", "li", "ol"),
    *("p", "picture", "pre", "q", "s", "samp", "source", "span", "strike", "strong", "sub"),
    *("summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "ul", "var"),
}
_ATTRIBUTES = {
    "*": {"align", "title", "dir", "width", "height"},
    "a": {"href", "name"},
    "code": {"class"},
    "details": {"open"},
    "img": {"src", "alt"},
    "input": {"type", "checked", "disabled"},
    "li": {"class"},
    "p": {"class"},
    "blockquote": {"class"},
    "ol": {"start"},
    "td": {"colspan", "rowspan", "style"},
    "th": {"colspan", "rowspan", "style"},
    "ul": {"class"},
}
_ALERT = re.compile(
    r"<blockquote>\s*<p>\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\](?:<br ?/?>|\s)*", re.IGNORECASE
)
_EMOJI = {
    "rocket": "🚀",
    "white_check_mark": "✅",
    "x": "❌",
    "warning": "⚠️",
    "hourglass": "⌛",
    "hourglass_flowing_sand": "⏳",
    "zzz": "💤",
    "eyes": "👀",
    "sparkles": "✨",
    "tada": "🎉",
    "broom": "🧹",
    "construction": "🚧",
}


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("gfm-like", {"html": True, "breaks": True, "linkify": True})
    return parser.use(tasklists_plugin)


def render(text: str | None) -> Markup:
    """HTML as GitHub shows a comment: tables and `<details>` stay, scripts and comments go."""
    if not text:
        return Markup('<p class="muted"><em>No description provided.</em></p>')
    html = _parser().render(_emoji(text))
    html = _ALERT.sub(_alert, html)
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        strip_comments=True,
        link_rel="nofollow noopener",
        filter_style_properties={"text-align"},
    )
    # Safe by construction: nh3 is the last to touch it.
    return Markup(clean)  # noqa: S704


def _emoji(text: str) -> str:
    return re.sub(r":([a-z_]+):", lambda found: _EMOJI.get(found[1], found[0]), text)


def _alert(found: re.Match[str]) -> str:
    kind = found[1].lower()
    title = f'<p class="alert-title">{kind.capitalize()}</p>'
    return f'<blockquote class="alert alert-{kind}">{title}<p>'
