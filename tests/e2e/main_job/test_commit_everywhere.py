"""A preview is of one commit, and every place that names one names that (invariant 3)."""

import contextlib

import pytest

from tests.e2e.support.commits import commits_shown, image_built, images_run
from tests.e2e.support.preview import Preview
from tests.e2e.support.previews import Previews
from tests.e2e.support.waiting import eventually

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600), pytest.mark.invariant(3)]

PLACES = {
    *("input of the revision", "input of plan_revision", "input of build_image"),
    *("input of deploy_release", "input of wait_for_rollout", "input of check_health"),
    *("label of the build Job", "commit to fetch", "commit fetched"),
    *("label of the release", "values of the release", "label of the Deployment"),
    *("environment of the pods", "page of the preview"),
    *("active deployment", "check run", "comment", "newest row of the comment"),
    *("snapshot", "serving", "newest revision", "search attribute"),
    *("REST", "REST, serving", "REST, newest revision", "page of Catalyst"),
}


async def assert_everywhere(preview: Preview, commit: str) -> None:
    """Faces follow within a moment; then all places agree."""

    async def all_agree() -> bool:
        return set((await commits_shown(preview)).values()) == {commit}

    with contextlib.suppress(AssertionError):  # the comparison below tells which place differs
        await eventually(all_agree, within=60, what=f"every place names {commit[:7]}")
    shown = await commits_shown(preview)
    assert {place: named for place, named in shown.items() if named != commit} == {}
    assert shown.keys() >= PLACES
    assert await images_run(preview) == {await image_built(preview)}


@pytest.mark.spec("FR-002", "FR-004", "FR-007")
async def test_after_opening_and_after_a_push_every_place_names_the_same_commit(
    previews: Previews,
) -> None:
    preview = await previews.create()
    first = await preview.open()
    await preview.until_ready(first)
    await assert_everywhere(preview, first)
    before = await images_run(preview)
    # Another image, and not only other values: each of them must be of the new commit.
    second = await preview.push({"app.py": f"{preview.sample['app.py']}\n# changed\n"})
    await preview.until_ready(second)
    await assert_everywhere(preview, second)
    assert await images_run(preview) != before
