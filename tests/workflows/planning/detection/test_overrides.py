"""What people set themselves: it counts, it is a reason, and without effect it is a warning."""

import pytest

from tests.workflows.planning.detection.trees import understood
from workflows.models import Application, ApplicationKind

NEXT = {"package.json": '{"scripts": {"dev": "next dev"}}', "package-lock.json": ""}


@pytest.mark.spec("ENV-011")
def test_a_command_for_nothing_detected_is_run_in_the_base_container() -> None:
    found = understood({"README.md": ""}, dev="./serve", port=9000)
    assert found.application == Application(
        kind=ApplicationKind.NONE, dev="./serve", port=9000, variables={"PORT": "9000"}
    )
    assert found.reasons[-2:] == (
        "`dev` is `./serve`, because it is set.",
        "Port 9000, because it is set.",
    )


@pytest.mark.spec("ENV-011")
def test_a_kind_with_a_command_needs_nothing_else() -> None:
    found = understood({"serve.rb": ""}, kind="procfile", start="ruby serve.rb")
    assert (found.application.kind, found.application.start) == ("procfile", "ruby serve.rb")
    tools = understood({"go.mod": "module x\n"}, kind="go", dev="go run ./x").application
    assert tools.install == "go mod download"


@pytest.mark.spec("ENV-011")
def test_nothing_is_detected_where_that_is_set() -> None:
    found = understood(NEXT, kind="none")
    assert found.application.kind is ApplicationKind.NONE
    assert found.reasons[0] == "The kind is none, because it is set."
    assert found.candidates[0].reason == "The kind is set to none."


@pytest.mark.spec("ENV-011")
def test_a_directory_that_does_not_exist_is_left_aside() -> None:
    found = understood(NEXT, workdir="gone")
    assert found.application.workdir == "."
    assert (
        found.warnings[0]
        == "`workdir` is set to `gone`, which is not in the repository; it is left aside."
    )


@pytest.mark.spec("ENV-011")
def test_what_is_set_to_what_was_found_changes_nothing() -> None:
    found = understood(NEXT, dev="npm run dev", port=3000)
    assert "`dev` is `npm run dev`, because it is set." in found.reasons
    assert found.application == understood(NEXT).application


def test_a_forwarded_port_does_not_move_one_that_is_known() -> None:
    container = {".devcontainer.json": '{"image": "x", "forwardPorts": [7000]}'}
    assert understood({**NEXT, **container}).application.port == 3000
    assert understood(container).application.port == 0


def test_files_that_could_not_be_read_are_named() -> None:
    found = understood({"index.html": "", "app/package.json": "{", "x/package.json": "["})
    assert any(each.startswith("`x/package.json` could not be read: ") for each in found.warnings)


@pytest.mark.spec("ENV-008")
def test_so_many_applications_elsewhere_are_not_all_named() -> None:
    found = understood({f"x/y{number}/go.mod": "" for number in range(50)})
    assert len(found.candidates) == 30


@pytest.mark.spec("ENV-009")
def test_many_applications_are_counted() -> None:
    files = {f"apps/a{number:02}/package.json": NEXT["package.json"] for number in range(12)}
    found = understood(files)
    assert found.application.workdir == "apps/a00"
    assert "`apps/a08` (Next.js) and 3 more; `workdir` chooses one of them." in " ".join(
        found.reasons
    )


@pytest.mark.spec("ENV-011", "ENV-008")
@pytest.mark.parametrize(
    ("told", "language", "reason"),
    [
        ({"start": "cd site && exec python3 -m http.server"}, "python", "Python, by `cd site"),
        ({"start": "./serve", "kind": "node"}, "node", "Node.js, by its kind."),
        ({"start": "node a.js", "kind": "python"}, "python", "Python, by its kind."),
        ({"start": "./serve"}, "", ""),
        ({"start": "go run ."}, "", ""),
        ({"kind": "python"}, "", ""),
    ],
)
def test_a_command_without_project_files_has_the_language_it_calls_for(
    told: dict[str, str], language: str, reason: str
) -> None:
    found = understood({"README.md": ""}, **told)
    assert found.application.language == language
    assert any(each.startswith(reason) for each in found.reasons)
