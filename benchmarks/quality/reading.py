"""How well documents are read, without any model: handed cases, rows of tables kept, words torn.

Each part takes files of `../shared/data`, and is None where they are absent. Rows and words are held against PDFium's
plain text of the same page, which keeps both but knows no columns.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2

from indexing.cleaning.text import clean_document, clean_text
from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers import read_document
from indexing.readers.pdf.page_reading import PageReading, read_page, words_in

_CASES_BAR = 1.0
_ROWS_BAR = 0.99
_WORDS_BAR = 1 - 5 / 25_000
_PAGES_OF_FILING = 6  # evenly spread over each file
_PAGES_OF_DOCUMENT = 12
_FIGURE = r"\(?[$€£]?\s?\(?\d[\d,]*(?:\.\d+)?\)?%?"
_ROW = re.compile(rf"[A-Za-z][^\n]{{2,90}}?(?:\s+\$?\s*(?:{_FIGURE}|[—–-])){{2,8}}\s*$")
_NUMBER = re.compile(r"\d[\d,.]*")
_YEAR = re.compile(r"(?:(?:19|20)\d\d|[1-3]?\d),?$")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of how many hold, and those that do not, in words."""

    good: int
    total: int
    failures: tuple[str, ...]

    @property
    def share(self) -> float:
        """0–1."""
        return self.good / max(self.total, 1)


@dataclass(frozen=True, slots=True)
class Part:
    """One figure of reading with its bar; `tally` is None where its files are absent."""

    name: str
    bar: float
    tally: Tally | None

    @property
    def is_good(self) -> bool:
        """Whether it is at its bar, or was not measured."""
        return self.tally is None or self.tally.share >= self.bar

    @property
    def sentence(self) -> str:
        """The figure for people."""
        if self.tally is None:
            return f"{self.name}: skipped, ../shared/data has no files for it"
        return f"{self.name}: {self.tally.good:,} of {self.tally.total:,} ({self.tally.share:.4f})"


def measured(data: Path) -> list[Part]:
    """All parts, of the files below `data`."""
    folders = [data / name for name in ("filings", "papers", "professions")]
    return [
        Part("PDF cases read as handed", _CASES_BAR, handed_cases(data / "reading")),
        Part("rows of filings kept on one line", _ROWS_BAR, rows_kept(data / "filings")),
        Part("words read whole", _WORDS_BAR, words_whole(folders)),
    ]


def handed_cases(folder: Path) -> Tally | None:
    """The PDF cases of `cases.jsonl` whose text is read as it should be; scans are left to the tests of OCR."""
    file = folder / "cases.jsonl"
    if not file.is_file():
        return None
    cases = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    direct = [case for case in cases if case["file"].endswith(".pdf") and "scan" not in case["kind"]]
    failures = [f"{case['file']}: {case['question']}" for case in direct if not _holds(case, folder)]
    return Tally(len(direct) - len(failures), len(direct), tuple(failures))


def _holds(case: dict[str, Any], folder: Path) -> bool:
    try:
        document = clean_document(read_document(folder / case["file"], ReadLimits()))
    except ParseFailure:
        return False
    text = "\n\n".join(page.text for page in document.pages)
    wanted = case["expect_in_answer_or_passage"]
    is_there = any(_pattern(one).search(text) for one in ([wanted] if isinstance(wanted, str) else wanted))
    is_clean = not case.get("answer_not") or not _pattern(case["answer_not"]).search(text)
    return is_there and is_clean and _has_label(document, case.get("label"))


def _has_label(document: ParsedDocument, label: str | None) -> bool:
    return label is None or any(page.label == label for page in document.pages)


def _pattern(text: str) -> re.Pattern[str]:
    """In an expectation "…" stands for up to 60 characters of the same line."""
    parts = [r"\s+".join(map(re.escape, part.split())) for part in text.split("…")]
    return re.compile(r"[^\n]{0,60}?".join(parts))


def rows_kept(folder: Path) -> Tally | None:
    """Rows "label … figures" of the filings' tables that are read as one line."""
    files = sorted(folder.glob("*.pdf"))
    good, failures = 0, []
    for place, plain, reading in _pages(files, _PAGES_OF_FILING):
        lines = [_letters(line) for line in clean_text(reading.text).split("\n")]
        for row in filter(_is_row, plain.replace("\r", "").split("\n")):
            if any(_holds_in_order(line, row) for line in lines):
                good += 1
            else:
                failures.append(f"{place}: {row}")
    return Tally(good, good + len(failures), tuple(failures)) if files else None


def _is_row(line: str) -> bool:
    """A label and figures; years alone are the head of a table."""
    return _ROW.match(line) is not None and not all(map(_YEAR.match, _NUMBER.findall(line)))


def _holds_in_order(line: str, row: str) -> bool:
    """Whether the words of the row stand in the line, others (a note's mark) between them allowed."""
    place = 0
    for word in map(_letters, row.split()):
        place = line.find(word, place) + len(word)
        if place < len(word):
            return False
    return True


def words_whole(folders: Sequence[Path]) -> Tally | None:
    """Words of the plain text that are read whole, a word cut at a line's end counted as one."""
    files = [file for folder in folders for file in sorted(folder.glob("*.pdf"))]
    total, failures = 0, []
    for place, plain, reading in _pages(files, _PAGES_OF_DOCUMENT):
        wanted, found = _long_words(plain), _long_words(f"{reading.text}\n{reading.struck}\n{reading.outside}")
        longer = " ".join((found - wanted).keys())
        total += sum(wanted.values())
        failures += [f"{place}: {word}" for word in (wanted - found).elements() if word not in longer]
    return Tally(total - len(failures), total, tuple(failures)) if files else None


def _pages(files: Sequence[Path], most: int) -> Iterator[tuple[str, str, PageReading]]:
    """(place, plain text, as read) of pages evenly spread over each file."""
    for file in files:
        with pypdfium2.PdfDocument(file) as document:
            count = len(document)
            for index in sorted({count * part // most for part in range(most)} if count > most else range(count)):
                page = document[index]
                text_page = page.get_textpage()
                plain = text_page.get_text_range()
                text_page.close()
                yield f"{file.name} p. {index + 1}", plain, read_page(page)
                page.close()


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def _long_words(text: str) -> Counter[str]:
    words = words_in(text.replace("^", ""))
    return Counter({word: count for word, count in words.items() if len(word) > 2 and word.isalpha()})
