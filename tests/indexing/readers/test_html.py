"""What a browser shows of a page, and what is said of the rest."""

from pathlib import Path

import pytest

from indexing.documents import ParsedDocument, ReadLimits
from indexing.readers import read_document
from tests.indexing.samples import PROSE, saved


def read(folder: Path, body: str, head: str = "") -> ParsedDocument:
    page = f"<!doctype html><html><head><meta charset=utf-8>{head}</head><body>{body}</body></html>"
    return read_document(saved(folder / "page.html", page), ReadLimits())


def text(folder: Path, body: str) -> str:
    return read(folder, body).pages[0].text


class TestTables:
    def test_cells_over_several_rows_and_columns_stand_in_each(self, tmp_path: Path) -> None:
        body = (
            "<table><tr><th>Quay<th>Day<th>Depth<tr><td rowspan=2>North<td>Mon<td>4 m<tr><td>Tue<td>5 m"
            "<tr><td>South<td colspan=2>closed</table>"
        )
        assert (
            text(tmp_path, body) == "Quay | Day | Depth\nNorth | Mon | 4 m\nNorth | Tue | 5 m\nSouth | closed | closed"
        )

    def test_a_header_of_two_rows_is_one(self, tmp_path: Path) -> None:
        body = (
            "<table><thead><tr><th rowspan=2>Day<th colspan=2>Hours<tr><th>from<th>to</thead>"
            "<tr><td>Monday<td>8<td>17</table>"
        )
        assert text(tmp_path, body) == "Day | Hours from | Hours to\nMonday | 8 | 17"

    def test_a_row_of_one_wide_cell_is_said_once(self, tmp_path: Path) -> None:
        body = "<table><caption>Fees</caption><tr><td colspan=2>Winter<tr><td>Gate<td>5</table>"
        assert text(tmp_path, body) == "Fees\n\nWinter\nGate | 5"

    def test_a_table_that_arranges_the_page_is_no_table(self, tmp_path: Path) -> None:
        body = f"<table><tr><td>Menu<td><h2>News</h2><p>{PROSE}</p><table><tr><td>A<td>1<tr><td>B<td>2</table></table>"
        document = read(tmp_path, body)
        assert document.pages[0].text == f"Menu\n\nNews\n\n{PROSE.strip()}\n\nA | 1\nB | 2"
        assert [heading.text for heading in document.headings] == ["News"]

    @pytest.mark.parametrize("span", ["0", "-3", "x", "99999999"])
    def test_odd_spans_do_no_harm(self, tmp_path: Path, span: str) -> None:
        body = f"<table><tr><td rowspan={span}>A<td colspan={span}>B<tr><td>C<td>D</table>"
        assert "C" in text(tmp_path, body)


class TestLeftOut:
    def test_struck_text_is_left_out_and_said(self, tmp_path: Path) -> None:
        page = read(
            tmp_path, "<p>The fee is <del>30</del> <ins>45</ins> euros, <s>net</s>.</p><strike>Old.</strike>"
        ).pages[0]
        assert page.text == "The fee is 45 euros, ."
        assert page.remarks == tuple(f"struck out and left out: “{each}”" for each in ("30", "net", "Old."))

    def test_hidden_text_is_left_out_and_said(self, tmp_path: Path) -> None:
        page = read(tmp_path, "<p>Seen.<span style='display: none'>Secret words.</span></p>").pages[0]
        assert page.text == "Seen."
        assert page.remarks == ("hidden text left out: “Secret words.”",)

    def test_a_remark_stands_with_its_page(self, tmp_path: Path) -> None:
        body = f"<h1>One</h1><p>{PROSE * 20}</p><h1>Two</h1><p><s>gone</s> {PROSE * 20}</p>"
        assert [len(page.remarks) for page in read(tmp_path, body).pages] == [0, 1]

    def test_frames_are_named_or_shown(self, tmp_path: Path) -> None:
        body = "<p>Map:</p><iframe src='map.html' title='Harbour'></iframe><iframe srcdoc='<p>Inner words.'></iframe>"
        page = read(tmp_path, body).pages[0]
        assert page.text == "Map:\n\nInner words."
        assert page.remarks == ("another page shown within this one was not read: Harbour (map.html)",)

    def test_navigation_notices_and_foot_are_a_page_apart(self, tmp_path: Path) -> None:
        body = (
            "<div id=cookie-banner><p>We use cookies.</p></div><nav><a href=/>Home</a><a href=/a>About</a></nav>"
            f"<ul class=navbar><li><a href=/b>Berths</a></ul><main><h1>Rules</h1><p>{PROSE}</p>"
            "<article><footer>Signed: the master.</footer></article></main><footer>Harbour Ltd, phone 5550</footer>"
        )
        document = read(tmp_path, body)
        assert document.pages[0].text == f"Rules\n\n{PROSE.strip()}\n\nSigned: the master."
        assert document.pages[1].label == "around the text"
        assert document.pages[1].text == "We use cookies.\n\nHome About\n\n- Berths\n\nHarbour Ltd, phone 5550"

    def test_a_menu_of_dishes_is_text(self, tmp_path: Path) -> None:
        assert "Soup 5" in text(tmp_path, f"<p>{PROSE}</p><div class=menu><p>Soup 5</p><p>Fish 12</p></div>")


class TestShown:
    def test_values_of_fields_stand_beside_their_labels(self, tmp_path: Path) -> None:
        body = (
            "<form><label>Berth <input value='B-17'></label><br><label>Paid <input type=checkbox checked></label>"
            "<input type=hidden value=x7><textarea>Feed the cat</textarea>"
            "<label>Hull <select><option>red<option selected>green</select></label>"
            "<input type=submit value=Send></form>"
        )
        assert text(tmp_path, body) == "Berth B-17\nPaid [x]\n\nFeed the cat\n\nHull green"

    def test_pictures_are_what_they_are_said_to_be(self, tmp_path: Path) -> None:
        assert text(tmp_path, "<p>See <img src=x alt='Chart: 61 tonnes'>.</p>") == "See Chart: 61 tonnes ."

    def test_readings_stand_behind_the_words(self, tmp_path: Path) -> None:
        body = (
            "<ruby>灯<rp>(</rp><rt>とう</rt><rp>)</rp>台<rt>だい</rt></ruby>は"
            "<ruby>佐藤<rt>さとう</rt></ruby><ruby>花子<rt>はなこ</rt></ruby>。"
        )
        assert text(tmp_path, body) == "灯台（とうだい）は佐藤花子（さとうはなこ）。"

    def test_raised_numbers_are_set_off(self, tmp_path: Path) -> None:
        body = (
            "<p>10<sup>5</sup> m<sup>2</sup>, the 1<sup>st</sup>, H<sub>2</sub>O, see<sup><a href=#n>3</a></sup>.</p>"
        )
        assert text(tmp_path, body) == "10^5 m^2, the 1st, H2O, see[3]."

    def test_numbered_lists_keep_their_numbers(self, tmp_path: Path) -> None:
        body = "<ol start=3><li><p>Pay</p><li>Moor</ol><ol type=a><li>x<li value=4>y</ol><ul><li>z</ul>"
        assert text(tmp_path, body) == "3. Pay\n\n4. Moor\n\na. x\nd. y\n\n- z"

    def test_a_declared_encoding_with_a_broken_byte(self, tmp_path: Path) -> None:
        page = '<meta charset="gb2312"><p>苹果和梨在秋天成熟。</p>'.encode("gb2312").replace(b"</p>", b"\xff</p>")
        path = saved(tmp_path / "page.html", page)
        assert read_document(path, ReadLimits()).pages[0].text.startswith("苹果和梨在秋天成熟。")
