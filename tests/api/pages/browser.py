"""How a test reads a page and presses its buttons, as a browser does."""

import re
from urllib.parse import urlencode

import httpx

from tests.api.conftest import BASE, Catalyst

ONE = "/environments/web-shop/pr-shop-12"
BROWSER = {"accept": "text/html,application/xhtml+xml"}


async def read(catalyst: Catalyst, path: str) -> str:
    answer = await catalyst.http.get(path, headers=BROWSER)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert_is_safe_and_whole(answer.text)
    return answer.text


def assert_is_safe_and_whole(page: str) -> None:
    """Nothing inline that the content policy would block, no foreign address, every element closed."""
    assert not re.search(r"<script(?! src=\"/static/)|<[a-z][^<>]*\s(?:on\w+|style)=", page)
    assert not re.search(r"(?:src|href)=\"//", page)
    for name in ("div", "section", "ul", "ol", "li", "table", "form", "details", "pre", "nav", "p"):
        assert len(re.findall(f"<{name}[ >]", page)) == page.count(f"</{name}>"), name


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found is not None
    return found[1]


async def send(catalyst: Catalyst, path: str, **form: str) -> httpx.Response:
    """The form as a browser of this site sends it, with its line ends."""
    form = {name: text.replace("\n", "\r\n") for name, text in form.items()}
    return await catalyst.http.post(
        path,
        content=urlencode(form),
        headers=BROWSER
        | {
            "content-type": "application/x-www-form-urlencoded",
            "origin": BASE,
        },
    )


async def press(catalyst: Catalyst, action: str, **form: str) -> httpx.Response:
    return await send(catalyst, f"{ONE}/{action}", **form)
