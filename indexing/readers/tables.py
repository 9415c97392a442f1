"""Tables in text files: CSV and TSV, of any encoding and delimiter. The rows stay as they are written."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.encoding import read_text
from indexing.readers.rows import has_header, line_pages, one_line
from storage.messages import message

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_LINES = 50
_LARGEST_FIELD = 1_000_000
_EMPTY = message("the table has no rows; fill it or remove it")


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """One page, or pages of rows; where the first row names the columns it is repeated among the rows."""
    text = read_text(path, limits)
    delimiter = "\t" if path.suffix.lower() == ".tsv" else sniff_delimiter(text)
    rows = [(number, row) for number, row in _rows(text, delimiter) if any(cell.strip() for cell in row)]
    if not rows:
        raise ParseFailure("empty", _EMPTY)
    first = [[cell.strip() for cell in row] for _, row in rows[:2]]
    header = _line(rows.pop(0)[1], delimiter) if has_header(first) else None
    lines = ((number, _line(row, delimiter)) for number, row in rows)
    return ParsedDocument(None, tuple(line_pages(lines, name=None, header=header)))


def sniff_delimiter(text: str) -> str:
    """The character that cuts most of the first lines into the same number of cells, two or more.

    Not `csv.Sniffer`, which takes letters for delimiters (Python 3.11).
    """
    sample = "".join(line for _, line in zip(range(_SAMPLE_LINES), io.StringIO(text), strict=False))
    return max(_DELIMITERS, key=lambda delimiter: _regularity(sample, delimiter))


def _regularity(sample: str, delimiter: str) -> tuple[int, int]:
    widths = Counter(len(row) for _, row in _rows(sample, delimiter) if len(row) > 1)
    width, rows = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    return rows, width


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with the number of the line that a row ends on, as an editor counts."""
    csv.field_size_limit(_LARGEST_FIELD)
    reader = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as exc:
        raise ParseFailure(
            "damaged", message("line {line}: {error}; save the table anew as CSV", line=reader.line_num, error=str(exc))
        ) from exc


def _line(row: Sequence[str], delimiter: str) -> str:
    """The row as it was written, but on one line; tabs become bars, as white space does not last."""
    if delimiter == "\t":
        return " | ".join(one_line(cell) for cell in row)
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, lineterminator="").writerow([one_line(cell) for cell in row])
    return line.getvalue()
