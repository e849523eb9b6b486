"""Static sites: an `index.html` that nothing has to be run for."""

from workflows.models import Application, ApplicationKind
from workflows.planning.detection.files import ROOT, Files, join
from workflows.planning.detection.proposal import Finding, Proposal, Rank, Standing

PORT = 8080
"""Where a web server without privileges serves them."""
FOLDERS = ("public", "site", "www", "html", "static", "dist", "docs")
"""Directories that hold a site where the one above has no page of its own."""


def detect_static(files: Files, folder: str) -> Finding:
    places = [folder, *(join(folder, each) for each in FOLDERS)]
    place = next((each for each in places if "index.html" in files.names(each)), "")
    if not place:
        return Finding()
    path = join(place, "index.html")
    is_alone = place == ROOT
    proposal = Proposal(
        rank=Rank.STATIC,
        application=Application(kind=ApplicationKind.STATIC, workdir=place, port=PORT),
        path=path,
        title="static site",
        reasons=(
            f"`{path}` stands alone: its directory is served as it is.",
            f"Port {PORT}, on which static files are served.",
        ),
        standing=Standing.SERVES if is_alone else Standing.ASIDE,
        doubt="" if is_alone else f"`{path}` may well be a part of something else.",
    )
    return Finding((proposal,))
