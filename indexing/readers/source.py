"""Files of lines that stay as they are: source code, logs, settings."""

from pathlib import Path

from indexing.cleaning.text import clean_text
from indexing.documents import ParsedDocument, ReadLimits
from indexing.readers.encoding import read_text
from indexing.readers.notebook import without_colours
from indexing.readers.sections import sectioned_document


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """One page, or pages labelled by their lines. No line of such a file is its title."""
    return sectioned_document(None, clean_text(without_colours(read_text(path, limits))), ())
