"""The lines that calendars (.ics) and address cards (.vcf) are made of: NAME;PARAMETER=VALUE:VALUE. Pure."""

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from indexing.readers.encoding import decode_declared

_LINE = re.compile(
    r"(?:[\w-]+\.)?(?P<name>[A-Za-z][\w-]*)(?P<parameters>(?:;[^;:=\"]+(?:=(?:\"[^\"]*\"|[^;:\",]*)(?:,(?:\"[^\"]*\"|[^;:\",]*))*)?)*):(?P<value>.*)",
    re.DOTALL,
)
_PARAMETER = re.compile(r";([^;:=\"]+)(?:=((?:\"[^\"]*\"|[^;:\"])*))?")
_FOLD = re.compile(r"\n[ \t]")
_SOFT_BREAK = re.compile(r"^([^:\n]*QUOTED-PRINTABLE[^:\n]*:.*)=\n", re.IGNORECASE | re.MULTILINE)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_UNESCAPED = re.compile(r"(?<!\\)((?:\\\\)*);")


@dataclass(frozen=True, slots=True)
class ContentLine:
    """One property: its name in capitals, its parameters by their names in capitals, its value as written."""

    name: str
    parameters: dict[str, str]
    value: str

    @property
    def text(self) -> str:
        """The value as a person wrote it."""
        return unescaped(self.value)

    @property
    def fields(self) -> list[str]:
        """The parts of a value that has several, such as an address."""
        return [unescaped(part) for part in _UNESCAPED.sub("\\1\0", self.value).split("\0")]


@dataclass(slots=True)
class Component:
    """What stands between BEGIN and END."""

    name: str
    lines: list[ContentLine] = field(default_factory=list)
    components: list["Component"] = field(default_factory=list)

    def first(self, name: str) -> ContentLine | None:
        return next((line for line in self.lines if line.name == name), None)

    def text(self, name: str) -> str:
        line = self.first(name)
        return line.text if line else ""

    def all(self, name: str) -> list[ContentLine]:
        return [line for line in self.lines if line.name == name]


def components(text: str) -> list[Component]:
    """The outer components of a file; one whose end is missing ends with the file."""
    root = Component("")
    stack = [root]
    for line in _lines(text):
        if line.name == "BEGIN":
            inner = Component(line.value.strip().upper())
            stack[-1].components.append(inner)
            stack.append(inner)
        elif line.name == "END":
            if len(stack) > 1:
                stack.pop()
        else:
            stack[-1].lines.append(line)
    return root.components


def unescaped(value: str) -> str:
    return _ESCAPE.sub(lambda match: "\n" if match.group(1) in "nN" else match.group(1), value).strip()


def _lines(text: str) -> Iterator[ContentLine]:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    while (joined := _SOFT_BREAK.sub(r"\1", text)) != text:
        text = joined
    for line in _FOLD.sub("", text).split("\n"):
        match = _LINE.fullmatch(line)
        if match:
            parameters = {
                name.strip().upper(): value.strip('"') for name, value in _PARAMETER.findall(match["parameters"])
            }
            yield ContentLine(match["name"].upper(), parameters, _decoded(match["value"], parameters))


def _decoded(value: str, parameters: dict[str, str]) -> str:
    """vCard 2.1 wrote "=C3=B8" for other than ASCII characters."""
    if parameters.get("ENCODING", "").upper() != "QUOTED-PRINTABLE" and "QUOTED-PRINTABLE" not in parameters:
        return value
    plain = decode_declared(quopri.decodestring(value.encode()), parameters.get("CHARSET", "utf-8"))
    return plain.replace("\\", "\\\\").replace("\r\n", "\n") if "\n" in plain else plain
