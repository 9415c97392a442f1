"""An office file as an archive of XML parts that point to one another, whatever its flavour.

The strict flavour of Office Open XML names everything differently; its names are replaced while a part is parsed, so
that readers know one set of names. Templates and files with macros differ in a content type that nobody needs.
"""

import io
import posixpath
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from indexing.documents import ParseFailure
from indexing.readers.containers import open_container, parse_xml, stream_elements
from storage.messages import message

_TRANSITIONAL = "http://schemas.openxmlformats.org"
_STRICT = "http://purl.oclc.org/ooxml"
_PREFIXES = {
    "w": f"{_TRANSITIONAL}/wordprocessingml/2006/main",
    "m": f"{_TRANSITIONAL}/officeDocument/2006/math",
    "r": f"{_TRANSITIONAL}/officeDocument/2006/relationships",
    "a": f"{_TRANSITIONAL}/drawingml/2006/main",
    "p": f"{_TRANSITIONAL}/presentationml/2006/main",
    "c": f"{_TRANSITIONAL}/drawingml/2006/chart",
    "dgm": f"{_TRANSITIONAL}/drawingml/2006/diagram",
    "wp": f"{_TRANSITIONAL}/drawingml/2006/wordprocessingDrawing",
    "s": f"{_TRANSITIONAL}/spreadsheetml/2006/main",
    "mc": f"{_TRANSITIONAL}/markup-compatibility/2006",
    "v": "urn:schemas-microsoft-com:vml",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
    "cp": f"{_TRANSITIONAL}/package/2006/metadata/core-properties",
    "dc": "http://purl.org/dc/elements/1.1/",
}
_STRICT_NAMES = {
    f"{_STRICT}/wordprocessingml/main": _PREFIXES["w"],
    f"{_STRICT}/officeDocument/math": _PREFIXES["m"],
    f"{_STRICT}/officeDocument/relationships": _PREFIXES["r"],
    f"{_STRICT}/drawingml/main": _PREFIXES["a"],
    f"{_STRICT}/presentationml/main": _PREFIXES["p"],
    f"{_STRICT}/drawingml/chart": _PREFIXES["c"],
    f"{_STRICT}/drawingml/diagram": _PREFIXES["dgm"],
    f"{_STRICT}/drawingml/wordprocessingDrawing": _PREFIXES["wp"],
    f"{_STRICT}/spreadsheetml/main": _PREFIXES["s"],
}


_ODD = (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError)


def qn(name: str) -> str:
    """ "w:p" as ElementTree writes it: "{namespace}p"."""
    prefix, _, local = name.partition(":")
    return f"{{{_PREFIXES[prefix]}}}{local}"


@dataclass(frozen=True, slots=True)
class Relation:
    """Where a part points: `kind` ends its type's name ("footnotes"), `target` a member's name or an address."""

    kind: str
    target: str
    is_external: bool


class OfficePackage:
    """The parts of an opened office file. Names of members are compared without regard to upper and lower case."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._members = {name.replace("\\", "/").lower(): name for name in archive.namelist()}
        self.damaged: list[str] = []
        """Parts that could not be parsed, and were taken for missing."""

    def main_part(self) -> str:
        """The name of the document, presentation or workbook. Raises `ParseFailure` "damaged" without one."""
        for relation in self.relations("").values():
            if relation.kind == "officeDocument" and self.has(relation.target):
                return relation.target
        raise ParseFailure("damaged", message("its main part is missing; get a fresh copy"))

    def has(self, name: str) -> bool:
        """Whether there is such a member."""
        return name.lower() in self._members

    def content(self, name: str) -> bytes:
        """The bytes of a member; none where it is missing."""
        member = self._members.get(name.lower())
        return self._archive.read(member) if member is not None else b""

    def size(self, name: str) -> int:
        """How many bytes a member unpacks to, as the directory declares; 0 where it is missing."""
        member = self._members.get(name.lower())
        return self._archive.getinfo(member).file_size if member is not None else 0

    def main_root(self) -> Element:
        """The XML of the main part. Raises `ParseFailure` "damaged"."""
        return transitional(parse_xml(io.BytesIO(self.content(self.main_part()))))

    def root(self, name: str) -> Element | None:
        """The XML of any other member in its transitional names; None where it is missing or damaged."""
        content = self.content(name)
        try:
            return transitional(parse_xml(io.BytesIO(content))) if content else None
        except ParseFailure as failure:
            if failure.category != "damaged":
                raise
            if name not in self.damaged:
                self.damaged.append(name)
            return None

    def notes(self) -> tuple[str, ...]:
        """A sentence for each damaged part."""
        return tuple(message("a part of it is damaged and was left out: {name}", name=name) for name in self.damaged)

    def elements(self, name: str, *names: str) -> Iterator[Element]:
        """Elements of these local names in a large part, one after another; each is gone when the next is asked for.

        One that lies within another of these names comes as part of it. Raises `ParseFailure` "damaged".
        """
        member = self._members.get(name.lower())
        if member is not None:
            with self._archive.open(member) as stream:
                yield from stream_elements(stream, frozenset(names))

    def relations(self, name: str) -> dict[str, Relation]:
        """Where the part points, by the identifiers that it uses; "" is the package itself."""
        folder, _, file = name.rpartition("/")
        root = self.root(posixpath.join(folder, "_rels", f"{file}.rels"))
        found = {}
        for element in root if root is not None else ():
            target = element.get("Target", "")
            is_external = element.get("TargetMode") == "External"
            if not is_external:
                target = posixpath.normpath(posixpath.join("/", folder, unquote(target))).lstrip("/")
            kind = element.get("Type", "").rpartition("/")[2]
            found[element.get("Id", "")] = Relation(kind, target, is_external)
        return found

    def related(self, name: str, kind: str) -> str | None:
        """The member that the part points to as its `kind`, the first one if there are more."""
        found = (each.target for each in self.relations(name).values() if each.kind == kind and not each.is_external)
        return next((target for target in found if self.has(target)), None)

    def title(self) -> str:
        """The title in the file's properties; "" without one."""
        name = self.related("", "core-properties")
        root = self.root(name) if name else None
        return " ".join((root.findtext(qn("dc:title")) or "").split()) if root is not None else ""


@contextmanager
def open_package(path: Path) -> Iterator[OfficePackage]:
    """The office file, when its archive is harmless. Raises `ParseFailure` as `open_container` does.

    Also "damaged" for what goes wrong while the block runs.
    """
    with open_container(path) as archive:
        try:
            yield OfficePackage(archive)
        except _ODD as exc:  # what a file says that no program writes: numbers that are none, parts that are folders
            told = message(
                "its parts do not fit together ({error}); save it anew with its program", error=str(exc)[:200]
            )
            raise ParseFailure("damaged", told) from exc


def transitional(root: Element) -> Element:
    """The same tree with the names of the transitional flavour; changed in place."""
    if _STRICT not in str(root.tag):
        return root
    for element in root.iter():
        element.tag = _transitional_name(str(element.tag))
        for key in [key for key in element.attrib if _STRICT in key]:
            element.attrib[_transitional_name(key)] = element.attrib.pop(key)
    return root


def _transitional_name(name: str) -> str:
    namespace, brace, local = name[1:].partition("}")
    return f"{{{_STRICT_NAMES.get(namespace, namespace)}}}{local}" if brace else name


def is_on(element: Element | None, attribute: str = "val") -> bool:
    """Whether an on-off property is there and not switched off, as Word writes them: `<w:strike w:val="0"/>`."""
    if element is None:
        return False
    value = element.get(f"{{{_PREFIXES['w']}}}{attribute}", element.get(attribute, "1"))
    return value.lower() not in ("0", "false", "off", "none")


def alternative(element: Element) -> Iterator[Element]:
    """The children of the one branch of `mc:AlternateContent` that is shown: the new form, else the old one."""
    choice, fallback = element.find(qn("mc:Choice")), element.find(qn("mc:Fallback"))
    branch = choice if choice is not None and len(choice) else fallback
    yield from branch if branch is not None else ()
