"""Masking whole logs without holding up the process: the patterns take a second for every few hundred kilobytes."""

import asyncio
from collections.abc import Iterable

from activities.masking import mask_secrets

PIECE = 50_000
"""Characters masked in one go, about a tenth of a second."""


async def mask_log(lines: Iterable[str]) -> tuple[str, ...]:
    """The lines without credentials, giving way to others between pieces.

    A piece ends between two lines; a private key that spans two pieces is masked line by line instead.
    """
    masked: list[str] = []
    for piece in pieces_of(lines):
        masked += mask_secrets("\n".join(piece)).split("\n")
        await asyncio.sleep(0)
    return tuple(masked)


def pieces_of(lines: Iterable[str]) -> Iterable[list[str]]:
    """The lines in groups of about `PIECE` characters."""
    piece: list[str] = []
    length = 0
    for line in lines:
        piece.append(line)
        length += len(line) + 1
        if length >= PIECE:
            yield piece
            piece, length = [], 0
    if piece:
        yield piece
