"""OpenDocument files (.odt, .ods, .odp): what all three have in common, their archive, styles and running text."""

import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

from indexing.cleaning.text import clean_title
from indexing.documents import ENCRYPTED, ParseFailure
from indexing.readers.containers import local_attribute, local_name, open_container, parse_xml
from indexing.readers.marked_text import Remarks, clear_marks, shortened
from indexing.readers.odf_lists import Numbering
from storage.messages import message

_WHITE_SPACE = re.compile(r"\s+")
_POWER = re.compile(r"[-+−]?\d{1,4}|n")
_UNSEEN = frozenset((
    "tracked-changes", "sequence-decls", "forms", "bookmark", "bookmark-start", "bookmark-end", "annotation-end",
    "soft-page-break", "toc-mark", "alphabetical-index-mark", "table-of-content-source", "event-listeners",
))  # fmt: skip
_MOST_SPACES = 100


@dataclass(frozen=True, slots=True)
class Style:
    """What of a style changes what is read."""

    is_struck: bool = False
    is_hidden: bool = False
    is_raised: bool = False


@dataclass(slots=True)
class OdfFile:
    """An open file: its content, and what the content refers to."""

    archive: zipfile.ZipFile
    content: Element
    styles: dict[str, Style]
    numbering: Numbering
    title: str | None
    controls: dict[str, str]
    remarks: Remarks = field(default_factory=Remarks)


@contextmanager
def open_odf(path: Path) -> Iterator[OdfFile]:
    """The file, when it is harmless and not encrypted. Raises `ParseFailure`."""
    with open_container(path) as archive:
        names = set(archive.namelist())
        if "content.xml" not in names:
            raise ParseFailure("damaged", message("it is no whole document (its content is missing); get a fresh copy"))
        if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise ParseFailure("encrypted", ENCRYPTED)
        content = _member(archive, "content.xml")
        common = _member(archive, "styles.xml") if "styles.xml" in names else content
        meta = _member(archive, "meta.xml") if "meta.xml" in names else None
        title = (
            next((each.text for each in meta.iter() if local_name(each) == "title"), None) if meta is not None else None
        )
        roots = [common, content] if common is not content else [content]
        yield OdfFile(archive, content, _styles(roots), Numbering(roots), clean_title(title), _controls(content))


def body(file: OdfFile, kind: str) -> Element:
    """The element that holds text, sheets or slides. Raises `ParseFailure` "type_mismatch"."""
    for element in file.content.iter():
        if local_name(element) == "body":
            found = next((child for child in element if local_name(child) == kind), None)
            if found is not None:
                return found
    raise ParseFailure("type_mismatch", message("it is another kind of document than its name says; rename it"))


def paragraph_text(file: OdfFile, paragraph: Element, blocks: Callable[[Element], str] | None = None) -> str:
    """The text of a paragraph, with marks for what is left out; `blocks` gives the text of boxes anchored in it."""
    pieces = list(_inline(file, paragraph, blocks))
    return re.sub(r" *\n *", "\n", "".join(pieces)).strip()


def _inline(file: OdfFile, element: Element, blocks: Callable[[Element], str] | None) -> Iterator[str]:
    yield _own(element.text)
    for child in element:
        yield _piece(file, child, blocks)
        yield _own(child.tail)


def _own(text: str | None) -> str:
    return _WHITE_SPACE.sub(" ", clear_marks(text or ""))


def _piece(file: OdfFile, child: Element, blocks: Callable[[Element], str] | None) -> str:
    name = local_name(child)
    if name in _UNSEEN:
        return ""
    if name == "s":
        return " " * min(_number(local_attribute(child, "c"), 1), _MOST_SPACES)
    if name in ("tab", "line-break"):
        return "  " if name == "tab" else "\n"
    if name == "note":
        return _note(file, child)
    if name == "annotation":
        return comment_text(file, child)
    if name == "control":
        return file.controls.get(local_attribute(child, "control"), "")
    if name in ("frame", "custom-shape", "text-box", "g", "rect", "line"):
        return _drawing(file, child, blocks)
    text = "".join(_inline(file, child, blocks))
    if name == "ruby":
        return _ruby(child)
    if name == "a":
        address = local_attribute(child, "href")
        return f"{text} ({address})" if "://" in address and address.rstrip("/") not in text else text
    return _styled(file, child, text) if name == "span" else text


def _styled(file: OdfFile, span: Element, text: str) -> str:
    style = file.styles.get(local_attribute(span, "style-name"), Style())
    if style.is_struck:
        return file.remarks.struck(text)
    if style.is_hidden and text.strip():
        said = shortened(clear_marks(text))
        return file.remarks.mark(message("hidden text left out: “{text}”", text=said))
    return f"^{text}" if style.is_raised and _POWER.fullmatch(text) else text


def _note(file: OdfFile, note: Element) -> str:
    mark = next(("".join(each.itertext()) for each in note if local_name(each) == "note-citation"), "")
    inner = next((each for each in note if local_name(each) == "note-body"), None)
    text = " ".join(paragraphs(file, inner)) if inner is not None else ""
    return f" [{mark}: {text}]" if mark else f" [{text}]"


def comment_text(file: OdfFile, comment: Element) -> str:
    """A comment with who wrote it, to stand at its place."""
    author = next(("".join(each.itertext()) for each in comment if local_name(each) == "creator"), "")
    text = " ".join(paragraphs(file, comment))
    return f" [Comment{f' by {author}' if author else ''}: {text}]" if text else ""


def paragraphs(file: OdfFile, element: Element) -> Iterator[str]:
    """The texts of the paragraphs in an element, but of those in others' boxes."""
    for child in element:
        if local_name(child) in ("p", "h"):
            if text := paragraph_text(file, child):
                yield text
        elif local_name(child) in ("list", "list-item", "section", "list-header"):
            yield from paragraphs(file, child)


def _drawing(file: OdfFile, drawing: Element, blocks: Callable[[Element], str] | None) -> str:
    """A box is text; a picture is what it is said to be; a formula is its source."""
    for part in drawing.iter():
        if local_name(part) == "object" and (formula := _formula(file, local_attribute(part, "href"))):
            return formula
    if blocks is not None and any(local_name(part) in ("p", "h") for part in drawing.iter()):
        return f"\n{blocks(drawing)}\n"
    said = [" ".join((each.text or "").split()) for each in drawing.iter() if local_name(each) in ("title", "desc")]
    return " ".join(dict.fromkeys(filter(None, said)))


def _formula(file: OdfFile, href: str) -> str:
    name = f"{href.removeprefix('./')}/content.xml"
    if not href or name not in file.archive.namelist():
        return ""
    with suppress(ParseFailure):
        root = _member(file.archive, name)
        if local_name(root) == "math":
            sources = ["".join(each.itertext()) for each in root.iter() if local_name(each) == "annotation"]
            return " ".join((sources[0] if sources else "".join(root.itertext())).split())
    return ""


def _ruby(ruby: Element) -> str:
    parts = {local_name(each): "".join(each.itertext()).strip() for each in ruby}
    base, reading = parts.get("ruby-base", ""), parts.get("ruby-text", "")
    return f"{base}（{reading}）" if reading else base


def _member(archive: zipfile.ZipFile, name: str) -> Element:
    with archive.open(name) as stream:
        return parse_xml(stream)


def _styles(roots: list[Element]) -> dict[str, Style]:
    found: dict[str, Style] = {}
    for root in roots:
        for style in (each for each in root.iter() if local_name(each) == "style"):
            parent = found.get(local_attribute(style, "parent-style-name"), Style())
            merged = parent
            for properties in (each for each in style if local_name(each) == "text-properties"):
                line = local_attribute(properties, "text-line-through-style") or local_attribute(
                    properties, "text-line-through-type"
                )
                position = local_attribute(properties, "text-position")
                merged = Style(
                    line != "none" if line else parent.is_struck,
                    local_attribute(properties, "display") == "none" or parent.is_hidden,
                    position.startswith("super") or bool(re.match(r"[1-9]\d*%", position)),
                )
            found[local_attribute(style, "name")] = merged
    return found


def _controls(content: Element) -> dict[str, str]:
    """Fields of forms by their names, with what is filled in."""
    found: dict[str, str] = {}
    for element in content.iter():
        name = local_attribute(element, "id")
        if name and "}" in str(element.tag) and ":form:" in str(element.tag):
            value = (
                local_attribute(element, "current-value")
                or local_attribute(element, "value")
                or local_attribute(element, "label")
            )
            if local_name(element) in ("checkbox", "radio"):
                state = local_attribute(element, "current-state") or local_attribute(element, "state")
                is_on = state == "checked" or local_attribute(element, "current-selected") == "true"
                value = f"{'[x]' if is_on else '[ ]'} {local_attribute(element, 'label')}".strip()
            found[name] = clear_marks(value)
    return found


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isdigit() else otherwise
