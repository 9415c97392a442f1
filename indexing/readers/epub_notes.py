"""Notes of an e-book, each set behind the word that it belongs to: "weighs 6 tonnes [1: Without the jib.]"."""

import posixpath
import re
from collections.abc import Callable
from urllib.parse import unquote, urldefrag

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

_REFERENCE = {"noteref", "doc-noteref"}
_NOTE = {"footnote", "endnote", "rearnote", "note", "doc-footnote", "doc-endnote"}
_BACK = {"backlink", "referrer", "doc-backlink"}
_BLOCKS = ["aside", "li", "p", "div", "dd", "section", "td"]
_SIGNS = re.compile(r"[\[(]?(\d{1,4}|[a-z]|[*†‡§¶]{1,3})[\])]?\.?")
_LONGEST = 4_000  # characters

Chapter = Callable[[str], BeautifulSoup | None]


class Notes:
    """Moves notes from where they stand to where they are referred to, also out of a chapter that holds them all."""

    def __init__(self, chapter: Chapter) -> None:
        """`chapter(name)` is the tree of a member, the same each time, or None."""
        self._chapter = chapter

    def place(self, soup: BeautifulSoup, name: str) -> None:
        """Sets the notes of a chapter, whose member has that name, behind their references."""
        for link in soup.find_all("a", href=True):
            if link.decomposed or link.find_parent("html") is None:
                continue
            note = self._note_of(link, soup, name)
            if note is not None and (text := _note_text(note, link)):
                note.extract()
                _set_behind(link, text)

    def _note_of(self, link: Tag, soup: BeautifulSoup, name: str) -> Tag | None:
        address, fragment = urldefrag(str(link["href"]))
        is_marked = bool(_types(link) & _REFERENCE)
        if not fragment or not (is_marked or _is_raised(link)) or _types(link) & _BACK:
            return None
        place = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(address))) if address else name
        tree = soup if place == name else self._chapter(place) if is_marked else None
        target = tree.find(id=unquote(fragment)) if tree is not None else None
        if not isinstance(target, Tag) or target.find_parent("html") is None:
            return None
        block = target if target.name in _BLOCKS else target.find_parent(_BLOCKS)
        if block is None or link in block.descendants or len(block.get_text()) > _LONGEST:
            return None
        is_note = is_marked or bool(_types(block) & _NOTE) or _begins_alike(block, link)
        return block if is_note else None


def _set_behind(link: Tag, text: str) -> None:
    mark = link.get_text("", strip=True).strip("[]()") or "*"
    around = link.parent if link.parent is not None and link.parent.name == "sup" else link
    around.replace_with(NavigableString(f" [{mark}: {text}]"))


def _note_text(note: Tag, link: Tag) -> str:
    """The note on one line, without its own number and the way back."""
    for back in note.find_all("a"):
        if _types(back) & _BACK or not re.search(r"\w{2}", back.get_text()):
            back.decompose()
    text = " ".join(note.get_text(" ").split())
    mark = re.escape(link.get_text("", strip=True).strip("[]()"))
    text = re.sub(rf"^[\[(]?{mark}[\])]?[.:]?\s+", "", text) if mark else text
    return re.sub(r"\s+([.,;:!?])", r"\1", text).strip(" ↩︎↑")


def _is_raised(link: Tag) -> bool:
    is_raised = link.find("sup") is not None or (link.parent is not None and link.parent.name == "sup")
    return is_raised and _SIGNS.fullmatch(link.get_text("", strip=True)) is not None


def _begins_alike(block: Tag, link: Tag) -> bool:
    mark = link.get_text("", strip=True).strip("[]().")
    return re.match(rf"[\[(]?{re.escape(mark)}\b|[\[(]?{re.escape(mark)}[\s\]).]", block.get_text().strip()) is not None


def _types(tag: Tag) -> set[str]:
    return {*str(tag.get("epub:type") or "").split(), *str(tag.get("role") or "").split()}
