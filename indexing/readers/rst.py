"""reStructuredText, read line by line: docutils drops whatever directive it does not know, and Sphinx has many."""

import re
from collections.abc import Iterator
from pathlib import Path

from indexing.cleaning.text import clean_text
from indexing.documents import ParsedDocument, ReadLimits
from indexing.readers.encoding import read_text
from indexing.readers.sections import TextHeading, sectioned_document

_RULE = re.compile(r"^([!-/:-@\[-`{-~])\1{2,}\s*$")
_ROLE = re.compile(r"(?::[\w+.-]+)+:`(?:([^`<]+?)\s*<[^`>]*>|[~!]?([^`]+))`")
_LINK = re.compile(r"`([^`<]+?)\s*<([^`>]+)>`__?")
_REFERENCE = re.compile(r"(?<!`)`([^`\n]+)`__?(?!`)")
_LITERAL = re.compile(r"``([^`]+)``")
_TARGET = re.compile(r"^\s*\.\. (?:_[^:]+:.*|\[\S+\]\s*)$")
_OPTION = re.compile(r"^\s+:[\w-]+:(?:\s.*)?$")
_SILENT = re.compile(
    r"^\s*\.\. (?:code-block|sourcecode|code|highlight|contents|toctree|currentmodule|module|index|image|figure|raw"
    r"|include|literalinclude|rst-class|container|meta|only|autosummary)::.*$"
)
_COMMENT = re.compile(r"^\s*\.\. (?!_|\[[\w#*.-]+\]|\||[\w:+.-]+::)")  # no target, footnote, substitution, directive
_DIRECTIVE = re.compile(r"^(\s*)\.\. ([\w:-]+)::[ \t]*(.*)$")


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """Sections by heading; roles and links as their text, directives as their name and content."""
    lines = list(_readable_lines(clean_text(read_text(path, limits)).split("\n")))
    text, headings = _with_headings(lines)
    return sectioned_document(headings[0].text if headings else None, text, headings)


def _readable_lines(lines: list[str]) -> Iterator[str]:
    in_directive = False
    for line in _without_comments(lines):
        if _TARGET.match(line) or (in_directive and _OPTION.match(line)):
            continue
        in_directive = bool(_DIRECTIVE.match(line))
        if _SILENT.match(line):
            continue
        yield _inline(_DIRECTIVE.sub(_directive, line))


def _without_comments(lines: list[str]) -> Iterator[str]:
    """The lines but for comments and what is indented below them."""
    indent: int | None = None
    for line in lines:
        depth = len(line) - len(line.lstrip())
        if indent is not None and (not line.strip() or depth > indent):
            continue
        indent = depth if _COMMENT.match(line) else None
        if indent is None:
            yield line


def _directive(match: re.Match[str]) -> str:
    indent, name, argument = match.groups()
    name = name.rpartition(":")[2]
    return f"{indent}{name}: {argument}" if argument else f"{indent}{name.capitalize()}:"


def _inline(line: str) -> str:
    line = _ROLE.sub(lambda match: match.group(1) or match.group(2), line)
    line = _LINK.sub(r"\1 (\2)", line)
    return _REFERENCE.sub(r"\1", _LITERAL.sub(r"`\1`", line))


def _with_headings(lines: list[str]) -> tuple[str, list[TextHeading]]:
    """The text without the rules above and below headings, and the headings in it.

    A heading's level is the order in which its kind of rule first occurs.
    """
    kinds: list[tuple[str, bool]] = []
    headings: list[TextHeading] = []
    kept: list[str] = []
    offset = number = 0
    while number < len(lines):
        overlined, title = _heading_at(lines, number)
        line = lines[number] if title is None else title
        if title is not None:
            rule = lines[number + (2 if overlined else 1)].strip()[0]
            if (rule, overlined) not in kinds:
                kinds.append((rule, overlined))
            headings.append(TextHeading(offset, kinds.index((rule, overlined)) + 1, title))
        kept.append(line)
        offset += len(line) + 1
        number += 1 if title is None else 3 if overlined else 2
    return "\n".join(kept), headings


def _heading_at(lines: list[str], number: int) -> tuple[bool, str | None]:
    """(has a rule above, title) of the heading that begins on this line."""
    first, second, third = [*lines[number : number + 3], "", ""][:3]
    if _RULE.match(first) and second.strip() and _RULE.match(third) and first.strip()[0] == third.strip()[0]:
        return True, second.strip()
    if first.strip() and not first.startswith((" ", "\t")) and not _RULE.match(first) and _RULE.match(second):
        is_long_enough = len(second.strip()) >= min(len(first.strip()), 4)
        return False, first.strip() if is_long_enough else None
    return False, None
