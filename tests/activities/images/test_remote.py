"""What is asked of a registry and what its answers mean; a real one is asked in tests/e2e/cluster."""

from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from hashlib import sha256

import httpx
import pytest

from activities.images.credentials import Credentials
from activities.images.references import parse
from activities.images.remote import MAX_BODY, DeniedError, RemoteRegistries
from workflows.errors import RegistryError, WaitError

pytestmark = pytest.mark.spec("ENV-013")

DIGEST = f"sha256:{'1' * 64}"
MANIFEST = "/v2/acme/shop/manifests/1"
FOUND = httpx.Response(200, headers={"docker-content-digest": DIGEST})
BOB = Credentials("bob", "hunter2")
BASIC = f"Basic {b64encode(b'bob:hunter2').decode()}"
Answer = Callable[[httpx.Request], httpx.Response]


async def find(
    answer: Answer,
    image: str = "ghcr.io/acme/shop:1",
    login: Credentials | None = None,
    *,
    plain: tuple[str, ...] = (),
    mirror: str = "",
) -> str | None:
    registries = RemoteRegistries(
        plain=frozenset(plain), mirror=mirror, transport=httpx.MockTransport(answer)
    )
    return await registries.find_digest(parse(image), login)


class TokenRegistry:
    """Wants a token of its own kind before it shows anything."""

    def __init__(self, realm: str = "https://auth.example/token?tenant=7") -> None:
        self.realm = realm
        self.asked: list[httpx.Request] = []
        self.token = "fresh"
        self.wants_password = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        authorization = request.headers.get("authorization", "")
        if request.url.host == "auth.example":
            is_refused = self.wants_password and authorization != BASIC
            return (
                httpx.Response(401)
                if is_refused
                else httpx.Response(200, json={"token": self.token})
            )
        if authorization == "Bearer fresh":
            return FOUND
        challenge = f'Bearer realm="{self.realm}",service="ghcr.io",scope="repository:x:push"'
        return httpx.Response(401, headers={"www-authenticate": challenge})


@pytest.mark.parametrize(
    ("image", "settings", "url"),
    [
        ("ghcr.io/acme/shop:1", {}, f"https://ghcr.io{MANIFEST}"),
        ("acme/shop:1", {}, f"https://registry-1.docker.io{MANIFEST}"),
        ("acme/shop:1", {"mirror": "m:5000", "plain": ("m:5000",)}, f"http://m:5000{MANIFEST}"),
        ("m:5000/acme/shop:1", {"plain": ("m:5000",)}, f"http://m:5000{MANIFEST}"),
        ("n:5000/acme/shop:1", {"plain": ("m:5000",)}, f"https://n:5000{MANIFEST}"),
    ],
)
async def test_each_registry_is_asked_at_its_own_address_and_in_the_clear_only_where_set(
    image: str, settings: dict[str, object], url: str
) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return FOUND

    assert await find(answer, image, **settings) == DIGEST  # type: ignore[arg-type]
    assert [(each.method, str(each.url)) for each in asked] == [("HEAD", url)]
    assert "vnd.oci.image.index" in asked[0].headers["accept"]
    assert "authorization" not in asked[0].headers


async def test_an_absent_tag_is_no_error() -> None:
    assert await find(lambda _: httpx.Response(404, json={"errors": []})) is None


async def test_without_the_header_the_digest_is_that_of_the_manifest() -> None:
    body = b'{"schemaVersion": 2}'
    found = await find(lambda _: httpx.Response(200, content=body))
    assert found == f"sha256:{sha256(body).hexdigest()}"


async def test_a_public_image_needs_a_token_that_is_nobodys() -> None:
    registry = TokenRegistry()
    assert await find(registry) == DIGEST
    token = registry.asked[1].url
    assert dict(token.params) == {
        "tenant": "7",
        "service": "ghcr.io",
        "scope": "repository:acme/shop:pull",
    }
    assert "authorization" not in registry.asked[1].headers


@pytest.mark.spec("ENV-019")
async def test_the_password_is_shown_to_the_token_service_alone() -> None:
    registry = TokenRegistry()
    registry.wants_password = True
    assert await find(registry, login=BOB) == DIGEST
    sent = [each.headers.get("authorization") for each in registry.asked]
    assert sent == [None, BASIC, "Bearer fresh"]


@pytest.mark.spec("ENV-019")
async def test_a_registry_may_want_the_password_itself() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.headers.get("authorization") == BASIC:
            return FOUND
        return httpx.Response(401, headers={"www-authenticate": 'Basic realm="r"'})

    assert await find(answer, login=BOB) == DIGEST
    with pytest.raises(DeniedError):
        await find(answer)


async def test_no_password_is_said_in_the_clear_wherever_a_registry_sends_us() -> None:
    registry = TokenRegistry(realm="http://auth.example/token")
    with pytest.raises(RegistryError, match="not https"):
        await find(registry, login=BOB)
    assert {each.url.scheme for each in registry.asked} == {"https"}


@pytest.mark.parametrize("status", [401, 403])
async def test_what_is_refused_all_the_same_is_denied(status: int) -> None:
    with pytest.raises(DeniedError) as raised:
        await find(lambda _: httpx.Response(status), login=BOB)
    assert raised.value.status == status


async def test_a_wrong_password_is_denied() -> None:
    registry = TokenRegistry()
    registry.wants_password = True
    with pytest.raises(DeniedError):
        await find(registry, login=Credentials("bob", "wrong"))


async def test_a_token_that_does_not_help_is_not_asked_for_twice() -> None:
    registry = TokenRegistry()
    registry.token = "stale"
    with pytest.raises(DeniedError):
        await find(registry)
    assert len(registry.asked) == 3


async def test_redirects_are_followed_without_the_authorization() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if request.url.host == "elsewhere.example":
            return FOUND
        if "authorization" not in request.headers:
            return httpx.Response(401, headers={"www-authenticate": "Basic"})
        return httpx.Response(307, headers={"location": f"https://elsewhere.example{MANIFEST}"})

    assert await find(answer, login=BOB) == DIGEST
    assert "authorization" not in asked[-1].headers


@pytest.mark.parametrize(
    ("location", "said"), [("http://ghcr.io/x", "not https"), ("/v2/again", "redirects")]
)
async def test_redirects_end_somewhere_and_never_in_the_clear(location: str, said: str) -> None:
    with pytest.raises(RegistryError, match=said):
        await find(lambda _: httpx.Response(307, headers={"location": location}))


@pytest.mark.parametrize(
    ("after", "wait"),
    [("120", timedelta(minutes=2)), ("soon", timedelta(minutes=1)), ("999999", timedelta(hours=1))],
)
async def test_a_limit_is_waited_for(after: str, wait: timedelta) -> None:
    with pytest.raises(WaitError) as raised:
        await find(lambda _: httpx.Response(429, headers={"retry-after": after}))
    assert raised.value.retry_after == wait


@pytest.mark.parametrize("status", [500, 503, 204])
async def test_a_registry_that_is_ill_is_the_platforms(status: int) -> None:
    with pytest.raises(RegistryError, match=rf"registry ghcr.io answered {status}"):
        await find(lambda _: httpx.Response(status))


async def test_a_registry_that_is_away_is_the_platforms_and_no_address_is_told() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("10.0.0.1 refused")

    with pytest.raises(RegistryError) as raised:
        await find(answer)
    assert str(raised.value) == "registry ghcr.io cannot be reached (ConnectError)"


@pytest.mark.parametrize(
    "answer", [b"no JSON", b"[]", b"{}", b'{"token": 5}', b'{"token": "a\\nb"}', b'{"token": ""}']
)
async def test_a_token_that_is_none_is_no_token(answer: bytes) -> None:
    def registry(request: httpx.Request) -> httpx.Response:
        if request.url.host == "auth.example":
            return httpx.Response(200, content=answer)
        challenge = 'Bearer realm="https://auth.example/t"'
        return httpx.Response(401, headers={"www-authenticate": challenge})

    with pytest.raises(RegistryError, match="no token"):
        await find(registry)


async def test_an_endless_answer_is_not_read_to_its_end() -> None:
    class Endless(httpx.AsyncByteStream):
        read = 0

        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                self.read += 65_536
                yield b"x" * 65_536

    stream = Endless()
    with pytest.raises(RegistryError, match="more than 4 MiB"):
        await find(lambda _: httpx.Response(200, stream=stream))
    assert stream.read <= MAX_BODY + 65_536
