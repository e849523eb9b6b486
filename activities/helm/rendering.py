"""What Helm is told beside the values: marks on the release record, and labels on everything it renders."""

import json
import sys
from pathlib import Path

from activities.helm import labels
from workflows import naming
from workflows.models import messages as m

_PLUGIN = "catalyst-labels"


def labels_for(request: m.DeployReleaseInput) -> dict[str, dict[str, str]]:
    """What the post-renderer puts where (ENV-021). Pods do not carry the commit: it would restart them for nothing.

    Of a user-managed release (ENV-014) only the objects themselves are labelled, so that they are found and counted
    as the environment's; pod templates, selectors and claims stay as their author wrote them. What the post-renderer
    refuses, it refuses there too, and it takes away the label by which an object would pass itself off as Catalyst's:
    that protects others, not the release.

    Catalyst's own chart says commit and branch itself, for each component those that it was deployed with.
    """
    ref = request.ref
    lasting = {
        naming.TEAM_LABEL: ref.team,
        naming.PROJECT_LABEL: ref.project,
        naming.ENVIRONMENT_LABEL: ref.environment,
    }
    component = request.images[0].component if request.images else "app"
    of_commit = {naming.COMMIT_LABEL: request.commit}
    of_pods = {
        **lasting,
        naming.BRANCH_LABEL: naming.label_value(request.branch),
        naming.COMPONENT_LABEL: component,
    }
    if request.release.source == "catalyst":
        return {
            "objects": {},
            "pods": {**lasting, naming.COMPONENT_LABEL: component},
            "volumes": {},
        }
    if request.release.is_user_managed:
        return {"objects": {**of_pods, **of_commit}, "pods": {}, "volumes": {}}
    return {"objects": of_commit, "pods": of_pods, "volumes": lasting}


def upgrade_options(request: m.DeployReleaseInput) -> tuple[str, ...]:
    """The release record carries its commit, revision (invariant 3) and stage."""
    marks = {
        naming.COMMIT_LABEL: request.commit,
        naming.REVISION_LABEL: naming.short_hash(request.revision),
        naming.STAGE_LABEL: str(request.stage),
    }
    joined = ",".join(f"{key}={value}" for key, value in marks.items())
    return ("--labels", joined, "--post-renderer", _PLUGIN)


def renderer_environment(request: m.DeployReleaseInput, directory: Path) -> dict[str, str]:
    """What the post-renderer is told."""
    return {
        labels.LABELS_VARIABLE: json.dumps(labels_for(request)),
        labels.REFUSAL_VARIABLE: str(_refusal(directory)),
    }


def read_refusal(directory: Path) -> str:
    """Why the post-renderer refused the chart, in the form of Helm's own errors; empty when it did not."""
    try:
        return _refusal(directory).read_text()
    except FileNotFoundError:
        return ""


def write_plugin(directory: Path) -> None:
    """Helm 4 takes post-renderers as plugins only: a directory with a description of the program."""
    plugin = directory / "plugins" / _PLUGIN
    plugin.mkdir(parents=True)
    program = {"command": sys.executable, "args": ["-I", str(Path(labels.__file__).resolve())]}
    description = {
        "apiVersion": "v1",
        "type": "postrenderer/v1",
        "name": _PLUGIN,
        "version": "1.0.0",
        "runtime": "subprocess",
        "runtimeConfig": {"platformCommand": [program]},
    }
    (plugin / "plugin.yaml").write_text(json.dumps(description))  # JSON is YAML


def _refusal(directory: Path) -> Path:
    return directory / "refusal"
