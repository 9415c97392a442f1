"""Text formats: encodings, headings, sections that a citation can name; and what is not text at all."""

import io
import os
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers import read_document, reader_for
from indexing.readers.encoding import decode_text
from tests.indexing.samples import PROSE, pdf, saved

LIMITS = ReadLimits()


def read(folder: Path, name: str, content: bytes | str) -> ParsedDocument:
    return read_document(saved(folder / name, content), LIMITS)


def category(folder: Path, name: str, content: bytes | str) -> str:
    with pytest.raises(ParseFailure) as caught:
        read(folder, name, content)
    return caught.value.category


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("inside.txt", "text")
    return out.getvalue()


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG")
    return out.getvalue()


class TestFirstBytes:
    @pytest.mark.faults("B3")
    @pytest.mark.parametrize(
        "content",
        [
            pytest.param(b"<!DOCTYPE html><html><body>Hi</body></html>", id="web page"),
            pytest.param(picture(), id="picture"),
            pytest.param(archive(), id="archive"),
            pytest.param(b"Only plain text here.", id="text"),
            pytest.param(b"\x7fELF\x02\x01\x01" + bytes(100), id="program"),
        ],
    )
    def test_what_is_named_pdf_and_is_none_is_refused(self, tmp_path: Path, content: bytes) -> None:
        assert category(tmp_path, "wrong.pdf", content) == "type_mismatch"

    @pytest.mark.faults("B3")
    @pytest.mark.parametrize("name", ["notes.txt", "notes.md", "page.html"])
    def test_a_pdf_is_no_text(self, tmp_path: Path, name: str) -> None:
        assert category(tmp_path, name, pdf(["Hello."])) == "type_mismatch"

    @pytest.mark.faults("B16")
    @pytest.mark.parametrize("name", ["tool.exe", "data.bin", "library.so", "picture.gif", "noending", ".hidden"])
    def test_binary_files_are_not_on_the_list(self, name: str) -> None:
        assert reader_for(Path(name)) is None

    @pytest.mark.faults("B16")
    def test_random_bytes_are_no_text(self, tmp_path: Path) -> None:
        assert category(tmp_path, "noise.txt", os.urandom(4000)) in ("encoding_unknown", "type_mismatch")

    @pytest.mark.parametrize("content", [b"", b" \n\t\n ", b"\xef\xbb\xbf"])
    def test_a_file_without_text_is_empty(self, tmp_path: Path, content: bytes) -> None:
        assert category(tmp_path, "empty.txt", content) == "empty"

    def test_a_suffix_may_be_written_large(self) -> None:
        form = reader_for(Path("REPORT.PDF"))
        assert form is not None
        assert form.name == "pdf"

    def test_every_format_names_a_function_that_is_there(self) -> None:
        from indexing.readers import FORMATS

        assert all(callable(form.reader()) for form in FORMATS)
        assert len({form.fingerprint for form in FORMATS}) == len(FORMATS)


RUSSIAN = "Поисковый сервер отвечает на вопросы по вашим документам и показывает страницу. "
FRENCH = "Le café est à côté de l'hôtel ; où êtes-vous allés cet été ? Ça dépend des élèves. "
GERMAN = "Die Straße führt über die Brücke nach Köln, wo schöne Häuser stehen. "
CHINESE = "这个服务器根据您的文档回答问题，并显示每个陈述所在的页面。把文件放入文件夹即可。"
JAPANESE = "このサーバーは文書に基づいて質問に答え、各文の出典ページを表示します。"
POLISH = "Zażółć gęślą jaźń, wczoraj poszedłem do sklepu po świeży chleb i mleko. "


@pytest.mark.faults("B15")
class TestEncodings:
    @pytest.mark.parametrize(
        ("text", "encoding"),
        [
            (RUSSIAN, "cp1251"),
            (RUSSIAN, "koi8-r"),
            (RUSSIAN, "utf-8"),
            (FRENCH, "latin-1"),
            (FRENCH, "cp1252"),
            (GERMAN, "latin-1"),
            (POLISH, "cp1250"),
            (POLISH, "iso8859-2"),
            (CHINESE, "gb18030"),
            (CHINESE, "utf-8-sig"),
            (JAPANESE, "shift_jis"),
            (JAPANESE, "euc-jp"),
            (CHINESE, "utf-16"),
            (GERMAN, "utf-16"),
            (GERMAN, "utf-16-le"),
            (GERMAN, "utf-16-be"),
            (GERMAN, "utf-32"),
        ],
    )
    def test_encodings_are_told_from_the_bytes(self, text: str, encoding: str) -> None:
        assert decode_text((text * 3).encode(encoding)) == text * 3

    @pytest.mark.parametrize(
        "data",
        [
            pytest.param(bytes(range(256)) * 8, id="every byte"),
            pytest.param(b"abc\0\0\0def\0g" * 50, id="zeros"),
            pytest.param("Größe".encode("latin-1") + b" xyz qrs", id="too little to tell"),
        ],
    )
    def test_unknown_encodings_are_refused_rather_than_guessed(self, data: bytes) -> None:
        with pytest.raises(ParseFailure) as caught:
            decode_text(data)
        assert caught.value.category == "encoding_unknown"


class TestMarkdown:
    def test_a_short_text_is_one_page(self, tmp_path: Path) -> None:
        document = read(tmp_path, "short.md", "# Fruit\n\nApples.\n\n## Stone fruit\n\nPlums.\n")
        assert [(page.number, page.label) for page in document.pages] == [(1, None)]
        assert document.title == "Fruit"
        assert [(heading.level, heading.text) for heading in document.headings] == [(1, "Fruit"), (2, "Stone fruit")]

    def test_a_long_text_has_its_sections_as_pages(self, tmp_path: Path) -> None:
        text = f"# Fruit\n\n## Apples\n\n{PROSE * 20}\n\n## Pears\n\n{PROSE * 20}\n"
        document = read(tmp_path, "long.md", text)
        assert [page.label for page in document.pages] == ["Apples", "Pears"]
        for heading in document.headings:
            assert heading.text in document.pages[heading.page - 1].text[heading.offset :].split("\n")[0]

    def test_code_is_no_heading_and_stays_as_it_is(self, tmp_path: Path) -> None:
        document = read(tmp_path, "code.md", "Title\n=====\n\n```sh\n# not a heading\n<keep this>\n```\n")
        assert [heading.text for heading in document.headings] == ["Title"]
        assert "# not a heading\n<keep this>" in document.pages[0].text

    def test_what_a_reader_of_the_page_would_not_see_is_no_text(self, tmp_path: Path) -> None:
        text = (
            "---\ntitle: The Real Title\n---\nimport X from './x'\n\n# First\n<!-- hidden -->\n"
            '![a tree](data:image/png;base64,AAAA) and <div align="center">words</div>, [a link](https://example.org).'
        )
        document = read(tmp_path, "page.mdx", text)
        assert document.title == "The Real Title"
        assert document.pages[0].text.startswith("# First")
        assert document.pages[0].text.endswith("a tree and words, [a link](https://example.org).")

    def test_formulas_and_comparisons_stay(self, tmp_path: Path) -> None:
        document = read(tmp_path, "formula.md", "If $a<b$ and $c>d$ then $$x_i = \\frac{1}{2}$$ holds for 1 < 2.")
        assert document.pages[0].text == "If $a<b$ and $c>d$ then $$x_i = \\frac{1}{2}$$ holds for 1 < 2."


class TestPlainText:
    def test_long_text_is_cut_at_paragraphs_and_cited_by_lines(self, tmp_path: Path) -> None:
        text = "\n\n".join(f"Paragraph {number}. {PROSE}" for number in range(120))
        document = read(tmp_path, "long.txt", text)
        assert len(document.pages) > 1
        assert document.pages[0].label is not None
        first, last = (int(number) for number in document.pages[1].label.removeprefix("lines ").split("–"))  # type: ignore[union-attr]
        lines = [line.rstrip() for line in text.split("\n")[first - 1 : last]]
        assert "\n".join(lines) == document.pages[1].text
        assert "".join("".join(page.text for page in document.pages).split()) == "".join(text.split())

    def test_text_without_any_break_is_cut_all_the_same(self, tmp_path: Path) -> None:
        document = read(tmp_path, "wall.txt", "x" * 50_000)
        assert "".join(page.text for page in document.pages) == "x" * 50_000
        assert max(len(page.text) for page in document.pages) <= 12_000

    def test_too_long_a_text_is_refused(self, tmp_path: Path) -> None:
        path = saved(tmp_path / "long.txt", "word " * 100)
        with pytest.raises(ParseFailure, match="output_limit"):
            read_document(path, ReadLimits(text_characters=99))


class TestHtml:
    PAGE = """<!DOCTYPE html><html><head><title>The  Garden</title><script>evil()</script>
        <style>p {color: red}</style></head><body><nav>Home | About</nav><h1>Trees</h1><p>An <b>oak</b> is
        tall.<p hidden>Unseen.</p><div style="display:none">Unseen too.</div><ul><li>Oak<li>Elm</ul>
        <table><tr><th>Tree<th>Height<tr><td>Oak<td>20 m</table><h2>Shrubs</h2><pre>a  b
  c</pre><!-- a comment --></body></html>"""

    def test_is_what_a_browser_shows(self, tmp_path: Path) -> None:
        document = read(tmp_path, "page.html", self.PAGE)
        assert document.title == "The Garden"
        assert document.pages[0].text == (
            "Trees\n\nAn oak is tall.\n\n- Oak\n- Elm\n\nTree | Height\nOak | 20 m\n\nShrubs\n\na  b\n  c"
        )
        assert [(heading.level, heading.text) for heading in document.headings] == [(1, "Trees"), (2, "Shrubs")]
        assert all(document.pages[0].text[each.offset :].startswith(each.text) for each in document.headings)

    def test_follows_the_declared_encoding(self, tmp_path: Path) -> None:
        page = '<meta charset="gb2312"><p>苹果</p>'.encode("gb2312")
        assert read(tmp_path, "page.htm", page).pages[0].text == "苹果"

    def test_a_page_that_shows_nothing_is_empty(self, tmp_path: Path) -> None:
        assert category(tmp_path, "page.html", "<html><body><script>x()</script></body></html>") == "empty"

    def test_deep_nesting_ends(self, tmp_path: Path) -> None:
        page = "<div>" * 20_000 + "deep" + "</div>" * 20_000
        assert read(tmp_path, "deep.html", f"<p>Top</p>{page}").pages[0].text == "Top\n\ndeep"


class TestRst:
    TEXT = (
        "======\nManual\n======\n\n.. _anchor:\n\nUse :func:`~pkg.run` or :ref:`the guide <guide>`.\n\n"
        "Setup\n-----\n\n.. a comment\n   of two lines\n\n"
        ".. note::\n\n   Read `the page <https://example.org>`_ first.\n\n"
        ".. code-block:: python\n   :linenos:\n\n   run()\n\nUse\n---\n\nGo.\n"
    )

    def test_headings_come_without_their_rules(self, tmp_path: Path) -> None:
        document = read(tmp_path, "manual.rst", self.TEXT)
        assert [(each.level, each.text) for each in document.headings] == [(1, "Manual"), (2, "Setup"), (2, "Use")]
        assert all(document.pages[0].text[each.offset :].startswith(each.text) for each in document.headings)
        assert "---" not in document.pages[0].text

    def test_markup_reads_as_text(self, tmp_path: Path) -> None:
        text = read(tmp_path, "manual.rst", self.TEXT).pages[0].text
        assert "Use pkg.run or the guide." in text
        assert "Note:\n\n   Read the page (https://example.org) first." in text
        assert "   run()" in text
        assert ".. " not in text
        assert "linenos" not in text
        assert "two lines" not in text
