"""PDFs as they come: good, odd, damaged. Every file ends as pages with a status or as a named failure."""

import sys
import time
from pathlib import Path

import pytest

from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers import read_document
from tests.indexing.samples import (
    PROSE,
    encrypted_pdf,
    outline_loop,
    page_tree_loop,
    pdf,
    pdf_with_bad_page,
    pdf_with_bookmarks,
    saved,
    scanned_pdf,
    xref_loop,
)

LIMITS = ReadLimits()


def read(folder: Path, content: bytes, limits: ReadLimits = LIMITS) -> ParsedDocument:
    return read_document(saved(folder / "sample.pdf", content), limits)


def failure(folder: Path, content: bytes, limits: ReadLimits = LIMITS) -> ParseFailure:
    with pytest.raises(ParseFailure) as caught:
        read(folder, content, limits)
    return caught.value


def test_pages_come_in_order_with_their_text(tmp_path: Path) -> None:
    document = read(tmp_path, pdf(["The first page.", "The second page."]))
    assert [(page.number, page.text, page.status) for page in document.pages] == [
        (1, "The first page.", "text"),
        (2, "The second page.", "text"),
    ]


def test_a_link_on_every_page_heads_no_section(tmp_path: Path) -> None:
    names = ["harbour", "ferry", "lighthouse", "keeper", "island", "mail"]
    pages = [f"Table of Contents\n\n{PROSE}\n\nOf the {name}.\n\nSummary\n\n{PROSE}" for name in names[:3]]
    pages += [f"Table of Contents\n\n{PROSE}\n\nOf the {name}.\n\n{PROSE}" for name in names[3:]]
    document = read(tmp_path, pdf(pages))
    assert [heading.text for heading in document.headings] == ["Summary"] * 3


@pytest.mark.parametrize("word", ["INDEX", "TABLE OF CONTENTS", "Summary"])
def test_a_word_that_no_heading_follows_soon_heads_nothing(tmp_path: Path, word: str) -> None:
    pages = [f"{word}\n\n{PROSE}"] + [f"{PROSE}\n\nOf boat {n}." for n in range(9)]
    assert read(tmp_path, pdf(pages)).headings == ()


def test_bookmarks_find_headings_with_the_letter_of_an_appendix(tmp_path: Path) -> None:
    pages = [f"Facts\n\n{PROSE}", f"Relief\n\n{PROSE}", f"A. Tables of tides\n\n{PROSE}", f"B.1. Boats\n\n{PROSE}"]
    marks = [("Facts", 0), ("Relief", 1), ("Tables of tides", 2), ("Boats", 3)]
    found = [heading.text for heading in read(tmp_path, pdf_with_bookmarks(pages, marks)).headings]
    assert found == ["Facts", "Relief", "A. Tables of tides", "B.1. Boats"]


def test_names_with_an_initial_are_no_headings_and_roman_numbers_are(tmp_path: Path) -> None:
    pages = [f"M. Smith, clerk of the court\n\n{PROSE}\n\nI. Facts\n\n{PROSE}"]
    pages += [f"II. Discussion\n\nA. The claim\n\n{PROSE}\n\nB. The relief\n\n{PROSE}\n\nIII. Order\n\n{PROSE}"]
    found = [(heading.level, heading.text) for heading in read(tmp_path, pdf(pages)).headings]
    assert found == [
        (1, "I. Facts"), (1, "II. Discussion"), (2, "A. The claim"), (2, "B. The relief"), (1, "III. Order")
    ]  # fmt: skip


def test_the_first_line_of_a_numbered_paragraph_is_no_heading(tmp_path: Path) -> None:
    text = f"1. The keeper, his agents, servants, and\nattorneys shall leave.\n\n2. The ferry must be\nmoored. {PROSE}"
    assert read(tmp_path, pdf([text])).headings == ()


@pytest.mark.faults("B1")
def test_a_file_without_bytes_is_empty(tmp_path: Path) -> None:
    assert failure(tmp_path, b"").category == "empty"


@pytest.mark.faults("B2")
@pytest.mark.parametrize("percent", range(10, 100, 10))
def test_a_truncated_file_is_damaged_or_read_in_part(tmp_path: Path, percent: int) -> None:
    whole = pdf([PROSE * 5 + f"Page {number}." for number in range(1, 6)])
    statuses: set[str]
    try:
        statuses = {page.status for page in read(tmp_path, whole[: len(whole) * percent // 100]).pages}
    except ParseFailure as reason:
        statuses = {reason.category}
    assert statuses & {"text", "damaged", "no_text"}


@pytest.mark.faults("B2")
def test_a_header_alone_is_damaged(tmp_path: Path) -> None:
    assert failure(tmp_path, b"%PDF-1.7\n").category == "damaged"


@pytest.mark.faults("B4")
def test_an_unknown_password_is_named(tmp_path: Path) -> None:
    reason = failure(tmp_path, encrypted_pdf("The vault.", user_password="unknown"))
    assert reason.category == "encrypted"
    assert "remove the password" in reason.detail


@pytest.mark.faults("B4")
def test_an_empty_password_opens_the_file(tmp_path: Path) -> None:
    document = read(tmp_path, encrypted_pdf("The open vault.", user_password=""))
    assert document.pages[0].text == "The open vault."


@pytest.mark.faults("B5")
def test_pictures_without_text_are_named(tmp_path: Path) -> None:
    reason = failure(tmp_path, scanned_pdf(2))
    assert reason.category == "no_text"
    assert "OCR" in reason.detail


@pytest.mark.faults("B5")
def test_where_ocr_may_follow_the_empty_pages_are_given(tmp_path: Path) -> None:
    document = read(tmp_path, scanned_pdf(2), ReadLimits(ocr=True))
    assert document.pages_without_text == (1, 2)


def test_a_page_without_text_among_others_is_named(tmp_path: Path) -> None:
    document = read(tmp_path, pdf(["Some text.", "", "More text."]))
    assert document.pages_without_text == (2,)
    assert document.pages[1].status == "empty"
    assert document.pages[1].detail == "no text layer"


@pytest.mark.faults("B8")
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(page_tree_loop(), "loop", id="page tree"),
        pytest.param(outline_loop(), "Round and round it goes", id="bookmarks"),
        pytest.param(xref_loop(), "The table comes before itself", id="cross-reference table"),
    ],
)
def test_circles_in_the_structure_end(tmp_path: Path, content: bytes, expected: str) -> None:
    began = time.monotonic()
    document = read(tmp_path, content)
    assert document.pages[0].text == expected
    assert time.monotonic() - began < 30


def test_a_page_that_one_library_cannot_read_is_read_by_the_other(tmp_path: Path) -> None:
    document = read(tmp_path, pdf_with_bad_page())
    assert [page.text for page in document.pages] == ["The page in the old dialect", "The page that everybody can read"]


def test_a_page_that_takes_too_long_costs_no_other_page(tmp_path: Path) -> None:
    document = read(tmp_path, pdf([PROSE, PROSE]), ReadLimits(page_cpu_seconds=0.0001))
    assert [page.status for page in document.pages] == ["text", "text"]  # by the second library


@pytest.mark.parametrize(
    "limits", [pytest.param(ReadLimits(text_characters=50), id="text"), pytest.param(ReadLimits(pages=1), id="pages")]
)
def test_a_file_beyond_the_limits_is_refused(tmp_path: Path, limits: ReadLimits) -> None:
    assert failure(tmp_path, pdf([PROSE, PROSE]), limits).category == "output_limit"


@pytest.mark.faults("B12")
def test_work_grows_with_the_pages_and_not_faster(tmp_path: Path) -> None:
    """Work is counted in calls of functions: the seconds of a shared machine say something else every time."""

    def calls(pages: int) -> int:
        content = pdf(["A short page."] * pages)
        count = 0

        def counted(frame: object, event: str, argument: object) -> None:
            nonlocal count
            count += event in ("call", "c_call")

        sys.setprofile(counted)
        try:
            document = read(tmp_path, content)
        finally:
            sys.setprofile(None)
        assert len(document.pages) == pages
        return count

    calls(10)
    assert calls(320) / calls(80) < 4.5
