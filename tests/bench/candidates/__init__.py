"""Small applications of the kinds people have, generated: what the rate of first attempts is measured over."""

from tests.bench.candidates import containers, golang, node, python, sites
from tests.bench.candidates.base import Candidate

__all__ = ["ALL", "Candidate"]

ALL: tuple[Candidate, ...] = (
    *python.CANDIDATES,
    *node.CANDIDATES,
    *golang.CANDIDATES,
    *sites.CANDIDATES,
    *containers.CANDIDATES,
)
"""None of them downloads packages: the local stack has no way out. Each name is there once."""
