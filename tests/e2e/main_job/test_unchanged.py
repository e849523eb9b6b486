"""A push of what does not matter to the preview: every place goes on naming the commit that serves (invariant 3)."""

import pytest

from tests.e2e.support.commits import commits_shown
from tests.e2e.support.previews import Previews
from tests.e2e.support.waiting import eventually

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600), pytest.mark.invariant(3)]

CONFIG = "version: 1\npaths:\n  ignore: ['**/*.md']\n"
SERVED = {
    *("label of the release", "values of the release", "label of the Deployment"),
    *("environment of the pods", "page of the preview", "active deployment"),
    *("serving", "REST, serving"),
}
"""Places that tell what runs."""
WANTED = {
    *("snapshot", "newest revision", "REST", "REST, newest revision"),
    *("check run", "comment", "newest row of the comment"),
}
"""Places that tell of the pull request's head."""


@pytest.mark.spec("FR-004")
async def test_what_runs_is_named_everywhere_after_a_push_that_changes_nothing(
    previews: Previews,
) -> None:
    preview = await previews.create({".catalyst.yaml": CONFIG})
    first = await preview.open()
    await preview.until_ready(first)
    second = await preview.push({"README.md": "Read me again.\n"})
    comment = await preview.until_comment("✅ unchanged", f"still serves `{first[:7]}`")
    assert "README.md" in comment

    async def all_agree() -> bool:
        shown = await commits_shown(preview)
        return {shown[place] for place in SERVED} == {first} and {
            shown[place] for place in WANTED
        } == {second}

    await eventually(all_agree, within=60, what="served and wanted commit are told apart")
    assert len(await preview.stack.cluster.releases(preview.expected_namespace)) == 1
    third = await preview.push()
    await preview.until_ready(third)
    assert (await commits_shown(preview))["page of the preview"] == third
