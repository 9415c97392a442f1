"""Pictures in office files that may hold text: which of them, on which page, and what OCR finds on them.

While a document is read, a picture stands among the remarks of its page as `picture_remark` writes it;
`take_pictures` parts the two.
"""

import hashlib
import io
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from indexing.documents import ParsedDocument, ReadLimits
from indexing.readers.office.package import OfficePackage, open_package
from storage.caches.ocr import known_text
from storage.messages import message

_MARK = "\x13"  # begins no sentence
_LEAST_SIDE = 60  # pixels: what is smaller is a bullet or a logo
_LEAST_PIXELS = 40_000
_MOST_PIXELS = 50_000_000
_MOST_BYTES = 50_000_000
_MOST_PAGES = 3  # a picture on more of them is decoration
_MOST_PICTURES = 12  # of one page: reading one takes seconds
_SMALL_SIDE = 600  # pixels: screenshots of less are read better when they are drawn larger
_LARGEST_SIDE = 2_000

PagePictures = dict[int, tuple[str, ...]]
"""Page, from 1 -> the members of the archive that are pictures on it and may hold text."""


def picture_remark(member: str) -> str:
    """The place of a picture among the remarks."""
    return f"{_MARK}{member}"


def is_picture(remark: str) -> bool:
    """Whether the remark is the place of a picture."""
    return remark.startswith(_MARK)


def take_pictures(
    document: ParsedDocument, package: OfficePackage, limits: ReadLimits
) -> tuple[ParsedDocument, PagePictures]:
    """The document with remarks for people alone, and the pictures that are worth reading."""
    named = {
        page.number: list(dict.fromkeys(each[1:] for each in page.remarks if is_picture(each)))
        for page in document.pages
    }
    used = Counter(name for names in named.values() for name in names)
    legible = {name for name, count in used.items() if count <= _MOST_PAGES and _is_legible(package, name)}
    found = {number: [name for name in names if name in legible] for number, names in named.items()}
    read = {number: tuple(names[:_MOST_PICTURES]) for number, names in found.items() if names and limits.ocr}
    pages = []
    for page in document.pages:
        remarks = tuple(each for each in page.remarks if not is_picture(each))
        if count := len(found[page.number]) - len(read.get(page.number, ())):
            remarks = (*remarks, message("pictures whose text is not read: {count}", count=count))
        pages.append(replace(page, remarks=remarks))
    return replace(document, pages=tuple(pages), pictures=tuple(sorted(read))), read


def recognise_pictures(path: Path, members: Sequence[str], limits: ReadLimits) -> tuple[str, str, bool]:
    """The key of these pictures in the OCR cache, the text on them, and whether it is new; takes seconds each."""
    from indexing.readers.pdf.ocr import picture, recognise

    with open_package(path) as package:
        pictures = [picture(pixels) for name in members if (pixels := _pixels(package.content(name))) is not None]
    if not pictures:
        return "", "", False
    key = hashlib.sha256(" ".join(each.key for each in pictures).encode()).hexdigest()
    known = known_text(Path(limits.ocr_cache), key) if limits.ocr_cache else None
    if known is not None:
        return key, known, False
    return key, "\n\n".join(filter(None, map(recognise, pictures))), True


def _is_legible(package: OfficePackage, member: str) -> bool:
    return 0 < package.size(member) <= _MOST_BYTES and may_hold_text(package.content(member))


def may_hold_text(content: bytes) -> bool:
    """Whether a picture is whole, and larger than a bullet, a logo or a counter's dot."""
    try:
        with _open(content) as image:
            width, height = image.size
    except (OSError, ValueError, SyntaxError, Warning):
        return False
    return min(width, height) >= _LEAST_SIDE and _LEAST_PIXELS <= width * height <= _MOST_PIXELS


def _open(content: bytes) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        return Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"))


def _pixels(content: bytes) -> Any:
    """`(height, width, 3)` bytes, blue first, on white where the picture is transparent; None if it is damaged."""
    try:
        with _open(content) as image:
            image.load()
            shown = Image.new("RGBA", image.size, "white")
            shown.alpha_composite(image.convert("RGBA"))
    except (OSError, ValueError, SyntaxError, Warning):
        return None
    longest = max(shown.size)
    scale = 2.0 if longest < _SMALL_SIDE else min(1.0, _LARGEST_SIDE / longest)
    if scale != 1.0:
        size = (max(1, round(shown.width * scale)), max(1, round(shown.height * scale)))
        shown = shown.resize(size, Image.Resampling.LANCZOS)
    return np.ascontiguousarray(np.asarray(shown.convert("RGB"))[:, :, ::-1])
