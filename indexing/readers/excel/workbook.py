"""The parts of a workbook: its sheets, the texts and styles that they share, the comments on their cells."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from indexing.readers.containers import local_name
from indexing.readers.excel.number_formats import BUILT_IN
from indexing.readers.office.package import OfficePackage


@dataclass(frozen=True, slots=True)
class SheetPlace:
    """A sheet by its name and part."""

    name: str
    part: str
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class SharedText:
    """A text that cells share; what of it is struck is apart."""

    text: str
    struck: str = ""


@dataclass(frozen=True, slots=True)
class CellStyle:
    """How cells of one style show their values."""

    format: str = "General"
    is_struck: bool = False
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class CellComment:
    """What somebody wrote about a cell."""

    author: str
    text: str


@dataclass(slots=True)
class Workbook:
    """What all sheets need. Strict and transitional files look the same here: names are compared without namespaces."""

    package: OfficePackage
    sheets: list[SheetPlace] = field(default_factory=list)
    texts: list[SharedText] = field(default_factory=list)
    styles: list[CellStyle] = field(default_factory=list)
    is_1904: bool = False

    def style(self, number: int) -> CellStyle:
        """The style with that number; the plain one where there is none."""
        return self.styles[number] if 0 <= number < len(self.styles) else CellStyle()


def read_workbook(package: OfficePackage) -> Workbook:
    """The workbook's table of contents, texts and styles. Raises `ParseFailure` where its main part is missing."""
    main = package.main_part()
    book = Workbook(package)
    relations = package.relations(main)
    for element in package.main_root().iter():
        name = local_name(element)
        if name == "workbookPr":
            book.is_1904 = element.get("date1904") in ("1", "true")
        elif name == "sheet":
            identifier = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
            relation = relations.get(identifier)
            if relation is not None and relation.kind == "worksheet":
                is_hidden = element.get("state", "visible") != "visible"
                book.sheets.append(SheetPlace(element.get("name", ""), relation.target, is_hidden))
    if part := package.related(main, "sharedStrings"):
        book.texts = list(_shared_texts(package, part))
    if part := package.related(main, "styles"):
        book.styles = _styles(package.root(part))
    return book


def rich_text(element: Element) -> SharedText:
    """The text of a string item without readings (phonetic hints); struck stretches apart."""
    shown, struck = "", ""
    for child in element:
        name = local_name(child)
        if name == "t":
            shown += child.text or ""
        elif name == "r":
            words = "".join(part.text or "" for part in child if local_name(part) == "t")
            properties = [part for part in child if local_name(part) == "rPr"]
            if properties and _is_struck(properties[0]):
                struck += words
            else:
                shown += words
    return SharedText(shown, struck)


def read_comments(package: OfficePackage, part: str) -> dict[str, list[CellComment]]:
    """Comments by the name of their cell ("B2"). Of a thread each answer, without the notice for older programs."""
    found: dict[str, list[CellComment]] = {}
    persons = _persons(package)
    for relation in package.relations(part).values():
        if relation.kind == "threadedComment" and (root := package.root(relation.target)) is not None:
            for element in root:
                words = "".join(each.text or "" for each in element.iter() if local_name(each) == "text")
                comment = CellComment(persons.get(element.get("personId", ""), ""), " ".join(words.split()))
                found.setdefault(element.get("ref", ""), []).append(comment)
    threaded = set(found)
    for relation in package.relations(part).values():
        if relation.kind == "comments" and (root := package.root(relation.target)) is not None:
            authors = [(each.text or "").strip() for each in root.iter() if local_name(each) == "author"]
            for element in (each for each in root.iter() if local_name(each) == "comment"):
                place = element.get("ref", "")
                if place not in threaded:
                    found.setdefault(place, []).append(_comment(element, authors))
    return found


def _comment(element: Element, authors: list[str]) -> CellComment:
    words = "".join(rich_text(each).text for each in element if local_name(each) == "text")
    number = element.get("authorId", "")
    author = authors[int(number)] if number.isdecimal() and int(number) < len(authors) else ""
    text = " ".join(words.split())
    return CellComment("" if author.startswith("tc=") else author, text.removeprefix(f"{author}:").strip())


def _persons(package: OfficePackage) -> dict[str, str]:
    part = package.related(package.main_part(), "person")
    root = package.root(part) if part else None
    return {each.get("id", ""): each.get("displayName", "") for each in (root if root is not None else ())}


def _shared_texts(package: OfficePackage, part: str) -> Iterator[SharedText]:
    for element in package.elements(part, "si"):
        yield rich_text(element)


def _styles(root: Element | None) -> list[CellStyle]:
    if root is None:
        return []
    formats = dict(BUILT_IN)
    fonts: list[tuple[bool, bool]] = []
    for group in root:
        if local_name(group) == "numFmts":
            formats |= {int(each.get("numFmtId", "0")): each.get("formatCode", "General") for each in group}
        elif local_name(group) == "fonts":
            fonts = [(_is_struck(font), _has(font, "b")) for font in group]
    styles = []
    for group in root:
        if local_name(group) == "cellXfs":
            for each in group:
                font = int(each.get("fontId", "0"))
                struck, bold = fonts[font] if font < len(fonts) else (False, False)
                styles.append(CellStyle(formats.get(int(each.get("numFmtId", "0")), "General"), struck, bold))
    return styles


def _is_struck(properties: Element) -> bool:
    return _has(properties, "strike")


def _has(properties: Element, name: str) -> bool:
    return any(local_name(each) == name and each.get("val", "1") not in ("0", "false") for each in properties)
