"""Pictures (.png, .jpg, .tiff, .webp, .heic): each frame is a page, read by optical character recognition.

The reader only counts the frames; each is recognised as a task of its own, as a page of a scanned PDF is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from storage.messages import message
from storage.records import PageRecord

if TYPE_CHECKING:
    from PIL.Image import Image

    from indexing.readers.pdf.ocr import OcrPage

_MOST_PIXELS = 120_000_000  # of a frame
_SMALL_SIDE = 500  # pixels; letters of a smaller picture are recognised better at twice the size
_HEIC = (".heic", ".heif")


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """A page without text for each frame, to be recognised. Raises `ParseFailure` "damaged" or "bomb"."""
    with _opened(path) as image:
        frames = min(getattr(image, "n_frames", 1), limits.pages)
    detail = message("it is a picture")
    return ParsedDocument(None, tuple(PageRecord(n, "", "empty", detail=detail) for n in range(1, frames + 1)))


def read_frame(path: Path, number: int, limits: ReadLimits) -> "OcrPage":
    """The text on frame `number`, counted from 1; takes seconds where it is not cached. Never writes the cache."""
    import numpy as np

    from indexing.readers.pdf.ocr import OcrPage, picture, recognise
    from storage.caches.ocr import known_text

    with _opened(path) as image:
        image.seek(number - 1)
        pixels = np.asarray(_upright_on_white(image))
    page = picture(np.ascontiguousarray(pixels[:, :, ::-1]))
    known = known_text(Path(limits.ocr_cache), page.key) if limits.ocr_cache else None
    return OcrPage(page.key, recognise(page) if known is None else known, is_new=known is None)


@contextmanager
def _opened(path: Path) -> Iterator["Image"]:
    """The picture, not yet decoded, when it is not too large."""
    from PIL import Image, UnidentifiedImageError

    if path.suffix.lower() in _HEIC:
        from pillow_heif import register_heif_opener

        register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # judged here
    try:
        with Image.open(path) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise ParseFailure("bomb", message("it has more than 120 million pixels; save it smaller"))
            yield image
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as exc:
        raise ParseFailure("damaged", message("it is no whole picture ({why}); save it anew", why=str(exc))) from exc


def _upright_on_white(image: "Image") -> "Image":
    """The frame as a viewer shows it, red first, in a size that can be read."""
    from PIL import Image, ImageOps

    from indexing.readers.pdf.ocr import LONGEST_SIDE

    frame = ImageOps.exif_transpose(image)
    if frame.mode.startswith("I;16") or frame.mode in ("I", "F"):
        frame = frame.convert("F").point(lambda value: value / 256).convert("L")
    if frame.mode in ("P", "LA", "PA", "RGBA") or "transparency" in frame.info:
        seen = frame.convert("RGBA")
        ground = Image.new("RGBA", seen.size, "white")
        frame = Image.alpha_composite(ground, seen)
    frame = frame.convert("RGB")
    longest = max(frame.size)
    scale = 2.0 if longest < _SMALL_SIDE else min(1.0, LONGEST_SIDE / longest)
    if scale == 1.0:
        return frame
    size = (max(1, round(frame.width * scale)), max(1, round(frame.height * scale)))
    return frame.resize(size, Image.Resampling.LANCZOS)
