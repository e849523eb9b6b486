"""`.catalyst.yaml` of a commit: read, or refused with everything that is wrong and where."""

import pytest

from activities.documents import MAX_BYTES
from activities.source.config import config_file, misnamed, read_config
from tests.activities.source.commits import index_of
from workflows.errors import PlanError


def problem_of(data: bytes) -> PlanError:
    with pytest.raises(PlanError) as failure:
        read_config(data)
    return failure.value


def test_a_config_is_read_with_the_place_of_every_key() -> None:
    found = read_config(b"version: 1\nhealth:\n  path: /up\n")
    assert found.config is not None
    assert found.config.health.path == "/up"
    assert found.mark(("health", "path")) == (3, 3)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", ".catalyst.yaml:1:1: the file is empty; it needs at least `version: 1`"),
        (b"version: 1\nprot: 80\n", ".catalyst.yaml:2:1: unknown key `prot`; did you mean `port`?"),
        (b"version: 1\nport: [80\n", ".catalyst.yaml:3:1: is not valid YAML"),
        (b"version: 1\nx: !!python/name:os.system y\n", ".catalyst.yaml:2:4: the tag"),
        (b"version: 1\n# caf\xe9\n", "`.catalyst.yaml` is not UTF-8 (line 2, byte 0xe9)."),
        (b"version: 1\n#" + b"x" * MAX_BYTES, "`.catalyst.yaml` is larger than 256 KiB."),
        (
            b"version https://git-lfs.github.com/spec/v1\n",
            "`.catalyst.yaml` is a Git LFS pointer, not the file itself",
        ),
    ],
)
def test_what_is_wrong_with_a_config_is_named_with_its_place(data: bytes, words: str) -> None:
    error = problem_of(data)
    assert str(error).startswith(words)
    assert "catalyst plan" in error.hint


def test_all_problems_are_named_at_once_in_the_order_of_the_file() -> None:
    error = problem_of(b"version: 1\nport: 99999\nworkdir: ../x\nprot: 1\n")
    assert str(error) == "`.catalyst.yaml` has 3 problems"
    places = [line.split(": ")[0] for line in error.excerpt]
    assert places == [".catalyst.yaml:2:1", ".catalyst.yaml:3:1", ".catalyst.yaml:4:1"]


@pytest.mark.spec("OPS-5")
@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("/etc/passwd", "is a link that leads out of the repository"),
        ("../x", "is a link that leads out of the repository"),
        ("gone", "is a link that leads nowhere"),
        ("web", "is a directory"),
    ],
)
def test_a_config_that_is_no_file_of_the_repository_is_refused(target: str, words: str) -> None:
    with pytest.raises(PlanError, match=words):
        config_file(index_of("web/x", links={".catalyst.yaml": target}))


def test_a_config_may_be_a_link_to_a_file_of_the_repository() -> None:
    assert (
        config_file(index_of("ci/preview", links={".catalyst.yaml": "ci/preview"})) == "ci/preview"
    )
    assert config_file(index_of("web/.catalyst.yaml")) == ""


def test_names_that_were_meant_to_be_the_config_are_found() -> None:
    files = [
        ".catalyst.yml",
        ".Catalyst.yaml",
        "catalyst.yaml",
        ".catalyst.yaml",
        "web/.catalyst.yml",
    ]
    assert misnamed(index_of(*files)) == [".Catalyst.yaml", ".catalyst.yml", "catalyst.yaml"]
