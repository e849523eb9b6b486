"""Repositories of further kinds become a preview at the first attempt; `tests.bench.success` measures all of them."""

import pytest

from tests.bench.candidates import ALL
from tests.bench.repositories import of_candidate
from tests.bench.success import ZERO_CONFIG_GOAL, repeated
from tests.e2e.support.preview import READY
from tests.e2e.support.previews import Previews

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600), pytest.mark.spec("SC-002")]

CANDIDATES = {each.name: each for each in ALL}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("go-root", marks=pytest.mark.spec("ENV-006")),
        pytest.param("js-without-scripts", marks=pytest.mark.spec("ENV-006", "SC-001")),
        pytest.param("py-procfile", marks=pytest.mark.spec("ENV-007", "SC-001")),
        pytest.param("image-two", marks=pytest.mark.spec("ENV-031")),
        pytest.param("manifests-json", marks=pytest.mark.spec("ENV-015")),
    ],
)
async def test_a_repository_becomes_a_preview_at_the_first_attempt(
    name: str, previews: Previews
) -> None:
    candidate = CANDIDATES[name]
    repository = of_candidate(candidate)
    preview = await repository.create(previews, name)
    commit = await preview.push({"CHANGES.md": "One line more.\n"})
    await preview.open_pull()
    # Go compiles its standard library where it has never been built; SC-001 gives that a minute more.
    patience = READY if "go.mod" in candidate.files else ZERO_CONFIG_GOAL
    await preview.until_ready(commit, within=patience)
    page = await preview.page()
    assert page.status == 200
    assert repository.text in page.text
    assert not await repeated(preview, commit)
