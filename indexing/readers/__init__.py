"""Which files are read, and by what: the allow-list of suffixes and the check of a file's first bytes.

Importing this package imports no reader and no library; `Format.reader()` does, in the process that reads.
A reader is a function `read(path, limits) -> ParsedDocument` that raises `ParseFailure`. Its pages are numbered
from 1; what it leaves uncleaned is cleaned by `parsing`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, cast

from indexing.documents import ParsedDocument, ParseFailure, ReadLimits

if TYPE_CHECKING:
    from indexing.readers.parts import Gathered
    from indexing.readers.pdf.ocr import OcrPage

from indexing.readers.announced_parts import reading_parts
from storage.formats import SUFFIXES as SUFFIXES_OF
from storage.messages import message
from storage.records import PageRecord

Reader = Callable[[Path, ReadLimits], ParsedDocument]
PartGatherer = Callable[[Path, "Gathered", ReadLimits], object]
Recogniser = Callable[[Path, int, ReadLimits], "OcrPage"]

CLEANING_VERSION = 2
"""Part of every fingerprint: raise it when the same file would give other pages whatever its format."""

_HEAD_BYTES = 4096
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_BARE = (
    b"\xdb\xa5",
    b"\xfe\x37",
    b"\x31\xbe",
    b"\x09\x08",
    b"\x09\x04",
    b"{\\rtf",
)  # older still, or RTF named .doc

_FOREIGN_HEADS = {
    "a PDF": (b"%PDF-",),
    message("a ZIP archive or office document"): _ZIP,
    message("an old office document"): (_OLE,),
    message("a JPEG picture"): (b"\xff\xd8\xff",),
    message("a PNG picture"): (b"\x89PNG\r\n",),
    message("a GIF picture"): (b"GIF87a", b"GIF89a"),
    message("a TIFF picture"): (b"II*\x00", b"MM\x00*"),
    message("a program"): (b"\x7fELF", b"MZ\x90\x00"),
    message("a gzip archive"): (b"\x1f\x8b\x08",),
    message("a 7z archive"): (b"7z\xbc\xaf\x27\x1c",),
    message("a RAR archive"): (b"Rar!\x1a\x07",),
    message("a SQLite database"): (b"SQLite format 3\x00",),
    message("an HTML page"): (b"<!doctype html", b"<html"),
}


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file. `version` is raised by hand whenever the reader would give another text or other pages."""

    name: str
    suffixes: tuple[str, ...]
    function: str
    version: int = 1
    library: str = ""
    kind: str = "text"  # "text", "zip", "pdf", "ole" or "picture": what the first bytes must look like
    recognition: str = ""  # the function that reads a page from its picture
    parts: str = ""  # the function that finds the files within such a file

    def reader(self) -> Reader:
        """The reading function; imports its module and libraries."""
        return cast(Reader, _function(self.function))

    def recogniser(self) -> "Recogniser":
        """The function that reads a page, counted from 1, from its picture; only where there is `recognition`."""
        return cast(Recogniser, _function(self.recognition))

    def part_gatherer(self) -> "PartGatherer":
        """The function that hands the files within to a `Gathered`; only where there is `parts`."""
        return cast(PartGatherer, _function(self.parts))

    @property
    def fingerprint(self) -> str:
        """What the text of such a file depends on besides its bytes; part of the document's fingerprint."""
        return f"{self.name}-{self.version}.{CLEANING_VERSION}{_library_version(self.library)}"


def _function(named: str) -> object:
    module, _, name = named.partition(":")
    return getattr(import_module(module), name)


FORMATS: tuple[Format, ...] = (
    Format(
        "pdf",
        SUFFIXES_OF["pdf"],
        "indexing.readers.pdf.reader:read",
        version=10,
        library="pypdfium2",
        kind="pdf",
        recognition="indexing.readers.pdf.ocr:read_page_picture",
        parts="indexing.readers.pdf.attachments:gather",
    ),
    Format("markdown", SUFFIXES_OF["markdown"], "indexing.readers.markdown:read"),
    Format("text", SUFFIXES_OF["text"], "indexing.readers.plain:read"),
    Format("html", SUFFIXES_OF["html"], "indexing.readers.html:read"),
    Format("rst", SUFFIXES_OF["rst"], "indexing.readers.rst:read"),
    Format(
        "docx",
        SUFFIXES_OF["docx"],
        "indexing.readers.word.reader:read",
        version=3,
        kind="zip",
        recognition="indexing.readers.page_pictures:read_page_picture",
    ),
    Format(
        "pptx",
        SUFFIXES_OF["pptx"],
        "indexing.readers.powerpoint.reader:read",
        version=3,
        kind="zip",
        recognition="indexing.readers.page_pictures:read_page_picture",
    ),
    Format("xlsx", SUFFIXES_OF["xlsx"], "indexing.readers.excel.reader:read", version=3, kind="zip"),
    Format("odt", SUFFIXES_OF["odt"], "indexing.readers.odt:read", kind="zip"),
    Format("ods", SUFFIXES_OF["ods"], "indexing.readers.odf_sheets:read", kind="zip"),
    Format("odp", SUFFIXES_OF["odp"], "indexing.readers.odp:read", kind="zip"),
    Format("legacy", SUFFIXES_OF["legacy"], "indexing.readers.legacy_office:read", kind="ole"),
    Format(
        "picture",
        SUFFIXES_OF["picture"],
        "indexing.readers.picture:read",
        kind="picture",
        recognition="indexing.readers.picture:read_frame",
    ),
    Format("csv", SUFFIXES_OF["csv"], "indexing.readers.tables:read"),
    Format("epub", SUFFIXES_OF["epub"], "indexing.readers.epub:read", kind="zip"),
    Format("eml", SUFFIXES_OF["eml"], "indexing.readers.email:read", version=2, parts="indexing.readers.email:gather"),
    Format("mbox", SUFFIXES_OF["mbox"], "indexing.readers.mbox:read", version=2, parts="indexing.readers.mbox:gather"),
    Format("mhtml", SUFFIXES_OF["mhtml"], "indexing.readers.mhtml:read"),
    Format(
        "zip", SUFFIXES_OF["zip"], "indexing.readers.archive:read", parts="indexing.readers.archive:gather", kind="zip"
    ),
    Format("ipynb", SUFFIXES_OF["ipynb"], "indexing.readers.notebook:read"),
    Format("xml", SUFFIXES_OF["xml"], "indexing.readers.xml:read"),
    Format("json", SUFFIXES_OF["json"], "indexing.readers.json_data:read"),
    Format("data", SUFFIXES_OF["data"], "indexing.readers.source:read"),
    Format("code", SUFFIXES_OF["code"], "indexing.readers.source:read"),
    Format("latex", SUFFIXES_OF["latex"], "indexing.readers.latex:read"),
    Format("org", SUFFIXES_OF["org"], "indexing.readers.org:read"),
    Format("asciidoc", SUFFIXES_OF["asciidoc"], "indexing.readers.asciidoc:read"),
    Format("subtitles", SUFFIXES_OF["subtitles"], "indexing.readers.subtitles:read"),
    Format("calendar", SUFFIXES_OF["calendar"], "indexing.readers.calendar:read"),
    Format("contacts", SUFFIXES_OF["contacts"], "indexing.readers.contacts:read"),
    Format("rtf", SUFFIXES_OF["rtf"], "indexing.readers.rtf:read", library="striprtf"),
)
SUFFIXES: dict[str, Format] = {suffix: form for form in FORMATS for suffix in form.suffixes}


def reader_for(path: PurePath) -> Format | None:
    """The format of a file by its suffix, or None for a file that is not indexed."""
    return SUFFIXES.get(path.suffix.lower())


def read_document(path: Path, limits: ReadLimits) -> ParsedDocument:
    """The document in the file, as its reader gives it. Raises `ParseFailure` and nothing else that is foreseen."""
    form = reader_for(path)
    if form is None:
        raise ParseFailure(
            "unsupported", message("files ending in {suffix} are not read", suffix=path.suffix or "nothing")
        )
    try:
        check_first_bytes(path, form)
        document = _read(form, path, limits)
    except OSError as exc:
        raise ParseFailure(
            "unreadable", message("cannot be opened ({reason}); check its permissions", reason=exc.strerror)
        ) from exc
    return replace(document, pages=tuple(_with_broken_characters(page) for page in document.pages))


def _read(form: Format, path: Path, limits: ReadLimits) -> ParsedDocument:
    """A file within another is one part of the outer one, whatever parts it has itself."""
    if not limits.depth:
        return form.reader()(path, limits)
    with reading_parts(None):
        return form.reader()(path, limits)


def _with_broken_characters(page: PageRecord) -> PageRecord:
    from indexing.readers.encoding import broken_places

    count = broken_places(page.text)
    if not count:
        return page
    remark = message("places where bytes are broken and characters lost: {count}", count=count)
    return replace(page, remarks=(*page.remarks, remark))


def check_first_bytes(path: Path, form: Format) -> None:
    """Raises `ParseFailure` "empty" or "type_mismatch" when the file cannot be what its name says."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head:
        raise ParseFailure("empty", message("the file has no content; fill it or remove it"))
    if form.kind == "pdf" and b"%PDF-" in head:
        return
    if form.kind == "ole" and head.startswith((_OLE, *_ZIP, *_OLD_BARE)):
        return
    if form.kind == "zip" and head.startswith((*_ZIP, _OLE)):  # OLE: an encrypted office file, its reader says so
        return
    foreign = _foreign_kind(head, form)
    if form.kind == "picture" and (foreign is None or foreign.endswith("picture")):
        return  # named .jpg and a PNG: every viewer shows it
    if form.kind == "text" and foreign is None:
        return
    if form.kind == "pdf" and foreign is None and _has_pdf_objects(path):
        return  # the header is missing, the rest may be readable
    found = (
        message("its content is {foreign}", foreign=foreign) if foreign else message("its content is something else")
    )
    raise ParseFailure(
        "type_mismatch",
        message("named {suffix}, but {found}; give it its proper suffix", suffix=path.suffix, found=found),
    )


def _foreign_kind(head: bytes, form: Format) -> str | None:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for name, magics in _FOREIGN_HEADS.items():
        if start.startswith(tuple(magic.lower() for magic in magics)):
            is_html = name == "an HTML page"  # Markdown, mail and text may well begin with a tag
            return None if is_html and form.kind == "text" else name
    return None


def _has_pdf_objects(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(65_536)
    return b" obj" in head or b"trailer" in head


def _library_version(library: str) -> str:
    if not library:
        return ""
    try:
        return f"+{library}{version(library)}"
    except PackageNotFoundError:
        return ""
