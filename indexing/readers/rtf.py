"""Rich text files, through striprtf: the text without its formatting."""

from pathlib import Path

from striprtf.striprtf import rtf_to_text

from indexing.cleaning.text import clean_text
from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.sections import sectioned_document
from storage.messages import message

_MARK = b"{\\rtf"
_BYTES_A_CHARACTER = 8  # pictures stand in the file as hexadecimal digits


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """One page, or pages of lines."""
    if path.stat().st_size > limits.text_characters * _BYTES_A_CHARACTER:
        raise ParseFailure(
            "output_limit",
            message("more than {characters:,} characters; split the file", characters=limits.text_characters),
        )
    data = path.read_bytes()
    if not data.lstrip().startswith(_MARK):
        raise ParseFailure("type_mismatch", message("named .rtf, but it is no rich text; give it its proper suffix"))
    try:
        text = clean_text(str(rtf_to_text(data.decode("latin-1"), errors="replace")))  # type: ignore[no-untyped-call]
    except (ValueError, LookupError, IndexError, TypeError) as exc:
        raise ParseFailure(
            "damaged", message("it is no whole rich text ({error}); save it anew with its program", error=str(exc))
        ) from exc
    if not text:
        raise ParseFailure("empty", message("the file has no text; fill it or remove it"))
    return sectioned_document(None, text, ())
