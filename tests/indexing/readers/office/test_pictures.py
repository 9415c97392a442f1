"""Pictures in Word and PowerPoint files are read by OCR, beside the text of their page."""

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from indexing.documents import ParseFailure, ReadLimits
from indexing.readers import read_document
from indexing.readers.page_pictures import read_page_picture
from tests.indexing.readers.office.parts import paragraph, run, write_docx
from tests.indexing.readers.powerpoint.test_slides import box, place, write_pptx
from tests.indexing.recognising import Recogniser

WITH_OCR = ReadLimits(ocr=True)
DRAWING = '<w:r><w:drawing><a:blip r:embed="{}"/></w:drawing></w:r>'
PICTURE = (
    '<p:pic><p:nvPicPr><p:cNvPr id="4" name=""/><p:nvPr/></p:nvPicPr><p:blipFill><a:blip r:embed="{}"/></p:blipFill>'
    "<p:spPr/></p:pic>"
)


def png(text: str, width: int = 600, height: int = 600) -> bytes:
    """A picture of one line of text, black on a clear ground. Flat ones take the engine several times as long."""
    image = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    ImageDraw.Draw(image).text((20, 30), text, fill="black", font=ImageFont.load_default(size=44))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def word_with_pictures(path: Path) -> Path:
    plate, logo = png("Pump 7 trips at 4.1 bar"), png("Logo", 90, 40)
    parts: dict[str, str | bytes] = {"word/a.png": plate, "word/logo.png": logo, "word/bad.png": b"\x89PNG"}
    targets = {"rA": ("image", "a.png"), "rL": ("image", "logo.png"), "rB": ("image", "bad.png")}
    drawings = map(DRAWING.format, ("rA", "rL", "rB"))
    second = paragraph('<w:r><w:br w:type="page"/></w:r>', run("See the plate."), *drawings)
    return write_docx(path, paragraph("First page.") + second, parts, targets)


def test_a_picture_of_a_word_document_is_read_on_its_page(tmp_path: Path, recogniser: Recogniser) -> None:
    document = recogniser.read(word_with_pictures(tmp_path / "a.docx"))
    assert document.pages[0].text == "First page."
    assert " ".join(document.pages[1].text.split()) == "See the plate. Pump 7 trips at 4.1 bar"
    assert document.pages[1].remarks == ()


def test_pictures_of_a_slide_are_read(tmp_path: Path, recogniser: Recogniser) -> None:
    slides = [box("Pumps", place(1, 1)) + PICTURE.format("rA"), PICTURE.format("rA")]
    path = write_pptx(
        tmp_path / "a.pptx", slides, {"ppt/media/a.png": png("Valve 9 is open")}, {"rA": ("image", "../media/a.png")}
    )
    document = recogniser.read(path)
    assert [page.text for page in document.pages] == ["Pumps\n\nValve 9 is open", "Valve 9 is open"]
    assert document.pages_without_text == ()


def test_without_ocr_pictures_are_counted(tmp_path: Path) -> None:
    page = read_document(word_with_pictures(tmp_path / "a.docx"), ReadLimits()).pages[1]
    assert page.text == "See the plate."
    assert page.remarks == ("pictures whose text is not read: 1",)


def test_a_document_of_pictures_alone_is_left_to_ocr(tmp_path: Path) -> None:
    body = paragraph(DRAWING.format("rA"))
    path = write_docx(tmp_path / "a.docx", body, {"word/a.png": png("Only a scan")}, {"rA": ("image", "a.png")})
    with pytest.raises(ParseFailure, match="empty"):
        read_document(path, ReadLimits())
    document = read_document(path, WITH_OCR)
    assert (document.pictures, document.pages_without_text) == ((1,), (1,))
    assert read_page_picture(path, 1, WITH_OCR).text == "Only a scan"


def test_a_picture_on_every_slide_is_decoration(tmp_path: Path) -> None:
    slides = [box(f"Slide {number}") + PICTURE.format("rA") for number in range(5)]
    parts = {"ppt/media/a.png": png("Harbour of Skarvik")}
    path = write_pptx(tmp_path / "a.pptx", slides, dict(parts), {"rA": ("image", "../media/a.png")})
    assert read_document(path, WITH_OCR).pictures == ()
