"""What came of reading a text: a document, or the refusal."""

from activities.documents import Document, DocumentError, read_document


def outcome_of(text: str, name: str) -> Document | DocumentError:
    try:
        return read_document(text, name)
    except DocumentError as error:
        return error
