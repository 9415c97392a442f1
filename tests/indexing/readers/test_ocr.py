"""Pages read from their picture: what is recognised, in which order, without a network, and never twice."""

import socket
from pathlib import Path

import numpy as np
import pytest
from fpdf import FPDF

from indexing.readers.pdf.ocr import Line, PagePicture, layout_text, picture, recognise, render_page
from storage.caches.ocr import OcrCache

SENTENCE = "The bridge of Avignon was built in 1185."


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PDF of two pages that hold only a picture of text, the second one upside down, and a blank third."""
    folder = tmp_path_factory.mktemp("scan")
    written = FPDF(unit="pt", format=(320, 320))  # a flat one is enlarged until it is as high
    written.add_page()
    written.set_font("Helvetica", size=14)
    written.set_auto_page_break(False)
    for number, line in enumerate([SENTENCE, "It had 22 arches; four remain.", "Tickets cost 5 euros."]):
        written.text(20, 30 + 28 * number, line)
    written.output(str(folder / "written.pdf"))
    pixels = render_page(folder / "written.pdf", 1).pixels[:, :, ::-1]
    scanned = FPDF(unit="pt", format=(320, 320))
    for turns in (0, 2):
        scanned.add_page()
        scanned.image(_png(np.rot90(pixels, turns), folder / f"{turns}.png"), 0, 0, 320, 320)
    scanned.add_page()
    scanned.output(str(folder / "scan.pdf"))
    return folder / "scan.pdf"


def _png(pixels: np.ndarray, path: Path) -> str:
    from PIL import Image

    Image.fromarray(np.ascontiguousarray(pixels)).save(path)
    return str(path)


@pytest.mark.faults("B5")
def test_a_scanned_page_is_read_without_a_network(scan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts: list[object] = []

    def refuse(*arguments: object) -> None:
        attempts.append(arguments)
        raise OSError("no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    text = recognise(render_page(scan, 1))
    assert text.splitlines()[0] == SENTENCE
    assert "22 arches" in text
    assert attempts == []


def test_a_page_upside_down_is_turned(scan: Path) -> None:
    assert SENTENCE in recognise(render_page(scan, 2))


def test_a_blank_page_has_no_text(scan: Path) -> None:
    assert recognise(render_page(scan, 3)) == ""


def test_a_page_has_the_same_key_each_time_and_another_than_other_pages(scan: Path) -> None:
    keys = [render_page(scan, number).key for number in (1, 1, 2, 3)]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


def test_pictures_of_other_shape_have_other_keys() -> None:
    bytes_of_both = np.zeros(24, dtype=np.uint8)
    assert picture(bytes_of_both.reshape(2, 4, 3)).key != picture(bytes_of_both.reshape(4, 2, 3)).key


def test_one_colour_is_not_shown_to_the_engine() -> None:
    assert recognise(PagePicture(np.full((2_000, 2_000, 3), 255, dtype=np.uint8), "00")) == ""


def test_the_cache_gives_back_what_was_put_in(tmp_path: Path) -> None:
    assert OcrCache.open_readonly(tmp_path / "ocr.db") is None
    with OcrCache.open(tmp_path / "ocr.db") as cache:
        cache.put_many({"0a" * 32: "text", "0b" * 32: ""})
        reader = OcrCache.open_readonly(tmp_path / "ocr.db")
        assert reader is not None
        with reader:
            assert [reader.get(key) for key in ("0a" * 32, "0b" * 32, "0c" * 32)] == ["text", "", None]
        cache.put_many({"0a" * 32: "better"})
        assert cache.get("0a" * 32) == "better"
        assert cache.count() == 2


def column(left: float, texts: list[str], *, top: float = 100, width: float = 200) -> list[Line]:
    """Lines 10 high and 14 apart."""
    return [Line(left, top + 14 * n, left + width, top + 14 * n + 10, text) for n, text in enumerate(texts)]


LEFT, RIGHT = ([f"{side}{number}" for number in range(6)] for side in "lr")


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        pytest.param([], "", id="nothing"),
        pytest.param(column(0, RIGHT)[::-1], "\n".join(RIGHT), id="one column"),
        pytest.param(
            [*column(230, RIGHT), *column(0, LEFT)], "\n".join(LEFT) + "\n\n" + "\n".join(RIGHT), id="two columns"
        ),
        pytest.param(
            [*column(0, LEFT), *column(230, RIGHT), Line(100, 60, 400, 80, "title"), Line(100, 190, 400, 200, "foot")],
            "title\n\n" + "\n".join(LEFT) + "\n\n" + "\n".join(RIGHT) + "\n\nfoot",
            id="two columns under a title",
        ),
        pytest.param(
            [*column(0, LEFT), *column(230, RIGHT), *column(460, ["x0", "x1", "x2", "x3", "x4", "x5"])],
            "\n\n".join("\n".join(f"{side}{number}" for number in range(6)) for side in "lrx"),
            id="three columns",
        ),
        pytest.param(
            [*column(0, LEFT, width=40), *column(230, RIGHT, width=40)],
            "\n".join(f"| {left} | {right} |" for left, right in zip(LEFT, RIGHT, strict=True)),
            id="a table is read by rows",
        ),
        pytest.param([*column(0, ["a", "b"]), *column(0, ["c"], top=160)], "a\nb\n\nc", id="a gap begins a paragraph"),
        pytest.param(
            [Line(10 - 10 * n, 0, 18 - 10 * n, 200, text) for n, text in enumerate(["第一行", "第二行"])],
            "第一行\n第二行",
            id="vertical from right to left",
        ),
    ],
)
def test_lines_are_read_in_order(lines: list[Line], text: str) -> None:
    assert layout_text(lines) == text
