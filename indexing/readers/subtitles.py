"""Subtitles (.srt, .vtt): what is said, each with the time at which it is said."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from indexing.cleaning.text import clean_text
from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.encoding import read_text
from storage.messages import message
from storage.records import PageRecord

_TIME = r"(?:(\d+):)?(\d{1,2}):(\d{2})[.,]\d{1,3}"
_TIMES = re.compile(rf"^\s*{_TIME}\s*-->\s*(?:\d+:)?\d{{1,2}}:\d{{2}}[.,]\d{{1,3}}.*$")
_SPEAKER = re.compile(r"<v(?:\.[\w.]+)?\s+([^>]+)>")
_MARKUP = re.compile(r"</?[A-Za-z][^>]*>|<\d[\d:.]*>|\{\\[^}]*\}")
_SILENT_BLOCKS = ("NOTE", "STYLE", "REGION", "WEBVTT")
_PAGE = 4_000  # characters


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """Lines "[00:01:02] text"; a long film has pages labelled by their times."""
    cues = list(_cues(clean_text(read_text(path, limits))))
    if not cues:
        raise ParseFailure("empty", message("the file has no subtitles; fill it or remove it"))
    return ParsedDocument(None, tuple(_pages(cues)))


def _cues(text: str) -> Iterator[tuple[str, str]]:
    """(time, what is said); what is shown again, as where lines roll up, is said once."""
    last: list[str] = []
    for block in re.split(r"\n[ \t]*\n", text):
        lines = block.split("\n")
        place = next((number for number, line in enumerate(lines) if _TIMES.match(line)), None)
        if place is None or lines[0].startswith(_SILENT_BLOCKS[:3]):
            continue
        shown = [plain for line in lines[place + 1 :] if (plain := _plain(line))]
        fresh = [line for line in shown if line not in last]
        last = shown
        if fresh:
            hours, minutes, seconds = (int(part or 0) for part in _TIMES.match(lines[place]).groups())  # type: ignore[union-attr]
            yield f"{hours:02}:{minutes:02}:{seconds:02}", " ".join(fresh)


def _plain(line: str) -> str:
    return " ".join(unescape(_MARKUP.sub("", _SPEAKER.sub(r"\1: ", line))).split())


def _pages(cues: list[tuple[str, str]]) -> Iterator[PageRecord]:
    lines: list[str] = []
    first, number = cues[0][0], 1
    for place, (time, said) in enumerate(cues):
        lines.append(f"[{time}] {said}")
        is_last = place == len(cues) - 1
        if is_last or sum(map(len, lines)) > _PAGE:
            label = None if is_last and number == 1 else f"{first}–{time}"
            yield PageRecord(number, "\n".join(lines), label=label)
            lines, number = [], number + 1
            first = time if is_last else cues[place + 1][0]
