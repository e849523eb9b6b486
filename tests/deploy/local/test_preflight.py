"""What is missing on a machine is said before anything starts, with what to do about it."""

import os
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from deploy.local import golang, preflight, versions
from deploy.local.cli import CANNOT_START, COMMANDS, main
from deploy.local.instance import Instance, derive
from deploy.local.preflight import Problem, find_problems, needed_go, parse_go_version

NODE = pytest.mark.usefixtures("no_cluster_given")


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    places = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}
    return derive(tmp_path / "checkout", places)


@pytest.fixture
def no_cluster_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in os.environ if each.startswith("CATALYST_LOCAL_")]:
        monkeypatch.delenv(name)


def texts(found: list[Problem]) -> str:
    return "\n".join(f"{each.text}: {each.remedy}" for each in found)


@NODE
def test_every_tool_that_is_missing_is_named_with_where_it_comes_from(
    instance: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = texts(find_problems(instance))
    assert "`ip` is missing: apt-get install iproute2" in found
    assert "`gcc` is missing: apt-get install gcc" in found
    assert "name spaces" not in found, "one cause is told once"


@NODE
def test_somebody_who_is_not_root_is_told_what_needs_it(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "not root: name spaces, links and mounts" in texts(find_problems(instance))


@NODE
def test_a_sandbox_without_the_rights_is_told_which(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = subprocess.CompletedProcess[bytes]([], 1)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: refused)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(preflight, "_check_go", lambda _: [])
    assert "CAP_SYS_ADMIN and CAP_NET_ADMIN" in texts(find_problems(instance))


@NODE
def test_a_disk_without_room_is_told_with_how_much_is_needed(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1))
    found = texts(find_problems(instance))
    assert f"0.0 GiB free at {instance.state_directory}, 12 GiB needed" in found
    assert "XDG_STATE_HOME" in found


def test_nothing_is_begun_where_something_is_missing(
    instance: Instance, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanting = [Problem("`go` is missing", "install Go 1.26 or newer")]
    monkeypatch.setattr("deploy.local.cli.find_problems", lambda _: wanting)
    monkeypatch.setattr("deploy.local.cli.instances.current", lambda: instance)
    assert main(COMMANDS, ["cluster"]) == CANNOT_START
    said = capsys.readouterr().err
    assert "cannot start: `go` is missing\n   what to do: install Go 1.26 or newer" in said
    assert not (instance.state_directory / "place").exists()
    assert not instance.log_directory.exists()


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("go1.26.8\n", (1, 26, 8)),
        ("1.26.0", (1, 26, 0)),
        ("go1.27rc1", (1, 27)),
        ("go1.26.8-X:nodwarf5", (1, 26, 8)),
        ("go1.26.1 X:loopvar", (1, 26, 1)),
    ],
)
def test_go_versions_are_read_as_numbers(text: str, version: tuple[int, ...]) -> None:
    assert parse_go_version(text) == version


def test_an_older_go_counts_as_older_although_it_sorts_later_as_text() -> None:
    assert parse_go_version("go1.9.7") < needed_go("module x\n\ngo 1.26.0\n")


@pytest.mark.parametrize(
    ("tools", "module", "version"),
    [
        (golang.KUBERNETES, "k8s.io/kubernetes", versions.KUBERNETES),
        (golang.KUBERNETES, "helm.sh/helm/v4", versions.HELM),
        (golang.BUILDKIT, "github.com/moby/buildkit", versions.BUILDKIT),
        (golang.VERSITYGW, "github.com/versity/versitygw", versions.VERSITYGW),
    ],
)
def test_the_stamped_version_is_the_one_that_is_compiled(
    tools: golang.GoTools, module: str, version: str
) -> None:
    assert f"{module} {version}" in (tools.source / "go.mod").read_text()
    assert any(version in value for _, value in tools.stamps)
