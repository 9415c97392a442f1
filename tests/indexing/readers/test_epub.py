"""Notes of e-books stand behind the words they belong to; chapters in any encoding."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

from indexing.documents import ReadLimits
from indexing.readers import read_document

CONTAINER = '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'
HEAD = '<?xml version="1.0" encoding="{}"?><html xmlns:epub="http://www.idpf.org/2007/ops"><body>{}</body></html>'


def texts(path: Path, chapters: Mapping[str, str], encoding: str = "utf-8") -> list[str]:
    items = "".join(f'<item id="{n}" href="{n}" media-type="application/xhtml+xml"/>' for n in chapters)
    spine = "".join(f'<itemref idref="{name}"/>' for name in chapters)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("META-INF/container.xml", CONTAINER)
        file.writestr("OPS/book.opf", f"<package><manifest>{items}</manifest><spine>{spine}</spine></package>")
        for name, body in chapters.items():
            file.writestr(f"OPS/{name}", HEAD.format(encoding, body).encode(encoding))
    return [page.text for page in read_document(path, ReadLimits()).pages]


def test_a_note_that_a_reader_pops_up_stands_behind_its_word(tmp_path: Path) -> None:
    body = (
        '<p>It weighs 6 tonnes<a epub:type="noteref" href="#n1">1</a> and lifts two.</p><p>Then.</p>'
        '<aside epub:type="footnote" id="n1" hidden=""><p>1. Without the jib. <a href="#r1">↩</a></p></aside>'
    )
    assert texts(tmp_path / "a.epub", {"one.xhtml": body}) == [
        "It weighs 6 tonnes [1: Without the jib.] and lifts two.\n\nThen."
    ]


def test_notes_of_the_whole_book_come_to_their_chapters(tmp_path: Path) -> None:
    chapters = {
        "one.xhtml": '<p>The oak<sup><a epub:type="noteref" href="notes.xhtml#a">1</a></sup> fell.</p>',
        "two.xhtml": '<p>The elm<a role="doc-noteref" href="notes.xhtml#b">2</a>.</p>',
        "notes.xhtml": '<h1>Notes</h1><ol><li id="a">In 1904. <a epub:type="backlink" href="one.xhtml">1</a></li>'
        '<li id="b">Ulmus glabra.</li><li id="c">Nobody refers here.</li></ol>',
    }
    assert texts(tmp_path / "a.epub", chapters) == [
        "The oak [1: In 1904.] fell.",
        "The elm [2: Ulmus glabra.].",
        "Notes\n\n1. Nobody refers here.",
    ]


def test_notes_of_old_books_are_told_by_their_numbers(tmp_path: Path) -> None:
    body = (
        '<p>It costs 9 crowns<sup id="r"><a href="#f">3</a></sup> a day.</p><p>See <a href="#f">there</a>.</p>'
        '<p id="f"><a href="#r">3</a> Plus harbour dues.</p>'
    )
    assert texts(tmp_path / "a.epub", {"one.xhtml": body}) == [
        "It costs 9 crowns [3: Plus harbour dues.] a day.\n\nSee there."
    ]


def test_a_link_to_a_chapter_is_no_note(tmp_path: Path) -> None:
    body = '<p>As said<sup><a href="#s">2</a></sup>.</p><p id="s">The second part of the story.</p>'
    assert texts(tmp_path / "a.epub", {"one.xhtml": body}) == ["As said[2].\n\nThe second part of the story."]


def test_chapters_in_other_encodings(tmp_path: Path) -> None:
    assert texts(tmp_path / "a.epub", {"one.xhtml": "<p>苹果在秋天成熟。</p>"}, "gbk") == ["苹果在秋天成熟。"]
