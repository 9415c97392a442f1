"""What a workbook says: each value as it is seen, with the name of its column."""

import datetime
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from indexing.documents import ParsedDocument, ReadLimits
from indexing.readers import read_document
from tests.indexing.readers.office.parts import relationships, write_package

SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def sheet_of(rows: Sequence[Sequence[object]]) -> tuple[openpyxl.Workbook, Worksheet]:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "S"
    for row in rows:
        sheet.append(list(row))
    return book, sheet


def read(book: openpyxl.Workbook, folder: Path, limits: ReadLimits = ReadLimits()) -> ParsedDocument:  # noqa: B008
    book.save(folder / "a.xlsx")
    return read_document(folder / "a.xlsx", limits)


def lines(book: openpyxl.Workbook, folder: Path) -> list[str]:
    return "\n".join(page.text for page in read(book, folder).pages).split("\n")


def test_values_are_read_as_they_are_seen(tmp_path: Path) -> None:
    book, sheet = sheet_of([["Boat", "Code", "Loss", "Time", "Paid", "Ok"]])
    sheet.append(["Tern", 1730, -1250.5, 1.2604166666, datetime.datetime(2024, 2, 9), True])
    for column, code in zip("BCDE", ("00000", "#,##0.00 €;(#,##0.00) €", "[h]:mm", "dd/mm/yyyy"), strict=True):
        sheet[f"{column}2"].number_format = code
    assert lines(book, tmp_path) == [
        "Boat: Tern; Code: 01730; Loss: (1,250.50) €; Time: 30:15; Paid: 09/02/2024; Ok: TRUE"
    ]


def test_formulas_without_values_are_shown_and_said(tmp_path: Path) -> None:
    book, _ = sheet_of([["Item", "Q1", "Q2", "Total"], ["Diesel", 900, 1100, "=B2+C2"]])
    document = read(book, tmp_path)
    assert document.pages[0].text == "Item: Diesel; Q1: 900; Q2: 1100; Total: =B2+C2"
    assert document.pages[0].remarks == ("formulas without values, shown as formulas: D2",)
    assert document.notes == (
        "sheet S: 1 formulas have no values, and are shown as formulas; open and save the workbook with its program",
    )


def test_merged_cells_stand_in_each_row(tmp_path: Path) -> None:
    book, sheet = sheet_of(
        [["Plan of 2025"], [], ["Vessel", "Task"], ["Skarv", "Paint"], [None, "Zinc"], ["Lomvi", "Mast"]]
    )
    sheet.merge_cells("A1:B1")
    sheet.merge_cells("A4:A5")
    assert lines(book, tmp_path) == [
        "Plan of 2025",
        "Vessel: Skarv; Task: Paint",
        "Vessel: Skarv; Task: Zinc",
        "Vessel: Lomvi; Task: Mast",
    ]


@pytest.mark.parametrize("merged", [("B1:C1", "D1:E1", "A1:A2"), ()])
def test_a_header_of_two_rows_names_each_column_once(tmp_path: Path, merged: tuple[str, ...]) -> None:
    first = ["Station" if merged else None, "Summer", None, "Winter", None]
    second = [None if merged else "Station", "Open", "Close", "Open", "Close"]
    book, sheet = sheet_of(
        [first, second, ["Lerum", "06:00", "22:00", "08:00", "18:00"], ["Anbek", "07:00", "", "", "16:30"]]
    )
    for region in merged:
        sheet.merge_cells(region)
    assert lines(book, tmp_path) == [
        "Station: Lerum; Summer Open: 06:00; Summer Close: 22:00; Winter Open: 08:00; Winter Close: 18:00",
        "Station: Anbek; Summer Open: 07:00; Winter Close: 16:30",
    ]


def test_years_name_columns(tmp_path: Path) -> None:
    book, _ = sheet_of([["", 2023, 2024], ["Revenue", 1250, 1310], ["Costs", 900, 950]])
    assert lines(book, tmp_path) == ["Revenue; 2023: 1250; 2024: 1310", "Costs; 2023: 900; 2024: 950"]


def test_months_name_columns_and_no_row_of_values_does(tmp_path: Path) -> None:
    book, _ = sheet_of([["Task", "2024-01", "2024-02"], ["Paint", "x", None], ["Rope", None, "x"]])
    assert lines(book, tmp_path) == ["Task: Paint; 2024-01: x", "Task: Rope; 2024-02: x"]
    book, _ = sheet_of([["7", "Anna"], ["Skarv", "Bo"], ["Lerum", "Dag"]])
    assert lines(book, tmp_path) == ["7 | Anna", "Skarv | Bo", "Lerum | Dag"]


def test_tables_on_one_sheet_have_headers_of_their_own(tmp_path: Path) -> None:
    book, sheet = sheet_of(
        [
            ["Item", "Price", None, "Town", "People"],
            ["Rope", 4, None, "Lerum", 900],
            ["Tar", 9, None, "Anbek", 700],
            [],
            ["Nails", 2],
            [],
            ["Pilots"],
            ["Name", "Since"],
            ["Signe", 1990],
        ]
    )
    for place in ("A1", "B1", "A8", "B8"):
        sheet[place].font = Font(bold=True)
    assert lines(book, tmp_path) == [
        *("Item: Rope; Price: 4", "Item: Tar; Price: 9", "Town: Lerum; People: 900", "Town: Anbek; People: 700"),
        *("Item: Nails; Price: 2", "Pilots", "Name: Signe; Since: 1990"),
    ]


def test_a_blank_column_within_a_table_parts_nothing(tmp_path: Path) -> None:
    book, _ = sheet_of([["Item", "Q1", None, "Q2", "Q3"], ["Rope", 4, None, 5, 6], ["Tar", 9, None, 8, 7]])
    assert lines(book, tmp_path) == ["Item: Rope; Q1: 4; Q2: 5; Q3: 6", "Item: Tar; Q1: 9; Q2: 8; Q3: 7"]


@pytest.mark.parametrize("colon", [":", ""])
def test_a_form_of_names_and_values_has_no_header(tmp_path: Path, colon: str) -> None:
    book, _ = sheet_of([[f"Client{colon}", "Anna"], [f"Berth{colon}", "7"], [f"Boat{colon}", "Tern"]])
    assert lines(book, tmp_path) == [f"Client{colon} | Anna", f"Berth{colon} | 7", f"Boat{colon} | Tern"]


def test_comments_follow_their_row(tmp_path: Path) -> None:
    book, sheet = sheet_of([["Boat", "Year"], ["Tern", 2021], ["Gull", 2019]])
    sheet["A2"].comment = Comment("Signe:\nEngine replaced", "Signe")
    assert lines(book, tmp_path) == [
        "Boat: Tern; Year: 2021",
        "Comment on A2 by Signe: Engine replaced",
        "Boat: Gull; Year: 2019",
    ]


def test_every_column_and_row_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Wide")
    sheet.append([f"Column {number}" for number in range(300)])
    sheet.append([f"value {number}" for number in range(300)])
    for number in range(21_000):
        sheet.append([f"row {number}"])
    found = lines(book, tmp_path)
    assert "Column 299: value 299" in found[0]
    assert found[-1] == "Column 0: row 20999"


def test_what_is_hidden_is_read_and_said(tmp_path: Path) -> None:
    book, sheet = sheet_of([["Boat", "Year"], ["Tern", 2021], ["Gull", 2019]])
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["B"].hidden = True
    other = book.create_sheet("Old")
    other["A1"], other["B1"] = "unseen", 5
    other["B1"].number_format = ";;;"
    other.sheet_state = "veryHidden"
    document = read(book, tmp_path)
    assert document.pages[0].remarks == ("hidden columns, read all the same: B", "hidden rows, read all the same: 3")
    assert document.pages[1].text == "unseen"
    assert document.pages[1].remarks == ("this sheet is hidden", "values that their format hides are left out: B1")
    assert document.notes == ("sheet Old: is hidden, and read all the same",)


def test_struck_cells_are_left_out_and_said(tmp_path: Path) -> None:
    book, sheet = sheet_of([["Boat", "Fee"], ["Tern", 300], ["Gull", 450]])
    sheet["B2"].font = Font(strike=True)
    document = read(book, tmp_path)
    assert document.pages[0].text == "Boat: Tern\nBoat: Gull; Fee: 450"
    assert document.pages[0].remarks == ("struck out and left out: “300”",)


def test_a_workbook_that_is_too_long_keeps_what_was_read(tmp_path: Path) -> None:
    book, sheet = sheet_of([["Event", "Place"], *([f"Event {number}", "Town hall"] for number in range(500))])
    book.create_sheet("Later")["A1"] = "more"
    document = read(book, tmp_path, ReadLimits(text_characters=10_000))
    assert len(document.pages) == 2
    assert [note.partition(":")[0] for note in document.notes] == ["sheet S", "sheet Later"]
    assert sheet.title == "S"


def test_a_strict_workbook_with_shared_formulas_and_rich_text(tmp_path: Path) -> None:
    sheet = (
        '<worksheet xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"><sheetData><row><c t="s"><v>0</v></c>'
        '<c t="inlineStr"><is><t>Sum</t></is></c></row><row r="2"><c r="A2"><v>5</v></c><c r="B2">'
        '<f t="shared" ref="B2:B3" si="0">A2*2</f></c></row><row r="3"><c r="A3"><v>6</v></c><c r="B3">'
        '<f t="shared" si="0"/></c></row><row r="4"><c r="A4" t="e"><v>#DIV/0!</v></c></row></sheetData></worksheet>'
    )
    texts = (
        f'<sst xmlns="{SPREADSHEET}"><si><r><rPr><strike/></rPr><t>Old</t></r><r><t>漢字</t></r><rPh sb="0" eb="1">'
        "<t>かんじ</t></rPh></si></sst>"
    )
    book = (
        f'<workbook xmlns="{SPREADSHEET}" xmlns:r="http://purl.oclc.org/ooxml/officeDocument/relationships">'
        '<sheets><sheet name="S" r:id="r1"/></sheets></workbook>'
    )
    parts = {
        "xl/workbook.xml": book,
        "xl/s.xml": sheet,
        "xl/t.xml": texts,
        "xl/_rels/workbook.xml.rels": relationships({"r1": ("worksheet", "s.xml"), "r2": ("sharedStrings", "t.xml")}),
    }
    path = write_package(tmp_path / "a.xltx", "xl/workbook.xml", parts)
    page = read_document(path, ReadLimits()).pages[0]
    assert page.text == "漢字: 5; Sum: =A2*2\n漢字: 6; Sum: =A3*2\n漢字: #DIV/0!"
    assert page.remarks == ("formulas without values, shown as formulas: B2, B3", "struck out and left out: “Old”")


def test_boxes_drawn_over_the_cells_are_read(tmp_path: Path) -> None:
    drawing = (
        '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><xdr:sp><xdr:txBody><a:p><a:r>'
        "<a:t>All sums in</a:t></a:r></a:p><a:p><a:r><a:t>crowns</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:wsDr>"
    )
    book = (
        f'<workbook xmlns="{SPREADSHEET}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="S" r:id="r1"/></sheets></workbook>'
    )
    row = '<row r="1"><c r="A1" t="b"><v>0</v></c></row>'
    parts = {
        "xl/workbook.xml": book,
        "xl/s.xml": f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{row}</sheetData></worksheet>',
        "xl/d.xml": drawing,
        "xl/_rels/workbook.xml.rels": relationships({"r1": ("worksheet", "s.xml")}),
        "xl/_rels/s.xml.rels": relationships({"r1": ("drawing", "d.xml")}),
    }
    path = write_package(tmp_path / "a.xlsx", "xl/workbook.xml", parts)
    assert read_document(path, ReadLimits()).pages[0].text == "FALSE\nAll sums in crowns"
