"""The books, and how far one has come with them."""

import json
from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).with_name("books.json")


@dataclass(frozen=True)
class Book:
    title: str
    pages: int
    is_read: bool


def read_books() -> list[Book]:
    return [Book(**entry) for entry in json.loads(_FILE.read_text(encoding="utf-8"))]


def share_read(books: list[Book]) -> int:
    """Percent of all pages that were read."""
    pages = sum(book.pages for book in books)
    return round(100 * sum(book.pages for book in books if book.is_read) / pages) if pages else 0
