"""Cleaning: what nobody can see goes, what people read stays."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexing.cleaning.characters import clean_characters, garbled_share, repair_glyph_codes, without_garbled_lines
from indexing.cleaning.cut_words import join_cut_words
from indexing.cleaning.text import clean_document, clean_text, close_gaps
from indexing.documents import Heading, ParsedDocument
from indexing.readers.pdf.repeated_lines import remove_furniture
from storage.messages import Message, message
from storage.records import PageRecord


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        pytest.param("a\0b", "ab", id="NUL", marks=pytest.mark.faults("B13")),
        pytest.param("a\ud835b", "ab", id="lone surrogate", marks=pytest.mark.faults("B13")),
        pytest.param("\ud83d\ude00", "😀", id="surrogate pair", marks=pytest.mark.faults("B13")),
        pytest.param("a\x07\x1b\x9fb", "ab", id="control", marks=pytest.mark.faults("B13")),
        pytest.param("\u202eevil\u202c \u2066x\u2069", "evil x", id="direction", marks=pytest.mark.faults("B13")),
        pytest.param("a\u200bb\u2060c\ufeffd", "abcd", id="zero width", marks=pytest.mark.faults("B14")),
        pytest.param("a\U000e0041\U000e007fb", "ab", id="tags", marks=pytest.mark.faults("B14")),
        pytest.param("☺\ufe0f葛\U000e0100", "☺葛", id="variation selectors", marks=pytest.mark.faults("B14")),
        pytest.param("soft\u00adhyphen", "softhyphen", id="soft hyphen"),
        pytest.param("a\r\nb\rc\u2028d", "a\nb\nc\nd", id="line breaks"),
        pytest.param("a\u00a0b\u202fc", "a b c", id="spaces"),
        pytest.param("ﬁne oﬀer", "fine offer", id="ligatures"),
        pytest.param("⼈⼯⽇", "人工日", id="Kangxi radicals"),
        pytest.param("𝐴𝑖 = 𝜋", "Ai = π", id="mathematical letters"),
        pytest.param("2⁵ ½ ™ ①", "2⁵ ½ ™ ①", id="what NFKC would spoil stays"),
        pytest.param("ｆｕｌｌ，宽", "ｆｕｌｌ，宽", id="full width stays"),
        pytest.param("naïve 中文 שלום 👩", "naïve 中文 שלום 👩", id="text stays"),
    ],
)
def test_characters(dirty: str, clean: str) -> None:
    assert clean_characters(dirty) == clean


@given(st.text(st.characters(exclude_categories=()), max_size=80))
@settings(max_examples=150, deadline=None)
def test_cleaning_twice_is_cleaning_once_and_can_be_stored(text: str) -> None:
    clean = clean_text(text)
    assert clean_text(clean) == clean
    assert clean.encode().decode() == clean


def test_dot_leaders_become_short() -> None:
    assert clean_text("4.2 Attempts . . . . . . . . . 15\n5 End ........ 16") == "4.2 Attempts … 15\n5 End … 16"


def test_an_ellipsis_stays() -> None:
    assert clean_text("Well... perhaps … no.") == "Well... perhaps … no."


def test_gaps_between_columns_are_narrowed_and_indents_kept() -> None:
    assert close_gaps("    code      comment") == "    code  comment"


class TestCutWords:
    @pytest.mark.parametrize(
        ("page", "joined"),
        [
            pytest.param("super-\nvised work", "supervised\nwork", id="cut"),
            pytest.param(
                "the multi-\nhead one; multi-head", "the multi-head\none; multi-head", id="hyphenated elsewhere"
            ),
            pytest.param("state-of-the-\nart results", "state-of-the-art\nresults", id="chain"),
            pytest.param("DeepSeek-\nR1 model", "DeepSeek-R1\nmodel", id="name"),
            pytest.param("an XML-\nbased format", "an XML-based\nformat", id="capitals before small letters"),
            pytest.param("pages 12-\n14 say", "pages 12-\n14 say", id="range"),
            pytest.param(
                "a long range. A range. A long- \nrange", "a long range. A range. A long- \nrange", id="dash and space"
            ),
            pytest.param("one -\ntwo", "one -\ntwo", id="dash"),
            pytest.param("compu-\ntation,", "computation,", id="at the end"),
            pytest.param("ex-\nam-\nple here", "example\nhere", id="cut twice"),
            pytest.param("both short-\nand long-term debt", "both short- and\nlong-term debt", id="a half stands for"),
            pytest.param("in the 4th-\ngrade class", "in the 4th-grade\nclass", id="figure and letters"),
            pytest.param("a thou-\nsand chain-\nweighted", "a thousand\nchain-weighted", id="words that are known"),
            pytest.param("the point-\nof-sale, a thou-\nsand", "the point-of-sale,\na thousand", id="of many parts"),
            pytest.param("loss-free. label-\nfree in-\nput", "loss-free. label-free\ninput", id="as other compounds"),
            pytest.param("see www.a.org/our-\nwork now", "see www.a.org/our-work\nnow", id="address"),
            pytest.param("re\u00ad\nlativ", "relativ", id="soft hyphen"),
        ],
    )
    def test_are_joined_as_the_document_writes_them(self, page: str, joined: str) -> None:
        assert join_cut_words([page]) == [joined]

    def test_a_document_that_cuts_no_word_keeps_its_hyphens(self) -> None:
        pages = ["a well-\nknown zorb-\nlike thing", "It is well-known."]
        assert join_cut_words(pages)[0] == "a well-known\nzorb-like\nthing"
        assert join_cut_words([*pages, "a wide-\nspread widespread"])[0] == "a well-known\nzorblike\nthing"

    def test_a_word_that_the_end_of_a_page_cuts_is_whole_on_its_first_page(self) -> None:
        assert join_cut_words(["It is de-", "rived from text."]) == ["It is derived", "from text."]
        assert join_cut_words(["It is de-", "Rivers from text."]) == ["It is de-", "Rivers from text."]

    def test_the_whole_document_decides(self) -> None:
        pages = ["a wide-\nspread belief", "It is widespread."]
        assert join_cut_words(pages)[0] == "a widespread\nbelief"


class TestFurniture:
    def test_running_heads_stay_where_they_first_stand(self) -> None:
        pages = [f"Annual Report\nBody {word}." for word in ("one", "two", "three", "four")]
        assert remove_furniture(pages) == ["Annual Report\nBody one.", "Body two.", "Body three.", "Body four."]

    def test_page_numbers_go_everywhere(self) -> None:
        pages = [f"Body {word}.\nPage {number} of 9" for number, word in enumerate(("a", "b", "c"), start=4)]
        assert remove_furniture(pages) == ["Body a.\nPage 4 of 9", "Body b.", "Body c."]
        pages = [f"Body {word}.\n– {number} –" for number, word in enumerate(("a", "b", "c"), start=4)]
        assert remove_furniture(pages) == ["Body a.", "Body b.", "Body c."]

    def test_the_number_of_a_case_is_a_running_head(self) -> None:
        pages = [f"No. 21-50498\nBody {word}." for word in ("one", "two", "three")]
        assert remove_furniture(pages) == ["No. 21-50498\nBody one.", "Body two.", "Body three."]

    def test_a_foot_with_the_page_number_that_says_nothing_new_parts_no_sentence(self) -> None:
        pages = ["The case 8:16-cv (KES)\nis long."] + [f"It\nwent {n * n}\n-{n}- 8:16-cv (KES)" for n in (2, 3, 4)]
        assert remove_furniture(pages) == [pages[0], *(page.rpartition("\n")[0] for page in pages[1:])]
        pages = ["The case is long."] + [f"It\nwent {n * n}\n-{n}- 8:16-cv (KES)" for n in (2, 3, 4)]
        assert [page.count("(KES)") for page in remove_furniture(pages)] == [0, 1, 0, 0]

    def test_heads_of_odd_and_even_pages_differ(self) -> None:
        heads = ["The Book", "The Chapter"] * 3
        pages = [f"{head}\nBody {number * 7}." for number, head in enumerate(heads)]
        assert [page.count("\n") for page in remove_furniture(pages)] == [1, 1, 0, 0, 0, 0]

    @pytest.mark.parametrize(
        "pages",
        [
            pytest.param(["Yes\nApple", "Yes\nPear"], id="two pages prove nothing"),
            pytest.param([f"{number * number}.5 7.{number}\nRow" for number in range(1, 5)], id="table rows"),
            pytest.param(["1", "2", "3"], id="pages of a number alone"),
        ],
    )
    def test_what_may_be_text_stays(self, pages: list[str]) -> None:
        assert remove_furniture(pages)[0] == pages[0]
        assert all(remove_furniture(pages))

    def test_numbered_titles_of_records_stay(self) -> None:
        pages = [f"Case {number}\nThe {word} complaint." for number, word in enumerate(("a", "b", "c", "d"), 12)]
        assert remove_furniture(pages) == pages

    @pytest.mark.parametrize("head", ["Page {n}", "{n}  The Gazette", "The Gazette  {n}", "Gazette | {n}", "- {n} -"])
    def test_heads_with_the_number_of_the_page_go(self, head: str) -> None:
        pages = [f"{head.format(n=number)}\nThe complaint {word}." for number, word in enumerate("abcd", 12)]
        assert remove_furniture(pages)[1:] == [f"The complaint {word}." for word in "bcd"]

    def test_two_numbers_that_both_grow_with_the_pages_are_furniture(self) -> None:
        pages = [f"Filed 08/15/16 Page {n} of 5 Page ID {1036 + n}\nBody {n * n}." for n in (1, 2, 3, 4)]
        assert remove_furniture(pages)[1:] == ["Body 4.", "Body 9.", "Body 16."]

    def test_lines_in_large_type_are_titles(self) -> None:
        pages = [f"Inspection Form\nBody {word}." for word in ("one", "two", "three", "four")]
        assert remove_furniture(pages, [{"Inspection Form"}] * 4) == pages

    def test_what_repeats_below_what_does_not_is_text(self) -> None:
        pages = [f"Report of {word}\nFindings\nBody {word}." for word in ("one", "two", "three", "four")]
        assert remove_furniture(pages) == pages

    def test_a_line_in_the_middle_is_no_furniture(self) -> None:
        pages = [f"Top {word}\nmore {word}\nThe same\nlow {word}\nBottom {word}" for word in ("a", "b", "c", "d")]
        assert remove_furniture(pages) == pages


class TestGlyphCodes:
    def test_numbers_of_glyphs_become_letters(self) -> None:
        codes = "".join(chr(ord(character) - 29) for character in "Number of apples")
        assert repair_glyph_codes(f"Figure 3\n{codes}") == "Figure 3\nNumber of apples"

    def test_brackets_of_the_mathematical_font_become_brackets(self) -> None:
        assert repair_glyph_codes("it can yield \x0016 over 2\x01 = 120 ways") == "it can yield (16 over 2) = 120 ways"

    def test_two_byte_characters_become_one(self) -> None:
        assert repair_glyph_codes("\0H\0e\0l\0l\0o") == "Hello"

    @pytest.mark.parametrize(
        ("raw", "share"),
        [
            pytest.param("Plain words.", 0.0, id="text"),
            pytest.param("  \n ", 0.0, id="nothing"),
            pytest.param("\ufffd\ufffdab", 0.5, id="replacement characters"),
            pytest.param("/g12/g3/g44", 1.0, id="glyph names"),
            pytest.param("(cid:12)(cid:3)", 1.0, id="character ids"),
            pytest.param("/BT /D5/D9/CP/D2", 0.75, id="names of a bitmap font"),
            pytest.param("中文和 English", 0.0, id="chinese"),
        ],
    )
    def test_garbled_share(self, raw: str, share: float) -> None:
        assert garbled_share(raw) == pytest.approx(share, abs=0.26)
        assert (garbled_share(raw) > 0.3) == (share > 0.3)

    def test_readable_lines_of_a_garbled_page_stay(self) -> None:
        assert without_garbled_lines("Read me.\n/g1/g2/g3\nMe too.") == "Read me.\nMe too."


def test_headings_keep_their_places_when_a_document_is_cleaned() -> None:
    page = PageRecord(1, "\u200bIntro\0 text\n\u202eNext\u202c part\n")
    headings = (Heading(1, 0, 1, "\u200bIntro"), Heading(1, page.text.index("\u202e"), 1, "\u202eNext\u202c"))
    clean = clean_document(ParsedDocument(" A\0 title ", (page,), headings))
    assert clean.title == "A title"
    assert [clean.pages[0].text[heading.offset :].startswith(heading.text) for heading in clean.headings] == [True] * 2
    assert clean_document(clean) == clean


def test_a_message_stays_a_message() -> None:
    detail = message("page {number}: no text", number=3)
    page = PageRecord(3, "", "empty", detail=detail, remarks=(detail,))
    clean = clean_document(ParsedDocument(None, (page,))).pages[0]
    assert isinstance(clean.detail, Message)
    assert isinstance(clean.remarks[0], Message)
