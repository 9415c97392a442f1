"""What a presentation says, slide by slide, in the order in which a person reads it."""

from pathlib import Path

import pytest

from indexing.documents import ParsedDocument, ReadLimits
from indexing.readers import read_document
from indexing.readers.powerpoint.reading_order import Box, reading_order
from tests.indexing.readers.office.parts import NAMESPACES, relationships, write_package

INCH = 914_400


def place(left: float, top: float, width: float = 3, height: float = 1) -> str:
    """A shape's place in inches."""
    return (
        f'<a:xfrm><a:off x="{int(left * INCH)}" y="{int(top * INCH)}"/>'
        f'<a:ext cx="{int(width * INCH)}" cy="{int(height * INCH)}"/></a:xfrm>'
    )


def line(text: str, properties: str = "", run_properties: str = "") -> str:
    return f"<a:p>{properties}<a:r>{run_properties}<a:t>{text}</a:t></a:r></a:p>"


def box(content: str, where: str = "", kind: str = "", attributes: str = "") -> str:
    """A text box, or a placeholder of this kind; `content` is a text or paragraphs."""
    body = content if content.startswith("<") else line(content)
    mark = f"<p:ph {kind}/>" if kind else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="9" name="x" {attributes}/><p:cNvSpPr/><p:nvPr>'
        f"{mark}</p:nvPr></p:nvSpPr><p:spPr>{where}</p:spPr><p:txBody>{body}</p:txBody></p:sp>"
    )


def slide_xml(shapes: str, root: str = "sld", attributes: str = "") -> str:
    return f"<p:{root} {NAMESPACES} {attributes}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:{root}>"


def write_pptx(
    path: Path,
    slides: list[str],
    parts: dict[str, str | bytes] | None = None,
    targets: dict[str, tuple[str, str]] | None = None,
) -> Path:
    """A presentation of these slides' shapes (or whole slides); `targets` are the relations of each slide."""
    members: dict[str, str | bytes] = dict(parts or {})
    names = {}
    for number, shapes in enumerate(slides, start=1):
        members[f"ppt/slides/s{number}.xml"] = shapes if shapes.startswith("<p:sld ") else slide_xml(shapes)
        members[f"ppt/slides/_rels/s{number}.xml.rels"] = relationships(targets or {})
        names[f"r{number}"] = ("slide", f"slides/s{number}.xml")
    entries = "".join(f'<p:sldId id="{256 + number}" r:id="{name}"/>' for number, name in enumerate(names))
    members["ppt/presentation.xml"] = (
        f"<p:presentation {NAMESPACES}><p:sldIdLst>{entries}</p:sldIdLst>"
        f'<p:sldSz cx="{10 * INCH}" cy="{7 * INCH}"/></p:presentation>'
    )
    members["ppt/_rels/presentation.xml.rels"] = relationships(names)
    return write_package(path, "ppt/presentation.xml", members)


def read(path: Path) -> ParsedDocument:
    return read_document(path, ReadLimits())


def text_of(path: Path) -> str:
    return read(path).pages[0].text


def test_shapes_are_read_by_their_places_and_the_title_first(tmp_path: Path) -> None:
    shapes = (
        box("right below", place(5, 4))
        + box("left below", place(1, 4.1))
        + box("right above", place(5, 2.1))
        + box("left above", place(1, 2))
        + box("The title", place(1, 6), 'type="title"')
    )
    path = write_pptx(tmp_path / "a.pptx", [shapes])
    assert text_of(path) == "The title\n\nleft above\n\nright above\n\nleft below\n\nright below"
    assert read(path).pages[0].label == "Slide 1: The title"


@pytest.mark.parametrize(
    ("boxes", "order"),
    [
        pytest.param([Box(0, 5, 9, 1), Box(0, 0, 9, 1)], [1, 0], id="one below another"),
        pytest.param([Box(5, 0, 4, 9), Box(0, 1, 4, 3), Box(0, 5, 4, 3)], [1, 2, 0], id="a tall column at the right"),
        pytest.param([Box(0, 3, 9, 1), None, Box(0, 0, 9, 1)], [2, 0, 1], id="one without a place"),
        pytest.param([Box(0, 1.9, 9, 2), Box(0, 0, 9, 2)], [1, 0], id="frames that overlap a little"),
        pytest.param([Box(1, 1, 5, 5), Box(0, 0, 9, 9)], [1, 0], id="one over another"),
    ],
)
def test_the_order_of_reading(boxes: list[Box | None], order: list[int]) -> None:
    assert reading_order(boxes) == order


def test_a_placeholder_stands_where_its_layout_puts_it(tmp_path: Path) -> None:
    layout = slide_xml(
        box("", place(1, 1), 'type="body" idx="13"') + box("Prompt", place(1, 5), 'idx="14"'), "sldLayout"
    )
    shapes = box("below", "", 'idx="14"') + box("between", place(1, 3)) + box("above", "", 'type="body" idx="13"')
    path = write_pptx(
        tmp_path / "a.pptx",
        [shapes],
        {"ppt/slideLayouts/l.xml": layout},
        {"rL": ("slideLayout", "../slideLayouts/l.xml")},
    )
    assert text_of(path) == "above\n\nbetween\n\nbelow"


def test_what_the_master_and_footers_write_on_every_slide_comes_once(tmp_path: Path) -> None:
    layout = slide_xml(box("Harbour of Skarvik", place(1, 6)), "sldLayout")
    number = box('<a:p><a:fld type="slidenum"><a:t>7</a:t></a:fld></a:p>', "", 'type="sldNum"')
    footer = box("Draft of May", "", 'type="ftr"')
    path = write_pptx(
        tmp_path / "a.pptx",
        [box("One") + footer + number, box("Two") + footer + number],
        {"ppt/slideLayouts/l.xml": layout},
        {"rL": ("slideLayout", "../slideLayouts/l.xml")},
    )
    assert [page.text for page in read(path).pages] == ["One\n\nDraft of May\n\nHarbour of Skarvik", "Two"]


def test_new_forms_and_groups_are_read_once(tmp_path: Path) -> None:
    new = box("48 tonnes", place(1, 2))
    shapes = (
        f"<mc:AlternateContent><mc:Choice Requires='a14'>{new}</mc:Choice><mc:Fallback>{new}</mc:Fallback>"
        "</mc:AlternateContent><p:grpSp><p:nvGrpSpPr><p:cNvPr id='3' name=''/><p:nvPr/></p:nvGrpSpPr>"
        f"<p:grpSpPr>{place(1, 0.5)}</p:grpSpPr>{box('second', place(5, 0))}{box('first', place(0, 0))}</p:grpSp>"
    )
    assert text_of(write_pptx(tmp_path / "a.pptx", [shapes])) == "first\n\nsecond\n\n48 tonnes"


def test_lists_have_their_numbers_and_levels(tmp_path: Path) -> None:
    auto = '<a:pPr><a:buAutoNum type="alphaLcParenR"/></a:pPr>'
    body = (
        line("rope", auto)
        + line("of hemp", '<a:pPr lvl="1"/>')
        + line("tar", auto)
        + line("plain")
        + line("dot", '<a:pPr><a:buChar char="•"/></a:pPr>')
    )
    assert text_of(write_pptx(tmp_path / "a.pptx", [box(body)])) == "a) rope\n- of hemp\nb) tar\nplain\n- dot"


def test_raised_linked_and_struck_text(tmp_path: Path) -> None:
    body = (
        "<a:p><a:r><a:t>10</a:t></a:r><a:r><a:rPr baseline='30000'/><a:t>5</a:t></a:r><a:r><a:t> Pa, </a:t></a:r>"
        "<a:r><a:rPr strike='sngStrike'/><a:t>old</a:t></a:r>"
        "<a:r><a:rPr><a:hlinkClick r:id='rLink'/></a:rPr><a:t>see there</a:t></a:r></a:p>"
    )
    path = write_pptx(tmp_path / "a.pptx", [box(body)], targets={"rLink": ("hyperlink", "https://harbour.example")})
    page = read(path).pages[0]
    assert page.text == "10^5 Pa, see there (https://harbour.example)"
    assert page.remarks == ("struck out and left out: “old”",)


def frame(data: str, where: str = "") -> str:
    return (
        f'<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="5" name=""/><p:nvPr/></p:nvGraphicFramePr>{where}'
        f"<a:graphic><a:graphicData>{data}</a:graphicData></a:graphic></p:graphicFrame>"
    )


def test_merged_cells_of_a_table_stand_in_each_place(tmp_path: Path) -> None:
    def cell(text: str, attributes: str = "") -> str:
        return f"<a:tc {attributes}><a:txBody>{line(text)}</a:txBody></a:tc>"

    rows = (
        cell("Zone", 'rowSpan="2"') + cell("Summer", 'gridSpan="2"') + cell("", 'hMerge="1"'),
        cell("", 'vMerge="1"') + cell("Day") + cell("Night"),
        cell("Inner") + cell("800") + cell("900"),
    )
    table = "<a:tbl>" + "".join(f"<a:tr>{row}</a:tr>" for row in rows) + "</a:tbl>"
    path = write_pptx(tmp_path / "a.pptx", [frame(table)])
    assert text_of(path) == "Zone | Summer Day | Summer Night\nInner | 800 | 900"


def test_diagrams_and_charts_give_their_words_and_numbers(tmp_path: Path) -> None:
    points = "".join(
        f"<dgm:pt {kind}><dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>"
        for text, kind in (("Moor", ""), ("", 'type="parTrans"'), ("Unload", 'type="node"'), ("x", 'type="pres"'))
    )
    chart = (
        f"<c:chartSpace {NAMESPACES}><c:chart><c:title><c:tx><c:rich>{line('Ships')}</c:rich></c:tx></c:title>"
        "<c:plotArea>"
        "<c:lineChart><c:ser><c:tx><c:v>Calls</c:v></c:tx><c:cat><c:multiLvlStrRef><c:multiLvlStrCache>"
        '<c:lvl><c:pt idx="0"><c:v>Q1</c:v></c:pt><c:pt idx="1"><c:v>Q2</c:v></c:pt></c:lvl>'
        '<c:lvl><c:pt idx="0"><c:v>2025</c:v></c:pt></c:lvl></c:multiLvlStrCache></c:multiLvlStrRef></c:cat><c:val>'
        '<c:numLit><c:pt idx="0"><c:v>120</c:v></c:pt><c:pt idx="1"><c:v>340</c:v></c:pt></c:numLit></c:val></c:ser>'
        f"</c:lineChart><c:valAx><c:title><c:tx><c:rich>{line('per quarter')}</c:rich></c:tx></c:title></c:valAx>"
        "</c:plotArea></c:chart></c:chartSpace>"
    )
    shapes = frame('<c:chart r:id="rC"/>', place(1, 4).replace("a:xfrm", "p:xfrm"))
    shapes += frame('<dgm:relIds r:dm="rD"/>', place(1, 1).replace("a:xfrm", "p:xfrm"))
    path = write_pptx(
        tmp_path / "a.pptx",
        [shapes],
        {"ppt/charts/c.xml": chart, "ppt/diagrams/d.xml": f"<dgm:dataModel {NAMESPACES}>{points}</dgm:dataModel>"},
        {"rC": ("chart", "../charts/c.xml"), "rD": ("diagramData", "../diagrams/d.xml")},
    )
    assert text_of(path) == "Moor\nUnload\n\nShips\nper quarter\n | Calls\n2025 Q1 | 120\n2025 Q2 | 340"


def test_notes_and_comments_follow_and_hidden_things_are_said(tmp_path: Path) -> None:
    notes = slide_xml(box("Bought in 2016.", "", 'type="body" idx="1"') + box("1", "", 'type="sldNum"'), "notes")
    comments = f"<p:cmLst {NAMESPACES}><p:cm><p:text>Check the year.</p:text></p:cm></p:cmLst>"
    shapes = box("Tug Rask", "", 'type="title"') + box("secret", "", "", 'hidden="1"') + box("beside", place(11, 1))
    path = write_pptx(
        tmp_path / "a.ppsx",
        [slide_xml(shapes, attributes='show="0"')],
        {"ppt/notesSlides/n.xml": notes, "ppt/comments/c.xml": comments},
        {"rN": ("notesSlide", "../notesSlides/n.xml"), "rC": ("comments", "../comments/c.xml")},
    )
    document = read(path)
    assert document.pages[0].text == "Tug Rask\n\nNotes: Bought in 2016.\n\nComment: Check the year."
    assert document.pages[0].remarks == (
        "this slide is hidden",
        "hidden text left out: 6 characters",
        "text beside the slide left out: “beside”",
    )
    assert document.notes == ("slide 1 is hidden, and read all the same",)
