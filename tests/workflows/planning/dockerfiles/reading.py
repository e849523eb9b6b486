"""A Dockerfile's instructions, read as BuildKit reads them: continued lines, comments, here-documents."""

import re
from dataclasses import dataclass

_HEREDOC = re.compile(r"<<-?'?(\w+)'?")
_ESCAPED_END = re.compile(r"\\[ \t]*$")


@dataclass(frozen=True)
class Instruction:
    name: str
    rest: str


def read(text: str) -> list[Instruction]:
    found: list[Instruction] = []
    carried, end = "", ""
    for raw in text.split("\n"):
        line = raw.removesuffix("\r")
        if end:
            end = "" if line == end else end
            continue
        if line.lstrip().startswith("#") or not line.strip():
            continue
        carried += line
        if _ESCAPED_END.search(carried):
            carried = _ESCAPED_END.sub("", carried)
            continue
        name, _, rest = carried.strip().partition(" ")
        heredoc = _HEREDOC.search(rest) if name.upper() in ("RUN", "COPY", "ADD") else None
        end = heredoc[1] if heredoc else ""
        found.append(Instruction(name, rest))
        carried = ""
    assert not carried
    assert not end
    return found


def of(text: str, name: str) -> list[str]:
    """What follows each instruction of one name."""
    return [each.rest for each in read(text) if each.name == name]
