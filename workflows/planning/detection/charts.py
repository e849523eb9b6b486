"""Helm charts of a repository."""

from workflows.models import Application, ApplicationKind, FoundChart
from workflows.planning.detection.files import Files, folder_of, join, shorten, string
from workflows.planning.detection.proposal import Proposal, Rank, Standing

_MAX_CHARTS = 20


def find_charts(files: Files) -> list[FoundChart]:
    """The shallowest first; parts of other charts and library charts are left out."""
    folders = [folder_of(path) for path in files.paths if f"/{path}".endswith("/Chart.yaml")]
    found: list[FoundChart] = []
    for folder in folders:
        is_part = any(folder.startswith(join(each.path, "charts/")) for each in found)
        value = files.mapping(join(folder, "Chart.yaml"))
        if is_part or value.get("type") == "library" or not value:
            continue
        name, version = string(value.get("name")), string(value.get("version"))
        found.append(FoundChart(path=folder, name=shorten(name, 63), version=shorten(version, 63)))
        if len(found) == _MAX_CHARTS:
            break
    return found


def chart_proposal(chart: FoundChart, others: int) -> Proposal:
    """A repository of which only a chart can be deployed."""
    path = join(chart.path, "Chart.yaml")
    several = f" {others} other charts were found." if others else ""
    return Proposal(
        rank=Rank.CHART,
        application=Application(kind=ApplicationKind.CHART, workdir=chart.path),
        path=path,
        title=f"Helm chart {chart.name}".rstrip(),
        reasons=(f"`{path}` is a Helm chart, and nothing else says what runs.{several}",),
        standing=Standing.ASIDE,
        doubt=f"`{path}` deploys images, and what builds one comes first.",
    )
