"""Files of a checkout, read without trusting their names, links or contents."""

from pathlib import Path

from activities.documents import MAX_BYTES, DocumentError, TextError, decode


def read_text(root: Path, path: str) -> str:
    """Text of the file `path` below `root`, line ends as `\\n`.

    Raises DocumentError (at line 1) for a file that is not there, too large, no text, or outside of the repository.
    """
    try:
        file = locate(root, path)
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise DocumentError(path, 1, 1, f"is larger than {MAX_BYTES // 1024} KiB")
        return decode(data).replace("\r\n", "\n")
    except OSError:
        raise DocumentError(path, 1, 1, "is no file of this commit") from None
    except TextError as error:
        raise DocumentError(path, 1, 1, str(error)) from None


def locate(root: Path, path: str) -> Path:
    """Where `path` really is, links followed. Raises DocumentError when that is outside of `root`, OSError when nowhere."""
    base = root.resolve()
    try:
        real = (base / path).resolve(strict=True)
    except RuntimeError as error:  # a loop of links
        raise FileNotFoundError(path) from error
    if not real.is_relative_to(base) or ".git" in real.relative_to(base).parts:
        raise DocumentError(path, 1, 1, "leads out of the repository")
    return real
