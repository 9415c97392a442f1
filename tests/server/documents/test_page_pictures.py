"""Pictures of PDF pages: the passage is found on the page, and a page that cannot be drawn harms nobody."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from server.documents.draw_page import find_all, find_passage, lines_of
from server.documents.page_pictures import NoPicture, PagePictures, indexed_file
from storage.records import DocumentRecord


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    """A page with three lines."""
    from fpdf import FPDF

    document = FPDF()
    document.add_page()
    document.set_font("helvetica", size=14)
    for line in ("The parrot is green.", "Its name is Polly and", "it speaks five languages."):
        document.cell(text=line, new_x="LMARGIN", new_y="NEXT")
    document.output(str(tmp_path / "parrot.pdf"))
    return tmp_path / "parrot.pdf"


def record(file: Path, **changes: object) -> DocumentRecord:
    status = file.stat()
    fields = {"size": status.st_size, "mtime_ns": status.st_mtime_ns, "sha256": "", "path": file.name} | changes
    return DocumentRecord(status="indexed", format="pdf", fingerprint="", **fields)  # type: ignore[arg-type]


def yellow(picture: bytes, folder: Path) -> int:
    """How many pixels are marked."""
    (folder / "page.png").write_bytes(picture)
    with Image.open(folder / "page.png") as image:
        red, _, blue = (np.asarray(band) for band in image.convert("RGB").split())
    return int(((red > 240) & (blue < 160)).sum())


def green(picture: bytes, folder: Path) -> int:
    """How many pixels are marked as what was looked for."""
    (folder / "page.png").write_bytes(picture)
    with Image.open(folder / "page.png") as image:
        red, other, _ = (np.asarray(band) for band in image.convert("RGB").split())
    return int(((red < 170) & (other > 210)).sum())


@pytest.mark.parametrize(
    ("page", "passage", "found"),
    [
        pytest.param("a parrot sings", "parrot", "parrot", id="word"),
        pytest.param("super-\nvised learning", "supervised learning", "supervisedlearning", id="cut word"),
        pytest.param("ﬁnal  answer", "final answer", "ﬁnalanswer", id="ligature"),
        pytest.param("一只 鹦鹉 会 唱歌", "鹦鹉会唱歌", "鹦鹉会唱歌", id="Chinese"),
        pytest.param("nothing of it", "elsewhere entirely", "", id="absent"),
        pytest.param("the first part is here 12 and the second part", "the first part is here and the second part",
                     "thefirstpartishereandthesecondpart", id="interrupted"),
    ],
)  # fmt: skip
def test_a_passage_is_found_by_its_letters(page: str, passage: str, found: str) -> None:
    places = sorted(set(find_passage(list(page), passage)))
    assert "".join(page[place] for place in places) == found


def test_a_passage_in_another_order_than_the_page_draws_it_is_found_line_by_line() -> None:
    page = "the left begins the right begins and goes on and also goes on"
    passage = "the left begins\nand goes on\nthe right begins\nand also goes on"
    assert len(find_passage(list(page), passage)) == sum(letter.isalpha() for letter in page)


def test_the_bars_of_a_table_and_ticks_are_no_letters_of_the_page() -> None:
    page = "Buoy Light 44 red insured"
    found = find_passage(list(page), "| Buoy | Light |\n| 44 | red |\n[x] insured")
    assert "".join(page[place] for place in found) == "BuoyLight44redinsured"


def test_boxes_become_lines() -> None:
    boxes = [(0, 0, 10, 10), (12, 1, 20, 11), (0, 20, 10, 30), (200, 20, 210, 30)]
    assert list(lines_of(boxes)) == [(0, 0, 20, 11), (0, 20, 10, 30), (200, 20, 210, 30)]


def test_the_passage_is_marked_on_the_page(pdf: Path, tmp_path: Path) -> None:
    pictures = PagePictures()
    plain = yellow(pictures.picture(pdf, "v1", 1, ""), tmp_path)
    marked = yellow(pictures.picture(pdf, "v1", 1, "Its name is Polly and it speaks"), tmp_path)
    assert plain == 0
    assert marked > 2000


def test_what_was_looked_for_is_marked_wherever_it_stands(pdf: Path, tmp_path: Path) -> None:
    assert ["".join("is it, It is"[i] for i in hit) for hit in find_all("is it, It is", ["IT", "?"])] == ["it", "It"]
    one, more = (PagePictures().drawn(pdf, "v1", 1, "", hits=hits).png for hits in (["parrot"], ["parrot", "Polly"]))
    assert 0 < green(one, tmp_path) < green(more, tmp_path)
    assert yellow(more, tmp_path) == 0


def test_a_page_asked_for_again_is_not_drawn_again(pdf: Path) -> None:
    pictures = PagePictures()
    first = pictures.picture(pdf, "v1", 1, "")
    pdf.unlink()
    assert pictures.picture(pdf, "v1", 1, "") is first


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 broken", b"no PDF at all"], ids=["empty", "broken", "other"])
def test_a_page_that_cannot_be_drawn_is_an_error_of_its_own(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.pdf").write_bytes(content)
    with pytest.raises(NoPicture):
        PagePictures().picture(tmp_path / "bad.pdf", "v1", 1, "")


def test_a_page_that_is_not_there_is_an_error_of_its_own(pdf: Path) -> None:
    with pytest.raises(NoPicture):
        PagePictures().picture(pdf, "v1", 7, "")


@pytest.mark.faults("X10")
def test_only_the_indexed_version_inside_the_folder_is_shown(pdf: Path, tmp_path: Path) -> None:
    folder = str(tmp_path)
    outside = tmp_path.parent / "outside.pdf"
    outside.write_bytes(pdf.read_bytes())
    (tmp_path / "link.pdf").symlink_to(outside)
    assert indexed_file(folder, record(pdf)) == pdf.resolve()
    assert indexed_file(folder, record(pdf, path="gone.pdf")) is None
    assert indexed_file(folder, record(pdf, path="../outside.pdf")) is None
    assert indexed_file(folder, record(pdf, path=str(outside))) is None
    assert indexed_file(folder, record(pdf, path="link.pdf")) is None
    assert indexed_file(folder, record(pdf, mtime_ns=0)) is None  # changed: other bytes than those indexed
