"""Repositories of further kinds become a preview at the first attempt; `tests.bench.success` measures all of them.

None in Go: it compiles its standard library for a minute where it has never been built, as `build/test_generated.py` shows.
"""

import pytest

from tests.bench.candidates import ALL
from tests.bench.repositories import of_candidate
from tests.bench.success import ZERO_CONFIG_GOAL, repeated
from tests.e2e.support.previews import Previews

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600), pytest.mark.spec("SC-002")]

CANDIDATES = {each.name: each for each in ALL}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            "js-without-scripts", marks=[pytest.mark.spec("ENV-006", "SC-001"), pytest.mark.variant]
        ),
        pytest.param(
            "py-procfile", marks=[pytest.mark.spec("ENV-007", "SC-001"), pytest.mark.variant]
        ),
        pytest.param("image-two", marks=[pytest.mark.spec("ENV-031"), pytest.mark.variant]),
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
    await preview.until_ready(commit, within=ZERO_CONFIG_GOAL)
    page = await preview.page()
    assert page.status == 200
    assert repository.text in page.text
    assert not await repeated(preview, commit)
