"""`catalyst plan` ends in the plan itself: what would be built and deployed, as for a push."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cli.__main__ import main
from cli.checkout import open_checkout
from cli.plan import PlanReport, make_report
from tests.cli.trees import write

ROOT = Path(__file__).resolve().parents[2]
NODE = {
    "package.json": '{"scripts": {"start": "node server.js"}}',
    "package-lock.json": "{}",
    "server.js": "server.listen(3000)",
}
DOCKERFILE = {"Dockerfile": "FROM x\nEXPOSE 81\n"}
CHART = {"chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.2.0\n"}


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.spec("FR-002")
def test_the_plan_is_shown_with_its_reasons(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", str(write(tmp_path, NODE))]) == 0
    text = capsys.readouterr().out
    assert "\nPlan\n  build web                  generated Dockerfile\n" in text
    assert '\n  web.ports[0]               {"name": "http", "port": 3000}\n' in text
    assert "Variables: `HOST`, `PORT` from what was detected." in text


@pytest.mark.parametrize(
    ("kind", "files", "words"),
    [
        ("helm", {**DOCKERFILE, **CHART}, "Chart shop 1.2.0 in `chart`"),
        ("dockerfile", DOCKERFILE, "Image `web` from `Dockerfile`, context `.`"),
        ("manifests", {"k8s/a.yaml": ""}, "Manifests from `k8s/a.yaml`"),
    ],
)
def test_other_types_of_templates_can_be_tried(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    kind: str,
    files: dict[str, str],
    words: str,
) -> None:
    assert main(["plan", "--type", kind, str(write(tmp_path, files))]) == 0
    text = said(capsys)
    assert f"Deployed by a template of type `{kind}`. Plan " in text
    assert words in text


def test_what_stands_against_a_plan_is_said_in_full(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", "--type", "helm", str(write(tmp_path, {"README": ""}))]) == 1
    text = said(capsys)
    assert "Nothing would be deployed There is no chart in `chart`" in text
    assert "The Dockerfile `Dockerfile` of `web` was not found." in text
    assert main(["plan", "--type", "manifests", str(tmp_path)]) == 1
    assert "The manifests' path `k8s` was not found." in said(capsys)
    assert main(["plan", "--type", "image", str(tmp_path)]) == 1
    assert "names no image; add one to its `images`." in said(capsys)


@pytest.mark.parametrize(
    ("chart", "words"),
    [
        ("a: [\n", "cannot be used: chart/Chart.yaml:"),
        (b"\xff\xfe\xfd", "cannot be used: chart/Chart.yaml: "),
        ("[1]", "Chart without a name in `chart`"),
    ],
)
def test_a_chart_that_cannot_be_read_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], chart: str | bytes, words: str
) -> None:
    root = write(tmp_path, {**DOCKERFILE, "chart/Chart.yaml": chart})
    main(["plan", "--type", "helm", str(root)])
    assert words in said(capsys)


def test_what_only_a_project_can_grant_counts_as_granted(tmp_path: Path) -> None:
    config = (
        "version: 1\ntemplate: staging\nresources: {cpu: 64, pods: 900}\nsecrets: [TOKEN]\nttl: 90d\n"
        "egress: [example.com]\nbuilds: {web: {secrets: [NPM]}}\n"
    )
    report = make_report(open_checkout(write(tmp_path, {**DOCKERFILE, ".catalyst.yaml": config})))
    assert report.is_usable
    assert report.plan is not None
    assert (report.plan.template, report.plan.quota.cpu) == ("staging", "64")
    assert report.plan.secrets == ("TOKEN",)
    assert report.plan.builds[0].secrets == ("NPM",)


def test_of_a_compose_file_all_services_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {**DOCKERFILE, "compose.yaml": "services: {web: {build: .}}\n"}
    assert main(["plan", str(write(tmp_path, files))]) == 0
    text = said(capsys)
    assert "Compose application" in text
    assert "web.service.aliases" in text


@pytest.mark.spec("ENV-008", "EC-1")
def test_a_container_that_says_what_is_missing_is_no_success(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write(tmp_path, {".devcontainer.json": '{"image": "debian:12"}'})
    assert main(["plan", str(root)]) == 1
    assert "web.image" in said(capsys)


def test_json_has_the_plan_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--json", str(write(tmp_path, NODE))]) == 0
    report = PlanReport.model_validate_json(capsys.readouterr().out)
    assert report.plan is not None
    assert "CMD" in report.plan.builds[0].generated
    assert main(["plan", "--json", "--type", "helm", str(tmp_path)]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["plan"] is None
    assert "There is no chart in `chart`" in answer["refusals"][0]


@pytest.mark.spec("ENV-031")
def test_the_generated_dockerfile_is_printed_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", "--dockerfile", str(write(tmp_path, NODE))]) == 0
    report = make_report(open_checkout(tmp_path))
    assert report.plan is not None
    assert capsys.readouterr().out == report.plan.builds[0].generated


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (DOCKERFILE, "no Dockerfile is generated: `Dockerfile` is there already\n"),
        ({"README": ""}, "no Dockerfile is generated: no image is built from this repository\n"),
        (
            {".catalyst.yaml": "x: 1"},
            "there is no plan; `catalyst plan` says what stands against it\n",
        ),
    ],
)
@pytest.mark.parametrize("command", [["plan", "--dockerfile"], ["eject"]])
def test_without_a_generated_dockerfile_there_is_nothing_to_show_or_eject(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    files: dict[str, str],
    words: str,
    command: list[str],
) -> None:
    assert main([*command, str(write(tmp_path, files))]) == 1
    captured = capsys.readouterr()
    assert captured.err == f"catalyst {command[0]}: {words}"
    assert captured.out == ""


def test_two_forms_at_once_and_unknown_types_are_wrong_usage(tmp_path: Path) -> None:
    for options in (["--json", "--dockerfile"], ["--type", "kustomize"]):
        command = [sys.executable, "-m", "cli", "plan", *options, str(tmp_path)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
        assert done.returncode == 2
