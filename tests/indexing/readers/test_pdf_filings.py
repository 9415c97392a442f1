"""Tables, captions and text beside them as annual reports and papers set them. The pages are drawn by the tests."""

import itertools
from pathlib import Path

import pytest

from indexing.readers.pdf.headings import find_title
from indexing.readers.pdf.lines import rows_of
from indexing.readers.pdf.repeated_lines import remove_furniture
from indexing.readers.pdf.tables import table_lines
from indexing.readers.pdf.words import Word
from tests.indexing.readers.test_pdf_layout import LEFT, RIGHT, drawn, row, text
from tests.indexing.samples import pdf_of_content

Pieces = list[tuple[float, float, str]]


def amounts(y: float, label: str, *figures: str) -> Pieces:
    """A row whose figures end below one another."""
    return [(60, y, label), *((350 + 90 * n - 5 * len(figure), y, figure) for n, figure in enumerate(figures))]


def test_grounds_of_cells_and_of_marked_words_are_no_chart(tmp_path: Path) -> None:
    names = ["Cash at banks", "Ferries", "Piers and quays", "Lamps", "Other floating things", "Total"]
    shapes, texts = "", ""
    for number, name in enumerate(names):
        y = 700 - 14 * number
        if number:
            edges = (56, 280, 340, 346, 430, 436) if number < 4 else (56, 280, 290, 340, 346, 430, 436)
            pairs = itertools.pairwise(edges)
            shapes += "".join(f"0.8 0.9 1 rg {x} {y - 4} {end - x} 14 re f " for x, end in pairs)
        shapes += f"1 0.9 0.8 rg 59 {y - 2} {5 * len(name)} 10 re f "
        for x, _, cell in amounts(y, name, f"{number}1,250", f"{number}4,310"):
            texts += f"BT /F1 10 Tf {x} {y} Td ({cell}) Tj ET\n"
    found = text(tmp_path, pdf_of_content(f"{shapes} 0 g\n{texts}"))
    assert "[" not in found
    assert all(f"| {name} | {number}1,250 | {number}4,310 |" in found for number, name in enumerate(names))


def test_a_label_that_had_no_room_for_its_last_word_is_whole(tmp_path: Path) -> None:
    lines = row(720, "", "2022", "2023", step=200)
    y = 706.0
    for first, second in (
        ("Shares that were given to acquire", "Aetna"),
        ("Other income of the year \\(Note", "13\\)"),
        ("Interest", ""),
        ("Rents from piers", ""),
        ("Dividends", ""),
        ("Taxes", ""),
    ):
        lines += [(60.0, y, first)] if second else []
        y -= 9 if second else 0
        lines += row(y, second or first, "1,151", "1,154", step=200)
        y -= 13
    found = text(tmp_path, drawn(*lines, size=8))
    assert "| Shares that were given to acquire Aetna | 1,151 | 1,154 |" in found
    assert "| Other income of the year (Note 13) | 1,151 | 1,154 |" in found
    assert "| Interest | 1,151 | 1,154 |" in found


def test_the_heading_of_a_section_is_no_label_that_was_broken(tmp_path: Path) -> None:
    lines = [*row(720, "", "2022", "2023", step=200), (60, 706, "Payments to the owners and to other people")]
    for number, name in enumerate(("Dividends", "Interest", "Rents", "Taxes")):
        lines += row(693 - 13 * number, name, "1,151", "1,154", step=200)
    found = text(tmp_path, drawn(*lines))
    assert "| Payments to the owners and to other people |\n| Dividends |" in found


def test_a_name_above_names_without_a_label_stands_over_their_columns(tmp_path: Path) -> None:
    lines = [(334.0, 721.0, "The years that ended on May 31,"), *row(710, "", "", "2022", "2021", step=140)]
    for number, name in enumerate(("Sales", "Costs", "Profit")):
        lines += row(696 - 13 * number, name, "", f"{number},151", f"{number},154", step=140)
    found = text(tmp_path, drawn((60, 745, "The figures of both years."), *lines))
    assert "| The years that ended on May 31, 2022 | The years that ended on May 31, 2021 |" in found


def test_a_label_next_to_the_middle_of_its_tall_group_is_that_of_each_row(tmp_path: Path) -> None:
    lines, y, rules = row(730, "Kind", "Metric", "Skarv", "Terne"), 712.0, ["60 726 m 440 726 l"]
    for name, count, own in (("Reading", 7, 2), ("Writing", 5, 2)):
        lines.append((60, y - 12 * own, name))
        for number in range(count):
            lines += row(y - 12 * number, "", f"Test {name[0]}{number}", f"{number}.51", f"{number}.54")
        y -= 12 * count + 6
        rules.append(f"60 {y + 14} m 440 {y + 14} l")
    found = text(tmp_path, drawn(*lines, more=" ".join(rules) + " S"))
    assert all(f"| Reading | Test R{number} | {number}.51 | {number}.54 |" in found for number in range(7))


def test_the_first_name_of_a_header_is_read_from_its_upper_line_on() -> None:
    lines = [
        [(57, "Exhibit"), (302, "Old"), (390, "Filed")],
        [(55, "Number"), (115, "Description"), (300, "Form"), (384, "Herewith")],
    ]
    lines += [[(66, f"EX-{n}"), (110, f"Agreement {n}"), (300, "10-K"), (396, "X")] for n in range(4)]
    words = [
        Word(cell, x, x + 4.0 * len(cell), 10.0 * number, 8.0, number)
        for number, cells in enumerate(lines)
        for x, cell in cells
    ]
    assert table_lines(rows_of(words))[0] == "| Exhibit Number | Description | Old Form | Filed Herewith |"


def test_amounts_under_names_that_count_months_have_columns_of_their_own(tmp_path: Path) -> None:
    lefts = (200, 330, 460)
    lines: Pieces = [(215, 730, "Less than 12 months"), (343, 730, "More than 12 months"), (505, 730, "Total")]
    for left in lefts:
        lines += [(left + 75, 718, "Gross"), (left + 65, 709, "Unrealized"), (left + 75, 700, "Losses")]
        lines.append((left + 7, 700, "Fair value"))
    for y, label in ((686, "Bonds of the state"), (674, "Total")):
        lines.append((60, y, label))
        for left in lefts:
            lines += [(left, y, "$"), (left + 25, y, "73,609"), (left + 61, y, "$"), (left + 110, y, "\\(5\\)")]
    found = text(tmp_path, drawn(*lines, size=9))
    assert f"| Bonds of the state{' | $ 73,609 | $ (5)' * 3} |" in found
    assert (
        "| Less than 12 months Fair value | Less than 12 months Gross Unrealized Losses | More than 12 months" in found
    )


def test_a_name_in_the_middle_of_one_group_of_columns_is_said_of_no_other(tmp_path: Path) -> None:
    lines: Pieces = [
        (318, 732, "Foreign"),
        (173, 720, "Interest rates"),
        (314, 720, "Exchange"),
        (456, 720, "Equities"),
    ]
    for group in range(3):
        x = 150 + 140 * group
        lines += [(x + 21, 708, "Fiscal year"), (x + 5, 696, "2020"), (x + 75, 696, "2019")]
        for number in range(3):
            y = 682 - 13 * number
            lines += [(x, y, f"{group}{number}1.5"), (x + 70, y, f"{group}{number}2.5")]
    lines += [(60, 682 - 13 * number, name) for number, name in enumerate(("Gains", "Losses", "Total"))]
    found = text(tmp_path, drawn(*lines))
    assert found.count("Foreign") == 2
    assert "Foreign Exchange Fiscal year 2020" in found or "Foreign Exchange 2020" in found
    assert "| Gains | 001.5 | 002.5 | 101.5 | 102.5 | 201.5 | 202.5 |" in found


def test_a_label_that_reaches_below_the_first_name_leaves_a_name_over_both_columns(tmp_path: Path) -> None:
    rules = "396 698 m 470 698 l 484 698 m 560 698 l S"
    lines: Pieces = [(436, 712, "Year ended May 31,"), (428, 701, "2022"), (514, 701, "2021")]
    for number, name in enumerate(
        ("Net income", "Net income available to common shareholders of the company and others")
    ):
        y = 686 - 13 * number
        lines += [(60, y, name), (396, y, "$"), (440, y, f"{number},316"), (484, y, "$"), (530, y, f"{number},906")]
    for number in range(3):
        lines += [(60, 660 - 13 * number, f"Dividend {number}"), (536, 660 - 13 * number, "\\(24\\)")]
    found = text(tmp_path, drawn(*lines, more=rules))
    assert "|  | Year ended May 31, 2022 | Year ended May 31, 2021 |" in found


def test_rows_of_a_band_whose_cells_are_wrapped_in_part_are_rows(tmp_path: Path) -> None:
    edges = (50, 220, 330, 430)
    rules = (
        " ".join(f"{x} 640 m {x} 720 l" for x in edges) + " " + " ".join(f"50 {y} m 430 {y} l" for y in (720, 700, 640))
    )
    lines: Pieces = [(60, 706, "Action"), (230, 706, "Parts"), (340, 706, "Cost")]
    for y, *cells in (
        (688, "Wiring change .......", "$10 ......", "$6,205."),
        (664, "Test of all sensors .....", "$0 ......", "$7,310."),
    ):
        lines += [(edge + 10, float(y), str(cell)) for edge, cell in zip(edges, cells, strict=False)]
    lines += [(66, 676, "and of the horn.")]
    found = text(tmp_path, drawn(*lines, more=f"{rules} S"))
    assert [line.split(" | ")[-1] for line in found.split("\n") if line.startswith("|")] == [
        "Cost |",
        "$6,205. |",
        "$7,310. |",
    ]


def test_a_text_beside_a_table_goes_on_below_without_a_break(tmp_path: Path) -> None:
    narrow = [*LEFT, *RIGHT[:-1], "harbour office, which closes at about the"]
    wide = [
        "hour of noon but on the days of the great market in the town square, when the people of the",
        "island come.",
    ]
    lines = [(60.0, 700 - 12.0 * number, line) for number, line in enumerate(narrow)]
    lines += [(60.0, 700 - 12.0 * (len(narrow) + number), line) for number, line in enumerate(wide)]
    beside: Pieces = []
    for number, cells in enumerate((("Boat", "Cars"), ("Skarv", "120"), ("Terne", "90"), ("Lom", "75"))):
        beside += [(330, 671.5 - 15 * number, cells[0]), (430, 671.5 - 15 * number, cells[1])]
    found = text(tmp_path, drawn((60, 740, "A heading of the page"), *beside, *lines))
    assert "closes at about the\nhour of noon" in found
    assert "\n\n" not in found[found.index(narrow[0]) :]
    assert found.index("| Boat | Cars |") < found.index(narrow[0])


def test_the_title_of_a_table_below_three_columns_stands_before_the_table(tmp_path: Path) -> None:
    lines: Pieces = []
    short = [line[:26] for line in (*LEFT, *RIGHT, *LEFT)][:13]
    for column in range(3):
        lines += [(50 + 170 * column, 700 - 12.0 * number, line) for number, line in enumerate(short)]
    lines.sort(key=lambda piece: piece[0])
    rules = "50 520 m 550 520 l 50 500 m 550 500 l 50 480 m 550 480 l " + " ".join(
        f"{x} 520 m {x} 480 l" for x in (50, 220, 400, 550)
    )
    lines += [(262, 530, "ESTIMATED COSTS")]
    lines += [
        (60, 506, "Action"),
        (230, 506, "Parts"),
        (410, 506, "Cost"),
        (60, 486, "Test"),
        (230, 486, "$0"),
        (410, 486, "$9"),
    ]
    found = text(tmp_path, drawn(*lines, more=f"{rules} S"))
    assert "ESTIMATED COSTS\n\n| Action | Parts | Cost |" in found


@pytest.mark.parametrize("first", [15, 16])
def test_a_foot_whose_number_stands_at_the_outer_edge_of_each_page_is_furniture(first: int) -> None:
    foot = "FY 2011 HARBOUR REPORT"
    numbers = range(first, first + 4)
    pages = [
        f"Text {'abcd'[n - first]} of the page.\n\n" + (f"{foot} {n}" if n % 2 else f"{n} {foot}") for n in numbers
    ]
    kept = remove_furniture(pages)
    assert sum(foot in page for page in kept) == 1
    assert kept[-1] == "Text d of the page."


def test_names_over_a_rule_that_begins_with_the_labels_stand_over_its_columns_alone(tmp_path: Path) -> None:
    lefts = (200, 240, 280, 320, 360, 430, 470, 510, 550, 590)
    lines: Pieces = [(60, 740, "\\(in millions\\)"), (270, 740, "Fourth quarter"), (499, 740, "Twelve months")]
    lines += [(297, 729, "Change on the year"), (527, 729, "Change on the year")]
    lines += [
        (left, 718, name) for left, name in zip(lefts, ("2022", "2021", "Total", "Units", "Prices") * 2, strict=True)
    ]
    for number, name in enumerate(("Lamps", "Ferries", "Piers")):
        lines.append((60, 704 - 11 * number, name))
        lines += [(left + 8, 704 - 11 * number, f"{number}1.5") for left in lefts]
    rules = " ".join(f"60 {y} m 390 {y} l 420 {y} m 620 {y} l" for y in (737, 726, 715))
    found = text(tmp_path, drawn(*lines, size=8, more=f"{rules} S"))
    head = found.split("\n")[0]
    assert head.startswith(
        "| (in millions) | Fourth quarter 2022 | Fourth quarter 2021 | Fourth quarter Change on the year Total |"
    )
    assert head.endswith("| Twelve months Change on the year Prices |")


def test_second_lines_of_two_names_near_one_another_stay_apart() -> None:
    lines = [[(204, "Coal/"), (232, "peat")], [(205, "Gas"), (230, "works")]]
    words = [Word("Fuel", 60, 80, 10.0, 8.0, 0)]
    words += [
        Word(name, x, x + 5.0 * len(name), 10.0 * n, 8.0, n) for n, cells in enumerate(lines) for x, name in cells
    ]
    for number in range(4):
        y = 24.0 + 10 * number
        words += [
            Word("Harbour", 60, 90, y, 8.0, 5),
            Word("1.5", 210, 222, y, 8.0, 6),
            Word("2.5", 236, 248, y, 8.0, 7),
        ]
    assert table_lines(rows_of(words))[0].split(" | ")[1:] == ["Coal/Gas", "peat works |"]


@pytest.mark.parametrize(
    ("largest", "title"),
    [
        ("ÉÇÉÜtuÄx VöÅtÜt wx W|ÑâàtwÉá wx Ät a tv|™Ç", "Votes of the harbour board"),
        ("L’Économie générale de l’État, à Évian", "L’Économie générale de l’État, à Évian"),
    ],
)
def test_the_codes_of_a_font_without_letters_are_no_title(largest: str, title: str) -> None:
    sized = [(30.0, largest), (15.0, "Votes of the harbour board"), (9.0, "text of the page " * 20)]
    assert find_title(None, sized, "") == title
