"""Plain text files."""

from pathlib import Path

from indexing.cleaning.text import clean_text
from indexing.documents import ParsedDocument, ReadLimits
from indexing.readers.encoding import read_text
from indexing.readers.sections import sectioned_document

_LONGEST_TITLE = 120


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """One page, or pages labelled by their lines. The title is a short first line that stands by itself."""
    text = clean_text(read_text(path, limits))
    first, _, rest = text.partition("\n")
    stands_alone = rest.startswith("\n") and len(first) <= _LONGEST_TITLE and not first.endswith((".", ",", "。"))
    return sectioned_document(first.strip() if stands_alone else None, text, ())
