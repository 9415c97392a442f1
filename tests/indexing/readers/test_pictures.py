"""Pictures: frames are pages, read from what a viewer would show."""

import struct
import zipfile
import zlib
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import numpy as np
import pytest
from fpdf import FPDF
from PIL import Image

from indexing.documents import ParseFailure, ReadLimits
from indexing.parsing.parse_all import parse_all
from indexing.readers import read_document
from indexing.readers.pdf.ocr import render_page
from tests.indexing.recognising import Recogniser
from tests.indexing.samples import saved

SENTENCES = ("The bridge was built in 1185.", "Tickets cost 5 euros.")


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> list[Image.Image]:
    path = tmp_path_factory.mktemp("frames") / "a.pdf"
    written = FPDF(unit="pt", format=(320, 320))  # a flat one is enlarged until it is as high
    written.set_auto_page_break(False)
    for sentence in SENTENCES:
        written.add_page()
        written.set_font("Helvetica", size=16)
        written.text(20, 35, sentence)
    written.output(str(path))
    return [Image.fromarray(np.ascontiguousarray(render_page(path, n).pixels[:, :, ::-1])) for n in (1, 2)]


def _transparent(image: Image.Image) -> Image.Image:
    """Black letters on nothing."""
    ink = image.convert("L").point(lambda value: 255 - value)
    made = Image.new("RGBA", image.size, (0, 0, 0, 0))
    made.putalpha(ink)
    return made


def _fax(image: Image.Image) -> Image.Image:
    """Black or white, without grey."""
    large = image.convert("L").resize((image.width * 2, image.height * 2), Image.Resampling.LANCZOS)
    return large.point(lambda value: 255 if value > 128 else 0).convert("1")


@pytest.mark.parametrize(
    ("name", "change"),
    [
        pytest.param("a.png", lambda image: image, id="png"),
        pytest.param("a.jpg", lambda image: image, id="jpg"),
        pytest.param("a.webp", _transparent, id="on nothing"),
        pytest.param("a.heic", lambda image: image, id="heic"),
        pytest.param("a.tif", _fax, id="black and white"),
    ],
)
def test_a_picture_is_read(
    tmp_path: Path,
    frames: list[Image.Image],
    recogniser: Recogniser,
    name: str,
    change: Callable[[Image.Image], Image.Image],
) -> None:
    if name.endswith("heic"):
        from pillow_heif import register_heif_opener

        register_heif_opener()
    change(frames[0]).save(tmp_path / name)
    page = recogniser.read(tmp_path / name).pages[0]
    assert (" ".join(page.text.split()), page.status) == (SENTENCES[0], "ocr")


def test_a_photograph_on_its_side_is_turned_as_its_camera_says(
    tmp_path: Path, frames: list[Image.Image], recogniser: Recogniser
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    frames[0].rotate(90, expand=True).save(tmp_path / "a.jpg", exif=exif)
    assert recogniser.read(tmp_path / "a.jpg").pages[0].text == SENTENCES[0]


def test_frames_are_pages(tmp_path: Path, frames: list[Image.Image], recogniser: Recogniser) -> None:
    frames[0].save(tmp_path / "fax.tiff", save_all=True, append_images=frames[1:])
    assert [page.text for page in recogniser.read(tmp_path / "fax.tiff").pages] == list(SENTENCES)


def test_without_recognition_it_says_what_to_do(tmp_path: Path, frames: list[Image.Image]) -> None:
    frames[0].save(tmp_path / "a.png")
    (outcome,) = parse_all([tmp_path / "a.png"], ReadLimits(), 1)
    assert outcome.failure is not None
    assert outcome.failure.category == "no_text"
    assert "OCR=auto" in outcome.failure.detail


def test_a_picture_under_another_pictures_name_is_read(tmp_path: Path, frames: list[Image.Image]) -> None:
    frames[0].save(tmp_path / "a.png")
    (tmp_path / "a.png").rename(tmp_path / "a.jpg")
    assert len(read_document(tmp_path / "a.jpg", ReadLimits()).pages) == 1


@pytest.mark.parametrize(
    ("content", "category"),
    [
        pytest.param(b"\x89PNG\r\n\x1a\n broken", "damaged", id="broken"),
        pytest.param(b"<html>", "type_mismatch", id="a web page"),
        pytest.param(b"%PDF-1.7", "type_mismatch", id="a PDF"),
        pytest.param(b"", "empty", id="empty"),
    ],
)
def test_what_is_no_picture_says_so(tmp_path: Path, content: bytes, category: str) -> None:
    with pytest.raises(ParseFailure) as caught:
        read_document(saved(tmp_path / "a.png", content), ReadLimits())
    assert caught.value.category == category


def test_a_picture_that_unpacks_to_gigabytes_is_refused(tmp_path: Path) -> None:
    side = 40_000  # pixels, black or white
    packer = zlib.compressobj(1)
    rows = b"".join(packer.compress(bytes(1 + side // 8)) for _ in range(side)) + packer.flush()
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)), (b"IDAT", rows), (b"IEND", b""))
    packed = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(packed))
    with pytest.raises(ParseFailure) as caught:
        read_document(tmp_path / "a.png", ReadLimits())
    assert caught.value.category == "bomb"


def test_pictures_within_other_files_are_read_too(
    tmp_path: Path, frames: list[Image.Image], recogniser: Recogniser
) -> None:
    frames[0].save(tmp_path / "a.png")
    mail = EmailMessage()
    mail["Subject"] = "Scan"
    mail.set_content("See.")
    mail.add_attachment((tmp_path / "a.png").read_bytes(), "image", "png", filename="scan.png")
    with zipfile.ZipFile(tmp_path / "box.zip", "w") as file:
        file.writestr("a/first.txt", "First.")
        file.writestr("a/mail.eml", mail.as_bytes())
    found = {page.label: page for page in recogniser.read(tmp_path / "box.zip").pages}
    scan = found["box.zip › a/mail.eml › scan.png"]
    assert (scan.text, scan.status) == (SENTENCES[0], "ocr")
    assert found["box.zip › a/first.txt"].status == "text"
