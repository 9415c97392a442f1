"""What is read from office documents, tables, e-books, mails and notebooks, and how a citation names it."""

import datetime
import json
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from itertools import pairwise
from pathlib import Path

import docx
import openpyxl
import pptx
import pytest
from docx.oxml import parse_xml as docx_xml
from docx.oxml.ns import nsdecls
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers import read_document
from indexing.readers.rows import has_header, named_row, table_text
from indexing.readers.tables import sniff_delimiter

LONG = "The committee met again and the minutes were read, corrected and approved by all. " * 30


def read(path: Path) -> ParsedDocument:
    """The document, after the laws that hold for every reader."""
    document = read_document(path, ReadLimits())
    assert [page.number for page in document.pages] == list(range(1, len(document.pages) + 1))
    for heading in document.headings:
        page = document.pages[heading.page - 1]
        line = page.text[heading.offset :].partition("\n")[0].lstrip("# ")
        assert line.startswith(heading.text[:20]), heading
    assert read_document(path, ReadLimits()) == document, "reading twice is reading once"
    return document


def labels(document: ParsedDocument) -> list[str | None]:
    return [page.label for page in document.pages]


def whole(document: ParsedDocument) -> str:
    return "\n\n".join(page.text for page in document.pages)


# Word


def test_a_word_document_has_a_page_for_each_section(tmp_path: Path) -> None:
    document = docx.Document()
    document.core_properties.title = "Annual report"
    for name in ("Finances", "Staff"):
        document.add_heading(name, level=1)
        document.add_paragraph(LONG)
    document.save(str(tmp_path / "report.docx"))
    read_back = read(tmp_path / "report.docx")
    assert read_back.title == "Annual report"
    assert labels(read_back) == ["Finances", "Staff"]
    assert [heading.text for heading in read_back.headings] == ["Finances", "Staff"]


def test_a_word_table_keeps_its_rows_and_its_place(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Before.")
    table = document.add_table(rows=2, cols=2)
    for place, text in enumerate(["Item", "Price", "Apple", "3.20"]):
        table.cell(place // 2, place % 2).text = text
    document.add_paragraph("After.")
    document.save(str(tmp_path / "table.docx"))
    assert read(tmp_path / "table.docx").pages[0].text == "Before.\n\nItem | Price\nApple | 3.20\n\nAfter."


def test_what_python_docx_leaves_out_of_a_paragraph_is_read(tmp_path: Path) -> None:
    document = docx.Document()
    inside = (
        f"<w:p {nsdecls('w')}><w:r><w:t>The fee is </w:t></w:r>"
        "<w:ins><w:r><w:t>forty</w:t></w:r></w:ins><w:del><w:r><w:delText>thirty</w:delText></w:r></w:del>"
        "<w:hyperlink><w:r><w:t> euros</w:t></w:r></w:hyperlink>"
        "<w:sdt><w:sdtContent><w:r><w:t> a year</w:t></w:r></w:sdtContent></w:sdt><w:r><w:t>.</w:t></w:r></w:p>"
    )
    document.element.body.insert(0, docx_xml(inside))
    control = (
        f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>In a control.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    document.element.body.insert(1, docx_xml(control))
    document.save(str(tmp_path / "tracked.docx"))
    assert read(tmp_path / "tracked.docx").pages[0].text == "The fee is forty euros a year.\n\nIn a control."


def test_a_word_list_stays_a_list(tmp_path: Path) -> None:
    document = docx.Document()
    for text in ("bread", "butter"):
        document.add_paragraph(text, style="List Bullet")
    document.save(str(tmp_path / "list.docx"))
    assert read(tmp_path / "list.docx").pages[0].text == "- bread\n- butter"


def test_a_long_word_table_repeats_its_header() -> None:
    rows = [["Town", "People"], *([f"Town number {number}", str(number * 1_000)] for number in range(200))]
    lines = table_text(rows).split("\n")
    places = [place for place, line in enumerate(lines) if line == "Town | People"]
    assert places[0] == 0
    assert all(5 < later - earlier < 40 for earlier, later in pairwise(places))


# PowerPoint


def test_a_presentation_has_a_page_for_each_slide(tmp_path: Path) -> None:
    presentation = pptx.Presentation()
    layout = presentation.slide_layouts[1]
    for title, body in (("Results", "Sales doubled."), ("Plans", "A second office.")):
        slide = presentation.slides.add_slide(layout)
        slide.shapes.title.text = title
        slide.placeholders[1].text = body
    presentation.slides[1].notes_slide.notes_text_frame.text = "Mention Lisbon."
    presentation.slides.add_slide(presentation.slide_layouts[6])
    presentation.save(str(tmp_path / "talk.pptx"))
    document = read(tmp_path / "talk.pptx")
    assert labels(document) == ["Slide 1: Results", "Slide 2: Plans", "Slide 3"]
    assert document.pages[1].text == "Plans\n\nA second office.\n\nNotes: Mention Lisbon."
    assert document.pages_without_text == (3,)
    assert document.title == "Results"


def test_tables_charts_and_groups_of_a_slide_are_read(tmp_path: Path) -> None:
    presentation = pptx.Presentation()
    shapes = presentation.slides.add_slide(presentation.slide_layouts[6]).shapes
    table = shapes.add_table(2, 2, 0, 0, Inches(2), Inches(1)).table
    for place, text in enumerate(["City", "Rain", "Bergen", "2,250 mm"]):
        table.cell(place // 2, place % 2).text = text
    data = CategoryChartData()  # type: ignore[no-untyped-call]
    data.categories = ["2024", "2025"]
    data.add_series("Visitors", (120, 340))  # type: ignore[no-untyped-call]
    shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(3), Inches(3), data)
    group = shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.text = "Inside a group"
    presentation.save(str(tmp_path / "shapes.pptx"))
    text = read(tmp_path / "shapes.pptx").pages[0].text
    assert "City | Rain\nBergen | 2,250 mm" in text
    assert "2025 | 340" in text
    assert "Inside a group" in text


def test_a_presentation_of_pictures_says_what_to_do(tmp_path: Path) -> None:
    presentation = pptx.Presentation()
    presentation.slides.add_slide(presentation.slide_layouts[6])
    presentation.save(str(tmp_path / "pictures.pptx"))
    with pytest.raises(ParseFailure, match=r"no_text.*export it as PDF"):
        read(tmp_path / "pictures.pptx")


# Excel


def test_a_workbook_has_a_page_for_each_sheet_and_names_in_each_row(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    prices = book.active
    assert prices is not None
    prices.title = "Prices"
    for row in (["Item", "Price", "Since"], ["Apple", 3.2, datetime.date(2026, 1, 31)], ["Pear", 0.1 + 0.2, None]):
        prices.append(row)
    book.create_sheet("Empty")
    shares = book.create_sheet("Shares")
    shares["A1"], shares["A2"] = "Only one column", 0.255
    shares["A2"].number_format = "0.0%"
    shares.sheet_state = "hidden"
    book.save(tmp_path / "book.xlsx")
    document = read(tmp_path / "book.xlsx")
    assert labels(document) == ["Sheet Prices", "Sheet Shares"]
    assert document.pages[0].text == "Item: Apple; Price: 3.2; Since: 2026-01-31\nItem: Pear; Price: 0.3"
    assert document.pages[1].text == "Only one column\n25.5%"
    assert document.notes == ("sheet Shares: is hidden, and read all the same",)


def test_a_long_sheet_is_cut_into_pages_named_by_their_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Log")
    sheet.append(["List of all events"])
    sheet.append(["Event", "Place"])
    for number in range(500):
        sheet.append([f"Event {number}", "Town hall"])
    book.save(tmp_path / "log.xlsx")
    document = read(tmp_path / "log.xlsx")
    assert len(document.pages) > 3
    assert str(document.pages[0].label).startswith("Sheet Log, rows 1–")
    assert str(document.pages[-1].label).endswith("–502")
    assert "Event: Event 499; Place: Town hall" in document.pages[-1].text


def test_a_sheet_that_declares_a_million_rows_is_read_in_bounded_time(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["XFD1048576"] = "first", "last"
    book.save(tmp_path / "sparse.xlsx")
    assert whole(read(tmp_path / "sparse.xlsx")) == "first\nlast"


# Tables in text files


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param("名前,年齢\n三木英子,25\n".encode("cp932"), "名前,年齢\n三木英子,25", id="Shift-JIS"),
        pytest.param("Stadt;Größe\nKöln;groß\n".encode(), "Stadt;Größe\nKöln;groß", id="semicolons"),
        pytest.param(b"a\tb\n1\t2\n", "a | b\n1 | 2", id="tabs"),
        pytest.param(b'x,y\n"two\nlines",3\n', "x,y\ntwo lines,3", id="a line break in a cell"),
        pytest.param(b"\xef\xbb\xbfa,b\r\n\r\n1,2\r\n", "a,b\n1,2", id="byte order mark and blank lines"),
        pytest.param(b"just one column\nof text\n", "just one column\nof text", id="no delimiter"),
    ],
)
def test_a_table_in_a_text_file_is_read(tmp_path: Path, data: bytes, text: str) -> None:
    (tmp_path / "table.csv").write_bytes(data)
    assert whole(read(tmp_path / "table.csv")) == text


def test_a_long_table_repeats_its_header_and_names_its_rows(tmp_path: Path) -> None:
    lines = ["name,town", *(f"person {number},Lisbon" for number in range(600))]
    (tmp_path / "people.csv").write_text("\n".join(lines))
    document = read(tmp_path / "people.csv")
    assert all(page.text.startswith("name,town\n") for page in document.pages)
    assert document.pages[0].label == f"rows 2–{document.pages[0].text.count('person') + 1}"
    assert all(f"person {number},Lisbon" in whole(document) for number in range(600))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([["Item", "Price"], ["Apple", "3"]], True, id="names"),
        pytest.param([["1", "2"], ["3", "4"]], False, id="numbers"),
        pytest.param([["Item", "2024-01-01"], ["a", "b"]], False, id="a date among the names"),
        pytest.param([["Item", "2023", "2024"], ["a", "5", ""]], True, id="years over figures"),
        pytest.param([["Anna", "1984"], ["Bo", "1990"]], False, id="years over years"),
        pytest.param([["Item", "Item"], ["a", "b"]], False, id="a name twice"),
        pytest.param([["Title over the table", ""], ["a", "b"]], False, id="one cell"),
        pytest.param([["Item", "Price"]], False, id="nothing below"),
    ],
)
def test_a_header_names_the_columns(rows: list[list[str]], expected: bool) -> None:
    assert has_header(rows) is expected


def test_a_named_row_leaves_out_what_is_empty_and_keeps_what_has_no_name() -> None:
    assert named_row(["Item", "Price", ""], ["Apple", "", "ripe", "red"]) == "Item: Apple; ripe; red"


def test_the_delimiter_is_what_cuts_the_rows_evenly() -> None:
    assert sniff_delimiter("a;b;c\n1,5;2,5;3\n4,5;5,5;6\n") == ";"


def test_a_table_of_one_endless_cell_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "cell.csv").write_text('"' + "x" * 1_100_000)
    with pytest.raises(ParseFailure, match="damaged"):
        read(tmp_path / "cell.csv")


# E-books


def make_epub(path: Path, chapters: dict[str, str], *, contents: str = "", encryption: str = "") -> Path:
    """An e-book of XHTML chapters; `contents` is the body of its EPUB 2 table of contents."""
    items = "".join(
        f'<item id="i{n}" href="{name}" media-type="application/xhtml+xml"/>' for n, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="i{number}"/>' for number in range(len(chapters)))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("mimetype", "application/epub+zip")
        file.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OEBPS/content.opf"/></rootfiles></container>',
        )
        file.writestr(
            "OEBPS/content.opf",
            '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<metadata><dc:title>A small book</dc:title></metadata><manifest>{items}"
            '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/></manifest>'
            f'<spine toc="ncx">{spine}</spine></package>',
        )
        file.writestr(
            "OEBPS/toc.ncx", f'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>{contents}</navMap></ncx>'
        )
        for name, body in chapters.items():
            file.writestr(
                f"OEBPS/{name}", f'<?xml version="1.0"?><html><head><title>t</title></head><body>{body}</body></html>'
            )
        if encryption:
            file.writestr("META-INF/encryption.xml", encryption)
    return path


def test_an_e_book_has_a_page_for_each_chapter_named_by_its_contents(tmp_path: Path) -> None:
    point = "<navPoint><navLabel><text>The storm</text></navLabel><content src='two.xhtml#top'/></navPoint>"
    chapters = {
        "cover.xhtml": "<img src='cover.jpg'/>",
        "one.xhtml": "<h1>The harbour</h1><p>Ships lay still.</p>",
        "two.xhtml": "<p>Then the wind rose.</p>",
    }
    document = read(make_epub(tmp_path / "book.epub", chapters, contents=point))
    assert document.title == "A small book"
    assert labels(document) == ["The harbour", "The storm"]
    assert document.pages[1].text == "Then the wind rose."


def test_a_chapter_encrypted_by_the_seller_is_named_as_such(tmp_path: Path) -> None:
    reference = "<encryption><EncryptedData><CipherReference URI='OEBPS/one.xhtml'/></EncryptedData></encryption>"
    path = make_epub(tmp_path / "book.epub", {"one.xhtml": "<p>x</p>"}, encryption=reference)
    with pytest.raises(ParseFailure, match="encrypted"):
        read(path)


def test_an_encrypted_font_is_no_reason_to_refuse_a_book(tmp_path: Path) -> None:
    reference = "<encryption><EncryptedData><CipherReference URI='OEBPS/font.otf'/></EncryptedData></encryption>"
    path = make_epub(tmp_path / "book.epub", {"one.xhtml": "<p>Readable.</p>"}, encryption=reference)
    assert whole(read(path)) == "Readable."


# Mails


def test_a_mail_has_its_headers_its_text_and_the_names_of_its_attachments(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Ana <ana@example.org>", "Bo <bo@example.org>", "Größe der Halle"
    mail["Date"] = "Mon, 23 Nov 2026 10:00:00 +0000"
    mail.set_content("The hall has 40 seats.\n")
    mail.add_alternative("<p>The hall has <b>40</b> seats.</p>", subtype="html")
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="plan.pdf")
    (tmp_path / "mail.eml").write_bytes(bytes(mail))
    document = read(tmp_path / "mail.eml")
    assert document.title == "Größe der Halle"
    assert document.pages[0].text == (
        "From: Ana <ana@example.org>\nTo: Bo <bo@example.org>\nDate: Mon, 23 Nov 2026 10:00:00 +0000\n"
        "Subject: Größe der Halle\n\nThe hall has 40 seats.\n\nAttachment: plan.pdf"
    )


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param(b"Subject: a\nContent-Type: text/html\n\n<p>Hi<script>x</script></p>", "Hi", id="HTML only"),
        pytest.param(
            b"Subject: a\nContent-Type: text/plain; charset=no-such\n\nn\xc3\xa4h", "näh", id="no such charset"
        ),
        pytest.param(b"Subject: =?no-such?Q?x?=\nFrom: <\n\nbody", "body", id="headers that cannot be parsed"),
        pytest.param("Subject: wide\n\nbody é".encode("utf-16"), "body é", id="UTF-16"),
        pytest.param(
            b"Subject: a\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nfirst\n--b\n\nsecond\n",
            "second",
            id="cut off",
        ),
    ],
)
def test_an_odd_mail_is_read(tmp_path: Path, data: bytes, text: str) -> None:
    (tmp_path / "odd.eml").write_bytes(data)
    body = whole(read(tmp_path / "odd.eml"))
    assert text in body
    assert "script" not in body


# Notebooks, XML, rich text


def test_a_notebook_has_its_words_its_code_and_what_it_printed(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Rain\n", "We *measure* it.\n", "```\n# no heading\n```"]},
        {
            "cell_type": "code",
            "source": "print(total)",
            "outputs": [
                {"output_type": "stream", "text": ["\x1b[1m1,250 mm\x1b[0m\n"]},
                {"output_type": "display_data", "data": {"image/png": "AAAA"}},
                {"output_type": "execute_result", "data": {"text/plain": "x" * 10_000}},
                {"output_type": "error", "ename": "ValueError", "evalue": "no rain", "traceback": ["…"]},
            ],
        },
    ]
    (tmp_path / "rain.ipynb").write_text(json.dumps({"nbformat": 4, "cells": cells}))
    document = read(tmp_path / "rain.ipynb")
    text = whole(document)
    assert document.title == "Rain"
    assert [heading.text for heading in document.headings] == ["Rain"]
    assert "```\nprint(total)\n```\n\nOutput:\n1,250 mm" in text
    assert "ValueError: no rain" in text
    assert "AAAA" not in text
    assert len(text) < 3_000


@pytest.mark.parametrize("content", ["{", "[]", '{"cells": 3}', "[" * 100_000, '{"worksheets": 5}'])
def test_what_is_no_notebook_is_damaged(tmp_path: Path, content: str) -> None:
    (tmp_path / "bad.ipynb").write_text(content)
    with pytest.raises(ParseFailure, match="damaged"):
        read(tmp_path / "bad.ipynb")


def test_an_xml_file_gives_each_text_its_name(tmp_path: Path) -> None:
    (tmp_path / "towns.xml").write_text('<towns><town id="7"><name>Faro</name></town></towns>')
    assert whole(read(tmp_path / "towns.xml")) == "towns\n\ntown\ntown id: 7\nname: Faro"


def test_rich_text_is_read(tmp_path: Path) -> None:
    (tmp_path / "note.rtf").write_text(r"{\rtf1\ansi\ansicpg1252 {\b Rent} is due on the 3rd, caf\'e9.\par Twice.}")
    assert whole(read(tmp_path / "note.rtf")) == "Rent is due on the 3rd, café.\nTwice."


# All


def _empty_docx(path: Path) -> None:
    docx.Document().save(str(path))


def _empty_xlsx(path: Path) -> None:
    openpyxl.Workbook().save(path)


def _empty_epub(path: Path) -> None:
    make_epub(path, {"one.xhtml": ""})


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.docx", _empty_docx),
        ("a.xlsx", _empty_xlsx),
        ("a.epub", _empty_epub),
        ("a.csv", lambda path: path.write_text("\n,,\n")),
        ("a.ipynb", lambda path: path.write_text('{"cells": []}')),
        ("a.xml", lambda path: path.write_text("<a/>")),
        ("a.rtf", lambda path: path.write_text(r"{\rtf1 }")),
        ("a.eml", lambda path: path.write_text("\n\n")),
    ],
)
def test_a_file_without_text_is_no_success(tmp_path: Path, name: str, write: Callable[[Path], object]) -> None:
    write(tmp_path / name)
    with pytest.raises(ParseFailure) as caught:
        read(tmp_path / name)
    assert caught.value.category in ("empty", "no_text")


@pytest.mark.parametrize("suffix", ["docx", "xlsx", "csv", "eml", "ipynb", "xml", "rtf"])
def test_more_text_than_the_limit_is_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"long.{suffix}"
    if suffix == "docx":
        document = docx.Document()
        document.add_paragraph(LONG)
        document.save(str(path))
    elif suffix == "xlsx":
        book = openpyxl.Workbook()
        assert book.active is not None
        book.active.append([LONG])
        book.save(path)
    else:
        path.write_text(LONG * 10)
    with pytest.raises(ParseFailure, match="output_limit"):
        read_document(path, ReadLimits(text_characters=500))
