"""A config against the repository it lies in: what it names must be there, and what it says is followed."""

import pytest

from tests.workflows.repo_config.configs import FULL, parse
from workflows.models import ApplicationKind, DetectionOverrides
from workflows.repo_config import RepoConfig, absent, overrides_of
from workflows.repo_config.nearest import nearest_path

PATHS = ("README.md", "web/Dockerfile", "web/src/app.ts", "docker/api/Dockerfile")


@pytest.mark.spec("ENV-011")
def test_what_the_file_says_overrides_what_would_be_detected() -> None:
    assert overrides_of(parse(FULL)) == DetectionOverrides(
        workdir="web",
        kind=ApplicationKind.NODE,
        dev="npm run dev",
        start="npm start",
        build="npm run build",
        port=3000,
    )
    assert overrides_of(RepoConfig(version=1)) == DetectionOverrides()
    assert overrides_of(parse("version: 1\nworkdir: .\n")).workdir == "."


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("workdir: web/src", []),
        ("builds: {web: {context: web, dockerfile: web/Dockerfile}}", []),
        ("workdir: wbe", ["the repository has no directory `wbe`"]),
        (
            "workdir: web/sr",
            ["the repository has no directory `web/sr`; did you mean `web/src`?"],
        ),
        (
            "builds: {web: {}}",
            ["the repository has no file `Dockerfile`; did you mean `web/Dockerfile`?"],
        ),
        (
            "builds: {api: {context: api, dockerfile: docker/api/dockerfile}}",
            [
                "the repository has no directory `api`; did you mean `docker/api`?",
                "the repository has no file `docker/api/dockerfile`; did you mean `web/Dockerfile`?",
            ],
        ),
    ],
)
def test_directories_and_dockerfiles_that_are_named_must_be_there(
    text: str, problems: list[str]
) -> None:
    found = absent(parse(f"version: 1\n{text}\n"), PATHS)
    assert [str(problem).removeprefix("1:1: ") for problem in found] == problems


def test_the_nearest_path_is_found_among_very_many() -> None:
    paths = [f"packages/p{number}/Dockerfile" for number in range(50_000)]
    assert nearest_path("Dockerfile", paths) == "packages/p0/Dockerfile"
    assert nearest_path("packages/p1/Dockerfil", paths) != ""
    assert nearest_path("nothing/like/it", paths) == ""
