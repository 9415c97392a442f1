"""Rows of tables among the sentences of a passage: what names their columns, what stands below or above. Pure."""

import re
from collections.abc import Sequence

from server.evidence.sentences import Sentence
from storage.words.lines import CAPTION

_LONGEST_HEAD = 300  # characters
_RULE = re.compile(r"\|?[\s:|-]*-[\s:|-]*")  # the line under a Markdown table's head
_CELLS = re.compile(r"\s*\|\s*|\t| {2,}")
_MONTH = (
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mär|Mai|Okt|Dez|janv|févr|mars|avr|juin|juil|août|déc"
    r"|ene|abr|ago|dic)[^\W\d_]*\.?"
)
TIME = re.compile(
    rf"(?:(?:FY|CY|H[12]|[1-4]Q|Q[1-4]|(?:first|second|third|fourth) quarter)\s?(?:of )?['’]?)?"
    rf"(?:19|20)\d\d(?:[/–-]\d{{2,4}})?"
    rf"(?:\s?年(?:度|\d{{1,2}}月(?:\d{{1,2}}日)?)?|[/.-]\d{{1,2}}(?:[/.-]\d{{1,2}})?|\s?[HQ][1-4])?"
    rf"|(?:\d{{1,2}}\.?(?:st|nd|rd|th)?\s)?{_MONTH}(?:\s\d{{1,2}},?)?(?:\s(?:19|20)\d\d)?"
    rf"|\d{{1,2}}[./]\d{{1,2}}[./](?:19|20)?\d\d",
    re.IGNORECASE,
)
"""A year, a quarter, a month or a day, as columns are named by it."""
_IS_VALUE = re.compile(r"[-–—+±~<>≤≥(]*\s?(?:[$€¥£]|US\$|EUR|USD)?\s?\(?\d|[-–—✓✗×]+$")
_SCALE = re.compile(
    r"\bin (?:\w+ ){0,2}(?:millions|thousands|billions|hundreds|percent)|\b(?:millions|thousands|billions) of\b"
    r"|\b(?:US ?)?[$€£]\s?(?:millions?|thousands?|mm?|k|000)\b|in (?:Mio|Tsd|Millionen|Tausend|Mrd)|Angaben in"
    r"|\ben (?:millions|milliers|millones|miles|milliards) d|单位|單位|万元|萬元|百万元|千元",
    re.IGNORECASE,
)
_LONGEST_SCALE = 160  # characters
_FEWEST_BELOW = 2
_HOLDS_DIGIT = re.compile(r"\d")


def is_table_head(sentences: Sequence[Sentence], place: int) -> bool:
    """Whether this names a table's columns, or is the rule below those names: no answer by itself."""
    rows = _rows_around(sentences, place)
    return place in _head(sentences, rows) if rows else _is_head_above(sentences, place)


def head_of(sentences: Sequence[Sentence], row: int) -> tuple[int, ...]:
    """The places of what names the columns of the table that this row is in."""
    return _head(sentences, _rows_around(sentences, row))


def rows_below(sentences: Sequence[Sentence], row: int, *, whole: bool = True) -> range:
    """The places of the rows of the table that this one is in, without what names the columns.

    Empty where nothing names them, and, of a `whole` table, where it ends with the passage and may go on beyond.
    """
    rows = _rows_around(sentences, row)
    head = _head(sentences, rows)
    if not head or (whole and rows.stop == len(sentences)):
        return range(0)
    return range(max((*head, rows.start - 1)) + 1, rows.stop)


def caption_of(sentences: Sequence[Sentence], row: int) -> str:
    """The caption below or above the table that this row is in; empty where there is none."""
    beside = (_rows_around(sentences, row).stop, place_above(sentences, row))
    found = (sentences[place].text for place in beside if 0 <= place < len(sentences))
    return next((text for text in found if CAPTION.match(text)), "")


def line_above(sentences: Sequence[Sentence], row: int) -> str:
    """What stands right above the table that this row is in, where it is short; empty where there is nothing."""
    place = place_above(sentences, row)
    return sentences[place].text if place >= 0 and len(sentences[place].text) <= _LONGEST_HEAD else ""


def heading_of_table(sentences: Sequence[Sentence], row: int) -> int | None:
    """The place of the heading right above the table that this row is in: it may name the unit of all figures."""
    place = place_above(sentences, row)
    return place if place >= 0 and sentences[place].is_heading else None


def scale_of_table(sentences: Sequence[Sentence], row: int) -> int | None:
    """The place of what stands right above the table that this row is in, where it says in what its figures are."""
    place = place_above(sentences, row)
    is_scale = place >= 0 and len(sentences[place].text) <= _LONGEST_SCALE and _SCALE.search(sentences[place].text)
    return place if is_scale else None


def cells_of(row: str) -> list[str]:
    """The cells of a row that is written with bars."""
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def place_above(sentences: Sequence[Sentence], row: int) -> int:
    """The place right above the table that this row is in, and above what names its columns; -1 for none."""
    rows = _rows_around(sentences, row)
    return min((*_head(sentences, rows), rows.start)) - 1


def _rows_around(sentences: Sequence[Sentence], place: int) -> range:
    """The neighbouring rows; empty where `place` is none."""
    if not sentences[place].is_row:
        return range(0)
    first, last = place, place + 1
    while first > 0 and _is_same_table(sentences[first - 1], sentences[place]):
        first -= 1
    while last < len(sentences) and _is_same_table(sentences[last], sentences[place]):
        last += 1
    return range(first, last)


def _is_same_table(one: Sentence, other: Sentence) -> bool:
    """Both are rows, and both or none are written with bars."""
    return one.is_row and ("|" in one.text) == ("|" in other.text)


def _head(sentences: Sequence[Sentence], rows: range) -> tuple[int, ...]:
    if len(rows) > 1 and _RULE.fullmatch(sentences[rows.start + 1].text):
        return (rows.start, rows.start + 1)
    is_named = len(rows) > 1 and _names_columns([sentences[row].text for row in rows])
    has_bars = is_named and sentences[rows.start].text.startswith("|")
    if not has_bars and rows.start > 0 and _is_head_above(sentences, rows.start - 1):
        return (rows.start - 1,)
    return (rows.start,) if is_named else ()


def _is_head_above(sentences: Sequence[Sentence], place: int) -> bool:
    """Names of columns are no row themselves: they stand above one, without a full stop."""
    text = sentences[place].text
    has_row_below = place + 1 < len(sentences) and sentences[place + 1].is_row and not sentences[place].is_row
    return (
        has_row_below
        and not sentences[place].is_heading
        and len(text) <= _LONGEST_HEAD
        and not text.endswith(tuple(".!?:。！？："))
        and not CAPTION.match(text)
    )


def _names_columns(rows: Sequence[str]) -> bool:
    """Whether the first row names columns: it has no figures, or only times and words, or it alone begins with none."""
    cells = [_cells(row) for row in rows]
    first, others = cells[0], cells[1:]
    figures = [cell for cell in first if _HOLDS_DIGIT.search(cell)]
    if not figures:
        return True
    are_names = not _IS_VALUE.match(first[0]) and all(map(_is_name_of_column, first[1:]))
    if are_names and any(_are_figures_below(column, others, name) for column, name in enumerate(first) if column):
        return True
    if len(others) < _FEWEST_BELOW or _HOLDS_DIGIT.search(first[0]):
        return False
    return all(_HOLDS_DIGIT.match(row[0]) for row in others)


def _cells(row: str) -> list[str]:
    if row.startswith("|"):
        return cells_of(row)
    return [cell for cell in _CELLS.split(row.strip()) if cell] or [""]


def _is_name_of_column(cell: str) -> bool:
    """Words, a time, or nothing, which an empty corner and columns of notes have."""
    return not cell or TIME.match(cell) is not None or not _IS_VALUE.match(cell)


def _are_figures_below(column: int, rows: Sequence[Sequence[str]], name: str) -> bool:
    """Whether a cell of the column is a figure, and no time where its name is one."""
    below = [row[column] for row in rows if column < len(row)]
    is_time = TIME.fullmatch(name) is not None
    return any(_IS_VALUE.match(cell) and not (is_time and TIME.fullmatch(cell)) for cell in below)
