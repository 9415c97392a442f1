"""Chunks: laws that hold for every document, then the cases that people notice."""

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexing.chunking.chunker import chunk_document
from indexing.chunking.pieces import page_pieces
from indexing.documents import Heading, ParsedDocument, ReadLimits
from indexing.readers import read_document
from storage.embedding.models import load_token_counter, resolve_model
from storage.records import ChunkRecord, PageRecord
from storage.words.sentences import sentence_spans
from tests.indexing.samples import PROSE

CountTokens = Callable[[str], int]
PAPERS = Path(__file__).resolve().parents[4] / "shared" / "data" / "papers"


def words(text: str) -> int:
    """A tokenizer of our own: words and single Chinese characters, and two marks around them."""
    return len(re.findall(r"[\u4e00-\u9fff]|[^\s\u4e00-\u9fff]{1,4}", text)) + 2


def document(
    *texts: str, headings: tuple[tuple[int, str], ...] = (), title: str | None = "The Title"
) -> ParsedDocument:
    """Pages with these texts; `headings` are (page, the line)."""
    pages = tuple(PageRecord(number, text) for number, text in enumerate(texts, start=1))
    found = tuple(Heading(page, texts[page - 1].index(line), 1, line) for page, line in headings)
    return ParsedDocument(title, pages, found)


def chunks(
    parsed: ParsedDocument,
    *,
    size: int = 300,
    overlap: int = 50,
    max_tokens: int = 200,
    count_tokens: CountTokens = words,
) -> list[ChunkRecord]:
    return chunk_document(
        "folder/file.pdf", parsed, size=size, overlap=overlap, max_tokens=max_tokens, count_tokens=count_tokens
    )


_LINES = st.one_of(
    st.text(st.sampled_from("ab AB,.;!?\n…|•-12 中文。，é\u0301😀"), max_size=120),
    st.sampled_from(
        [PROSE * 4, "Model 71.0 86.7 95.9\n" * 12, "1. Introduction", "References", "Table 2 | Scores", "x" * 900]
    ),
)
_DOCUMENTS = st.builds(
    lambda pages, flags: document(
        *pages, headings=tuple((n, p) for n, (p, f) in enumerate(zip(pages, flags, strict=False), 1) if f and p.strip())
    ),
    st.lists(st.lists(_LINES, max_size=5).map("\n".join), min_size=1, max_size=4),
    st.lists(st.booleans(), min_size=4, max_size=4),
)


class TestLaws:
    @given(_DOCUMENTS, st.integers(20, 400), st.integers(0, 80), st.integers(16, 120))
    @settings(max_examples=120, deadline=None)
    def test_laws(self, parsed: ParsedDocument, size: int, overlap: int, max_tokens: int) -> None:
        found = chunks(parsed, size=size, overlap=overlap, max_tokens=max_tokens)
        texts = {page.number: page.text for page in parsed.pages}
        # every character that can be seen is in a chunk
        for page in parsed.pages:
            covered = {
                index
                for chunk in found
                for s in chunk.spans
                if s.page == page.number
                for index in range(s.start, s.end)
            }
            assert all(index in covered or page.text[index].isspace() for index in range(len(page.text)))
        for position, chunk in enumerate(found):
            # spans reproduce the text, in order
            assert chunk.text == "\n".join(texts[span.page][span.start : span.end] for span in chunk.spans)
            # one span a page, and before them the header and the section of a table that goes on
            pages = [span.page for span in chunk.spans]
            assert pages == sorted(pages)
            assert len(pages) <= len(set(pages)) + 2
            # it is text, and the model and the reader of a quotation can take it
            assert chunk.text.strip() == chunk.text != ""
            assert len(chunk.text) <= size or not any(mark in chunk.text for mark in " ,")
            assert words(chunk.embed_text) <= max_tokens
            assert chunk.position == position
            assert 0 < chunk.weight <= 1
        # the same again
        assert chunks(parsed, size=size, overlap=overlap, max_tokens=max_tokens) == found
        assert len({chunk.id for chunk in found}) == len(found)

    @given(st.lists(st.text(st.sampled_from('ab A.!?。！”"\n)0'), max_size=30), max_size=6).map("".join))
    @settings(max_examples=150, deadline=None)
    def test_sentences_joined_are_the_text(self, text: str) -> None:
        assert "".join(text[start:end] for start, end in sentence_spans(text)) == text

    @given(st.lists(_LINES, max_size=6).map("\n".join))
    @settings(max_examples=80, deadline=None)
    def test_pieces_follow_each_other(self, text: str) -> None:
        places = [(piece.start, piece.end) for piece in page_pieces(1, text, ())]
        assert places == sorted(places)
        assert all(end <= start for (_, end), (start, _) in pairwise(places))
        assert all(text[start:end] == text[start:end].strip() != "" for start, end in places)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("One. Two! Three?", ["One. ", "Two! ", "Three?"], id="english"),
        pytest.param("今天下雨。明天呢？好！", ["今天下雨。", "明天呢？", "好！"], id="chinese"),
        pytest.param("他说：“走吧。”然后走了。", ["他说：“走吧。”", "然后走了。"], id="chinese quotation"),
        pytest.param(
            "See Fig. 3 and Dr. Who et al. 2020.", ["See Fig. 3 and Dr. Who et al. 2020."], id="abbreviations"
        ),
        pytest.param("It costs 3.50 e.g. here, i.e. now.", ["It costs 3.50 e.g. here, i.e. now."], id="numbers"),
        pytest.param("J. R. Smith came. He sat.", ["J. R. Smith came. ", "He sat."], id="initials"),
        pytest.param('She said "no." Then left.', ['She said "no." ', "Then left."], id="quotation"),
        pytest.param("One line\n\nAnother", ["One line\n\n", "Another"], id="paragraphs"),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text)] == expected


def test_chunks_begin_at_paragraphs_where_they_can() -> None:
    paragraphs = [f"Paragraph {number} begins. {PROSE}{PROSE[:60]}." for number in range(6)]
    found = chunks(document("\n\n".join(paragraphs)), size=450)
    assert all(chunk.text.startswith("Paragraph") for chunk in found)


def test_chunks_begin_at_headings_and_carry_those_above() -> None:
    text = f"Apples\n{PROSE * 3}\nPears\n{PROSE * 6}"
    found = chunks(document(text, headings=((1, "Apples"), (1, "Pears"))), size=400)
    assert [chunk.text.split("\n")[0] for chunk in found[:2]] == ["Apples", "Pears"]
    assert found[1].context == "The Title"
    assert found[2].context == "The Title › Pears"
    assert "The Title" not in found[2].text
    assert found[2].embed_text.startswith("The Title › Pears\n")


def test_a_heading_is_never_the_last_line_of_a_chunk() -> None:
    text = "\n".join(f"Heading {number}\n{PROSE * number}" for number in range(1, 6))
    lines = tuple((1, f"Heading {number}") for number in range(1, 6))
    for chunk in chunks(document(text, headings=lines), size=400, max_tokens=300):
        assert not chunk.text.split("\n")[-1].startswith("Heading")


def test_a_chunk_may_cross_a_page_break() -> None:
    found = chunks(document(f"{PROSE}The sentence goes", f"on over the break. {PROSE}"), size=1000)
    assert [chunk.pages for chunk in found] == [(1, 2)]
    assert "The sentence goes\non over the break." in found[0].text


def test_a_small_table_stays_with_its_caption() -> None:
    table = "Model Speed Price\nSwift 71.0 86.7\nSteady 63.6 80.0\nSlow 9.3 13.4\nTable 2 | Comparison of carts."
    found = chunks(document(f"{PROSE}\n{table}\n{PROSE}"), size=300)
    assert any(table in chunk.text for chunk in found)


def test_parts_of_a_large_table_know_its_caption_or_first_row() -> None:
    rows = "\n".join(f"Cart {number} {number}.5 {number}.7 {number}.9" for number in range(60))
    found = chunks(document(f"Model Speed Price Weight\n{rows}\nTable 2 | Comparison of carts."), size=400)
    inner = [chunk for chunk in found if "Table 2" not in chunk.text and "Model" not in chunk.text]
    assert inner
    assert all("Comparison of carts" in chunk.context or "Model Speed" in chunk.context for chunk in inner)


def test_bibliography_and_contents_weigh_less() -> None:
    contents = "Contents\nApples … 3\nPears … 7\nPlums … 9\nNuts … 12"
    references = "References\n" + "A. Author. A long title about apples. Journal, 2001.\n" * 3
    found = chunks(document(contents, PROSE, references, headings=((3, "References"),)), size=170)
    weights = {chunk.text.split("\n")[0]: chunk.weight for chunk in found}
    assert weights["Contents"] < 1
    assert weights["References"] < 1
    assert found[1].weight == 1


def test_chinese_is_cut_at_its_sentences() -> None:
    text = "这是第一句话，讲的是苹果。" * 30
    found = chunks(document(text), size=100, max_tokens=90)
    assert all(chunk.text.endswith("。") for chunk in found)
    assert max(len(chunk.text) for chunk in found) <= 100


def test_overlap_repeats_whole_sentences_of_the_same_paragraph() -> None:
    text = " ".join(f"Sentence number {number} is here." for number in range(40))
    with_overlap = chunks(document(text), size=200, overlap=60)
    without = chunks(document(text), size=200, overlap=0)
    assert len(with_overlap) == len(without)
    repeated = [left.spans[0].end > right.spans[0].start for left, right in pairwise(with_overlap)]
    assert any(repeated)
    assert all(chunk.text.startswith("Sentence") for chunk in with_overlap)


def test_pages_without_text_give_no_chunks() -> None:
    assert chunks(document("", "", title=None)) == []


def test_a_document_without_a_title_is_known_by_its_name() -> None:
    assert chunks(document(PROSE, title=None))[0].context == "file"


@pytest.fixture(scope="session")
def packaged_counter() -> tuple[int, CountTokens]:
    """What the packaged model reads, and its tokenizer."""
    identity = resolve_model("packaged", allow_fallback=True)
    return identity.max_tokens, load_token_counter(identity)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(PROSE * 30, id="english"),
        pytest.param("这个服务器根据您的文档回答问题。" * 60, id="chinese"),
        pytest.param("0.123456789 " * 300, id="digits"),
        pytest.param("supercalifragilistic" * 100, id="one word"),
        pytest.param("😀🎉é中" * 300, id="emoji"),
    ],
)
def test_the_packaged_model_reads_every_chunk_whole(text: str, packaged_counter: tuple[int, CountTokens]) -> None:
    max_tokens, count_tokens = packaged_counter
    found = chunks(document(text), size=1000, max_tokens=max_tokens, count_tokens=count_tokens)
    assert max(count_tokens(chunk.embed_text) for chunk in found) <= max_tokens


@pytest.mark.skipif(not PAPERS.is_dir(), reason="needs ../shared/data/papers")
def test_a_real_paper_gives_readable_chunks(packaged_counter: tuple[int, CountTokens]) -> None:
    max_tokens, count_tokens = packaged_counter
    parsed = read_document(PAPERS / "DeepSeek_R1.pdf", ReadLimits())
    found = chunks(parsed, size=1000, max_tokens=max_tokens, count_tokens=count_tokens)
    by_page = {page: [chunk for chunk in found if page in chunk.pages] for page in range(1, 23)}
    assert all(by_page.values())
    assert any("Group Relative Policy Optimization" in chunk.text for chunk in by_page[5])
    assert any("supervised\nfine-tuning (SFT)" in chunk.text for chunk in by_page[1])
    assert any("4.2 Unsuccessful Attempts … 15" in chunk.text and chunk.weight < 1 for chunk in by_page[2])
    assert all("\0" not in chunk.text for chunk in found)


def test_every_later_chunk_of_a_long_table_begins_with_its_header() -> None:
    rows = "\n".join(f"| Cart {number} | {number}.5 | {number}.7 |" for number in range(60))
    parsed = document(f"{PROSE}\n\n| Model | Speed | Price |\n{rows}\n\n{PROSE}")
    found = [chunk for chunk in chunks(parsed, size=300) if "| Cart" in chunk.text]
    assert len(found) > 3
    assert all("| Model | Speed | Price |\n| Cart" in chunk.text and len(chunk.text) <= 300 for chunk in found)
    assert all(chunk.text == "\n".join(parsed.pages[0].text[s.start : s.end] for s in chunk.spans) for chunk in found)
    assert [row for chunk in found for row in chunk.text.split("\n") if row.startswith("| Cart")] == rows.split("\n")


def test_a_table_that_goes_on_over_a_page_break_keeps_its_header_as_context() -> None:
    rows = [f"| P-{number:03} |  | 0.{number} |" if number % 4 else f"| P-{number:03} |" for number in range(10, 90)]
    head = "| Part | Torque | Gap mm |"
    other = "| Berth | Depth |\n| A | 4.5 |"
    pages = "\n".join([head, *rows[:30]]), "\n".join(rows[30:60]), "\n".join(rows[60:]), f"Berths.\n\n{other}"
    made = chunks(document(*pages), size=300)
    later = [chunk for chunk in made if chunk.pages[0] in (2, 3)]
    assert len(later) > 3
    assert all("Part | Torque | Gap mm" in chunk.context for chunk in later)
    assert not any(1 in chunk.pages for chunk in later)
    assert not any("P-0" in chunk.context for chunk in later)
    assert not any("Torque" in chunk.context for chunk in made if chunk.pages[0] == 4)


def test_a_header_too_long_for_a_chunk_is_repeated_in_part() -> None:
    head = "| Part | Torque | " + " | ".join(f"A long name of the column {number}" for number in range(12)) + " |"
    rows = [f"| P-{number:03} | " + " | ".join(str(number + step) for step in range(13)) + " |" for number in range(30)]
    made = chunks(document("\n".join([head, *rows])), size=300)
    assert len(head) > 300
    for chunk in made[2:]:
        first = chunk.text.split("\n")[0]
        assert first.startswith("| Part | Torque | A long name")
        assert head.startswith(first)
        assert first.endswith(" |")


def test_an_entry_of_a_list_is_no_header() -> None:
    rows = [f"| [{number}] | Ohnishi and others, Nature, of the year after {number} |" for number in range(1, 30)]
    made = chunks(document("\n".join(rows)))
    assert len(made) > 2
    assert sum(chunk.text.count("| [1] |") for chunk in made) == 1


def test_a_table_without_a_header_repeats_no_row() -> None:
    rows = "\n".join(f"| Cart {number} | {number}.5 | {number}.7 |" for number in range(60))
    found = chunks(document(rows.replace("Cart 0 ", "7.1 ")), size=300)
    assert sum(chunk.text.count("| 7.1 | 0.5 | 0.7 |") for chunk in found) == 1


def test_later_rows_of_a_section_begin_with_its_heading() -> None:
    assets = "\n".join(f"| Asset of kind {number} | {number},151 | {number},154 |" for number in range(10, 24))
    debts = assets.replace("Asset", "Debt")
    head = "| In millions | 2022 | 2023 |"
    made = chunks(document(f"{head}\n| Current assets: |\n{assets}\n| Current debts |\n{debts}"), size=300)
    later = [chunk.text.split("\n") for chunk in made[1:]]
    assert len(later) > 3
    assert all(lines[0] == head for lines in later)
    assert all(lines[1] == ("| Current assets: |" if "Asset" in lines[2] else "| Current debts |") for lines in later)
    assert all(len(chunk.text) <= 300 for chunk in made)


def test_the_heading_of_a_section_is_not_repeated_below_its_sum() -> None:
    assets = "\n".join(f"| Cash of kind {number} | {number},151 | {number},154 |" for number in range(10, 16))
    others = "\n".join(f"| Goodwill {number} | {number},151 | {number},154 |" for number in range(10, 24))
    for total in ("| Total current assets | 7,151 | 7,154 |", "|  | 7,151 | 7,154 |"):
        text = f"| In millions | 2022 | 2023 |\n| Current assets: |\n{assets}\n{total}\n{others}"
        later = [chunk.text for chunk in chunks(document(text), size=300) if "Cash" not in chunk.text]
        assert len(later) > 1
        assert not any("Current assets:" in text for text in later)


def test_a_table_below_another_has_its_own_header() -> None:
    votes = "\n".join(f"| Votes of kind {number} | {number} | 0 | {number} |" for number in range(10, 14))
    names = "\n".join(f"| Member {number} | Bloc | Province | Yes |" for number in range(10, 40))
    text = f"| Votes | Deputies | President | Sum |\n{votes}\n\n| Name | Bloc | Province | Vote |\n{names}"
    later = [chunk.text for chunk in chunks(document(text), size=300) if "Member 10 " not in chunk.text][1:]
    assert len(later) > 2
    assert all(text.startswith("| Name | Bloc | Province | Vote |\n| Member") for text in later)


def test_days_name_the_columns_of_a_table() -> None:
    rows = "\n".join(f"| Asset of kind {number} | {number},151 | {number},154 |" for number in range(10, 40))
    made = chunks(document(f"|  | 3/25/2023 | 12/31/2022 |\n{rows}"), size=300)
    assert all(chunk.text.startswith("|  | 3/25/2023 | 12/31/2022 |") for chunk in made)


def test_a_row_with_one_cell_is_no_heading_of_those_below() -> None:
    rows = [
        f"| Part number {number} | 41 | 0.{number} |" if number % 3 else f"| P-{number} |" for number in range(10, 60)
    ]
    made = chunks(document("\n".join(["| Part | Torque | Gap |", *rows])), size=300)
    assert sum(chunk.text.count("| P-12 |") for chunk in made) == 1


def test_a_row_whose_cells_say_their_names_is_no_header() -> None:
    rows = [f"| Ship {number} | Berths in the year: {number} | Berths later: {number}.5 |" for number in range(40)]
    made = chunks(document("\n".join(rows)), size=300)
    assert sum(chunk.text.count("| Ship 0 |") for chunk in made) == 1
