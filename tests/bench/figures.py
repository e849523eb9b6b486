"""Numbers and the table they are published in."""

import math
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

MIB = 1024 * 1024


@dataclass(frozen=True)
class Goal:
    """At most so much: of the ratio to the baseline, of the 95th percentile, or of every sample."""

    most: float
    of: Literal["ratio", "p95", "all"]
    unit: str = "s"

    def __str__(self) -> str:
        if self.of == "ratio":
            return f"≤ {self.most:g}×"
        said = f"≤ {self.most / 60:g} min" if self.most >= 60 else f"≤ {self.most:g} {self.unit}"
        return f"p95 {said}" if self.of == "p95" else said


@dataclass(frozen=True)
class Figure:
    """One row: what was measured, how often, and against what."""

    name: str
    samples: tuple[float, ...]
    unit: str = "s"
    baseline: float | None = None
    """Median of the bare tools in the same run and the same unit."""
    goal: Goal | None = None

    @property
    def is_missed(self) -> bool:
        """Whether it has a goal and is above it."""
        if self.goal is None:
            return False
        reached = {
            "ratio": self.median / self.baseline if self.baseline else math.inf,
            "p95": percentile(self.samples, 95),
            "all": max(self.samples),
        }
        return reached[self.goal.of] > self.goal.most

    @property
    def median(self) -> float:
        return statistics.median(self.samples)

    def row(self) -> str:
        ratio = f"{self.median / self.baseline:.2f}×" if self.baseline else ""
        worst = percentile(self.samples, 95)
        cells = (
            self.name,
            str(len(self.samples)),
            f"{self.median:.2f} {self.unit}",
            f"{worst:.2f} {self.unit}",
            ratio,
            f"{self.goal or ''}{' **missed**' if self.is_missed else ''}",
        )
        return f"| {' | '.join(cells)} |"


def percentile(samples: Sequence[float], rank: float) -> float:
    """Nearest-rank percentile: always one of the samples. Raises ValueError when there are none."""
    if not samples:
        raise ValueError("no samples")
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(rank / 100 * len(ordered)) - 1)]


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table."""
    head = "| measured | runs | median | p95 | against bare tools | goal |"
    return "\n".join([head, "| --- | --- | --- | --- | --- | --- |", *(f.row() for f in figures)])


def machine() -> str:
    """Size of this machine, in a line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB of memory, Linux {platform.release().split('-')[0]}"


def resident(pid: int) -> float:
    """Resident memory of a process in MiB. Raises FileNotFoundError when it has ended."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise FileNotFoundError(pid)
