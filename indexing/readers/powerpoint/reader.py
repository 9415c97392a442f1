"""PowerPoint presentations: a page for each slide, with its tables, charts, diagrams and the speaker's notes."""

from dataclasses import replace
from pathlib import Path
from textwrap import shorten

from indexing.cleaning.text import clean_text
from indexing.documents import Heading, ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.office.package import OfficePackage, open_package, qn
from indexing.readers.office.pictures import PagePictures, picture_remark, take_pictures
from indexing.readers.powerpoint.reading_order import Box
from indexing.readers.powerpoint.slides import Slide, SlideReader
from storage.messages import Message, message
from storage.records import PageRecord

_LONGEST_TITLE = 80
_DEFAULT_SIZE = (9_144_000, 6_858_000)
_GENERIC_TITLES = ("", "powerpoint presentation", "powerpoint-präsentation", "présentation powerpoint", "演示文稿")


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """The slides by their numbers, hidden ones too; each labelled "Slide 3: its title"."""
    return read_with_pictures(path, limits)[0]


def read_with_pictures(path: Path, limits: ReadLimits) -> tuple[ParsedDocument, PagePictures]:
    """The same, with the pictures that OCR is to read."""
    with open_package(path) as package:
        slides = _slides(package, limits)
        title = package.title()
        document, pictures = take_pictures(_document(slides, title), package, limits)
        document = replace(document, notes=(*document.notes, *package.notes()))
    if not pictures and not any(page.text for page in document.pages):
        raise ParseFailure(
            "no_text", message("its slides have no text, only pictures; export it as PDF to have them read by OCR")
        )
    return document, pictures


def _document(slides: list[Slide], title: str) -> ParsedDocument:
    pages = [_page(slide, number) for number, slide in enumerate(slides, start=1)]
    headings = tuple(
        Heading(page.number, 0, 1, slide.title) for slide, page in zip(slides, pages, strict=True) if slide.title
    )
    first = headings[0].text if headings else None
    notes = tuple(_hidden(number) for number, slide in enumerate(slides, start=1) if slide.is_hidden)
    return ParsedDocument(first if title.lower() in _GENERIC_TITLES else title, tuple(pages), headings, notes)


def _slides(package: OfficePackage, limits: ReadLimits) -> list[Slide]:
    main = package.main_part()
    root = package.main_root()
    relations = package.relations(main)
    size = root.find(qn("p:sldSz"))
    width, height = (
        (int(size.get("cx", "0")), int(size.get("cy", "0")))
        if size is not None and size.get("cx", "").isdecimal() and size.get("cy", "").isdecimal()
        else _DEFAULT_SIZE
    )
    reader = SlideReader(package, Box(0, 0, width, height))
    slides: list[Slide] = []
    room = limits.text_characters
    for entry in root.iter(qn("p:sldId")):
        relation = relations.get(entry.get(qn("r:id"), ""))
        if relation is None:
            continue
        slides.append(reader.read(relation.target))
        room -= sum(map(len, slides[-1].texts))
        if room < 0:
            most = f"{limits.text_characters:,}"
            raise ParseFailure("output_limit", message("more than {count} characters; split the file", count=most))
    if not slides:
        raise ParseFailure("empty", message("the presentation has no slides; fill it or remove it"))
    return slides


def _page(slide: Slide, number: int) -> PageRecord:
    slide.title = " ".join(clean_text(slide.title).split())
    text = "\n\n".join(filter(None, (clean_text(piece).strip() for piece in (slide.title, *slide.texts))))
    hidden = [message("this slide is hidden")] if slide.is_hidden else []
    remarks = tuple(dict.fromkeys([*hidden, *slide.remarks, *map(picture_remark, slide.pictures)]))
    if slide.is_damaged:
        detail = message("slide {number}: it is damaged", number=number)
        return PageRecord(number, "", "failed", f"Slide {number}", detail)
    if not text:
        detail = message("slide {number}: no text, only pictures", number=number)
        return PageRecord(number, "", "empty", f"Slide {number}", detail, remarks)
    name = shorten(slide.title, width=_LONGEST_TITLE, placeholder=" …")
    return PageRecord(number, text, label=f"Slide {number}: {name}" if name else f"Slide {number}", remarks=remarks)


def _hidden(number: int) -> Message:
    return message("slide {number} is hidden, and read all the same", number=number)
