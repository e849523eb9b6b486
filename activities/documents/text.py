"""Bytes of a file -> text, or the reason why it is none."""

import codecs

_LFS = b"version https://git-lfs.github.com/spec/"
"""How a Git LFS pointer begins (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md)."""
_OTHER_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


class TextError(ValueError):
    """Why these bytes are no text of ours, as the end of a sentence that begins with the file's name."""


def decode(data: bytes, *, is_cut: bool = False) -> str:
    """UTF-8, a byte order mark allowed and left out; `is_cut` data may end in the middle of a character. Raises TextError."""
    if data.startswith(_LFS):
        raise TextError(
            "is a Git LFS pointer, not the file itself; keep it in Git, or run `git lfs pull`"
        )
    for mark, name in _OTHER_MARKS.items():
        if data.startswith(mark):
            raise TextError(f"is encoded as {name}; save it as UTF-8")
    try:
        decoder = codecs.getincrementaldecoder("utf-8")()
        text = decoder.decode(data.removeprefix(codecs.BOM_UTF8), final=not is_cut)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        byte = error.object[error.start]
        raise TextError(f"is not UTF-8 (line {line}, byte 0x{byte:02x})") from None
    if "\0" in text:
        raise TextError("is binary, not text")
    return text


def whole(text: str) -> str | None:
    """The text with surrogate pairs joined, as escapes in JSON write them; None when it holds half of one."""
    if not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        return None
