"""Helm's command line and surroundings: no secret on the one, none of the worker's settings in the other."""

import base64
import gzip
import json
from pathlib import Path

import pytest
import yaml

from activities.helm.command import MARKER, HelmCommand, Surroundings, as_yaml, mark_of
from activities.helm.config import HelmConfig
from activities.helm.records import failed_release
from activities.helm.rendering import labels_for, upgrade_options, write_plugin
from workflows import naming
from workflows.models import EnvironmentRef, PullRequestRef, ReleasePlan
from workflows.models import messages as m

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SURROUNDINGS = Surroundings(Path("/w/1"), Path("/w/1/kubeconfig"), mark_of("c1", "team-shop-pr-7"))
REQUEST = m.DeployReleaseInput(
    ref=EnvironmentRef(
        team="team", project="team-shop", environment="pr-7", namespace="team-shop-pr-7"
    ),
    pull_request=PullRequestRef(installation=1, repository_id=2, repository="acme/shop", number=7),
    commit=COMMIT,
    revision="rev:team-shop:pr-7:abcdefgh:1",
    release=ReleasePlan(name="pr-7", chart="chart"),
    images=(),
    branch="feature/open",
)


def command() -> HelmCommand:
    return HelmCommand(
        Path("/opt/helm"),
        SURROUNDINGS,
        limit=60,
        grace=1,
        history=10,
        upgrade_options=upgrade_options(REQUEST),
    )


@pytest.mark.invariant(3)
def test_an_upgrade_names_commit_revision_and_stage_and_runs_the_post_renderer() -> None:
    arguments = command().arguments(["upgrade", "pr-7", Path("/w/1/chart")])
    assert arguments == [
        "/opt/helm",
        "upgrade",
        "pr-7",
        "/w/1/chart",
        "--labels",
        (
            f"catalyst.dev/commit={COMMIT},"
            f"catalyst.dev/revision={naming.short_hash(REQUEST.revision)},catalyst.dev/stage=0"
        ),
        "--post-renderer",
        "catalyst-labels",
        "--kubeconfig",
        "/w/1/kubeconfig",
    ]


def test_other_commands_get_the_kubeconfig_alone() -> None:
    assert command().arguments(["uninstall", "pr-7"])[3:] == ["--kubeconfig", "/w/1/kubeconfig"]


@pytest.mark.invariant(4)
def test_nothing_of_the_workers_environment_reaches_helm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CATALYST_WORKER_DATABASE_URL", "postgresql://u:secret@db/x")
    monkeypatch.setenv("KUBECONFIG", "/etc/admin")
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.96.0.1")
    environment = SURROUNDINGS.environment()
    assert set(environment) == {
        *("PATH", "HOME", "TMPDIR", "HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"),
        *("HELM_PLUGINS", MARKER),
    }
    assert environment[MARKER] == "c1/team-shop-pr-7"


@pytest.mark.spec("ENV-021")
def test_every_label_is_a_valid_value() -> None:
    labels = labels_for(REQUEST)
    values = [value for group in labels.values() for value in group.values()]
    assert [naming.label_value(value) for value in values] == values
    assert set(labels["volumes"]) < set(labels["pods"])


@pytest.mark.invariant(3)
@pytest.mark.spec("ENV-018")
def test_catalysts_own_chart_says_the_commit_of_each_component_itself() -> None:
    """One that stays as it serves keeps that of its own deployment."""
    own = REQUEST.release.model_copy(update={"source": "catalyst"})
    labels = labels_for(REQUEST.model_copy(update={"release": own}))
    found = {name for group in labels.values() for name in group}
    assert found == {
        naming.TEAM_LABEL,
        naming.PROJECT_LABEL,
        naming.ENVIRONMENT_LABEL,
        naming.COMPONENT_LABEL,
    }
    assert naming.COMMIT_LABEL in labels_for(REQUEST)["objects"]


def test_the_plugin_is_described_as_helm_wants_it(tmp_path: Path) -> None:
    write_plugin(tmp_path)
    written = json.loads((tmp_path / "plugins/catalyst-labels/plugin.yaml").read_text())
    (program,) = written["runtimeConfig"]["platformCommand"]
    assert written["type"] == "postrenderer/v1"
    assert Path(program["args"][-1]).name == "labels.py"
    assert Path(program["command"]).is_file()


def test_a_token_outlives_the_command_it_is_for() -> None:
    config = HelmConfig(executable=Path("helm"), command_timeout=900)
    assert config.token_seconds > 900
    assert HelmConfig(executable=Path("helm"), command_timeout=60).token_seconds >= 600


@pytest.mark.invariant(6)
def test_a_settled_record_differs_in_its_status_alone() -> None:
    record = {"name": "pr-7", "version": 2, "info": {"status": "pending-upgrade", "notes": "n"}}
    packed = base64.b64encode(base64.b64encode(gzip.compress(json.dumps(record).encode())))
    settled = json.loads(
        gzip.decompress(base64.b64decode(base64.b64decode(failed_release(packed.decode()))))
    )
    assert settled["info"].pop("status") == "failed"
    assert settled["info"].pop("description")
    assert settled == {"name": "pr-7", "version": 2, "info": {"notes": "n"}}


def test_values_reach_helm_with_every_character_that_they_hold() -> None:
    values = {
        "greeting": 'Hi 🎉 \\ud83c\\udf89 \x7f\x85\ufeff\u2028 "größer"\n',
        "on": True,
        "y": "y",
    }
    written = as_yaml(json.dumps(values).encode())
    assert yaml.safe_load(written) == values
    assert b"\\ud83c\\udf89" not in written.replace(b"\\\\", b"")
