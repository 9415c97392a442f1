"""What lies over a page: form values and typed-on text drawn into it, notes and values that are not drawn as lines.

All through PDFium; knows nothing of the layout.
"""

import ctypes
from collections.abc import Iterator
from typing import Any

import pypdfium2.raw as pdfium

from storage.words.scripts import letters_of

_MOST = 2_000  # annotations of a page
_LONGEST = 20_000  # bytes of one text
_SILENT = (pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP)
_HIDDEN_FLAGS = 1 << 1 | 1 << 5  # hidden, no view
_DRAWN_FIELDS = (pdfium.FPDF_FORMFIELD_TEXTFIELD, pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX)


def open_flattened(document: Any, index: int) -> tuple[Any, tuple[str, ...]]:
    """(the page with what lies over it drawn into it, lines for what may not be drawn). Raises `PdfiumError`."""
    page = document[index]
    kinds = set(_kinds(page))
    if not kinds - set(_SILENT):
        return page, ()
    lines = tuple(_lines(page))
    if pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY) == pdfium.FLATTEN_SUCCESS:
        page.close()
        page = document[index]
    return page, lines


def unseen(lines: tuple[str, ...], text: str) -> list[str]:
    """The lines of which the page's text does not hold the words already."""
    seen = letters_of(text)
    return [line for line in lines if letters_of(line.partition(": ")[2] or line) not in seen]


def _annotations(page: Any) -> Iterator[Any]:
    for index in range(min(pdfium.FPDFPage_GetAnnotCount(page), _MOST)):
        annotation = pdfium.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            yield annotation
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)


def _kinds(page: Any) -> Iterator[int]:
    for annotation in _annotations(page):
        yield pdfium.FPDFAnnot_GetSubtype(annotation)


def _lines(page: Any) -> Iterator[str]:
    for annotation in _annotations(page):
        kind = pdfium.FPDFAnnot_GetSubtype(annotation)
        if kind in _SILENT or pdfium.FPDFAnnot_GetFlags(annotation) & _HIDDEN_FLAGS:
            continue
        if kind == pdfium.FPDF_ANNOT_WIDGET:
            line = _field_line(page, annotation)
        else:
            line = _note(annotation, is_typed=kind == pdfium.FPDF_ANNOT_FREETEXT)
        if line:
            yield line


def _note(annotation: Any, *, is_typed: bool) -> str:
    text = " ".join(_string(annotation, "Contents").split())
    author = " ".join(_string(annotation, "T").split())
    if not text or is_typed:
        return text
    return f"Note ({author}): {text}" if author else f"Note: {text}"


def _field_line(page: Any, annotation: Any) -> str:
    """ "Label: value" of a text or choice field; ticks are drawn."""
    form = page.formenv
    if form is None or pdfium.FPDFAnnot_GetFormFieldType(form, annotation) not in _DRAWN_FIELDS:
        return ""
    value = " ".join(_form_string(pdfium.FPDFAnnot_GetFormFieldValue, form, annotation).split())
    if not value:
        return ""
    label = _form_string(pdfium.FPDFAnnot_GetFormFieldAlternateName, form, annotation)
    label = label or _form_string(pdfium.FPDFAnnot_GetFormFieldName, form, annotation)
    return f"{' '.join(label.split())}: {value}" if label else value


def _string(annotation: Any, key: str) -> str:
    size = pdfium.FPDFAnnot_GetStringValue(annotation, key.encode(), None, 0)
    buffer = ctypes.create_string_buffer(max(2, size))
    pdfium.FPDFAnnot_GetStringValue(
        annotation, key.encode(), ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), len(buffer)
    )
    return _text(buffer.raw)


def _form_string(function: Any, form: Any, annotation: Any) -> str:
    size = function(form, annotation, None, 0)
    buffer = ctypes.create_string_buffer(max(2, size))
    function(form, annotation, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), len(buffer))
    return _text(buffer.raw)


def _text(raw: bytes) -> str:
    return raw[:_LONGEST].decode("utf-16-le", "ignore").rstrip("\0")
