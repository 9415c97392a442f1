"""Word documents, templates and the strict flavour too: what they show when printed, less what is struck or hidden."""

from dataclasses import replace
from pathlib import Path

from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.office.package import open_package
from indexing.readers.office.pictures import PagePictures, take_pictures
from indexing.readers.office.pieces import Kind
from indexing.readers.word.pages import paged_document
from indexing.readers.word.walker import DocumentWalker, Findings
from storage.messages import message

_NOTES: dict[Kind, str] = {
    "struck": message("struck text is left out"),
    "deleted": message("text deleted with tracked changes is left out"),
    "hidden": message("hidden text is left out"),
}


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """Pages as Word drew them where the file knows them, else sections by heading."""
    return read_with_pictures(path, limits)[0]


def read_with_pictures(path: Path, limits: ReadLimits) -> tuple[ParsedDocument, PagePictures]:
    """The same, with the pictures that OCR is to read."""
    findings = Findings()
    with open_package(path) as package:
        title = package.title()
        blocks = []
        room = limits.text_characters
        for block in DocumentWalker(package, findings).blocks():
            blocks.append(block)
            room -= len(block[0])
            if room < 0:
                most = f"{limits.text_characters:,}"
                raise ParseFailure("output_limit", message("more than {count} characters; split the file", count=most))
        document, pictures = take_pictures(paged_document(title or None, blocks, findings.remarks), package, limits)
        notes = (*(_NOTES[kind] for kind in sorted(findings.kinds)), *package.notes())
    if not pictures and not any(page.text for page in document.pages):
        raise ParseFailure("empty", message("the document has no text; fill it or remove it"))
    if len(document.pages) > limits.pages:
        most = f"{limits.pages:,}"
        raise ParseFailure("output_limit", message("more than {count} pages; split the file", count=most))
    return replace(document, notes=notes), pictures
