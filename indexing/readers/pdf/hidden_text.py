"""Text of a PDF that is there for machines and not for people: white, tiny, off the page, or drawn invisibly.

It is indexed like all text, so the report names it: instructions to language models are hidden so. Costs 10 ms a page.
"""

import ctypes
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from storage.messages import joined, message

_ENOUGH_CHARACTERS = 20  # letters and digits on one page; less is a stray mark of a program
_INVISIBLE = 3  # text render mode
_LIGHTEST = 250  # of 255, in each colour: white
_SMALLEST_POINTS = 1.0
_MOST_OBJECTS = 20_000  # of a page

_Box = tuple[float, float, float, float]


def hidden_text_notes(path: Path) -> tuple[str, ...]:
    """A sentence for each page with hidden text; none where the file cannot be opened this way."""
    notes = []
    try:
        with pypdfium2.PdfDocument(path) as document:
            for number in range(len(document)):
                if reasons := _page_reasons(document, number):
                    notes.append(
                        message(
                            "Page {number} has hidden text ({reasons}).",
                            number=number + 1,
                            reasons=joined(reasons, ", "),
                        )
                    )
    except pypdfium2.PdfiumError:
        return tuple(notes)
    return tuple(notes)


def _page_reasons(document: Any, number: int) -> list[str]:
    try:
        page = document[number]
    except pypdfium2.PdfiumError:
        return []
    text_page = page.get_textpage()
    hidden: Counter[str] = Counter()
    visible = 0
    backgrounds: list[_Box] = []
    for kind, item in _objects(page):
        if kind != pdfium.FPDF_PAGEOBJ_TEXT:
            if kind == pdfium.FPDF_PAGEOBJ_IMAGE or not _is_white(item):
                backgrounds.append(_bounds(item))
            continue
        reason = _reason(item, page.get_mediabox(), backgrounds)
        characters = sum(character.isalnum() for character in _text(item, text_page))
        if reason:
            hidden[reason] += characters
        else:
            visible += characters
    text_page.close()
    page.close()
    if not visible and backgrounds:
        del hidden["invisible"]  # the text layer of a scanned picture
    return sorted(reason for reason, characters in hidden.items() if characters >= _ENOUGH_CHARACTERS)


def _objects(page: Any) -> Iterator[tuple[int, Any]]:
    for index in range(min(pdfium.FPDFPage_CountObjects(page), _MOST_OBJECTS)):
        item = pdfium.FPDFPage_GetObject(page, index)
        yield pdfium.FPDFPageObj_GetType(item), item


def _reason(item: Any, page: _Box, backgrounds: list[_Box]) -> str | None:
    left, bottom, right, top = box = _bounds(item)
    if pdfium.FPDFTextObj_GetTextRenderMode(item) == _INVISIBLE:
        return message("invisible")
    if right < page[0] or left > page[2] or top < page[1] or bottom > page[3]:
        return message("off the page")
    if top - bottom < _SMALLEST_POINTS and _drawn_size(item) < _SMALLEST_POINTS:  # fonts may have units of their own
        return message("tiny")
    if _is_white(item) and not any(_overlap(box, background) for background in backgrounds):
        return message("white")
    return None


def _bounds(item: Any) -> _Box:
    sides = [ctypes.c_float() for _ in range(4)]
    pdfium.FPDFPageObj_GetBounds(item, *sides)
    left, bottom, right, top = (side.value for side in sides)
    return left, bottom, right, top


def _drawn_size(item: Any) -> float:
    size, matrix = ctypes.c_float(), pdfium.FS_MATRIX()
    pdfium.FPDFTextObj_GetFontSize(item, size)
    pdfium.FPDFPageObj_GetMatrix(item, matrix)
    return float(size.value * max(abs(matrix.d), abs(matrix.c), abs(matrix.b)))


def _is_white(item: Any) -> bool:
    colours = [ctypes.c_uint() for _ in range(4)]
    is_known = pdfium.FPDFPageObj_GetFillColor(item, *colours)
    return bool(is_known) and all(colour.value >= _LIGHTEST for colour in colours[:3])


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _text(item: Any, text_page: Any) -> str:
    length = pdfium.FPDFTextObj_GetText(item, text_page, None, 0)
    buffer = ctypes.create_string_buffer(length)
    pdfium.FPDFTextObj_GetText(item, text_page, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), length)
    return buffer.raw.decode("utf-16-le", "ignore").rstrip("\0")
