"""The files of a commit, as far as they were read, and which further ones a compose file asks for."""

from bisect import bisect_left
from collections.abc import Mapping

from workflows.models import BuildPlan, RepositoryTree
from workflows.planning.compose.reading.parts import Part, part_of
from workflows.planning.detection.files import ROOT, Files, shorten

MAX_ASKED = 300
"""Files that one repository's compose files may ask for: those of variables, settings that are mounted, included ones."""


class Shelf:
    """What was not read, and is there, is noted in `asked`: path to whether it is a compose file itself."""

    def __init__(self, tree: RepositoryTree) -> None:
        self.files = Files(tree)
        self._tree = tree
        self._sorted = sorted(self.files.paths)
        self.asked: dict[str, bool] = {}

    def has(self, path: str) -> bool:
        return self.files.has(path)

    def below(self, folder: str) -> list[str]:
        """Paths of all files in a directory and the directories in it, sorted; not empty only where it is one."""
        if not self.files.is_folder(folder):
            return []
        if folder == ROOT:
            return list(self._sorted)
        start = bisect_left(self._sorted, f"{folder}/")
        return self._sorted[start : bisect_left(self._sorted, f"{folder}0")]  # "0" comes after "/"

    def text(self, path: str) -> str | None:
        """None where there is no such file, or it could not be read, or was not read so far."""
        if not self.has(path):
            return None
        found = self._tree.texts.get(path)
        if found is None and path not in self._tree.problems:
            self._ask(path, is_document=False)
        return found

    def dockerfile(self, build: BuildPlan) -> str:
        """Of a build; empty where it is not known."""
        return build.generated or self.text(build.dockerfile) or ""

    def document(self, path: str) -> Part | None:
        """As `text`, parsed."""
        if not self.has(path):
            return None
        value = self._tree.documents.get(path)
        if path in self._tree.lines:
            return part_of(value, path, self._tree.lines[path])
        if path not in self._tree.problems:
            self._ask(path, is_document=True)
        return None

    def tags(self, path: str) -> Mapping[str, str]:
        """`!reset` and `!override` of a document, by JSON pointers."""
        return self._tree.tags.get(path, {})

    def problem(self, path: str) -> str:
        """Why a file cannot be used, as the end of a sentence; empty when it can."""
        if not self.has(path):
            return "is not in the repository"
        return shorten(self._tree.problems.get(path, ""))

    def is_cut(self, path: str) -> bool:
        """Whether only the beginning of a text is known."""
        return "is larger than" in self._tree.problems.get(path, "")

    def _ask(self, path: str, *, is_document: bool) -> None:
        if len(self.asked) < MAX_ASKED:
            self.asked[path] = self.asked.get(path, False) or is_document
