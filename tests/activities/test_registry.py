"""What the registry client makes of a registry's answers; the real registry is asked in tests/e2e/build."""

import httpx
import pytest

from activities.registry import Registry
from workflows.errors import RegistryError

REPOSITORY = "team-shop/pr-shop-7/web"


class Shelf:
    """Speaks the part of the distribution API that the client asks for, page by page."""

    def __init__(self, tags: dict[str, str]) -> None:
        self.tags = tags
        self.page = 2

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path.endswith("/tags/list"):
            return self._list(request, "tags", sorted(self.tags)) if self.tags else _missing()
        if path == "/v2/_catalog":
            return self._list(
                request, "repositories", ["a/b", REPOSITORY, "team-shop/pr-shop-70/x"]
            )
        name = path.rpartition("/")[2]
        if request.method == "DELETE":
            gone = [tag for tag, digest in self.tags.items() if digest == name]
            for tag in gone:
                del self.tags[tag]
            return httpx.Response(202) if gone else _missing()
        digest = self.tags.get(name)
        return (
            httpx.Response(200, headers={"docker-content-digest": digest}) if digest else _missing()
        )

    def _list(self, request: httpx.Request, key: str, names: list[str]) -> httpx.Response:
        after = request.url.params.get("last", "")
        page = [name for name in names if name > after][: self.page]
        is_last = not page or page[-1] == names[-1]
        link = {} if is_last else {"link": f'<{request.url.path}?last={page[-1]}>; rel="next"'}
        return httpx.Response(200, json={key: page}, headers=link)


def _missing() -> httpx.Response:
    return httpx.Response(404, json={"errors": []})


def registry(shelf: Shelf) -> Registry:
    return Registry("http://registry.test", transport=httpx.MockTransport(shelf))


async def test_an_image_is_found_by_its_tag_and_an_absent_one_is_no_error() -> None:
    async with registry(Shelf({"c-1": "sha256:aa"})) as client:
        assert await client.find_digest(REPOSITORY, "c-1") == "sha256:aa"
        assert await client.find_digest(REPOSITORY, "c-2") is None


async def test_lists_are_read_to_their_last_page() -> None:
    tags = {f"c-{number}": f"sha256:{number}" for number in range(5)}
    async with registry(Shelf(tags)) as client:
        assert await client.list_tags(REPOSITORY) == tuple(tags)
        assert await client.list_repositories("team-shop/pr-shop-7/") == (REPOSITORY,)


@pytest.mark.spec("FR-008")
async def test_deleting_leaves_no_tag_and_may_be_repeated() -> None:
    shelf = Shelf({"c-1": "sha256:aa", "c-2": "sha256:aa", "c-3": "sha256:bb"})
    async with registry(shelf) as client:
        assert await client.delete_tags(REPOSITORY) == 2
        assert shelf.tags == {}
        assert await client.delete_tags(REPOSITORY) == 0
        await client.delete_if_present(REPOSITORY, "sha256:aa")


@pytest.mark.parametrize("status", [401, 405, 500, 503])
async def test_a_refusal_is_the_platforms_and_names_the_status(status: int) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(status))
    async with Registry("http://registry.test", transport=transport) as client:
        with pytest.raises(RegistryError, match=str(status)):
            await client.find_digest(REPOSITORY, "c-1")
        with pytest.raises(RegistryError, match=str(status)):
            await client.delete_if_present(REPOSITORY, "sha256:aa")


async def test_a_registry_that_does_not_answer_is_named_without_its_address() -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection to 10.0.0.1:5000 refused")

    async with Registry("http://registry.test", transport=httpx.MockTransport(refuse)) as client:
        with pytest.raises(RegistryError, match=r"cannot be reached \(ConnectError\)") as caught:
            await client.list_tags(REPOSITORY)
        assert "10.0.0.1" not in str(caught.value)


class Lender:
    """Holds manifests of one repository, and lends layers between repositories or does not."""

    def __init__(self, *, lends: bool = True) -> None:
        self.lends = lends
        self.asked: list[str] = []
        layer = {"layers": [{"digest": "sha256:l1"}], "config": {"digest": "sha256:c1"}}
        self.manifests: dict[str, object] = {
            "c-1": layer,
            "sha256:m1": layer,
            "c-index": {"manifests": [{"digest": "sha256:m1"}]},
        }

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(
            f"{request.method} {request.url.path} {request.url.query.decode()}".strip()
        )
        name = request.url.path.rpartition("/")[2]
        if request.method == "POST":
            return httpx.Response(201 if self.lends else 202)
        if request.method == "PUT":
            return httpx.Response(201)
        if name not in self.manifests:
            return _missing()
        headers = {"docker-content-digest": f"digest of {name}", "content-type": "a/manifest"}
        return httpx.Response(200, json=self.manifests[name], headers=headers)


async def test_an_image_is_lent_with_all_its_parts_before_it_is_named() -> None:
    lender = Lender()
    async with Registry("http://r.test", transport=httpx.MockTransport(lender)) as client:
        assert await client.copy("a/web", "c-1", "b/web", tag="c-1") == "digest of c-1"
        assert sorted(lender.asked[1:3]) == [
            "POST /v2/b/web/blobs/uploads/ mount=sha256:c1&from=a/web",
            "POST /v2/b/web/blobs/uploads/ mount=sha256:l1&from=a/web",
        ]
        assert lender.asked[3:] == ["PUT /v2/b/web/manifests/c-1"]
        assert await client.copy("a/web", "c-index", "b/web", tag="c-2") == "digest of c-index"
        assert lender.asked[-2:] == [
            "PUT /v2/b/web/manifests/sha256:m1",
            "PUT /v2/b/web/manifests/c-2",
        ]


async def test_what_is_not_there_or_not_lent_is_not_copied() -> None:
    lender = Lender(lends=False)
    async with Registry("http://r.test", transport=httpx.MockTransport(lender)) as client:
        assert await client.copy("a/web", "c-9", "b/web", tag="c-9") is None
        assert await client.copy("a/web", "c-1", "b/web", tag="c-1") is None
        assert await client.copy("a/web", "c-index", "b/web", tag="c-1") is None
    assert not [asked for asked in lender.asked if asked.startswith("PUT")]
