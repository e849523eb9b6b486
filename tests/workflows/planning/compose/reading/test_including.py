"""Compose files that include others: each read once for what it is told, and not without end (ENV-012)."""

import pytest

from tests.workflows.planning.compose.repository import planned
from tests.workflows.planning.plans.cases import component, problems_of

pytestmark = pytest.mark.spec("ENV-012")
WEB = "services: {web: {image: nginx, ports: ['80']}}\n"


def chained(length: int, path: str) -> dict[str, str]:
    """Each file includes the one after it; `path` with the number of one."""
    paths = [path.format(at) for at in range(length)]
    up = "../" * path.count("/")
    chain = dict(zip(paths[:-1], (f"include: [{up}{each}]\n" for each in paths[1:]), strict=True))
    last = "services: {last: {image: redis}}\n"
    return {"compose.yaml": f"include: [{paths[0]}]\n{WEB}", **chain, paths[-1]: last}


def test_files_that_include_each_other_in_a_long_row_are_refused_and_none_is_left_out() -> None:
    (problem,) = problems_of(chained(20, "{}/compose.yaml"))
    assert problem == "14/compose.yaml:1: files that include others are too many in a row."
    (problem,) = problems_of(chained(20, "part-{}.yaml"))
    assert "was not read: too many files are included, or too many in a row." in problem
    for path in ("{}/compose.yaml", "part-{}.yaml"):
        files = chained(4, path)
        assert component(planned(files.pop("compose.yaml"), files), "last")["image"] == "redis"


def test_a_file_that_is_included_for_two_directories_must_say_the_same_for_both() -> None:
    """Each with what stands in its own `.env`."""
    entries = ", ".join(
        f"{{path: part.yaml, project_directory: {name}}}" for name in ("one", "two")
    )
    text = f"include: [{entries}]\n{WEB}"
    files = {
        "part.yaml": "services: {part: {image: 'redis:${NAME}'}}\n",
        "one/.env": "NAME=7",
        "two/.env": "NAME=7",
    }
    assert component(planned(text, files), "part")["image"] == "redis:7"
    (problem,) = problems_of({"compose.yaml": text, **files, "two/.env": "NAME=8"})
    assert "`services.part` is said in `part.yaml` too" in problem
