"""XML files of no particular kind: the texts of the elements, each with its element's name."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from indexing.cleaning.text import clean_text
from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.containers import local_name, parse_xml
from indexing.readers.encoding import too_long
from indexing.readers.sections import sectioned_document
from storage.messages import message

_BYTES_A_CHARACTER = 4
_SPACE_BEFORE_SIGN = re.compile(r" ([,.;)])(?= |$)")


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """A line "name: text" for each element that has text; a blank line before each element that has parts.

    An element whose text stands among other elements is one line: a sentence with emphasis stays a sentence.
    """
    if path.stat().st_size > limits.text_characters * _BYTES_A_CHARACTER:
        raise too_long(limits)
    with path.open("rb") as stream:
        root = parse_xml(stream)
    text = clean_text("\n".join(_lines(root)))
    if not text:
        raise ParseFailure("empty", message("its elements have no text; fill it or remove it"))
    return sectioned_document(None, text, ())


def _lines(element: Element) -> Iterator[str]:
    name = local_name(element)
    if _is_mixed(element):
        yield f"{name}: {_one_line(_inline(element))}"
        yield from _attributes(element)
        for inner in element.iter():
            if inner is not element:
                yield from _attributes(inner)
        return
    own = _one_line(element.text)
    if own:
        yield f"{name}: {own}"
    elif len(element):
        yield f"\n{name}"
    yield from _attributes(element)
    for child in element:
        yield from _lines(child)


def _is_mixed(element: Element) -> bool:
    """Whether text of its own stands beside or between its parts."""
    return any(_one_line(child.tail) for child in element) or bool(len(element) and _one_line(element.text))


def _inline(element: Element) -> str:
    """The whole text of an element in the order of the file; parts that begin nothing new are not set apart."""
    pieces = [element.text or ""]
    for child in element:
        inner = _inline(child)
        is_part_of_a_word = " " not in inner.strip() and not len(child)  # emphasis; no note
        pieces.append(inner if is_part_of_a_word else f" {inner} ")
        pieces.append(child.tail or "")
    return "".join(pieces)


def _attributes(element: Element) -> Iterator[str]:
    for key, value in element.attrib.items():
        if value.strip():
            yield f"{local_name(element)} {key.rpartition('}')[2]}: {value.strip()}"


def _one_line(text: str | None) -> str:
    return _SPACE_BEFORE_SIGN.sub(r"\1", " ".join((text or "").split()))
