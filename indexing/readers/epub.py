"""E-books: the chapters in reading order, named as the book's own table of contents names them."""

import posixpath
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote, urldefrag
from xml.etree.ElementTree import Element

from bs4 import BeautifulSoup, XMLParsedAsHTMLWarning

from indexing.cleaning.text import clean_text
from indexing.documents import Heading, ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.containers import local_name, open_container, parse_xml
from indexing.readers.epub_notes import Notes
from indexing.readers.html import html_characters, html_text
from indexing.readers.sections import sectioned_document
from storage.messages import message
from storage.records import PageRecord

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_CHAPTERS = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_LONGEST_LABEL = 80


@dataclass(frozen=True, slots=True)
class _Package:
    """What the book's package document says."""

    title: str | None
    chapters: tuple[str, ...]  # member names in reading order
    contents: tuple[str, ...]  # members that hold the table of contents


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """A page for each chapter that has text, more for a long one, labelled with the chapter's title."""
    with open_container(path) as archive:
        package = _package(archive)
        _refuse_encrypted(archive, package)
        titles = _contents_titles(archive, package)
        trees = _Trees(archive, package)
        pages: list[PageRecord] = []
        headings: list[Heading] = []
        for name in package.chapters:
            chapter = _chapter(trees, name, titles.get(name))
            first = len(pages)
            pages.extend(replace(page, number=page.number + first) for page in chapter.pages)
            headings.extend(replace(heading, page=heading.page + first) for heading in chapter.headings)
            if sum(len(page.text) for page in pages) > limits.text_characters or len(pages) > limits.pages:
                count = f"{limits.text_characters:,}"
                raise ParseFailure("output_limit", message("more than {count} characters; split the book", count=count))
    if not pages:
        raise ParseFailure(
            "no_text", message("its chapters have no text, only pictures; there is nothing to be found in it")
        )
    return ParsedDocument(package.title, tuple(pages), tuple(headings))


class _Trees:
    """The chapters as trees. Those that notes are taken from are kept until their turn comes."""

    def __init__(self, archive: zipfile.ZipFile, package: _Package) -> None:
        self._archive = archive
        self._names = set(package.chapters)
        self._kept: dict[str, BeautifulSoup] = {}
        self._notes = Notes(self._tree)

    def with_notes(self, name: str) -> BeautifulSoup:
        """The chapter with its notes behind the words they belong to."""
        tree = self._kept.pop(name, None) or _soup(self._archive.read(name))
        self._notes.place(tree, name)
        return tree

    def _tree(self, name: str) -> BeautifulSoup | None:
        if name not in self._kept and name in self._names:
            self._kept[name] = _soup(self._archive.read(name))
        return self._kept.get(name)


def _chapter(trees: _Trees, name: str, title: str | None) -> ParsedDocument:
    shown = html_text(trees.with_notes(name))
    if not shown.text:
        return ParsedDocument(None, ())
    chapter = sectioned_document(title, shown.text, shown.headings, shown.remarks)
    named = title or (shown.headings[0].text if shown.headings else None)
    pages = (replace(page, label=_label(named, page.label)) for page in chapter.pages)
    return replace(chapter, pages=tuple(pages))


def _label(chapter: str | None, section: str | None) -> str | None:
    parts = dict.fromkeys(part for part in (chapter, section) if part)
    return ": ".join(parts)[: 2 * _LONGEST_LABEL] or None


def _package(archive: zipfile.ZipFile) -> _Package:
    container = _member_xml(archive, _CONTAINER)
    root_file = next((node.get("full-path") for node in container.iter() if local_name(node) == "rootfile"), None)
    if not root_file:
        raise _no_book(message("it names no package"))
    package = _member_xml(archive, root_file)
    base = posixpath.dirname(root_file)
    items = {node.get("id"): node for node in package.iter() if local_name(node) == "item"}
    spine = [items.get(node.get("idref")) for node in package.iter() if local_name(node) == "itemref"]
    names = set(archive.namelist())
    chapters = [
        _resolve(base, item.get("href", ""))
        for item in spine
        if item is not None and item.get("media-type") in _CHAPTERS and item.get("properties") != "nav"
    ]
    contents = [
        _resolve(base, item.get("href", ""))
        for item in items.values()
        if item.get("properties") == "nav" or item.get("media-type") == "application/x-dtbncx+xml"
    ]
    title = next(("".join(node.itertext()) for node in package.iter() if local_name(node) == "title"), "")
    return _Package(
        " ".join(clean_text(title).split()) or None,
        tuple(dict.fromkeys(name for name in chapters if name in names)),
        tuple(name for name in contents if name in names),
    )


def _refuse_encrypted(archive: zipfile.ZipFile, package: _Package) -> None:
    """Publishers encrypt fonts in books that anybody may read; encrypted chapters are another thing."""
    if _ENCRYPTION not in archive.namelist():
        return
    references = _member_xml(archive, _ENCRYPTION).iter()
    encrypted = {_resolve("", node.get("URI", "")) for node in references if local_name(node) == "CipherReference"}
    if encrypted.intersection(package.chapters):
        raise ParseFailure(
            "encrypted", message("its chapters are encrypted by the seller; add a copy without protection")
        )


def _contents_titles(archive: zipfile.ZipFile, package: _Package) -> dict[str, str]:
    """Chapter → title, by the table of contents (EPUB 3 nav, EPUB 2 ncx); the first entry of a chapter counts."""
    titles: dict[str, str] = {}
    for name in package.contents:
        base = posixpath.dirname(name)
        for href, title in _contents_entries(archive.read(name), is_ncx=name.endswith(".ncx")):
            plain = " ".join(clean_text(title).split())
            if plain:
                titles.setdefault(_resolve(base, href), plain[:_LONGEST_LABEL])
    return titles


def _contents_entries(data: bytes, *, is_ncx: bool) -> Iterator[tuple[str, str]]:
    soup = _soup(data)
    if is_ncx:
        for point in soup.find_all("navpoint"):
            label, content = point.find("navlabel"), point.find("content")
            if label and content:
                yield str(content.get("src", "")), label.get_text(" ", strip=True)
    else:
        for link in soup.select("nav a[href]"):
            yield str(link["href"]), link.get_text(" ", strip=True)


def _soup(data: bytes) -> BeautifulSoup:
    """Read as HTML: lenient with broken XML, deaf to entities, tags in lower case."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        try:
            return BeautifulSoup(html_characters(data), "lxml")
        except ValueError as exc:  # lxml 6.1 on attributes with characters that XML does not have
            raise _no_book(str(exc)) from exc


def _member_xml(archive: zipfile.ZipFile, name: str) -> Element:
    try:
        with archive.open(name) as stream:
            return parse_xml(stream)
    except KeyError as exc:
        raise _no_book(message("{name} is missing", name=name)) from exc


def _no_book(why: str) -> ParseFailure:
    return ParseFailure("damaged", message("it is no whole e-book ({why}); get a fresh copy", why=why))


def _resolve(base: str, href: str) -> str:
    return posixpath.normpath(posixpath.join(base, unquote(urldefrag(href).url)))
