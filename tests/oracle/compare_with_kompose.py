"""The compose files of the corpus, translated by kompose and by us: every difference has a reason."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

import pytest

from tests.oracle import kompose, plans
from tests.oracle.differences import DIFFERENCES, REFUSED
from workflows.planning.detection.files import folder_of, join

pytestmark = [pytest.mark.timeout(1200), pytest.mark.spec("ENV-012")]

OVERRIDES = ("compose.override.yml", "compose.override.yaml", "docker-compose.override.yml")
PLANS = plans.plans()


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kompose") / "log"


@pytest.mark.parametrize("name", PLANS)
async def test_both_say_the_same_but_for_what_is_listed(
    name: str, tmp_path: Path, log: Path
) -> None:
    program = await kompose.ensure_kompose(log)
    files, plan = PLANS[name]
    assert plan.application
    folder = tmp_path / "repository"
    out = tmp_path / "out"
    out.mkdir()
    write(folder, files)
    path = plan.application.compose
    beside = (join(folder_of(path), each) for each in OVERRIDES)
    chosen = [path, *(each for each in beside if each in files)]
    said = kompose.convert(program, folder, chosen, profiles_of(files), out)
    if name in REFUSED:
        with pytest.raises(ValueError, match=REFUSED[name][0]):
            await said
        return
    theirs, ours = kompose.facts_of(await said), plans.facts_of(plan)
    found = {each.partition(" ")[0]: each for each in differences(theirs, ours)}
    assert sorted(found) == sorted(DIFFERENCES.get(name, {})), "\n".join(found.values())


def write(folder: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


def profiles_of(files: Mapping[str, str]) -> list[str]:
    lines = files.get(".env", "").splitlines()
    said = [line.partition("=")[2] for line in lines if line.startswith("COMPOSE_PROFILES=")]
    return said[0].split(",") if said else []


def differences(
    theirs: Mapping[str, kompose.Facts], ours: Mapping[str, kompose.Facts]
) -> Iterator[str]:
    """`service.feature`, a blank, and what both say."""
    for name in sorted({*theirs} ^ {*ours}):
        yield f"{name}.service only {'kompose' if name in theirs else 'we'}"
    for name in sorted({*theirs} & {*ours}):
        for field in fields(kompose.Facts):
            said, planned = (getattr(each[name], field.name) for each in (theirs, ours))
            if field.name == "image" and not planned:
                continue  # built from the commit
            # We know more ports: those of well-known images, and those under which others name a service.
            is_same = {*said} <= {*planned} if field.name == "ports" else said == planned
            if not is_same:
                yield f"{name}.{field.name} kompose: {said!r}, we: {planned!r}"


def test_every_listed_difference_is_of_a_file_that_is_compared() -> None:
    assert {*DIFFERENCES, *REFUSED} <= {*PLANS}
