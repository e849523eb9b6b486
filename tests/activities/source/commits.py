"""Commits as Git lists them, made of a few words."""

from collections.abc import Mapping

from activities.source.index import Index


def index_of(
    *files: str, links: Mapping[str, str] | None = None, submodules: tuple[str, ...] = ()
) -> Index:
    """Files by their paths, which are their hashes too, and links by what they hold."""
    held = links or {}
    lines = [
        *(f"100644 blob {path}\t{path}" for path in files),
        *(f"120000 blob {path}\t{path}" for path in held),
        *(f"160000 commit {path}\t{path}" for path in submodules),
    ]
    listing = "".join(f"{line}\0" for line in lines).encode(errors="surrogateescape")
    return Index.parse(listing).with_targets(held)
