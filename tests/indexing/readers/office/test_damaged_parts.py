"""A damaged part of an office file costs no more than itself."""

from pathlib import Path

import pytest

from indexing.documents import ParseFailure, ReadLimits
from indexing.readers import read_document
from tests.indexing.readers.office.parts import paragraph, relationships, write_docx, write_package
from tests.indexing.readers.powerpoint.test_slides import box, write_pptx

SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


def test_a_document_is_read_without_its_damaged_comments(tmp_path: Path) -> None:
    body = paragraph("The roof leaks.", '<w:r><w:commentReference w:id="1"/></w:r>')
    path = write_docx(tmp_path / "a.docx", body, {"word/c.xml": "<w:comments"}, {"rC": ("comments", "c.xml")})
    document = read_document(path, ReadLimits())
    assert document.pages[0].text == "The roof leaks."
    assert document.notes == ("a part of it is damaged and was left out: word/c.xml",)


def test_a_document_whose_body_is_damaged_is_damaged(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "a.docx", "<w:p>")
    with pytest.raises(ParseFailure, match="damaged"):
        read_document(path, ReadLimits())


def test_a_damaged_slide_is_named(tmp_path: Path) -> None:
    path = write_pptx(tmp_path / "a.pptx", [box("One"), "<p:sld <"])
    document = read_document(path, ReadLimits())
    assert [page.status for page in document.pages] == ["text", "failed"]
    assert document.pages[1].detail == "slide 2: it is damaged"


def test_a_damaged_sheet_is_read_as_far_as_it_is_whole(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1" t="str"><v>Tern</v></c></row><row r="2"><c r="A2" t="str"><v>Gu'
    book = (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="S" r:id="r1"/></sheets></workbook>'
    )
    relations = relationships({"r1": ("worksheet", "s.xml")})
    parts = {"xl/workbook.xml": book, "xl/s.xml": SHEET + rows, "xl/_rels/workbook.xml.rels": relations}
    document = read_document(write_package(tmp_path / "a.xlsx", "xl/workbook.xml", parts), ReadLimits())
    assert document.pages[0].text == "Tern"
    assert document.notes == ("sheet S: it is damaged after row 1",)


def test_numbers_that_are_none_are_damage(tmp_path: Path) -> None:
    styles = '<styleSheet><numFmts><numFmt numFmtId="x" formatCode="0"/></numFmts></styleSheet>'
    parts = {
        "xl/workbook.xml": "<workbook/>",
        "xl/y.xml": styles,
        "xl/_rels/workbook.xml.rels": relationships({"r1": ("styles", "y.xml")}),
    }
    with pytest.raises(ParseFailure, match="damaged"):
        read_document(write_package(tmp_path / "a.xlsx", "xl/workbook.xml", parts), ReadLimits())
