"""XML files of no particular kind: the texts of the elements, each with its element's name."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from indexing.cleaning.text import clean_text
from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.containers import parse_xml
from indexing.readers.sections import sectioned_document
from storage.messages import message

_BYTES_A_CHARACTER = 4


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """A line "name: text" for each element that has text; a blank line before each element that has parts."""
    if path.stat().st_size > limits.text_characters * _BYTES_A_CHARACTER:
        raise ParseFailure(
            "output_limit",
            message("more than {characters:,} characters; split the file", characters=limits.text_characters),
        )
    with path.open("rb") as stream:
        root = parse_xml(stream)
    text = clean_text("\n".join(_lines(root)))
    if not text:
        raise ParseFailure("empty", message("its elements have no text; fill it or remove it"))
    return sectioned_document(None, text, ())


def _lines(element: Element) -> Iterator[str]:
    name = str(element.tag).rpartition("}")[2]
    own = " ".join((element.text or "").split())
    if len(element) and not own:
        yield f"\n{name}"
    elif own:
        yield f"{name}: {own}"
    for key, value in element.attrib.items():
        if value.strip():
            yield f"{name} {key.rpartition('}')[2]}: {value.strip()}"
    for child in element:
        yield from _lines(child)
        if tail := " ".join((child.tail or "").split()):
            yield tail
