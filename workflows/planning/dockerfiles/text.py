"""The text of a Dockerfile, instruction by instruction.

Names and commands come from repositories: each stays one argument of one instruction, whatever it holds.
"""

import json
import re
import shlex
import textwrap
from collections.abc import Mapping, Sequence

_PLAIN_COMMAND = re.compile(r"[\x20-\x7e]+")
_WORDS = re.compile(r"[\w./:=@%+,\- ]+", re.ASCII)
_OPERATORS = re.compile(r"[;|&<>()\n`]|\$\(")
_SHELL_ONLY = frozenset(
    ("cd", "exec", "export", "set", "source", ".", "if", "while", "for", "{", "!")
)
_WRAPPABLE = re.compile(r"[\w./:=@%+,&|~ -]+", re.ASCII)
_WIDTH = 100
_PLAIN_WORD = re.compile(r"[\w./:@%+,-]+", re.ASCII)
_INDENT = "    "
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Instructions:
    """Lines of a Dockerfile in the order in which they were asked for."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def __str__(self) -> str:
        return "\n".join(self._lines).strip("\n") + "\n"

    def comment(self, *sentences: str) -> None:
        """Begins a paragraph. Never a parser directive: those hold no spaces before `=`."""
        self._lines.append("")
        self._lines += [f"# {' '.join(each.split())}" for each in sentences]

    def base(self, image: str, stage: str = "") -> None:
        if self._lines and not self._lines[-1].startswith("#"):
            self._lines.append("")
        self._lines.append(f"FROM {image} AS {stage}" if stage else f"FROM {image}")

    def arguments(self, names: Sequence[str]) -> None:
        """Variables of the commands that follow, where the build is given them; the image itself has none of them."""
        self._lines.append(f"ARG {' '.join(names)}")

    def env(self, variables: Mapping[str, str]) -> None:
        """Values that do not fit on a line, and names that are none, are left out."""
        pairs = [
            f"{name}={_quoted(value)}"
            for name, value in variables.items()
            if _NAME.fullmatch(name) and value.isprintable()
        ]
        if pairs:
            self._lines.append("ENV " + f" \\\n{_INDENT}".join(pairs))

    def extend_path(self, folder: str) -> None:
        """A directory of ours before the others in `PATH`."""
        self._lines.append(f'ENV PATH="{_escaped(folder)}:$PATH"')

    def workdir(self, path: str) -> None:
        self._lines.append(f"WORKDIR {_quoted(path)}")

    def user(self, number: int) -> None:
        self._lines.append(f"USER {number}:{number}")

    def copy(
        self,
        sources: Sequence[str],
        target: str,
        *,
        owner: int = 0,
        stage: str = "",
        is_linked: bool = False,
    ) -> None:
        """`sources` are names of ours, or plain ones: anything else would be taken for a pattern."""
        flags = ["--link"] if is_linked else []
        flags += [f"--from={stage}"] if stage else []
        flags += [f"--chown={owner}:{owner}"] if owner else []
        self._lines.append(" ".join(["COPY", *flags, *sources, target]))

    def file(self, target: str, text: str) -> None:
        """A file of ours, as a here-document that expands nothing."""
        self._lines += [f"COPY <<'END' {target}", *text.strip("\n").splitlines(), "END"]

    def run(self, *commands: str, caches: Sequence[str] = (), owner: int = 0) -> None:
        """Commands, each only when the one before it went well.

        `caches` are directories that are kept between builds, where the builder keeps any.
        """
        user = f",uid={owner},gid={owner}" if owner else ""
        parts = [f"--mount=type=cache,target={each}{user}" for each in caches]
        if all(map(_is_plain, commands)):
            parts.append(f" \\\n{_INDENT}&& ".join(map(_wrapped, commands)))
        else:
            listed = json.dumps(["sh", "-c", " && ".join(commands)])
            parts.append(listed.replace("<", "\\u003c"))  # never the beginning of a here-document
        self._lines.append("RUN " + f" \\\n{_INDENT}".join(parts))

    def expose(self, port: int) -> None:
        self._lines.append(f"EXPOSE {port}")

    def entry(self, program: str) -> None:
        """A program that takes no arguments, instead of the base image's own."""
        self._lines.append(f"ENTRYPOINT {json.dumps([program])}")

    def start(self, command: str) -> None:
        self._lines.append(f"CMD {json.dumps(words_of(command))}")


def words_of(command: str) -> list[str]:
    """A shell's command as a process's arguments; the shell stays only where the command needs one.

    A process that is the container's first hears itself when the container is stopped.
    """
    command = command.strip()
    first = command.partition(" ")[0]
    is_plain = "=" not in first and first not in _SHELL_ONLY
    if is_plain and _WORDS.fullmatch(command):
        return command.split()
    if is_plain and not _OPERATORS.search(command):
        return ["sh", "-c", f"exec {command}"]
    return ["sh", "-c", command]


def shell_word(path: str) -> str:
    """A path as one word of a shell's command."""
    return shlex.quote(path)


def _is_plain(command: str) -> bool:
    """Whether a command can stand as it is; if not, it is written as a list, in which nothing has a meaning of its own."""
    return (
        _PLAIN_COMMAND.fullmatch(command) is not None
        and "<<" not in command
        and not command.startswith(("[", "-", "#"))
        and not command.rstrip().endswith("\\")
    )


def _wrapped(command: str) -> str:
    """A long command over several lines, where nothing in it depends on how many spaces stand between two words."""
    if not _WRAPPABLE.fullmatch(command):
        return command
    parts = textwrap.wrap(command, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return f" \\\n{2 * _INDENT}".join(parts)


def _quoted(value: str) -> str:
    return value if _PLAIN_WORD.fullmatch(value) else f'"{_escaped(value)}"'


def _escaped(value: str) -> str:
    """For between double quotes: https://docs.docker.com/reference/dockerfile/#environment-replacement"""
    return re.sub(r'([\\"$])', r"\\\1", value)
