"""What a page says, in the order in which it is read: columns, tables, marks. The pages are drawn by the tests."""

import io
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from fpdf import FPDF
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText, Text
from pypdf.constants import PageLabelStyle

from indexing.documents import ParsedDocument, ReadLimits
from indexing.readers import read_document
from indexing.readers.pdf.layout import lay_out
from indexing.readers.pdf.lines import rows_of
from indexing.readers.pdf.tables import table_lines
from indexing.readers.pdf.words import Word
from tests.indexing.recognising import Recogniser
from tests.indexing.samples import PROSE, pdf, pdf_of_content, pdf_of_font, pdf_with_heading, saved

LEFT = [
    "The lighthouse at the cape was built by",
    "an engineer from the north, whose lamp",
    "burned oil until the war and was then",
]
LEFT += ["changed to paraffin by the keeper, who", "lived in the small house beside it and"]
RIGHT = [
    "wrote a book about the ferry that left",
    "every morning for the island, with its",
    "sixty passengers and the mail in bags.",
]
RIGHT += ["Bookings for groups are taken by the", "harbour office, which closes at noon."]


def drawn(*pieces: tuple[float, float, str], size: float = 10, more: str = "") -> bytes:
    """A page with texts at (x, y) in points, in this order, and further drawing operators."""
    shown = "\n".join(f"BT /F1 {size} Tf {x} {y} Td ({text}) Tj ET" for x, y, text in pieces)
    return pdf_of_content(f"{shown}\n{more}")


def read(folder: Path, content: bytes) -> ParsedDocument:
    return read_document(saved(folder / "sample.pdf", content), ReadLimits(ocr=True))


def text(folder: Path, content: bytes) -> str:
    return read(folder, content).pages[0].text


def row(y: float, *cells: str, step: float = 110) -> list[tuple[float, float, str]]:
    return [(60 + step * number, y, cell) for number, cell in enumerate(cells) if cell]


def test_two_columns_are_read_one_after_the_other_even_when_drawn_line_by_line(tmp_path: Path) -> None:
    lines = [
        piece
        for number, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True))
        for piece in ((60, 700 - 12 * number, left), (300, 700 - 12 * number, right))
    ]
    found = " ".join(text(tmp_path, drawn(*lines)).split())
    assert "lived in the small house beside it and wrote a book about the ferry" in found
    assert "with its sixty passengers" in found


def test_a_footnote_under_the_left_column_does_not_part_a_sentence(tmp_path: Path) -> None:
    columns = [(60, 700 - 12 * number, line) for number, line in enumerate(LEFT)]
    note = "BT /F1 7 Tf 60 630 Td (4 Compare the older ruling of the court.) Tj ET\n"
    right = "\n".join(f"BT /F1 10 Tf 300 {700 - 12 * n} Td ({line}) Tj ET" for n, line in enumerate(RIGHT))
    found = " ".join(text(tmp_path, drawn(*columns, more=note + right)).split())
    assert "beside it and wrote a book" in found
    assert found.endswith("4 Compare the older ruling of the court.")


def test_footnotes_of_three_columns_come_after_all_of_them(tmp_path: Path) -> None:
    lines = [line.split(", ")[0] for line in (*LEFT, *RIGHT)]
    shown = ""
    for column, mark in enumerate((11, 12, 13)):
        x = 40 + 180 * column
        body = [f"{line[:34]}" for line in lines] if column else [line[:34] for line in reversed(lines)]
        shown += "\n".join(f"BT /F1 9 Tf {x} {700 - 11 * n} Td ({line}) Tj ET" for n, line in enumerate(body))
        for n, note in enumerate((f"{mark} A note of this column that", "is longer than the text above") * 8):
            shown += f"\nBT /F1 7 Tf {x} {570 - 9 * n} Td ({note}) Tj ET\n"
    found = text(tmp_path, drawn(more=shown))
    places = [found.index(f"{mark} A note") for mark in (11, 12, 13)]
    assert sorted(places) == places
    assert found.rindex(LEFT[0][:34]) < places[0]
    assert "|" not in found


def test_columns_do_not_go_on_across_a_rule_from_edge_to_edge(tmp_path: Path) -> None:
    shown = "BT /F1 16 Tf 60 740 Td (Proposed Rules) Tj ET BT /F1 8 Tf 330 746 Td (Gazette of the Cape) Tj ET\n"
    shown += "BT /F1 8 Tf 330 734 Td (Vol. 85, No. 152) Tj ET\n60 722 m 480 722 l S\n"
    columns = [(60, 700 - 12 * n, line) for n, line in enumerate((*LEFT, *RIGHT))]
    columns += [(300, 700 - 12 * n, line) for n, line in enumerate((*RIGHT, *LEFT))]
    found = text(tmp_path, drawn(*columns, more=shown))
    assert found.index("Vol. 85, No. 152") < found.index(LEFT[0])
    assert f"{RIGHT[-1]}\n\nGazette" not in found


def test_the_title_of_each_page_in_large_type_is_kept_and_the_running_head_is_not(tmp_path: Path) -> None:
    document = FPDF()
    for place in ("Cape", "Harbour", "Island", "Ferry"):
        document.add_page()
        document.set_font("Helvetica", size=8)
        document.cell(0, 8, "Coast Guard Bulletin", new_x="LMARGIN", new_y="NEXT")
        document.set_font("Helvetica", size=16)
        document.cell(0, 12, "Inspection Report", new_x="LMARGIN", new_y="NEXT")
        document.set_font("Helvetica", size=11)
        document.multi_cell(0, 5, f"{place}. {PROSE}", new_x="LMARGIN", new_y="NEXT")
    pages = [page.text for page in read(tmp_path, bytes(document.output())).pages]
    assert all("Inspection Report" in page for page in pages)
    assert ["Bulletin" in page for page in pages] == [True, False, False, False]


def test_a_ligature_named_by_its_last_letter_is_known_by_its_width(tmp_path: Path) -> None:
    unicode = "3 beginbfchar <01> <0069> <02> <006C> <03> <0069> endbfchar"
    shown = "speci\\001c bene\\001ts of the \\002oor o\\003ce in wide final files"
    content = pdf_of_font(shown, {1: 500, 2: 500, 3: 778}, unicode)
    assert text(tmp_path, content) == "specific benefits of the floor office in wide final files"


def test_ligatures_whose_letters_are_all_named_stay_as_they_are(tmp_path: Path) -> None:
    unicode = "2 beginbfchar <01> <00660069> <02> <006600660069> endbfchar"
    content = pdf_of_font("speci\\001c o\\002ce in wide final files", {1: 500, 2: 778}, unicode)
    assert text(tmp_path, content) == "specific office in wide final files"


def test_addresses_side_by_side_stay_apart(tmp_path: Path) -> None:
    lines = [*row(700, "Seller:", "Buyer:", step=250), *row(688, "Norden Works", "Harbour Trust", step=250)]
    lines += [*row(676, "Dock Road 4", "Pier 1", step=250), *row(664, "VAT 556 112", "VAT 902 331", step=250)]
    assert "Buyer:\nHarbour Trust\nPier 1\nVAT 902 331" in text(tmp_path, drawn(*lines))


def test_a_table_without_rules_keeps_its_rows_and_its_empty_cells(tmp_path: Path) -> None:
    lines = [*row(700, "Part", "Torque", "Gap"), *row(686, "P-001", "41", "0.01"), *row(672, "P-002", "", "0.02")]
    lines += [*row(658, "P-003", "43", "0.03"), *row(644, "P-004", "44", "0.04")]
    assert text(tmp_path, drawn(*lines)).split("\n")[:3] == [
        "| Part | Torque | Gap |",
        "| P-001 | 41 | 0.01 |",
        "| P-002 |  | 0.02 |",
    ]


def test_labels_drawn_before_their_figures_stay_on_their_lines(tmp_path: Path) -> None:
    labels = [(60, 700 - 14 * number, name) for number, name in enumerate(["Revenue", "Cost of sales", "Net income"])]
    figures = [(320, 700 - 14 * n, value) for n, value in enumerate(["1,250", "(840)", "410"])]
    later = [(420, 700 - 14 * n, value) for n, value in enumerate(["1,100", "(790)", "310"])]
    assert "| Cost of sales | (840) | (790) |" in text(tmp_path, drawn(*labels, *figures, *later))


def test_a_header_over_several_columns_is_repeated_in_each(tmp_path: Path) -> None:
    lines = [(225, 714, "Year ended June"), *row(700, "", "2022", "2023"), *row(686, "Sales", "11,151", "11,154")]
    lines += [*row(672, "Profit", "1,517", "1,429"), *row(658, "Margin", "13.6", "12.8")]
    assert "Year ended June 2022 | Year ended June 2023 |" in text(tmp_path, drawn(*lines))


def test_a_header_that_reaches_over_the_next_column_stays_in_its_own(tmp_path: Path) -> None:
    lines = [(60, 700, "Description of use"), (200, 700, "Leased square footage"), (310, 700, "Owned square footage")]
    for number, name in enumerate(("Offices", "Shops", "Depots", "Yards", "Halls", "Docks", "Piers", "Sheds")):
        lines += [(60, 684 - 14 * number, name), (200, 684 - 14 * number, "12,712"), (345, 684 - 14 * number, "3,674")]
    head = text(tmp_path, drawn(*lines)).split("\n")[0]
    assert head == "| Description of use | Leased square footage | Owned square footage |"


def test_a_header_goes_over_the_columns_of_its_rule_and_no_others(tmp_path: Path) -> None:
    lines = [(200, 714, "Quarter"), *row(700, "", "2022", "2023", "Change", step=90)]
    for number, name in enumerate(("Sales", "Costs", "Profit")):
        lines += row(684 - 14 * number, name, f"{number}1,151", f"{number}1,154", f"{number}.5", step=90)
    ruled = text(tmp_path, drawn(*lines, more="148 711 m 275 711 l S"))
    assert ruled.split("\n")[0] == "|  | Quarter 2022 | Quarter 2023 | Change |"
    pieces = "148 711 m 190 711 l 190 711 m 290 711 l 230 711 m 375 711 l S"
    assert "| Quarter 2022 | Quarter 2023 | Quarter Change |" in text(tmp_path, drawn(*lines, more=pieces))


def test_names_on_two_lines_over_several_columns_are_whole_in_each(tmp_path: Path) -> None:
    lines = [(150, 720, "Domestic pension"), (330, 720, "Foreign pension"), (170, 708, "plans"), (350, 708, "plans")]
    places = (140, 180, 220, 320, 360, 400)
    years = [(x, 696, f"20{20 + n % 3}") for n, x in enumerate(places)]
    for number, name in enumerate(("Rate", "Cost", "Return")):
        years += [(60, 682 - 12 * number, name), *((x, 682 - 12 * number, f"{number}.2") for x in places)]
    head = text(tmp_path, drawn(*lines, *years)).split("\n")[0]
    assert head.count("Domestic pension plans 202") == 3
    assert head.count("Foreign pension plans 202") == 3


def test_a_name_over_two_columns_beside_years_parts_no_figures(tmp_path: Path) -> None:
    lines = [(200, 700, "2022"), (280, 700, "2021"), (345, 700, "Increase/\\(Decrease\\)")]
    for number, name in enumerate(("Sales", "Costs", "Profit")):
        places = ((60, name), (200, f"{number},151"), (280, f"{number},154"), (350, "100"), (410, f"{number}9%"))
        lines += [(x, 684 - 14 * number, shown) for x, shown in places]
    found = text(tmp_path, drawn(*lines)).split("\n")
    assert found[0] == "|  | 2022 | 2021 | Increase/(Decrease) | Increase/(Decrease) |"
    assert found[2] == "| Costs | 1,151 | 1,154 | 100 | 19% |"


def test_a_sum_without_a_label_is_a_row_of_its_table(tmp_path: Path) -> None:
    lines = [(60, 720, "Year ended in May")]
    for number, amount in enumerate(("1,307", "1,141", "1,773", "1,510")):
        lines += [(74, 706 - 14 * number, f"{2020 + number}"), (300, 706 - 14 * number, amount)]
    lines += [(290, 650, "$"), (299, 650, "5,731"), (60, 620, PROSE[:80]), (60, 608, PROSE[80:150])]
    found = [line for line in text(tmp_path, drawn(*lines)).split("\n") if line]
    assert found[found.index("| 2023 | 1,510 |") + 1] == "|  | $ 5,731 |"


def test_figures_in_columns_behind_rows_of_dots_are_a_table(tmp_path: Path) -> None:
    lines = [(320, 714, "Fiscal"), (390, 714, "Fiscal"), (460, 714, "Change")]
    lines += [(320, 704, "2015"), (390, 704, "2014"), (460, 704, "2015-14")]
    for number, name in enumerate(("Subscription", "Product", "Services and support")):
        y = 688 - 14 * number
        dots = "." * (60 - 2 * len(name))
        lines += [(60, y, f"{name} {dots}"), (320, y, f"{number},223.9"), (390, y, f"{number},076.6"), (460, y, "55%")]
    lines += [(60, 646, f"Print {'.' * 50}"), (320, 646, "22.2"), (390, 646, "10.8"), (460, 646, "2.9%")]
    found = [line for line in text(tmp_path, drawn(*lines)).split("\n") if line]
    assert found[0] == "|  | Fiscal 2015 | Fiscal 2014 | Change 2015-14 |"
    assert found[2] == "| Product | 1,223.9 | 1,076.6 | 55% |"
    assert found[4] == "| Print | 22.2 | 10.8 | 2.9% |"


def test_a_contents_page_with_rows_of_dots_is_no_table(tmp_path: Path) -> None:
    lines = []
    for number, name in enumerate(("Harbour", "Ferry", "Lighthouse", "Island")):
        lines += [(60, 700 - 14 * number, f"{name} {'.' * 60}"), (400, 700 - 14 * number, f"{number + 3}")]
    assert "|" not in text(tmp_path, drawn(*lines))


def test_a_name_left_of_a_group_of_rows_heads_the_group(tmp_path: Path) -> None:
    lines = row(714, "", "Metric", "Skarv", "Terne")
    y, rules = 700.0, ["60 710 m 460 710 l S"]
    for group, names in (("Reading", ("Dawn", "Noon", "Dusk")), ("Writing", ("Spring", "Summer", "Autumn", "Winter"))):
        lines.append((70, y - 6 * (len(names) - 1), group))
        for number, name in enumerate(names):
            lines += row(y - 12 * number, "", name, f"{number}.51", f"{number}.54")
        y -= 12 * len(names) + 6
        rules.append(f"60 {y + 14} m 460 {y + 14} l S")
    found = [line for line in text(tmp_path, drawn(*lines, more=chr(10).join(rules))).split("\n") if line]
    assert found[:3] == ["| Metric | Skarv | Terne |", "| Reading |", "| Dawn | 0.51 | 0.54 |"]
    assert found[found.index("| Writing |") + 1] == "| Spring | 0.51 | 0.54 |"
    assert "| Noon | 1.51 | 1.54 |" in found


def test_names_that_begin_with_a_sign_stand_over_their_own_columns(tmp_path: Path) -> None:
    lines = row(700, "", "Fiscal 2023", "Fiscal 2022", "% Change", "% of sales", step=90)
    for number, name in enumerate(("Sales", "Costs", "Profit")):
        lines += row(684 - 14 * number, name, f"{number},151", f"{number},154", f"{number}5 %", f"{number}7 %", step=90)
    found = text(tmp_path, drawn(*lines)).split("\n")
    assert found[0] == "|  | Fiscal 2023 | Fiscal 2022 | % Change | % of sales |"
    assert found[2] == "| Costs | 1,151 | 1,154 | 15 % | 17 % |"


def test_names_near_one_another_stand_each_over_its_own_figures(tmp_path: Path) -> None:
    lines = [(60, 700, "Benchmark"), (250, 700, "Lighthouse-V3.1-Terminus"), (372.4, 700, "Lighthouse-V4")]
    for number, name in enumerate(("Sales", "Costs", "Profit", "Loss")):
        lines += [(60, 684 - 14 * number, name), (260, 684 - 14 * number, "85.0"), (400, 684 - 14 * number, "84.1")]
    head = text(tmp_path, drawn(*lines)).split("\n")[0]
    assert head == "| Benchmark | Lighthouse-V3.1-Terminus | Lighthouse-V4 |"


def test_the_heading_of_a_section_is_a_row_and_no_part_of_the_header(tmp_path: Path) -> None:
    lines = [*row(700, "In millions", "2022", "2023"), (60, 686, "Current assets:")]
    lines += [*row(672, "Cash", "1,151", "1,154"), *row(658, "Stock", "1,517", "1,429"), *row(644, "Other", "12", "13")]
    assert text(tmp_path, drawn(*lines)).split("\n")[:3] == [
        "| In millions | 2022 | 2023 |",
        "| Current assets: |",
        "| Cash | 1,151 | 1,154 |",
    ]


@pytest.mark.parametrize("white", [16, 26])
def test_figures_below_the_heading_of_a_section_keep_the_header(tmp_path: Path, white: int) -> None:
    lines, y = [*row(720, "Years ended in May", "2022", "2023")], 706
    for section in ("Cash paid", "Other operating flows", "Other financing flows"):
        lines += [*row(y, "Interest", "1,151", "1,154"), *row(y - 14, "Taxes", "517", "429")]
        lines.append((60, y - 14 - white, section))
        y -= 28 + white
    lines += [*row(y, "Debt costs", "51", "54"), *row(y - 14, "Sum", "1,719", "1,637")]
    found = [line for line in text(tmp_path, drawn(*lines)).split("\n") if line]
    assert found[0] == "| Years ended in May | 2022 | 2023 |"
    assert "| Other operating flows |" in found
    assert all(line.startswith("|") for line in found)


def test_sections_below_white_space_and_headings_keep_the_header(tmp_path: Path) -> None:
    lines, y = row(740, "In thousands", "2022", "2023"), 726.0
    for section in ("", "Liabilities", "Commitments", "Equity"):
        if section:
            lines.append((60, y - 10, section))
            y -= 24
        for name in ("Trade", "Taxes"):
            lines += row(y, f"{name} {section}", "$ 1,151", "$ 1,154")
            y -= 14
        y -= 8
    found = [line for line in text(tmp_path, drawn(*lines)).split("\n") if line]
    assert found[0] == "| In thousands | 2022 | 2023 |"
    assert all(line.startswith("|") for line in found)
    assert sum("2022" in line for line in found) == 1


def test_names_of_columns_above_white_space_head_the_table(tmp_path: Path) -> None:
    lines: list[Any] = [(60, 760, PROSE[:70]), (230, 732, "(dollars in millions)")]
    lines += [*row(720, "Years ended", "2022", "2023"), (60, 692, "Revenues")]
    lines += [*row(680, "Sales", "1,151", "1,154"), *row(668, "Fees", "517", "429")]
    found = [line for line in text(tmp_path, drawn(*lines)).split("\n") if line]
    assert found[1:3] == ["| (dollars in millions) Years ended | 2022 | 2023 |", "| Revenues |"]


@pytest.mark.parametrize("indent", [0, 14, 26])
def test_names_of_columns_head_the_table_below_headings_that_stand_further_left(tmp_path: Path, indent: int) -> None:
    lines = [*row(740, "(in millions)", "2022", "2023"), (60, 718, "Assets"), (60, 696, "Current assets:")]
    lines += [(60 + indent, y, name) for y, name in ((680, "Cash"), (668, "Stock"))]
    lines += [*row(680, "", "1,151", "1,154"), *row(668, "", "517", "429"), *row(646, "Total assets", "1,668", "1,583")]
    lines += [(60, 624, "Liabilities"), *row(608, "Loans", "97", "88"), *row(596, "Taxes", "5", "6")]
    found = [line for line in text(tmp_path, drawn(*lines)).split("\n") if line]
    assert found[:4] == [
        "| (in millions) | 2022 | 2023 |",
        "| Assets |",
        "| Current assets: |",
        "| Cash | 1,151 | 1,154 |",
    ]
    assert found[5:] == [
        "| Total assets | 1,668 | 1,583 |",
        "| Liabilities |",
        "| Loans | 97 | 88 |",
        "| Taxes | 5 | 6 |",
    ]


def test_names_on_two_lines_that_share_out_the_columns_head_the_table_below_a_heading(tmp_path: Path) -> None:
    lines = [(160, 740, "2021"), (240, 740, "2022"), (361, 740, "2023"), (320, 728, "Island"), (400, 728, "Total")]
    lines += [(60, 706, "Purchase price")]
    for y, name in ((690, "Cash paid"), (678, "Shares"), (666, "Options")):
        lines += [(60, y, name), (160, y, "599"), (240, y, "81"), (320, y, "176"), (400, y, "859")]
    found = [line for line in text(tmp_path, drawn(*lines)).split("\n") if line]
    assert found[0] == "|  | 2021 | 2022 | 2023 Island | 2023 Total |"
    assert found[1:3] == ["| Purchase price |", "| Cash paid | 599 | 81 | 176 | 859 |"]


def test_a_sign_of_a_currency_at_the_edge_of_the_labels_parts_its_figure_from_them(tmp_path: Path) -> None:
    lines = [(60, 700, "In millions"), (240, 700, "After-tax gain or loss")]
    for y, name, sign, figure in (
        (686, "Losses from hedges of interest", "$", "(30.8)"),
        (672, "Gains from the hedges of foreign flows", "", "18.2"),
        (658, "Losses of all hedges", "$", "(12.6)"),
    ):
        lines += [(60, y, name), (230, y, sign), (310, y, figure)]
    assert text(tmp_path, drawn(*(piece for piece in lines if piece[2]))).split("\n") == [
        "| In millions | After-tax gain or loss |",
        "| Losses from hedges of interest | $ (30.8) |",
        "| Gains from the hedges of foreign flows | 18.2 |",
        "| Losses of all hedges | $ (12.6) |",
    ]


def test_amounts_whose_signs_stand_beside_the_figure_before_are_cells(tmp_path: Path) -> None:
    lines = [(60, 700, "In millions"), (150, 700, "2022"), (200, 700, "2023"), (250, 700, "2024")]
    for y, name in ((686, "Flow hedges"), (672, "Interest")):
        lines += [
            (60, y, name),
            (130, y, "$"),
            (158, y, "39"),
            (175, y, "$"),
            (208, y, "7"),
            (220, y, "$"),
            (250, y, "(1)"),
        ]
    assert "| Flow hedges | $ 39 | $ 7 | $ (1) |" in text(tmp_path, drawn(*lines))


def test_an_amount_in_brackets_at_the_head_of_a_row_is_no_number_of_a_list(tmp_path: Path) -> None:
    lines = row(700, "Gains", "2022", "2023", "Line")
    lines += [*row(686, "Hedges", "52", "14", "Sales"), *row(672, "", "(20)", "(1)", "Tax")]
    lines += [*row(658, "", "32", "13", "Net of tax")]
    assert "|  | (20) | (1) | Tax |" in text(tmp_path, drawn(*lines))


def test_labels_of_two_kinds_in_the_middle_of_their_groups_are_those_of_each_row(tmp_path: Path) -> None:
    y = 690.0
    lines: list[tuple[float, float, str]] = [
        (60, 712, "Method"),
        (200, 712, "Size"),
        (280, 712, "Budget"),
        (360, 712, "Solved"),
    ]
    rules = "60 726 m 420 726 l S 60 705 m 420 705 l S\n"
    for name in ("Skarv search", "Terne (long)"):
        middle = y - 30
        for size in ("7B", "71B"):
            lines.append((200, y - 12, size))
            lines += [
                place
                for n in range(3)
                for place in ((280, y - 12 * n, f"{32 * 4**n}"), (360, y - 12 * n, f"{49 + n}.5%"))
            ]
            y -= 36
            rules += f"190 {y + 9} m 420 {y + 9} l S\n"
        lines.append((60, middle, name))
        rules += f"60 {y + 9} m 420 {y + 9} l S\n"
    found = text(tmp_path, drawn(*lines, more=rules)).split("\n")
    assert found[:2] == ["| Method | Size | Budget | Solved |", "| Skarv search | 7B | 32 | 49.5% |"]
    assert "| Terne (long) | 71B | 512 | 51.5% |" in found
    assert len(found) == 13


EXHIBITS = [
    ("3.1", "Articles of the harbour company,\nas amended and restated", "8-K", "2/16/2020"),
    ("10.5*", "Agreement with the keeper of\nthe lighthouse, effective from\nJanuary 1, 2017", "10-Q", "3/12/2020"),
    ("10.6", "Form of Indemnity", "14A", "12/13/1999"),
    ("10.7*", "Plan of the officers of the\nferry for the winter", "10-K", "10/16/2013"),
]


def exhibits(y: float, step: float, first: float = 60) -> list[tuple[float, float, str]]:
    found: list[tuple[float, float, str]] = []
    for number, description, form, filed in EXHIBITS:
        found += [(first, y, number), (350, y, form), (420, y, filed)]
        for line in description.split("\n"):
            found.append((110, y, line))
            y -= 12
        y -= step
    return found


@pytest.mark.parametrize("step", [0, 6, 22])
def test_entries_of_several_lines_are_rows_of_a_list_in_columns(tmp_path: Path, step: float) -> None:
    names = [(60, 712, "Exhibit"), (60, 700, "Number"), (140, 700, "Description"), (350, 700, "Form")]
    names += [(280, 712, "Filed"), (280, 700, "Herewith"), (420, 700, "Filing date")]
    found = text(tmp_path, drawn(*names, *exhibits(680, step))).split("\n")
    assert found == [
        "| Exhibit Number | Description | Filed Herewith | Form | Filing date |",
        "| 3.1 | Articles of the harbour company, as amended and restated |  | 8-K | 2/16/2020 |",
        "| 10.5* | Agreement with the keeper of the lighthouse, effective from January 1, 2017 |  | 10-Q | 3/12/2020 |",
        "| 10.6 | Form of Indemnity |  | 14A | 12/13/1999 |",
        "| 10.7* | Plan of the officers of the ferry for the winter |  | 10-K | 10/16/2013 |",
    ]


def test_officers_with_their_offices_are_rows_below_their_names(tmp_path: Path) -> None:
    lines, y = [(60, 712, "Name"), (180, 712, "Position"), (400, 712, "Age")], 696
    for name, office, age in (
        ("Ann Skarv", "Head of the ferries, who was master\nof the northern line until 2018", "64"),
        ("Jon Terne", "Keeper of the harbour", "51"),
        ("Liv Lom", "Head of the lamps, who was keeper of\nthe lighthouse at the cape from 2001", "47"),
    ):
        lines += [(60, y, name), (400, y, age)]
        for line in office.split("\n"):
            lines.append((180, y, line))
            y -= 12
        y -= 8
    found = text(tmp_path, drawn(*lines)).split("\n")
    assert found[:2] == [
        "| Name | Position | Age |",
        "| Ann Skarv | Head of the ferries, who was master of the northern line until 2018 | 64 |",
    ]
    assert len(found) == 4


def test_prose_in_three_columns_of_which_two_end_early_is_no_list(tmp_path: Path) -> None:
    lines = []
    for number, line in enumerate((*LEFT, *RIGHT)):
        y = 700 - 11 * number
        lines += [(x, y, line[:26]) for x in ((60, 200, 340) if number < 3 else (200,))]
    assert "|" not in text(tmp_path, drawn(*lines, size=9))


def test_names_on_two_lines_around_that_of_the_labels_are_one_header_down_to_the_rule(tmp_path: Path) -> None:
    places = (200, 246, 292)
    lines: list[tuple[float, float, str]] = [(60, 720, "Score (share)"), (60, 698, "Hull")]
    for x, above, below, hull in zip(
        places, ("Skarven", "Ternene", "Skarven"), ("old", "0513", "V3"), "aba", strict=True
    ):
        lines += [(x, 726, above), (x, 714, below), (x, 698, hull)]
    for n, name in enumerate(("Width", "Length", "Depth")):
        lines += [(60, 686 - 12 * n, name), *((x, 686 - 12 * n, f"{n}.3") for x in places)]
    lines.sort(key=lambda piece: (-piece[1], piece[0]))
    rules = "60 740 m 330 740 l S 60 709 m 330 709 l S 60 650 m 330 650 l S"
    assert text(tmp_path, drawn(*lines, more=rules)).split("\n")[:3] == [
        "| Score (share) | Skarven old | Ternene 0513 | Skarven V3 |",
        "| Hull | a | b | a |",
        "| Width | 0.3 | 0.3 | 0.3 |",
    ]


def test_names_like_figures_above_the_rule_are_of_the_header(tmp_path: Path) -> None:
    lines = [*row(714, "Score", "Skarv", "Terne", "Lom"), *row(702, "", "67B", "72B", "70B")]
    lines += [*row(684, "Winter", "1.5", "2.5", "3.5"), *row(672, "Summer", "4.5", "5.5", "6.5")]
    rules = "60 728 m 430 728 l S 60 697 m 430 697 l S 60 664 m 430 664 l S"
    found = text(tmp_path, drawn(*lines, more=rules)).split("\n")
    assert found[:2] == ["| Score | Skarv 67B | Terne 72B | Lom 70B |", "| Winter | 1.5 | 2.5 | 3.5 |"]


def test_years_below_a_rule_under_a_title_are_of_the_header(tmp_path: Path) -> None:
    lines = [(170, 714, "Years ended in May"), *row(696, "In millions", "2022", "2023")]
    lines += [*row(678, "Sales", "15", "25"), *row(666, "Fees", "45", "55")]
    rules = "60 708 m 320 708 l S 60 690 m 320 690 l S"
    assert "| In millions | Years ended in May 2022 | Years ended in May 2023 |" in text(
        tmp_path, drawn(*lines, more=rules)
    )


def test_a_mark_of_a_note_between_two_columns_belongs_to_the_left_one(tmp_path: Path) -> None:
    lines = [(60, 700, "At May 31"), (180, 700, "Rate"), (270, 700, "2022"), (340, 700, "2023")]
    for n in range(10):
        rate, mark = ("Floating", "(1)") if n == 1 else ("0.75 - 5.8", "")
        y = 686 - 14 * n
        lines += [(60, y, f"Loan {n}"), (180, y, rate), (265, y, f"4,08{n}"), (335, y, f"2,91{n}")]
        lines += [(248, y, mark)] if mark else []
    lines.sort(key=lambda piece: (-piece[1], piece[0]))
    assert "| Loan 1 | Floating (1) | 4,081 | 2,911 |" in text(tmp_path, drawn(*lines))


def test_a_column_with_a_name_and_few_figures_is_one(tmp_path: Path) -> None:
    lines = [(60, 700, "Per share"), (200, 700, "2022"), (245, 700, "2023"), (285, 700, "Change"), (340, 700, "2021")]
    for n in range(14):
        y = 686 - 12 * n
        lines += [(60, y, f"Item {n}"), (200, y, "0.09"), (245, y, "0.12"), (340, y, "0.07")]
    lines.insert(8, (300, 686, "23 %"))
    lines.sort(key=lambda piece: (-piece[1], piece[0]))
    found = text(tmp_path, drawn(*lines)).split("\n")
    assert found[0] == "| Per share | 2022 | 2023 | Change | 2021 |"
    assert found[1:3] == ["| Item 0 | 0.09 | 0.12 | 23 % | 0.07 |", "| Item 1 | 0.09 | 0.12 |  | 0.07 |"]


def test_a_heading_in_the_middle_of_a_table_keeps_the_header(tmp_path: Path) -> None:
    lines = [*row(740, "", "2022", "2023", step=160), (212, 722, "ASSETS")]
    lines += [*row(704, "Cash", "1,151", "1,154", step=160), *row(692, "Stock", "517", "429", step=160)]
    lines += [(172, 662, "LIABILITIES AND EQUITY"), (60, 650, "Current liabilities:")]
    lines += [*row(638, "Loans", "97", "88", step=160), *row(626, "Taxes", "5", "6", step=160)]
    found = [line for line in text(tmp_path, drawn(*lines)).split("\n") if line]
    assert found[0] == "|  | 2022 | 2023 |"
    assert found[4:] == [
        "| LIABILITIES AND EQUITY |",
        "| Current liabilities: |",
        "| Loans | 97 | 88 |",
        "| Taxes | 5 | 6 |",
    ]


@pytest.mark.parametrize("place", ["last line", "middle"])
def test_entries_whose_number_stands_at_the_last_line_or_in_the_middle_have_all_their_lines(
    tmp_path: Path, place: str
) -> None:
    lines, y = [], 690.0
    for number, description, form, filed in EXHIBITS:
        own = description.split("\n")
        at = y - 12 * (len(own) - 1) if place == "last line" else y - 6 * (len(own) - 1)
        lines += [(60, at, number), (350, at, form), (420, at, filed)]
        lines += [(110, y - 12 * n, line) for n, line in enumerate(own)]
        y -= 12 * len(own) + 10
    lines.sort(key=lambda piece: (-piece[1], piece[0]))
    found = text(tmp_path, drawn(*lines)).split("\n")
    assert found[1:3] == [
        "| 10.5* | Agreement with the keeper of the lighthouse, effective from January 1, 2017 | 10-Q | 3/12/2020 |",
        "| 10.6 | Form of Indemnity | 14A | 12/13/1999 |",
    ]
    assert found[0] == "| 3.1 | Articles of the harbour company, as amended and restated | 8-K | 2/16/2020 |"


def test_an_entry_below_the_rule_of_the_names_is_no_name(tmp_path: Path) -> None:
    names = [(60, 712, "Exhibit"), (280, 712, "Filed"), (60, 700, "Number"), (140, 700, "Description")]
    names += [(280, 700, "Herewith"), (350, 700, "Form"), (420, 700, "Filing date")]
    single = [(60, 686, "3.0"), (110, 686, "Seal of the company"), (350, 686, "8-K"), (420, 686, "2/1/2020")]
    rule = "60 697 m 480 697 l S"
    found = text(tmp_path, drawn(*names, *single, *exhibits(674, 0), more=rule)).split("\n")
    assert found[1] == "| 3.0 | Seal of the company |  | 8-K | 2/1/2020 |"


def test_rows_of_one_cell_each_are_no_table() -> None:
    words = [Word(f"Harbour{n}", 60, 120, 700 + 12 * n, 10, n) for n in range(4)]
    assert table_lines(rows_of(words)) == []


def test_another_table_with_names_of_its_own_below_white_space_stays_apart(tmp_path: Path) -> None:
    lines = [*row(720, "Ship", "2022", "2023"), *row(706, "Skarv", "1,151", "1,154"), *row(692, "Terne", "517", "429")]
    lines += [*row(664, "Berth", "Length", "Depth"), *row(650, "North", "1,151", "1,154"), *row(636, "South", "9", "6")]
    assert "\n\n| Berth | Length | Depth |\n| North" in text(tmp_path, drawn(*lines))


def test_names_that_end_with_a_day_and_a_year_are_whole(tmp_path: Path) -> None:
    lines = [(160, 712, "Year Ended May"), (282, 712, "% of"), (380, 712, "Year Ended May")]
    lines += [(174, 702, "31, 2022"), (282, 702, "sales"), (394, 702, "31, 2021"), (60, 686, "Costs")]
    lines += [(180, 686, "$ 998"), (285, 686, "15%"), (400, 686, "$ 1,101"), (60, 672, "Fees")]
    lines += [(190, 672, "98"), (285, 672, "5%"), (410, 672, "101")]
    head = text(tmp_path, drawn(*lines)).split("\n")[0]
    assert head == "|  | Year Ended May 31, 2022 | % of sales | Year Ended May 31, 2021 |"


def test_a_name_in_the_middle_of_years_stands_over_all_of_them_and_no_others(tmp_path: Path) -> None:
    lines = [(226, 714, "Year ended"), *row(700, "", "2020", "2021", "2022", "Later", step=90)]
    for number, name in enumerate(("Debt", "Leases", "Rent")):
        lines += row(684 - 14 * number, name, *(f"{number}.{n}" for n in range(4)), step=90)
    head = text(tmp_path, drawn(*lines)).split("\n")[0]
    assert head == "|  | Year ended 2020 | Year ended 2021 | Year ended 2022 | Later |"


def test_names_that_share_out_all_columns_stand_over_their_own_halves(tmp_path: Path) -> None:
    names = ("Total", "Reported", "Currency") * 2
    lines = [(196, 728, "Fourth Quarter"), (418, 728, "Twelve Months")]
    lines += [(150 + 74 * number, 714, name) for number, name in enumerate(names)]
    for number, label in enumerate(("Harbour", "Ferry", "Island")):
        lines += [(60, 698 - 14 * number, label)]
        lines += [(170 + 74 * n, 698 - 14 * number, f"{number}.{n}") for n in range(6)]
    head = text(tmp_path, drawn(*lines)).split("\n")[0]
    assert head.count("Fourth Quarter") == head.count("Twelve Months") == 3


def test_a_first_line_of_one_name_is_said_of_no_other(tmp_path: Path) -> None:
    lines = [(246, 710, "Rigid"), *row(700, "In millions", "Flexible", "Packaging", "Total", step=90)]
    for number, name in enumerate(("Sales", "Costs", "Profit")):
        lines += row(684 - 14 * number, name, f"{number},151", f"{number},154", f"{number},309", step=90)
    assert text(tmp_path, drawn(*lines)).count("Rigid") == 1


def test_the_rule_below_a_whole_header_makes_no_name_stand_over_all(tmp_path: Path) -> None:
    lines = [(323, 705, "Adjusted"), *row(700, "In millions", "2022", "2023", step=120), (318, 695, "Operational")]
    for number, name in enumerate(("Sales", "Costs", "Profit")):
        lines += row(679 - 14 * number, name, f"{number},151", f"{number},154", step=120)
        lines.append((330, 679 - 14 * number, f"{number}.7"))
    lines = [(x if x != 300 else 240, y, shown) for x, y, shown in lines]
    assert text(tmp_path, drawn(*lines, more="58 692 m 380 692 l S")).count("Operational") == 1


def test_amounts_in_brackets_are_no_formula_and_units_are_figures(tmp_path: Path) -> None:
    lines = [(200, 714, "12 Weeks Ended"), (210, 704, "3/25/2023")]
    for number, amount in enumerate(("\\(14.9\\)", "\\(5.4\\)", "\\(0.6\\)")):
        lines += [(60, 686 - 14 * number, f"Margin {number}"), (225, 686 - 14 * number, f"{amount} pts")]
    assert text(tmp_path, drawn(*lines)).split("\n")[:2] == [
        "|  | 12 Weeks Ended 3/25/2023 |",
        "| Margin 0 | (14.9) pts |",
    ]
    bracketed = [piece for n in range(4) for piece in row(700 - 14 * n, "U.S.", *["\\(5.4\\)"] * 4, step=90)]
    assert "| U.S. | (5.4) | (5.4) | (5.4) | (5.4) |" in text(tmp_path, drawn(*bracketed))


def test_a_label_in_the_middle_of_rows_between_rules_is_that_of_each(tmp_path: Path) -> None:
    lines, y, rules = row(730, "Method", "Size", "Budget", "Score"), 712.0, ["60 726 m 440 726 l"]
    for name, count in (("Skarv", 3), ("Terne", 4), ("Lom", 3)):
        middle = y - 6 * (count - 1)
        lines += [(60, middle, name), (170, middle, "7B")]
        for number in range(count):
            lines += [(280, y - 12 * number, f"{2**number}"), (390, y - 12 * number, f"5{number}.5%")]
        y -= 12 * count + 6
        rules.append(f"60 {y + 14} m 440 {y + 14} l")
    found = text(tmp_path, drawn(*lines, more=" ".join(rules) + " S")).split("\n")
    assert found[0] == "| Method | Size | Budget | Score |"
    assert found[1:4] == [f"| Skarv | 7B | {2**number} | 5{number}.5% |" for number in range(3)]
    assert found[4:8] == [f"| Terne | 7B | {2**number} | 5{number}.5% |" for number in range(4)]


def test_amounts_near_one_another_behind_rows_of_dots_are_cells(tmp_path: Path) -> None:
    lines = row(714, "", "2022", "2021", step=200)
    for number, name in enumerate(("Interest", "Gains", "Losses")):
        y = 700 - 14 * number
        lines += [(60, y, f"{name} {'.' * 40}"), (245, y, "$"), (255, y, f"\\({number}4,184\\)")]
        lines += [(302, y, "$"), (314, y, "-" if number else f"{number}9,732")]
    assert "| Gains | $ (14,184) | $ - |" in text(tmp_path, drawn(*lines))


def test_names_of_columns_said_again_begin_a_table_of_its_own(tmp_path: Path) -> None:
    lines, y, years = [], 740.0, range(2007, 2012)
    for scenario in ("Improved operation scenario", "Best practice of all scenarios"):
        lines += [(294 - 2.2 * len(scenario), y, scenario), (126, y - 13, "Servers in")]
        lines += [(254 + 47 * number, y - 13, str(year)) for number, year in enumerate(years)]
        for line, name in enumerate(("Closets and the like", "Enterprise-class halls", "Rooms")):
            lines.append((126, y - 26 - 13 * line, name))
            lines += [(254 + 47 * number, y - 26 - 13 * line, f"{line},{number}5") for number in range(5)]
        y -= 65
    found = [line for line in text(tmp_path, drawn(*lines)).split("\n") if line]
    assert found[0] == "| Servers in | " + " | ".join(f"Improved operation scenario {year}" for year in years) + " |"
    assert found[4] == found[0].replace("Improved operation scenario", "Best practice of all scenarios")


def test_another_table_below_a_caption_has_its_own_columns(tmp_path: Path) -> None:
    lines = [*row(720, "Ship", "2022", "2023"), *row(706, "Skarv", "1,151", "1,154"), *row(692, "Terne", "517", "429")]
    lines += [
        (60, 666, "Berths"),
        *row(650, "North", "", "12", "7.5", step=70),
        *row(636, "South", "", "9", "6.5", step=70),
    ]
    found = text(tmp_path, drawn(*lines))
    assert "| Berths |" not in found
    assert found.count("2022") == 1


def test_a_label_on_two_lines_is_one_label(tmp_path: Path) -> None:
    lines = [*row(700, "", "2022", "2023", step=200), (60, 686, "Issuance of shares in connection")]
    lines += [*row(674, "with the plan", "1,151", "1,154", step=200), *row(658, "Dividends", "51", "54", step=200)]
    lines += [*row(642, "Total", "5", "4", step=200)]
    found = text(tmp_path, drawn(*lines))
    assert "| Issuance of shares in connection with the plan | 1,151 | 1,154 |" in found


def test_what_stands_over_all_columns_of_a_wide_table_is_said_once(tmp_path: Path) -> None:
    title = "(amounts in thousands of crowns, except for the shares)"
    lines = [(200, 714, title), *row(700, "", *(f"May {n}" for n in range(2016, 2022)), step=70)]
    for number, name in enumerate(("Sales", "Costs", "Profit")):
        lines += row(684 - 14 * number, name, *(f"{n},{number}51" for n in range(1, 7)), step=70)
    head = text(tmp_path, drawn(*lines)).split("\n")[0]
    assert head == f"| {title} | " + " | ".join(f"May {n}" for n in range(2016, 2022)) + " |"


def test_cells_of_a_table_with_long_names_say_their_own(tmp_path: Path) -> None:
    kinds = [(kind, year) for year in (2022, 2023) for kind in ("first", "other", "third")]
    names = [
        ("Outstanding balance", f"of the {kind} facility", "at the end of the", f"calendar year {year}")
        for kind, year in kinds
    ]
    pieces = [(130 + 75 * n, 760 - 8 * line, words[line]) for line in range(4) for n, words in enumerate(names)]
    for line, label in enumerate(("Norden", "Skarv", "Terne")):
        pieces.append((60, 722 - 10 * line, label))
        pieces += [(130 + 75 * number, 722 - 10 * line, f"{line}{number}.5") for number in range(6)]
    found = [line for line in text(tmp_path, drawn(*pieces, size=6)).split("\n") if line]
    name = "Outstanding balance of the {} facility at the end of the calendar year {}"
    assert found[1].startswith(f"| Skarv | {name.format('first', 2022)}: 10.5 | {name.format('other', 2022)}: 11.5 |")
    assert found[1].endswith(f"| {name.format('third', 2023)}: 15.5 |")


@pytest.mark.parametrize(
    ("above", "below", "whole"),
    [
        pytest.param("Claude-3.5-", "Sonnet-1022", "Claude-3.5-Sonnet-1022", id="a name behind its hyphen"),
        pytest.param("Lot QCBS/", "S-10", "Lot QCBS/S-10", id="a number behind its stroke"),
        pytest.param("Form 10-", "K405", "Form 10-K405", id="a form of letters and figures"),
        pytest.param("Total -", "Harbour", "Total - Harbour", id="a dash between words"),
        pytest.param("Fee for", "Members", "Fee for Members", id="two words"),
    ],
)
def test_a_name_of_a_column_on_two_lines_is_whole(tmp_path: Path, above: str, below: str, whole: str) -> None:
    pieces = [*row(700, "", above, "Other"), *row(688, "Boat", below, "price")]
    pieces += [*row(664, "Tern", "12.5", "14.0"), *row(650, "Skua", "13.5", "15.0"), *row(636, "Gull", "11.0", "12.0")]
    found = text(tmp_path, drawn(*pieces))
    assert f"| {whole} | Other price |" in found


def test_a_merged_cell_is_repeated_downwards(tmp_path: Path) -> None:
    lines = [*row(706, "Ship", "Part", "Due"), *row(676, "Skarv", "Rudder", "May"), *row(656, "", "Anchor", "June")]
    whole = "50 720 m 380 720 l 50 696 m 380 696 l 50 646 m 380 646 l 160 666 m 380 666 l"
    upright = " ".join(f"{x} 720 m {x} 646 l" for x in (50, 160, 270, 380))
    assert text(tmp_path, drawn(*lines, more=f"{whole} {upright} S")).split("\n") == [
        "| Ship | Part | Due |",
        "| Skarv | Rudder | May |",
        "| Skarv | Anchor | June |",
    ]


def test_a_ruled_header_of_two_rows_is_one(tmp_path: Path) -> None:
    lines = [*row(706, "System", "Energy"), *row(686, "", "GGA", "LDA"), *row(666, "Dimer", "1.15", "1.32")]
    level = "50 720 m 380 720 l 50 676 m 380 676 l 50 656 m 380 656 l 160 700 m 380 700 l"
    upright = "50 720 m 50 656 l 160 720 m 160 656 l 270 700 m 270 656 l 380 720 m 380 656 l"
    assert text(tmp_path, drawn(*lines, more=f"{level} {upright} S")).split("\n") == [
        "| System | Energy GGA | Energy LDA |",
        "| Dimer | 1.15 | 1.32 |",
    ]


def test_a_ruled_header_of_two_rows_below_a_title_is_one(tmp_path: Path) -> None:
    lines = [(60, 726, "Energies of pairs"), *row(706, "System", "Energy"), *row(686, "", "GGA", "LDA")]
    lines += row(666, "Dimer", "1.15", "1.32")
    level = "50 740 m 380 740 l 50 720 m 380 720 l 50 676 m 380 676 l 50 656 m 380 656 l 160 700 m 380 700 l"
    upright = "50 740 m 50 656 l 160 720 m 160 656 l 270 700 m 270 656 l 380 740 m 380 656 l"
    assert text(tmp_path, drawn(*lines, more=f"{level} {upright} S")).split("\n")[1:] == [
        "| System | Energy GGA | Energy LDA |",
        "| Dimer | 1.15 | 1.32 |",
    ]


def test_a_row_of_names_under_a_merged_cell_is_no_header_where_the_first_column_is_named(tmp_path: Path) -> None:
    lines = [*row(706, "Name", "Contact"), *row(686, "Norden", "Dock Road", "Pier"), *row(666, "Skarv", "Quay", "Mole")]
    level = "50 720 m 380 720 l 50 676 m 380 676 l 50 656 m 380 656 l 50 700 m 380 700 l"
    upright = "50 720 m 50 656 l 160 720 m 160 656 l 270 700 m 270 656 l 380 720 m 380 656 l"
    assert "| Norden | Dock Road | Pier |" in text(tmp_path, drawn(*lines, more=f"{level} {upright} S"))


def test_a_hanging_list_is_no_table(tmp_path: Path) -> None:
    lines: list[tuple[float, float, str]] = []
    for number, line in enumerate(LEFT, 1):
        lines += [(60, 720 - 14 * number, f"[{number}]"), (90, 720 - 14 * number, line)]
    found = text(tmp_path, drawn(*lines))
    assert "|" not in found
    assert found.startswith("[1] The lighthouse")


def test_ticks_and_legends_of_a_chart_are_no_table() -> None:
    places = [(60, 0), (200, 0), (200, 1), (330, 1), (420, 2), (420, 3), (330, 4), (420, 4), (200, 5), (420, 6)]
    places += [(60, 7), (420, 7), (330, 8), (420, 9), (200, 9)]
    words = [Word("90" if x in (60, 420) else "Skarv", x, x + 28, 90 + 14 * line, 10, line) for x, line in places]
    assert table_lines(rows_of(words)) == []
    labelled = [Word("Norden", 0, 35, 90 + 14 * line, 10, line) for line in range(10)]
    assert len(table_lines(rows_of([*words, *labelled]))) > 5


def test_the_names_in_a_drawing_are_no_table() -> None:
    places = [
        ("Output", 200, 0),
        ("Block", 330, 0),
        ("Norm", 200, 2),
        ("Join", 330, 2),
        ("Norm", 330, 4),
        ("Mix", 420, 4),
    ]
    places += [
        ("Input", 60, 6),
        ("Layer", 200, 6),
        ("Gate", 330, 8),
        ("Sum", 420, 8),
        ("Data", 60, 10),
        ("Key", 200, 10),
    ]
    words = [Word(name, x, x + 28, 90 + 14 * line, 10, line) for name, x, line in places]
    assert table_lines(rows_of(words)) == []


def test_a_formula_with_greek_letters_and_brackets_is_no_table(tmp_path: Path) -> None:
    lines = [(60, 700, "="), (120, 700, r"\("), (200, 700, r"\)"), (260, 700, r"\)")]
    lines += [(60, 686, "L"), (120, 686, "min A"), (200, 686, ", 1 +"), (260, 686, "=")]
    lines += [(60, 672, "T"), (120, 672, r"\("), (200, 672, "q"), (260, 672, r"\(3\)")]
    assert "|" not in text(tmp_path, drawn(*lines))


def test_a_formula_on_several_lines_is_no_table(tmp_path: Path) -> None:
    lines = [
        (60, 700, "n"),
        (120, 700, "m"),
        (60, 688, "S ="),
        (120, 688, "T = x"),
        (60, 676, "i=1"),
        (120, 676, "k=1"),
    ]
    assert "|" not in text(tmp_path, drawn(*lines))


def test_raised_figures_are_set_off_and_endings_are_not(tmp_path: Path) -> None:
    content = pdf_of_content(
        "BT /F1 10 Tf 60 700 Td (3.2 x 10) Tj 5 Ts /F1 7 Tf (5) Tj 0 Ts /F1 10 Tf ( Pa on the 21) Tj"
        " 4 Ts /F1 7 Tf (st) Tj 0 Ts /F1 10 Tf ( of May) Tj ET"
    )
    assert text(tmp_path, content) == "3.2 x 10^5 Pa on the 21st of May"


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        pytest.param("(about 10) Tj 5 Ts /F1 7 Tf (10) Tj", "about 10^10", id="two digits are one mark"),
        pytest.param("(about 10 ) Tj 5 Ts /F1 7 Tf (10) Tj", "about 10 ^10", id="after a space"),
        pytest.param("5 Ts /F1 7 Tf (2) Tj 0 Ts /F1 10 Tf (The flight) Tj", "^2 The flight", id="before a word"),
        pytest.param("2.5 Ts /F1 7 Tf (14) Tj 0 Ts /F1 10 Tf (C ages) Tj", "^14C ages", id="little raised"),
        pytest.param(
            "([139) Tj 4 Ts /F1 7 Tf (o) Tj 0 Ts /F1 10 Tf (]) Tj 4 Ts /F1 7 Tf (b) Tj", "[139^o]^b", id="two marks"
        ),
        pytest.param("(Dai) Tj 4 Ts /F1 7 Tf (*1,2) Tj", "Dai*^1,2", id="after a sign"),
        pytest.param("(2 The flight) Tj", "2 The flight", id="a plain number"),
    ],
)
def test_a_raised_run_is_one_mark_wherever_it_stands(tmp_path: Path, shown: str, expected: str) -> None:
    assert text(tmp_path, pdf_of_content(f"BT /F1 10 Tf 60 700 Td {shown} ET")) == expected


def test_struck_text_is_left_out_and_said(tmp_path: Path) -> None:
    content = drawn(
        (60, 700, "The deposit is"), (130, 700, "300"), (150, 700, "450 crowns"), more="129 703 m 148 703 l S"
    )
    document = read(tmp_path, content)
    assert " ".join(document.pages[0].text.split()) == "The deposit is 450 crowns"
    assert document.notes == ("Page 1: struck-out text is left out.",)


def test_a_word_struck_in_part_keeps_its_other_letters(tmp_path: Path) -> None:
    """In Helvetica at 10 points "The loan Amount." takes 78.9, "The lower" 43.9, "S" 6.7 and "s" 5."""
    strikes = "139 703 m 183 703 l S 66.7 683 m 71.7 683 l S 60 663 m 99 663 l S 60 643 m 99 643 l S"
    lines = ((60, 700, "The loan Amount.The lower sum"), (60, 680, "Sstatutory"), (60, 660, "borrower"))
    document = read(tmp_path, drawn(*lines, (60, 640, "borrower"), more=strikes))
    assert document.pages[0].text.split() == ["The", "loan", "Amount.", "sum", "Statutory"]
    assert document.notes == ("Page 1: struck-out text is left out.",)


def test_a_broad_stroke_of_a_highlighter_strikes_nothing(tmp_path: Path) -> None:
    content = drawn((130, 700, "300 crowns"), more="1 1 0 RG 9 w 129 703 m 182 703 l S")
    assert text(tmp_path, content) == "300 crowns"
    assert read(tmp_path, content).notes == ()


def test_rules_that_follow_one_another_strike_signs_and_words_between_them(tmp_path: Path) -> None:
    more = "60 703 m 90 703 l S 90 703 m 145 703 l S 60 683 m 100 683 l S 60 663 m 100 663 l S"
    lines = ((60, 700, "the item # 8 of note"), (60, 680, "borrower"), (60, 660, "borrower"), (60, 640, "Lender"))
    assert text(tmp_path, drawn(*lines, more=more)) == "Lender"


def test_text_outside_the_crop_box_is_left_out_and_said(tmp_path: Path) -> None:
    content = drawn((60, 700, "What is seen."), (640, 700, "A slug of the printer that nobody sees"))
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.pages[0].mediabox.right = 1000
    writer.pages[0].cropbox.right = 612
    document = read(tmp_path, written(writer))
    assert document.pages[0].text == "What is seen."
    assert document.notes == ("Page 1 has hidden text (off the page).",)


def test_an_underline_strikes_nothing(tmp_path: Path) -> None:
    content = drawn((60, 700, "The deposit is"), (130, 700, "300"), more="129 698.5 m 148 698.5 l S")
    assert text(tmp_path, content) == "The deposit is 300"


def test_drawn_check_boxes_are_ticked_or_empty(tmp_path: Path) -> None:
    boxes = "60 699 8 8 re S 62 701 m 66 705 l 62 705 m 66 701 l S 60 679 8 8 re S"
    found = text(tmp_path, drawn((74, 700, "insured"), (74, 680, "on trailer"), more=boxes))
    assert found.split("\n") == ["[x] insured", "[ ] on trailer"]


def test_line_numbers_of_a_transcript_are_dropped(tmp_path: Path) -> None:
    lines = [
        piece
        for n, line in enumerate(LEFT + RIGHT, 1)
        for piece in ((50, 700 - 24 * n, str(n)), (90, 700 - 24 * n, line))
    ]
    found = text(tmp_path, drawn(*lines))
    assert found.split("\n")[0] == LEFT[0]
    assert not any(character.isdigit() for character in found)


def test_a_drop_capital_begins_its_word(tmp_path: Path) -> None:
    first = "BT /F1 34 Tf 60 676 Td (T) Tj ET\n"
    lines = [
        (82, 700, "his release of the bureau says"),
        (82, 688, "what was published before, and"),
        (60, 664, "more."),
    ]
    assert text(tmp_path, drawn(*lines, more=first)).startswith("This release of the bureau says")


def test_text_on_its_side_is_read_as_lines(tmp_path: Path) -> None:
    content = pdf_of_content(
        "BT /F1 10 Tf 0 1 -1 0 100 100 Tm (The table lies on its side) Tj ET\n"
        "BT /F1 10 Tf 0 1 -1 0 114 100 Tm (and has a second line) Tj ET"
    )
    assert text(tmp_path, content) == "The table lies on its side\nand has a second line"


def test_form_values_stand_beside_their_labels(tmp_path: Path) -> None:
    assert "Registration number: SK-40917" in " ".join(text(tmp_path, form()).split())


def form() -> bytes:
    document = FPDF()
    document.add_page()
    document.set_font("Helvetica", size=11)
    document.text(20, 40, "Registration number:")
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(bytes(document.output()))))
    note = FreeText(text="SK-40917", rect=(170, 722, 280, 740), font_size="11pt", border_color=None)
    writer.add_annotation(0, note)
    return written(writer)


def written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_notes_are_part_of_their_page(tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf([PROSE]))))
    writer.add_annotation(0, Text(text="The ceiling is 48,300 crowns.", rect=(50, 550, 70, 570)))
    assert text(tmp_path, written(writer)).endswith("Note: The ceiling is 48,300 crowns.")


def test_printed_page_numbers_are_kept_beside_the_pages(tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf([PROSE] * 4))))
    writer.set_page_label(0, 1, PageLabelStyle.LOWERCASE_ROMAN)
    writer.set_page_label(2, 3, PageLabelStyle.DECIMAL)
    assert [page.label for page in read(tmp_path, written(writer)).pages] == ["i", "ii", "1", "2"]


def test_pages_without_labels_of_their_own_have_none(tmp_path: Path) -> None:
    assert [page.label for page in read(tmp_path, pdf([PROSE] * 2)).pages] == [None, None]


def test_attached_files_are_parts_of_the_document(tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf([PROSE]))))
    writer.add_attachment("annex.pdf", pdf(["The annex names the pilot.", "Its second page."]))
    writer.add_attachment("list.txt", b"Buoy 44 is red.")
    writer.add_attachment("photo.bin", b"\0\1")
    document = read(tmp_path, written(writer))
    assert [(page.number, page.label) for page in document.pages[1:]] == [
        (2, "sample.pdf › annex.pdf, p. 1"),
        (3, "sample.pdf › annex.pdf, p. 2"),
        (4, "sample.pdf › list.txt"),
    ]
    assert document.pages[1].text == "The annex names the pilot."
    assert document.notes == ("1 files in it are of kinds that are not read: .bin",)


def test_a_file_within_an_attached_file_is_named_by_its_way(tmp_path: Path) -> None:
    content = pdf(["The innermost page."])
    for name in ("inner.pdf", "annex.pdf"):
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf([PROSE]))))
        writer.add_attachment(name, content)
        content = written(writer)
    labels = [page.label for page in read(tmp_path, content).pages]
    assert labels == [None, "sample.pdf › annex.pdf, p. 1", "sample.pdf › annex.pdf › inner.pdf"]


def test_a_scan_attached_to_a_pdf_is_read_by_ocr(tmp_path: Path, recogniser: Recogniser) -> None:
    scan = FPDF(format=(210, 121))
    scan.add_page()
    with pypdfium2.PdfDocument(pdf_with_heading("The annex names the pilot.", PROSE)) as drawn_text:
        drawn = drawn_text[0].render(scale=2, crop=(0, 500, 0, 0)).to_pil().convert("RGB")  # the text, and no margin
        scan.image(drawn, x=0, y=0, w=210)
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf([PROSE]))))
    writer.add_attachment("scan.pdf", bytes(scan.output()))
    last = recogniser.read(saved(tmp_path / "sample.pdf", written(writer))).pages[-1]
    assert (last.number, last.label, last.status) == (2, "sample.pdf › scan.pdf", "ocr")
    assert last.text.startswith("The annex names the pilot.")


def test_a_portfolio_within_itself_comes_to_an_end(tmp_path: Path) -> None:
    content = pdf([PROSE])
    for _ in range(6):
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
        writer.add_attachment("inner.pdf", content)
        content = written(writer)
    assert 1 < len(read(tmp_path, content).pages) < 100


def test_a_page_that_is_a_picture_with_a_stamp_is_read_by_ocr_too(tmp_path: Path) -> None:
    from PIL import Image

    document = FPDF()
    document.set_font("Helvetica", size=11)
    for share in (190, 40):
        document.add_page()
        document.image(Image.new("RGB", (60, 80), (200, 10, 30)), x=10, y=10, w=share)
        document.text(20, 290, "Received 4 May")
    assert read(tmp_path, bytes(document.output())).pictures == (1,)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("0 0 m " + " ".join(f"{n % 600} {n % 800} l" for n in range(30_000)) + " S", id="segments"),
        pytest.param(" ".join(f"{n % 600} {n % 800} 9 9 re S" for n in range(25_000)), id="objects"),
        pytest.param(
            " ".join(f"{x} 0 m {x} 800 l 0 {x} m 600 {x} l" for x in range(0, 600, 2)) + " S", id="a fine grid"
        ),
    ],
)
def test_a_page_full_of_lines_keeps_its_text(tmp_path: Path, content: str) -> None:
    assert "all its words" in text(tmp_path, drawn((60, 700, "all its words"), more=content))


CHART_TEXT = [
    "Sales grew in every year since the harbour was deepened",
    "and the ferry sails twice a day, as the figure above shows;",
    "the council expects the same of the year that has begun.",
]


def chart(*, with_line: bool) -> tuple[list[tuple[float, float, str]], str]:
    """A bar or line chart with ticks and names of its axes; its grid would make a ruled table."""
    heights = (40, 65, 90, 120)
    places = [120 + 60 * number for number in range(4)]
    labels = [(95.0, 597.0 + 30 * number, f"{number}0") for number in range(5)]
    labels += [(float(x), 588.0, str(2019 + number)) for number, x in enumerate(places)]
    labels += [(190.0, 575.0, "Sales in millions"), (130.0, 718.0, "Ferry"), (250.0, 718.0, "Harbour")]
    more = "0.6 G " + " ".join(f"110 {600 + 30 * number} m 360 {600 + 30 * number} l S" for number in range(5))
    more += " " + " ".join(f"{x} 600 m {x} 730 l S" for x in (110, *places, 360)) + " 0 0 1 rg 0 0 1 RG "
    if with_line:
        points = [(x, 600 + height) for x, height in zip(places, heights, strict=True)]
        return labels, more + " ".join(f"{x} {y} {'l' if n else 'm'}" for n, (x, y) in enumerate(points)) + " S"
    return labels, more + " ".join(f"{x} 600 20 {y} re f" for x, y in zip(places, heights, strict=True))


@pytest.mark.parametrize("with_line", [pytest.param(True, id="lines"), pytest.param(False, id="bars")])
def test_the_labels_of_a_chart_are_apart_from_its_caption_and_from_the_text(tmp_path: Path, with_line: bool) -> None:
    labels, more = chart(with_line=with_line)
    texts = [(60.0, 520.0 - 12 * number, line) for number, line in enumerate(CHART_TEXT)]
    caption = (60.0, 550.0, "Figure 3: Sales of the ferry and of the harbour")
    pieces = "\n".join(f"BT /F1 7 Tf {x} {y} Td ({label}) Tj ET" for x, y, label in labels)
    found = text(tmp_path, drawn(caption, *texts, more=f"{pieces} {more}"))
    figure, *rest = found.split("\n\n")
    assert (figure[0], figure[-1], "\n" in figure) == ("[", "]", False)
    assert all(label in figure for _, _, label in labels)
    assert "\n".join(rest).split("\n") == [caption[2], *CHART_TEXT]


def test_coloured_cells_of_a_table_are_no_bars(tmp_path: Path) -> None:
    lines = [row(700 - 20 * n, name, *figures) for n, (name, *figures) in enumerate(FERRIES)]
    grounds = "".join(
        f"0.8 0.9 1 rg {x} {694 - 20 * n} {width} {18 if n else 20} re f "
        for n in range(len(FERRIES))
        for x, width in ((56, 104), (166, 90), (276, 70), (350, 40), (395, 60))
    )
    body = "\n".join(f"BT /F1 10 Tf {x} {y} Td ({cell}) Tj ET" for line in lines for x, y, cell in line)
    found = text(tmp_path, pdf_of_content(f"{grounds} 0 g\n{body}"))
    assert "| North | 120 | 340 |" in found
    assert "[" not in found


FERRIES = [("Ferry", "Cars", "People"), ("North", "120", "340"), ("South", "90", "210"), ("East", "75", "180")]
FERRIES += [("West", "60", "150"), ("Isles", "33", "90")]


def test_a_listing_in_typewriter_type_has_no_columns_and_no_spaces_before_signs(tmp_path: Path) -> None:
    lines = ["You should rate the answer, and so you", "solve the whole problem; for the text is"]
    lines += ["given in every part of the instruction", "below until there is no further advice."]
    content = "".join(
        f"BT /F1 8 Tf {60 + 6 * place + 0.6 * (sign in '.,;'):.1f} {700 - 12 * row} Td <{ord(sign):02x}> Tj ET\n"
        for row, line in enumerate(lines)
        for place, sign in enumerate(line)
        if sign != " "
    )
    courier = pdf_of_content(content).replace(b"/Helvetica", b"/Courier  ")
    assert text(tmp_path, courier).split("\n") == lines


def test_a_fraction_and_the_limits_of_a_sum_stand_on_the_line_of_their_formula() -> None:
    words = [Word("s", 100, 105, 300, 10, 0), Word("=", 110, 116, 300, 10, 1), Word("a", 125, 130, 293, 10, 2)]
    words += [Word("n", 120, 125, 307, 10, 3), Word("T", 127, 133, 307, 10, 4)]
    words += [Word("∑", 140, 150, 290, 10, 5), Word("N", 142, 147, 287, 7, 6), Word("i=1", 140, 151, 312, 7, 7)]
    words += [Word("f", 153, 157, 300, 10, 8), Word("(3)", 300, 312, 300, 10, 9)]
    rule = (119.0, 297.0, 134.0, 297.5)
    assert lay_out(words, [rule]).text == "s = a/(n T) ∑_{i=1}^{N} f (3)"
    figures = [Word("Sum", 60, 80, 300, 10, 0), Word("12", 120, 130, 293, 10, 1), Word("15", 120, 130, 309, 10, 2)]
    assert "/" not in lay_out(figures, [rule]).text


def test_the_parties_of_a_case_are_read_before_what_stands_beyond_the_rule(tmp_path: Path) -> None:
    left = [(700, "NORDEN ROPE WORKS, INC., dba"), (688, "NORDEN HARBOUR"), (676, "SERVICES,"), (652, "Plaintiff,")]
    left += [(628, "v."), (604, "ANNE VIK and others,"), (592, "inclusive,"), (568, "Defendants.")]
    right = [(700, "Case No. 8:16"), (653, "ORDER GRANTING"), (641, "NORDEN ROPE WORKS"), (629, "A PRELIMINARY")]
    right += [(617, "INJUNCTION")]
    pieces = [(60.0, float(y), line) for y, line in left] + [(320.0, float(y), line) for y, line in right]
    head = [(500.0, 780.0, "O"), (180.0, 750.0, "DISTRICT COURT OF THE NORTH"), (500.0, 60.0, "ORDER")]
    found = text(tmp_path, drawn(*head, *pieces, more="310 540 m 310 710 l S 60 540 m 310 540 l S"))
    lines = [line for line in found.split("\n") if line]
    assert lines[2:] == [*(line for _, line in left), *(line for _, line in right), "ORDER"]
