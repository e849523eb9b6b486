"""Reasons and warnings, as they come up; each once."""

from dataclasses import dataclass, field


@dataclass
class Story:
    reasons: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def because(self, *reasons: str) -> None:
        self.reasons += [each for each in reasons if each and each not in self.reasons]

    def warn(self, *warnings: str) -> None:
        self.warnings += [each for each in warnings if each and each not in self.warnings]
