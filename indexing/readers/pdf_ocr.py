"""One page of a PDF read from its picture, unless the OCR cache already holds its text."""

from dataclasses import dataclass
from pathlib import Path

from indexing.documents import ReadLimits
from indexing.readers.ocr import recognise, render_page
from storage.ocr_cache import known_text


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
