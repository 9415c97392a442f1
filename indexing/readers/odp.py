"""OpenDocument presentations: a page for each slide, its texts from top to bottom, then the speaker's notes."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.containers import local_attribute, local_name
from indexing.readers.marked_text import shown_text
from indexing.readers.odf import OdfFile, body, open_odf, paragraph_text
from indexing.readers.odf_sheets import table_rows
from indexing.readers.rows import table_text
from storage.messages import message
from storage.records import PageRecord, PageStatus

_LENGTH = re.compile(r"(-?\d+(?:\.\d+)?)\s*(cm|mm|in|pt|px|pc)?")
_MILLIMETRES = {"cm": 10.0, "mm": 1.0, "in": 25.4, "pt": 0.3528, "px": 0.2646, "pc": 4.233, None: 1.0}
_SAME_LINE = 5.0  # millimetres: boxes whose tops differ less stand side by side
_TITLES = ("title", "subtitle")


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """Pages labelled by their slides' names where they have some of their own."""
    pages: list[PageRecord] = []
    with open_odf(path) as file:
        slides = [each for each in body(file, "presentation") if local_name(each) == "page"]
        for number, slide in enumerate(slides[: limits.pages], start=1):
            shown = shown_text("\n\n".join(_slide(file, slide)), file.remarks.all)
            remarks = tuple(dict.fromkeys(remark.text for remark in shown.remarks))
            status: PageStatus = "text" if shown.text else "empty"
            pages.append(PageRecord(number, shown.text, status, label=f"Slide {number}", remarks=remarks))
    if not any(page.text for page in pages):
        raise ParseFailure(
            "no_text", message("its slides have no text, only pictures; there is nothing to be found in it")
        )
    return ParsedDocument(file.title, tuple(pages))


def _slide(file: OdfFile, slide: Element) -> Iterator[str]:
    shapes = [shape for shape in slide if local_name(shape) != "notes"]
    for shape in sorted(shapes, key=_place):
        if text := _shape_text(file, shape):
            yield text
    for notes in (each for each in slide if local_name(each) == "notes"):
        texts = [_shape_text(file, shape) for shape in notes if local_attribute(shape, "class") == "notes"]
        if said := "\n".join(filter(None, texts)):
            yield f"Notes: {said}"


def _place(shape: Element) -> tuple[int, float, float]:
    """The title first, then from top to bottom, and from left to right where boxes stand side by side."""
    top, left = (_millimetres(local_attribute(shape, side)) for side in ("y", "x"))
    rank = (
        _TITLES.index(local_attribute(shape, "class")) if local_attribute(shape, "class") in _TITLES else len(_TITLES)
    )
    return rank, round(top / _SAME_LINE), left


def _millimetres(length: str) -> float:
    match = _LENGTH.match(length)
    return float(match[1]) * _MILLIMETRES[match[2]] if match else 0.0


def _shape_text(file: OdfFile, shape: Element) -> str:
    if local_attribute(shape, "placeholder") == "true":
        return ""
    lines = list(_lines(file, shape, 0))
    if not lines and local_name(shape) == "frame":
        around = Element("p")
        around.append(shape)
        return paragraph_text(file, around)
    return "\n".join(lines)


def _lines(file: OdfFile, element: Element, level: int) -> Iterator[str]:
    for child in element:
        name = local_name(child)
        if name in ("p", "h"):
            if text := paragraph_text(file, child):
                yield f"{'  ' * max(level - 1, 0)}- {text}" if level else text
        elif name == "list":
            yield from _lines(file, child, level + 1)
        elif name == "table":
            yield table_text(table_rows(file, child))
        elif name in ("text-box", "list-item", "list-header", "g", "frame", "custom-shape"):
            yield from _lines(file, child, level)
