"""What a Word document says: the words a person sees on its pages, numbers and notes in their places."""

import zipfile
from pathlib import Path

import pytest

from indexing.documents import ParsedDocument, ReadLimits
from indexing.readers import read_document
from tests.indexing.readers.office.parts import paragraph, run, table, write_docx


def read(path: Path) -> ParsedDocument:
    return read_document(path, ReadLimits())


def text_of(path: Path) -> str:
    return "\n\n".join(page.text for page in read(path).pages)


def reference(kind: str, identifier: str) -> str:
    return f'<w:r><w:{kind}Reference w:id="{identifier}"/></w:r>'


def note(kind: str, identifier: str, text: str) -> str:
    return f'<w:{kind} w:id="{identifier}">{paragraph(text)}</w:{kind}>'


# Headers and footers


def test_headers_and_footers_come_once_and_without_page_numbers(tmp_path: Path) -> None:
    page_number = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PAGE </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>3</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    footer = paragraph("Valid until 2027", "<w:r><w:tab/></w:r>", run("Page "), page_number)
    first = '<w:headerReference w:type="first" r:id="rFirst"/>'
    section = f'<w:sectPr><w:headerReference w:type="default" r:id="rHead"/>{first}<w:footerReference r:id="rFoot"/>'
    body = (
        paragraph("Ice is delivered.", properties=f"{section}</w:sectPr>")
        + paragraph("Every morning.")
        + f"{section}</w:sectPr>"
    )
    parts: dict[str, str | bytes] = {
        f"word/{name}.xml": f'<w:hdr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">{text}</w:hdr>'
        for name, text in (("h", paragraph("Contract 117")), ("first", paragraph("Never shown")), ("f", footer))
    }
    targets = {"rHead": ("header", "h.xml"), "rFirst": ("header", "first.xml"), "rFoot": ("footer", "f.xml")}
    path = write_docx(tmp_path / "a.docx", body, parts, targets)
    assert text_of(path) == "Contract 117\n\nIce is delivered.\n\nValid until 2027\n\nEvery morning."


# Numbers


def level(place: int, form: str, text: str, more: str = "") -> str:
    shown = f'<w:numFmt w:val="{form}"/>{more}<w:lvlText w:val="{text}"/>'
    return f'<w:lvl w:ilvl="{place}"><w:start w:val="1"/>{shown}</w:lvl>'


NUMBERING = (
    '<w:abstractNum w:abstractNumId="0">'
    + level(0, "upperRoman", "Article %1")
    + level(1, "decimal", "%1.%2", "<w:isLgl/>")
    + level(2, "lowerLetter", "(%3)")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="1">'
    + level(0, "bullet", "\uf0b7")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="2">'
    + level(0, "decimal", "§ %1", '<w:pStyle w:val="Clause"/>')
    + level(1, "chineseCounting", "（%2）", '<w:pStyle w:val="SubClause"/>')
    + "</w:abstractNum>"
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
    '<w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="2"><w:startOverride w:val="5"/>'
    '</w:lvlOverride></w:num><w:num w:numId="4"><w:abstractNumId w:val="2"/></w:num>'
)


def numbered(text: str, place: int, number: int = 1) -> str:
    return paragraph(text, properties=f'<w:numPr><w:ilvl w:val="{place}"/><w:numId w:val="{number}"/></w:numPr>')


def test_clauses_have_the_numbers_that_word_shows(tmp_path: Path) -> None:
    body = (
        *(numbered("Fees", 0), numbered("In advance.", 1), numbered("Cash", 2), numbered("Card", 2)),
        *(numbered("No refund.", 1), numbered("Cheque", 2), numbered("Liability", 0), numbered("None.", 1)),
        *(
            numbered("From five on", 2, 3),
            numbered("Next", 2, 3),
            numbered("A point", 0, 2),
            numbered("Unnumbered", 0, 0),
        ),
    )
    path = write_docx(tmp_path / "a.docx", "".join(body), {"numbering": NUMBERING})
    assert text_of(path) == (
        "Article I Fees\n1.1 In advance.\n(a) Cash\n(b) Card\n1.2 No refund.\n(a) Cheque\nArticle II Liability\n"
        "2.1 None.\n(e) From five on\n(f) Next\n- A point\n\nUnnumbered"
    )


def test_a_number_made_to_harm_is_only_a_number(tmp_path: Path) -> None:
    numbering = NUMBERING.replace('<w:startOverride w:val="5"/>', '<w:startOverride w:val="99999999999"/>')
    path = write_docx(tmp_path / "a.docx", numbered("Far", 2, 3), {"numbering": numbering})
    assert text_of(path) == "(99999999999) Far"


def test_numbers_that_a_style_gives_stand_before_headings_too(tmp_path: Path) -> None:
    styles = (
        '<w:style w:styleId="Clause"><w:name w:val="heading 2"/><w:pPr><w:numPr><w:numId w:val="4"/></w:numPr></w:pPr>'
        '</w:style><w:style w:styleId="SubClause"><w:name w:val="Sub"/><w:basedOn w:val="Clause"/>'
        '<w:pPr><w:outlineLvl w:val="9"/></w:pPr></w:style>'
    )
    body = "".join(
        paragraph(text, properties=f'<w:pStyle w:val="{style}"/>')
        for text, style in (("Rent", "Clause"), ("Monthly", "SubClause"), ("Yearly", "SubClause"), ("Term", "Clause"))
    )
    document = read(write_docx(tmp_path / "a.docx", body, {"numbering": NUMBERING, "styles": styles}))
    assert document.pages[0].text == "§ 1 Rent\n\n（一） Monthly\n（二） Yearly\n\n§ 2 Term"
    assert [heading.text for heading in document.headings] == ["§ 1 Rent", "§ 2 Term"]


# Notes and comments


def test_footnotes_endnotes_and_comments_follow_their_paragraph(tmp_path: Path) -> None:
    body = (
        paragraph("Rent is 900 crowns", reference("footnote", "1"), run(" a year"), reference("endnote", "1"), ".")
        + paragraph("The roof leaks.", reference("comment", "7"))
        + table(["Fee", "Sum"], [paragraph("Pilot", reference("footnote", "2")), "80"])
        + paragraph("The end.")
    )
    parts: dict[str, str | bytes] = {
        "footnotes": '<w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
        + note("footnote", "1", "Without heating.")
        + note("footnote", "2", "By night 90."),
        "endnotes": note("endnote", "1", "From May on."),
        "comments": f'<w:comment w:id="7" w:author="Signe">{paragraph("At most 62,000.")}</w:comment>',
    }
    assert text_of(write_docx(tmp_path / "a.docx", body, parts)) == (
        "Rent is 900 crowns[^1] a year[^i].\n\n[^1]: Without heating.\n\n[^i]: From May on.\n\n"
        "The roof leaks.\n\nComment by Signe: At most 62,000.\n\n"
        "Fee | Sum\nPilot[^2] | 80\n\n[^2]: By night 90.\n\nThe end."
    )


# Text boxes and other drawings


def test_a_text_box_is_read_once_in_its_new_or_its_old_form(tmp_path: Path) -> None:
    inside = f"<w:txbxContent>{paragraph('In a box.')}</w:txbxContent>"
    both = (
        "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx>"
        f"{inside}</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{inside}</v:textbox></w:pict>"
        "</mc:Fallback></mc:AlternateContent></w:r>"
    )
    old = f"<w:r><w:pict><v:shape><v:textbox>{inside.replace('a box', 'VML')}</v:textbox></v:shape></w:pict></w:r>"
    path = write_docx(tmp_path / "a.docx", paragraph("Before.", both, old) + paragraph("After."))
    assert text_of(path) == "Before.\n\nIn a box.\n\nIn VML.\n\nAfter."


def test_charts_and_diagrams_stand_where_they_are_drawn(tmp_path: Path) -> None:
    chart = (
        '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:chart><c:title><c:tx><c:rich><a:p><a:r>'
        "<a:t>Catch</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea><c:barChart><c:ser><c:tx><c:strRef><c:strCache>"
        '<c:pt idx="0"><c:v>Cod</c:v></c:pt></c:strCache></c:strRef></c:tx><c:cat><c:strRef><c:strCache><c:pt idx="0">'
        '<c:v>2024</c:v></c:pt><c:pt idx="1"><c:v>2025</c:v></c:pt></c:strCache></c:strRef></c:cat><c:val><c:numRef>'
        '<c:numCache><c:pt idx="0"><c:v>12.5</c:v></c:pt>'
        '<c:pt idx="1"><c:v>0.30000000000000004</c:v></c:pt></c:numCache>'
        "</c:numRef></c:val></c:ser></c:barChart></c:plotArea></c:chart></c:chartSpace>"
    )
    body = paragraph("Figure", '<w:r><w:drawing><c:chart r:id="rC"/></w:drawing></w:r>') + paragraph("After.")
    path = write_docx(tmp_path / "a.docx", body, {"word/c.xml": chart}, {"rC": ("chart", "c.xml")})
    assert text_of(path) == "Figure\n\nCatch\n | Cod\n2024 | 12.5\n2025 | 0.3\n\nAfter."


# Characters

RAISED = '<w:vertAlign w:val="superscript"/>'
EMPTY_BOX = '<w:default w:val="0"/>'


def check_box(is_checked: bool) -> str:
    state = f'<w14:checkbox><w14:checked w14:val="{int(is_checked)}"/></w14:checkbox>'
    return f"<w:sdt><w:sdtPr>{state}</w:sdtPr><w:sdtContent>{run('☒' if is_checked else '☐')}</w:sdtContent></w:sdt>"


def old_check_box(state: str) -> str:
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox>{state}</w:checkBox></w:ffData></w:fldChar></w:r>'
        '<w:r><w:instrText> FORMCHECKBOX </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


@pytest.mark.parametrize(
    ("content", "text"),
    [
        pytest.param((check_box(True), "owner ", check_box(False), " tenant"), "[x] owner [ ] tenant", id="controls"),
        pytest.param(
            (
                old_check_box('<w:default w:val="0"/><w:checked/>'),
                "yes ",
                old_check_box('<w:default w:val="0"/>'),
                "no",
            ),
            "[x] yes [ ] no",
            id="form fields",
        ),
        pytest.param(
            (
                '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>',
                " paid, tolerance ",
                '<w:r><w:sym w:font="Symbol" w:char="F0B1"/></w:r>',
                "2 ",
                run("m", '<w:rFonts w:ascii="Symbol"/>'),
                "m",
            ),
            "[x] paid, tolerance ±2 μm",
            id="symbols",
        ),
        pytest.param(
            (
                "10",
                run("-", '<w:vertAlign w:val="superscript"/>'),
                run("5", '<w:vertAlign w:val="superscript"/>'),
                " Pa",
            ),
            "10^-5 Pa",
            id="superscript",
        ),
        pytest.param(
            (
                "On the 21",
                run("st", RAISED),
                " H",
                run("2", '<w:vertAlign w:val="subscript"/>'),
                "O",
            ),
            "On the 21st H2O",
            id="ordinal and subscript",
        ),
        pytest.param(
            ('<w:hyperlink r:id="rLink">' + run("our page") + "</w:hyperlink>", "."),
            "our page (https://harbour.example/ice).",
            id="link",
        ),
        pytest.param(
            (
                '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK "mailto:a@harbour.example"'
                '</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>',
                "write",
                '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
            ),
            "write (a@harbour.example)",
            id="link as a field",
        ),
        pytest.param(
            ('<w:hyperlink r:id="rLink">' + run("https://harbour.example/ice") + "</w:hyperlink>",),
            "https://harbour.example/ice",
            id="link that shows its address",
        ),
        pytest.param(
            (
                "<w:r><w:ruby><w:rubyPr/><w:rt>"
                + run("かんじ")
                + "</w:rt><w:rubyBase>"
                + run("漢字")
                + "</w:rubyBase></w:ruby></w:r>",
                "を読む",
            ),
            "漢字(かんじ)を読む",
            id="ruby",
        ),
        pytest.param(
            ("day", "<w:r><w:noBreakHyphen/></w:r>", "by", "<w:r><w:softHyphen/></w:r>", "day"),
            "day-byday",
            id="hyphens",
        ),
    ],
)
def test_marks_between_the_words_are_read(tmp_path: Path, content: tuple[str, ...], text: str) -> None:
    path = write_docx(
        tmp_path / "a.docx", paragraph(*content), targets={"rLink": ("hyperlink", "https://harbour.example/ice")}
    )
    assert text_of(path) == text


def math(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        pytest.param(f"<m:f><m:num>{math('a+b')}</m:num><m:den>{math('2')}</m:den></m:f>", "(a+b)/2", id="fraction"),
        pytest.param(f"<m:sSup><m:e>{math('x')}</m:e><m:sup>{math('n+1')}</m:sup></m:sSup>", "x^(n+1)", id="power"),
        pytest.param(f"<m:sSub><m:e>{math('x')}</m:e><m:sub>{math('1')}</m:sub></m:sSub>", "x_1", id="index"),
        pytest.param(f"<m:rad><m:deg/><m:e>{math('n+1')}</m:e></m:rad>", "√(n+1)", id="root"),
        pytest.param(
            f'<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>{math("i=1")}</m:sub><m:sup>{math("n")}</m:sup>'
            f"<m:e>{math('i')}</m:e></m:nary>",
            "∑_(i=1)^n i",
            id="sum",
        ),
        pytest.param(
            f'<m:d><m:dPr><m:begChr m:val="["/><m:endChr m:val="]"/></m:dPr><m:e>{math("0")}</m:e></m:d>',
            "[0]",
            id="brackets",
        ),
        pytest.param(
            f"<m:m><m:mr><m:e>{math('1')}</m:e><m:e>{math('0')}</m:e></m:mr><m:mr><m:e>{math('0')}</m:e><m:e>{math('1')}</m:e>"
            "</m:mr></m:m>",
            "[1, 0; 0, 1]",
            id="matrix",
        ),
        pytest.param(
            f"<m:func><m:fName>{math('sin')}</m:fName><m:e>{math('x')}</m:e></m:func>", "sin x", id="function"
        ),
    ],
)
def test_a_formula_is_one_line(tmp_path: Path, formula: str, text: str) -> None:
    path = write_docx(tmp_path / "a.docx", paragraph("Then ", f"<m:oMath>{formula}</m:oMath>", " holds."))
    assert text_of(path) == f"Then {text} holds."


# What is not shown


def test_struck_hidden_and_deleted_text_is_left_out_and_said(tmp_path: Path) -> None:
    styles = '<w:style w:styleId="Secret"><w:name w:val="Secret"/><w:rPr><w:vanish/></w:rPr></w:style>'
    body = (
        paragraph("Rent is ", run("12,000", "<w:strike/>"), " 15,500", run(" crowns", '<w:strike w:val="0"/>'), ".")
        + paragraph("Least: 400,000.", properties='<w:pStyle w:val="Secret"/>')
        + paragraph("Due on ", "<w:del><w:r><w:delText>May 1</w:delText></w:r></w:del>", "June 1.")
        + "<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc>"
        + paragraph("Old row")
        + "</w:tc></w:tr><w:tr><w:tc>"
        + paragraph("New row")
        + "</w:tc></w:tr></w:tbl>"
    )
    document = read(write_docx(tmp_path / "a.docx", body, {"styles": styles}))
    assert document.pages[0].text == "Rent is 15,500 crowns.\n\nDue on June 1.\n\nNew row"
    assert document.pages[0].remarks == (
        "struck out and left out: “12,000”",
        "hidden text left out: 15 characters",
        "text deleted with tracked changes left out: “May 1”",
        "text deleted with tracked changes left out: “Old row”",
    )
    assert document.notes == (
        "text deleted with tracked changes is left out",
        "hidden text is left out",
        "struck text is left out",
    )


def test_a_deleted_paragraph_mark_joins_two_paragraphs(tmp_path: Path) -> None:
    body = paragraph("The fee is ", properties="<w:rPr><w:del/></w:rPr>") + paragraph("40 crowns.")
    assert text_of(write_docx(tmp_path / "a.docx", body)) == "The fee is 40 crowns."


# Tables


def cell(text: str, properties: str) -> str:
    return f"<w:tcPr>{properties}</w:tcPr>{paragraph(text)}"


def test_merged_cells_stand_in_each_of_their_rows_and_columns(tmp_path: Path) -> None:
    rows = (
        [cell("Harbour rules", '<w:gridSpan w:val="3"/>')],
        ["Zone", "Speed", "Fine"],
        [cell("Inner", '<w:vMerge w:val="restart"/>'), "5 knots", "800"],
        [cell("", "<w:vMerge/>"), "7 knots", "1200"],
        ["Outer", cell("none", '<w:gridSpan w:val="2"/>')],
    )
    assert text_of(write_docx(tmp_path / "a.docx", table(*rows))) == (
        "Harbour rules\nZone | Speed | Fine\nInner | 5 knots | 800\nInner | 7 knots | 1200\nOuter | none | none"
    )


def test_a_header_of_two_rows_is_one(tmp_path: Path) -> None:
    down = '<w:vMerge w:val="restart"/>'
    rows = (
        [cell("Station", down), cell("Summer", '<w:gridSpan w:val="2"/>'), cell("Winter", '<w:gridSpan w:val="2"/>')],
        [cell("", "<w:vMerge/>"), "Open", "Close", "Open", "Close"],
        ["Lerum", "06:00", "22:00", "08:00", "18:00"],
    )
    assert text_of(write_docx(tmp_path / "a.docx", table(*rows))) == (
        "Station | Summer Open | Summer Close | Winter Open | Winter Close\nLerum | 06:00 | 22:00 | 08:00 | 18:00"
    )


def test_a_table_inside_a_cell_keeps_its_rows(tmp_path: Path) -> None:
    inner = paragraph("Prices:") + table(["Rope", "4"], ["Tar", "9"])
    path = write_docx(tmp_path / "a.docx", table([inner, "see there"], ["next", "row"]))
    assert text_of(path) == "Prices: | see there\n\nRope | 4\nTar | 9\n\nnext | row"


# Whole files


def test_a_strict_document_and_a_template_are_read(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "a.dotx", paragraph("The store opens at ", run("five", "<w:b/>"), "."))
    strict = tmp_path / "strict.docx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(strict, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            for one, other in (
                (
                    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
                    "http://purl.oclc.org/ooxml/wordprocessingml/main",
                ),
                (
                    "http://schemas.openxmlformats.org/officeDocument/2006/",
                    "http://purl.oclc.org/ooxml/officeDocument/",
                ),
            ):
                text = text.replace(one, other)
            new.writestr(name, text)
    assert text_of(path) == text_of(strict) == "The store opens at five."


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("in.html", b"<p>It removed 8,400 m3 of silt.</p>", id="HTML"),
        pytest.param("in.txt", b"It removed 8,400 m3 of silt.", id="plain text"),
        pytest.param("in.rtf", rb"{\rtf1 It removed 8,400 m3 of silt.}", id="rich text"),
        pytest.param(
            "in.mht",
            b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n"
            b"<p>It removed 8,400 m3 of silt.</p>\n--b--\n",
            id="web archive",
        ),
        pytest.param("in.docx", None, id="Word"),
    ],
)
def test_an_inserted_file_stands_in_its_place(tmp_path: Path, name: str, content: bytes | None) -> None:
    inner = content or write_docx(tmp_path / "inner.docx", paragraph("It removed 8,400 m3 of silt.")).read_bytes()
    body = paragraph("Report") + '<w:altChunk r:id="rIn"/>' + paragraph("End")
    path = write_docx(tmp_path / "a.docx", body, {f"word/{name}": inner}, {"rIn": ("aFChunk", name)})
    assert text_of(path) == "Report\n\nIt removed 8,400 m3 of silt.\n\nEnd"


def test_an_inserted_file_of_an_unknown_kind_is_said(tmp_path: Path) -> None:
    body = paragraph("Report") + '<w:altChunk r:id="rIn"/>'
    path = write_docx(tmp_path / "a.docx", body, {"word/in.bin": b"\0"}, {"rIn": ("aFChunk", "in.bin")})
    assert read(path).pages[0].remarks == ("an inserted file left out: in.bin",)


# Pages


def drawn_break() -> str:
    return "<w:r><w:lastRenderedPageBreak/></w:r>"


def hard_break() -> str:
    return '<w:r><w:br w:type="page"/></w:r>'


def test_pages_are_those_that_word_drew(tmp_path: Path) -> None:
    body = (
        paragraph("One ", drawn_break(), "two")
        + paragraph("still two", hard_break())
        + paragraph(drawn_break(), run("Three"), properties='<w:outlineLvl w:val="0"/>')
        + table(["a", "b"], ["1", "2"], [paragraph(drawn_break(), run("3")), "4"])
        + paragraph(hard_break(), hard_break(), run("Six"))
    )
    document = read(write_docx(tmp_path / "a.docx", body))
    assert [page.text for page in document.pages] == [
        "One",
        "two\n\nstill two",
        "Three\n\na | b\n1 | 2",
        "a | b\n3 | 4",
        "",
        "Six",
    ]
    assert [page.label for page in document.pages] == [None] * 6
    assert [(heading.page, heading.text) for heading in document.headings] == [(3, "Three")]
    assert document.pages_without_text == (5,)


def test_breaks_by_hand_are_pages_only_where_every_page_fits_on_paper(tmp_path: Path) -> None:
    short = paragraph("First.") + paragraph("Second.", properties="<w:pageBreakBefore/>")
    assert [page.text for page in read(write_docx(tmp_path / "a.docx", short)).pages] == ["First.", "Second."]
    long = paragraph("The minutes were read. " * 400) + paragraph("End.", properties="<w:pageBreakBefore/>")
    labels = [page.label for page in read(write_docx(tmp_path / "b.docx", long)).pages]
    assert labels == [None]


def test_remarks_stay_with_their_page(tmp_path: Path) -> None:
    body = paragraph("One") + paragraph(hard_break(), run("Two "), run("old", "<w:strike/>"), run("new"))
    document = read(write_docx(tmp_path / "a.docx", body))
    assert [page.remarks for page in document.pages] == [(), ("struck out and left out: “old”",)]
