"""PowerPoint presentations: a page for each slide, with its tables, charts and the speaker's notes."""

from collections.abc import Iterator
from pathlib import Path
from textwrap import shorten
from typing import Any

from pptx import Presentation
from pptx.exc import PythonPptxError
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn

from indexing.cleaning.text import clean_text
from indexing.documents import Heading, ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.containers import open_office_file
from indexing.readers.rows import table_text
from storage.messages import message
from storage.records import PageRecord

_DAMAGED = (
    PythonPptxError,
    SyntaxError,  # lxml's
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    NotImplementedError,
)
_LONGEST_TITLE = 80
_DIAGRAM = "/diagramData"


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """The slides by their numbers, hidden ones too; each labelled "Slide 3: its title"."""
    with open_office_file(path) as file:
        try:
            presentation = Presentation(file)
            slides = [_slide(slide, number) for number, slide in enumerate(presentation.slides, start=1)]
            title = presentation.core_properties.title.strip()
        except _DAMAGED as exc:
            raise ParseFailure(
                "damaged",
                message("it is no whole presentation ({error}); save it anew with PowerPoint", error=str(exc)),
            ) from exc
    if not any(page.text for page, _ in slides):
        raise ParseFailure(
            "no_text", message("its slides have no text, only pictures; export it as PDF to have them read by OCR")
        )
    if sum(len(page.text) for page, _ in slides) > limits.text_characters:
        raise ParseFailure(
            "output_limit",
            message("more than {characters:,} characters; split the file", characters=limits.text_characters),
        )
    headings = tuple(heading for _, heading in slides if heading)
    first = headings[0].text if headings else None
    generic = title.lower() in ("", "powerpoint presentation")
    return ParsedDocument(first if generic else title, tuple(page for page, _ in slides), headings)


def _slide(slide: Any, number: int) -> tuple[PageRecord, Heading | None]:
    title_shape = slide.shapes.title
    title = " ".join(clean_text(title_shape.text_frame.text).split()) if title_shape is not None else ""
    pieces = [title]
    for shape in slide.shapes:  # in the order in which a screen reader reads them
        if title_shape is None or shape.shape_id != title_shape.shape_id:
            pieces.extend(_shape_texts(shape))
    if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame) is not None and notes.text.strip():
        pieces.append(f"Notes: {notes.text}")
    text = "\n\n".join(filter(None, (clean_text(piece) for piece in pieces)))
    if not text:
        return PageRecord(
            number, "", "empty", f"Slide {number}", message("slide {number}: no text, only pictures", number=number)
        ), None
    name = shorten(title, width=_LONGEST_TITLE, placeholder=" …")
    page = PageRecord(number, text, label=f"Slide {number}: {name}" if name else f"Slide {number}")
    return page, Heading(number, 0, 1, title) if title else None


def _shape_texts(shape: Any) -> Iterator[str]:
    if hasattr(shape, "shapes"):
        for part in shape.shapes:
            yield from _shape_texts(part)
    elif getattr(shape, "has_table", False):
        yield table_text([[cell.text for cell in row.cells] for row in shape.table.rows])
    elif getattr(shape, "has_chart", False):
        yield _chart_text(shape.chart)
    elif shape.has_text_frame:
        yield "\n".join(filter(None, (_paragraph_text(paragraph) for paragraph in shape.text_frame.paragraphs)))
    else:
        yield from _diagram_texts(shape)


def _paragraph_text(paragraph: Any) -> str:
    text = paragraph.text.replace("\v", "\n").strip()
    return f"- {text}" if text and paragraph.level else text


def _chart_text(chart: Any) -> str:
    """The chart's numbers as a table: a row for each category."""
    title = chart.chart_title.text_frame.text if chart.has_title and chart.chart_title.has_text_frame else ""
    lines = [title]
    for plot in chart.plots:
        series = list(plot.series)
        rows = [["", *(str(one.name) for one in series)]]
        for place, category in enumerate(plot.categories):
            values = [one.values[place] if place < len(one.values) else None for one in series]
            rows.append([str(category), *("" if value is None else f"{value:g}" for value in values)])
        lines.append(table_text(rows))
    return "\n".join(filter(None, lines))


def _diagram_texts(shape: Any) -> Iterator[str]:
    """The words of a SmartArt drawing, which python-pptx 1.0.2 does not read."""
    for node in shape.element.iter("{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"):
        relation = shape.part.rels[node.get(qn("r:dm"))]
        if relation.reltype.endswith(_DIAGRAM) and not relation.is_external:
            words = (element.text for element in parse_xml(relation.target_part.blob).iter(qn("a:t")))
            yield "\n".join(filter(None, words))
