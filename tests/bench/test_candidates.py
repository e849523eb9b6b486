"""What SC-002 is measured over can be planned, and its table tells failures from successes."""

import pytest

from activities.documents import build_tree, read_document
from cli.assumed import assumed_request
from tests.bench.candidates import ALL, Candidate
from tests.bench.repositories import Repository, of_candidate, of_scene
from tests.bench.success import Result, report
from tests.e2e.examples.scene import SCENES
from workflows.models import ApplicationKind, Template
from workflows.planning.plans import settle
from workflows.repo_config import FILE_NAME, parse_config


@pytest.mark.parametrize("candidate", ALL, ids=lambda each: each.name)
def test_a_candidate_is_planned_as_something_that_runs(candidate: Candidate) -> None:
    contents = {path: text.encode() for path, text in candidate.files.items()}
    tree = build_tree(sorted(contents), lambda path: contents[path])
    config, mark = None, None
    if FILE_NAME in candidate.files:
        document = read_document(candidate.files[FILE_NAME], FILE_NAME)
        config, mark = parse_config(document.value, document.mark, document.written), document.mark
    request = assumed_request(config, Template.model_validate(candidate.fields))
    draft = (settle(request, tree, config, mark) if mark else settle(request, tree, config)).draft
    found = draft.application
    is_nothing = found is not None and found.kind is ApplicationKind.NONE and not draft.builds
    assert is_nothing is candidate.says.startswith("Nothing")
    assert draft.builds or draft.images or draft.release.source == "repository"


def test_there_are_enough_of_different_kinds() -> None:
    repositories = [*map(of_scene, SCENES.values()), *map(of_candidate, ALL)]
    assert len({each.name for each in repositories}) == len(repositories) >= 40
    assert sum(each.is_zero_config for each in repositories) >= 20


def test_the_table_tells_the_rate_and_every_reason() -> None:
    good, bad = (Repository(name, f"about {name}", name, is_zero_config=True) for name in "ab")
    text = report([Result(good, 12.5), Result(bad, 3.0, "build_image was tried again: lost")])
    assert "1 of 2, 50.0 %" in text
    assert "| a | ready | 12.5 s | about a |" in text
    assert "| b | **failed** | 3.0 s | about b; build_image was tried again: lost |" in text
    assert "Opened → URL, without configuration (1): median 12.5 s" in text
