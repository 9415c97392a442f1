"""Address cards (.vcf): each person or organisation with numbers, addresses and notes."""

from collections.abc import Iterator
from pathlib import Path

from indexing.cleaning.text import clean_text
from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.content_lines import Component, ContentLine, components
from indexing.readers.encoding import read_text
from indexing.readers.sections import TextHeading, sectioned_document
from storage.messages import message

_NAMES = {
    "NICKNAME": "Nickname", "ORG": "Organisation", "TITLE": "Title", "ROLE": "Role", "TEL": "Telephone",
    "EMAIL": "Mail", "ADR": "Address", "LABEL": "Address", "URL": "Web", "BDAY": "Born", "ANNIVERSARY": "Anniversary",
    "IMPP": "Messages", "CATEGORIES": "Categories", "RELATED": "Related", "NOTE": "Note",
}  # fmt: skip
_SILENT_TYPES = ("pref", "internet", "voice", "x400")


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """A card for each heading, in the order of the file."""
    text, headings = "", []
    for card in (each for each in components(read_text(path, limits)) if each.name == "VCARD"):
        lines = clean_text("\n".join(_lines(card)))
        if lines:
            headings.append(TextHeading(len(text), 1, lines.partition("\n")[0]))
            text += f"{lines}\n\n"
    if not text:
        raise ParseFailure("empty", message("the file has no address cards; fill it or remove it"))
    return sectioned_document(headings[0].text if len(headings) == 1 else None, text.rstrip(), headings)


def _lines(card: Component) -> Iterator[str]:
    yield card.text("FN") or _name(card) or card.text("ORG") or "Card"
    for line in card.lines:
        if line.name in _NAMES and (value := _value(line)):
            kinds = [kind for kind in _types(line) if kind not in _SILENT_TYPES]
            yield f"{_NAMES[line.name]}{f' ({chr(44).join(kinds)})' if kinds else ''}: {value}"


def _name(card: Component) -> str:
    line = card.first("N")
    family, given, *others = [*line.fields, "", ""] if line else ("", "")
    return " ".join(filter(None, (*others[1:2], given, *others[:1], family)))


def _value(line: ContentLine) -> str:
    if line.name in ("ADR", "ORG"):
        return ", ".join(" ".join(part.split()) for part in line.fields if part.strip())
    return line.text.removeprefix("tel:") if line.name == "TEL" else line.text


def _types(line: ContentLine) -> list[str]:
    """The kinds of a number: TYPE=home,cell, or of old as bare words."""
    bare = [name.lower() for name, value in line.parameters.items() if not value]
    named = line.parameters.get("TYPE", "").lower().split(",")
    return [kind.strip() for kind in dict.fromkeys((*named, *bare)) if kind.strip()]
