"""Links of a commit: followed inside of it, refused outside, whatever they are made of."""

from pathlib import Path

import pytest

from tests.integration.activities.conftest import CHART, Shop
from tests.integration.activities.planning import plan, push_links
from workflows.errors import ManifestError, PlanError

pytestmark = pytest.mark.spec("OPS-5")


@pytest.mark.parametrize(
    ("link", "target", "words"),
    [
        ("chart", "/etc", "leads out"),
        ("chart", "../../..", "leads out"),
        ("chart/Chart.yaml", "/etc/hostname", "leads out"),
        (
            "chart/templates/x.yaml",
            "../../../secret",
            "chart/templates/x.yaml: this link leads out",
        ),
        ("Dockerfile", "/etc/passwd", "leads out"),
        ("chart/own", "../.git/config", "leads out"),
    ],
)
async def test_a_link_out_of_the_tree_is_refused_and_never_read(
    shop: Shop, tmp_path: Path, link: str, target: str, words: str
) -> None:
    commit = await push_links(shop, {link: target}, {})
    with pytest.raises((PlanError, ManifestError)) as failure:
        await plan(shop, tmp_path, commit=commit)
    assert words in str(failure.value)


async def test_links_inside_the_repository_are_followed(shop: Shop, tmp_path: Path) -> None:
    links = {"chart": "deploy/chart", "Dockerfile": "deploy/web.Dockerfile"}
    files = {
        "deploy/chart/Chart.yaml": CHART.replace("shop", "linked"),
        "deploy/web.Dockerfile": "FROM scratch\n",
    }
    commit = await push_links(shop, links, files)
    found = await plan(shop, tmp_path, commit=commit)
    assert "linked" in found.reasons[0]
