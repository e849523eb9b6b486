"""`catalyst eject`: the generated Dockerfile becomes the repository's own, and the preview stays what it was."""

from pathlib import Path

import pytest

from cli.__main__ import main
from cli.checkout import open_checkout
from cli.plan import make_report
from tests.cli.trees import commit, write
from workflows.models import ApplicationKind, RevisionPlan
from workflows.planning.plans import plan_facts

NODE = {
    "package.json": '{"scripts": {"start": "node server.js"}}',
    "package-lock.json": "{}",
    "server.js": "server.listen(3000)",
}


def planned(root: Path) -> RevisionPlan:
    plan = make_report(open_checkout(root)).plan
    assert plan is not None
    return plan


@pytest.mark.spec("ENV-031")
@pytest.mark.parametrize("folder", ["", "web/"])
def test_the_dockerfile_is_written_where_the_next_plan_finds_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], folder: str
) -> None:
    root = commit(tmp_path / "shop", {f"{folder}{path}": text for path, text in NODE.items()})
    before = planned(root)
    assert main(["eject", str(root)]) == 0
    assert capsys.readouterr().out.startswith(
        f"Written: {folder}Dockerfile, {folder}.dockerignore. They are yours now"
    )
    assert (root / folder / "Dockerfile").read_text() == before.builds[0].generated
    assert (root / folder / ".dockerignore").read_text() == before.builds[0].ignored
    after = planned(root)
    assert after.application is not None
    assert after.application.kind is ApplicationKind.DOCKERFILE
    assert after.builds[0].generated == ""
    assert after.builds[0].context == before.builds[0].context
    listens = "web.ports[0]"
    assert plan_facts(after)[listens] == plan_facts(before)[listens]


@pytest.mark.parametrize("name", ["Dockerfile", ".dockerignore"])
def test_a_file_that_is_there_is_never_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    root = write(tmp_path, NODE)
    build = planned(root).builds[0]
    assert build.ignored
    (root / name).symlink_to("/nowhere")
    assert main(["eject", str(root)]) == 1
    assert "nothing was written" in capsys.readouterr().err
    assert sorted(path.name for path in root.iterdir() if path.is_file()) == sorted(NODE)


def test_a_directory_that_cannot_be_written_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write(tmp_path, NODE)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert main(["eject", str(root)]) == 1
    assert capsys.readouterr().err == (
        "catalyst eject: `Dockerfile` could not be written: Permission denied\n"
    )
