"""What stands on the pictures of one page of a Word or PowerPoint file."""

from functools import lru_cache
from pathlib import Path

from indexing.documents import ReadLimits
from indexing.readers import reader_for
from indexing.readers.office.pictures import PagePictures, recognise_pictures
from indexing.readers.pdf.ocr import OcrPage


def read_page_picture(path: Path, number: int, limits: ReadLimits) -> OcrPage:
    """The text on page `number`, counted from 1; takes seconds where it is not cached. Never writes the cache."""
    form = reader_for(path)
    assert form is not None, "only office files are given"
    members = _pictures_of(path, path.stat().st_mtime_ns, form.name, limits).get(number, ())
    return OcrPage(*recognise_pictures(path, members, limits))


@lru_cache(maxsize=1)
def _pictures_of(path: Path, mtime_ns: int, name: str, limits: ReadLimits) -> PagePictures:
    """Kept for the next page of the same file."""
    if name == "docx":
        from indexing.readers.word.reader import read_with_pictures as read_word

        return read_word(path, limits)[1]
    from indexing.readers.powerpoint.reader import read_with_pictures as read_slides

    return read_slides(path, limits)[1]
