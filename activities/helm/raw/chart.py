"""Manifests in the form of a chart, so that they become a release like any other: one history, one uninstall."""

import json
from pathlib import Path

from activities.helm.chart import Chart
from activities.helm.raw.manifests import Manifests

_NAME = "manifests"
_VERSION = "0.1.0"
"""Only a chart's format asks for one; the release carries the commit."""


def wrap(manifests: Manifests, directory: Path) -> Chart:
    """Write a chart with one template a document into `directory` (new). Nothing in them is a template any more."""
    templates = directory / "templates"
    templates.mkdir(parents=True)
    description = {"apiVersion": "v2", "name": _NAME, "version": _VERSION}
    (directory / "Chart.yaml").write_text(json.dumps(description))
    sources: dict[str, str] = {}
    for number, (file, text) in enumerate(manifests.templates, 1):
        # Numbered, since Helm does not take files of every name for templates.
        name = f"templates/{number:04}.yaml"
        (directory / name).write_text(text.replace("{{", '{{"{{"}}'))
        sources[name] = file
    return Chart(directory, "", _NAME, values={}, schema={}, sources=sources)
