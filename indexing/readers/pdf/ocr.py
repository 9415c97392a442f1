"""Pages without a usable text layer, read from their picture by RapidOCR. Reaches for no network.

The models (PP-OCRv6, Chinese and English among some fifty languages) lie in the wheel and are named by path, so that
a missing one is an error and never a download. Only home of rapidocr. A page whose text the OCR cache holds is not
read again. Its lines go through the layout of pages.
"""

import hashlib
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
from numpy.typing import NDArray

from indexing.cleaning.text import clean_text
from indexing.documents import ReadLimits
from indexing.readers.pdf.layout import lay_out
from indexing.readers.pdf.words import ASCENT, DESCENT, Word
from storage.caches.ocr import known_text

_VERTICAL = 2.0  # lines so much higher than wide are written downwards


@dataclass(frozen=True, slots=True)
class Line:
    """A stretch of text in its upright box, in pixels; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float
    text: str

    @property
    def height(self) -> float:
        """In pixels."""
        return self.bottom - self.top

    @property
    def width(self) -> float:
        """In pixels."""
        return self.right - self.left


def layout_text(lines: Sequence[Line]) -> str:
    """The lines as text: column after column, tables by rows, paragraphs apart."""
    if not lines:
        return ""
    if _is_vertical(lines):
        return "\n".join(line.text for line in sorted(lines, key=lambda line: (-line.right, line.top)))
    drawn = sorted(lines, key=lambda line: (line.top, line.left))
    return lay_out([_word(line, order) for order, line in enumerate(drawn) if line.text.strip()]).text


def _is_vertical(lines: Sequence[Line]) -> bool:
    """Chinese or Japanese written in columns, from right to left."""
    shapes = [line.height / max(line.width, 1.0) for line in lines if len(line.text) > 1]
    return bool(shapes) and statistics.median(shapes) > _VERTICAL


def _word(line: Line, order: int) -> Word:
    """The line as one word whose band is its box."""
    size = max(line.height, 1.0) / (ASCENT + DESCENT)
    return Word(line.text.strip(), line.left, line.right, line.bottom - DESCENT * size, size, order)


DOTS_PER_INCH = 150  # words found on five dense pages: 99.3 % at 110, 99.7 % at 150 and at 200, which takes longer
LONGEST_SIDE = 2000  # pixels; the engine makes larger pictures smaller anyway
LEAST_CONFIDENCE = 0.6  # 0–1, of a line; what is below is mostly ornaments, stamps and handwriting
THREADS = 1  # in a process. Two make a page 7 % faster, and two processes side by side 30 % slower (2 cores, 2026-11)
SETTINGS_VERSION = 2
"""Part of every key: raise it when the same picture would give another text."""

_MODELS = {
    "Det": "PP-OCRv6_det_small.onnx",
    "Cls": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
    "Rec": "PP-OCRv6_rec_small.onnx",
}
_POINTS_PER_INCH = 72
_WORD = re.compile(r"[^\W_]{2}")  # a page with less holds a logo, a dot, or the number of the page
_FEW_LINES = 3
_UPRIGHT_CONFIDENCE = 0.8  # below it, the page may lie on its side or upside down

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page as drawn: `(height, width, 3)` bytes, blue first, and its name in the OCR cache."""

    pixels: Pixels
    key: str


def render_page(path: Path, page_number: int, dots_per_inch: int = DOTS_PER_INCH) -> PagePicture:
    """The picture of a page, counted from 1, of a PDF. Raises `pypdfium2.PdfiumError` if it cannot be drawn."""
    with pypdfium2.PdfDocument(path) as document:
        page = document[page_number - 1]
        scale = min(dots_per_inch / _POINTS_PER_INCH, LONGEST_SIDE / max(*page.get_size(), 1.0))
        pixels = page.render(scale=scale, rev_byteorder=False, prefer_bgrx=False).to_numpy()
        return picture(np.ascontiguousarray(pixels[:, :, :3]))


def picture(pixels: Pixels) -> PagePicture:
    """A picture with its key: the hash of its pixels, the engine and its settings."""
    name = f"rapidocr-{version('rapidocr')}-{SETTINGS_VERSION}-{LEAST_CONFIDENCE}-{pixels.shape}"
    return PagePicture(pixels, hashlib.sha256(name.encode() + pixels.tobytes()).hexdigest())


def recognise(page: PagePicture) -> str:
    """The text on the picture in reading order; "" where there is none. Takes seconds."""
    if page.pixels.min() == page.pixels.max():  # a blank page
        return ""
    lines = _read_lines(page.pixels)
    if len(lines) >= _FEW_LINES and _confidence(lines) < _UPRIGHT_CONFIDENCE:
        turned = (_read_lines(np.ascontiguousarray(np.rot90(page.pixels, turns))) for turns in (2, 1, 3))
        lines = max([lines, *turned], key=_confidence)
    text = clean_text(layout_text([line for line, confidence in lines if confidence >= LEAST_CONFIDENCE]))
    return text if _WORD.search(text) else ""


def _read_lines(pixels: Pixels) -> list[tuple[Line, float]]:
    """The lines with their confidence.

    Without the step that turns single lines upside down: rapidocr 3.10 turned one good line in twenty (2026-11).
    """
    result = _engine()(pixels, use_cls=False)
    if result.txts is None or result.boxes is None or result.scores is None:
        return []
    found = zip(result.boxes, result.txts, result.scores, strict=True)
    return [(_line(box, text), float(confidence)) for box, text, confidence in found]


def _confidence(lines: Sequence[tuple[Line, float]]) -> float:
    """The mean over the characters, 0–1."""
    characters = sum(len(line.text) for line, _ in lines)
    return sum(len(line.text) * confidence for line, confidence in lines) / max(characters, 1)


def _line(box: NDArray[np.float32], text: str) -> Line:
    left, top = box.min(axis=0)
    right, bottom = box.max(axis=0)
    return Line(float(left), float(top), float(right), float(bottom), text)


@cache
def _engine() -> Any:
    """The engine, made once in a process: 1 s and 300 MB."""
    import logging

    from rapidocr import RapidOCR

    folder = _model_folder()
    params: dict[str, object] = {f"{step}.model_path": str(folder / name) for step, name in _MODELS.items()}
    params |= {
        "Global.log_level": "error",
        "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        "Rec.rec_batch_num": 1,  # batches are padded to their longest line: a fifth slower on a processor
    }
    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    return RapidOCR(params=params)


def _model_folder() -> Path:
    spec = find_spec("rapidocr")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("rapidocr is not installed; run make install")
    return Path(spec.submodule_search_locations[0]) / "models"


@dataclass(frozen=True, slots=True)
class OcrPage:
    """What stands on a page; `key` names its picture in the cache, `is_new` if the text is not kept there yet."""

    key: str
    text: str
    is_new: bool


def read_page_picture(path: Path, number: int, limits: ReadLimits) -> OcrPage:
    """The text on page `number`, counted from 1; takes seconds where it is not cached. Never writes the cache."""
    picture = render_page(path, number)
    known = _cached(picture.key, limits)
    if known is not None:
        return OcrPage(picture.key, known, is_new=False)
    return OcrPage(picture.key, recognise(picture), is_new=True)


def _cached(key: str, limits: ReadLimits) -> str | None:
    return known_text(Path(limits.ocr_cache), key) if limits.ocr_cache else None
