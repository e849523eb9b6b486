"""Which notation a file has by its name, and how it is read."""

import posixpath
from collections.abc import Collection

from activities.documents.document import MAX_BYTES, Document, DocumentError
from activities.documents.json_text import read_json
from activities.documents.toml_text import read_toml
from activities.documents.yaml_text import read_yaml, read_yaml_stream

_COMMENTED = frozenset({"devcontainer.json", ".devcontainer.json"})
"""JSON in name, with comments and trailing commas by its own specification (https://containers.dev)."""
_TOML = (".toml", "Pipfile")


def read_document(text: str, name: str, *, tags: Collection[str] = ()) -> Document:
    """The text of the file `name` (its ending tells the notation; YAML when nothing does). Raises DocumentError.

    `tags` are those of YAML's that the file may have beside its usual ones.
    """
    plain = _plain(text, name)
    base = posixpath.basename(name)
    if base.endswith(_TOML):
        root = read_toml(plain, name)
    elif base.endswith((".json", ".jsonc")):
        is_commented = base in _COMMENTED or base.endswith(".jsonc")
        root = read_json(plain, name, with_comments=is_commented)
    else:
        root = read_yaml(plain, name, tags)
    return Document(name, root)


def read_documents(text: str, name: str) -> tuple[Document, ...]:
    """As `read_document`, of a file that may hold several YAML documents. Raises DocumentError."""
    if name.endswith((".json", ".jsonc", *_TOML)):
        return (read_document(text, name),)
    return tuple(Document(name, root) for root in read_yaml_stream(_plain(text, name), name))


def _plain(text: str, name: str) -> str:
    plain = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").replace("\r\n", "\n")
    if len(plain) > MAX_BYTES or len(plain.encode(errors="surrogatepass")) > MAX_BYTES:
        raise DocumentError(name, 1, 1, f"is larger than {MAX_BYTES // 1024} KiB")
    return plain
