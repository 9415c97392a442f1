"""Tables of HTML as rows of text: cells over several rows or columns stand in each of them. Changes the tree."""

from collections.abc import Callable, Sequence
from itertools import takewhile

from bs4.element import Tag

from indexing.readers.html_elements import Prepared
from indexing.readers.rows import reaching_cells, table_text

TABLE = "x-rows"
"""The name of the element that takes the place of a table; its text has a line for each row."""

_CELLS = ("td", "th")
_LAYOUT = ["h1", "h2", "h3", "h4", "h5", "h6", "pre", "form", TABLE]
_MOST_COLUMNS = 1_000
_MOST_CELLS = 500_000  # of one table, after repeating
_LONGEST_CELL = 500  # characters; a longer one of several lines is a column of a page
_BLOCK_OF = {"table": "div", "tr": "div", "td": "div", "th": "div", "tbody": "div", "thead": "div", "tfoot": "div"}

CellText = Callable[[Tag], str]


def prepare_tables(soup: Tag, cell_text: CellText) -> None:
    """Every table becomes an element `TABLE`; one that only arranges the page becomes blocks. Inner ones first."""
    for table in reversed(soup.find_all("table")):
        rows = _rows(table)
        if _is_layout(table, rows):
            for part in [table, *table.find_all(list(_BLOCK_OF))]:
                part.name = _BLOCK_OF[part.name]
        else:
            _replace(soup, table, _grid(rows, cell_text))


def joined_headers(rows: Sequence[Sequence[str]], header_rows: int) -> list[Sequence[str]]:
    """The rows with those of the header as one: "Hours from", where "Hours" stands above "from"."""
    if header_rows < 2:
        return list(rows)
    levels = rows[:header_rows]
    width = max(len(row) for row in levels)
    columns = [[row[place] if place < len(row) else "" for row in levels] for place in range(width)]
    return [[" ".join(dict.fromkeys(filter(None, column))) for column in columns], *rows[header_rows:]]


def _rows(table: Tag) -> list[Tag]:
    """Its own rows in the order a browser shows: the head, the bodies, the foot."""
    rows = [row for row in table.find_all("tr") if row.find_parent("table") is table]
    order = {"thead": 0, "tfoot": 2}
    return sorted(rows, key=lambda row: order.get(row.parent.name if row.parent else "", 1))


def _is_layout(table: Tag, rows: Sequence[Tag]) -> bool:
    if table.get("role") in ("presentation", "none"):
        return True
    if all(len(_cells(row)) < 2 for row in rows):
        return True
    if table.find("th") is not None and table.find(TABLE) is None:
        return False
    return table.find(_LAYOUT) is not None or any(_is_column(cell) for row in rows for cell in _cells(row))


def _is_column(cell: Tag) -> bool:
    """Whether the cell is a column of a page: long, and of several lines."""
    return len(cell.get_text()) > _LONGEST_CELL and cell.find(["br", "p", "div"]) is not None


def _cells(row: Tag) -> list[Tag]:
    return [cell for cell in row.children if isinstance(cell, Tag) and cell.name in _CELLS]


def _grid(rows: Sequence[Tag], cell_text: CellText) -> tuple[list[list[str]], int]:
    """The table as rows of texts, and how many of the first are its header."""
    waiting: dict[int, tuple[int, str]] = {}  # column → rows below that the cell above reaches into, its text
    grid: list[list[str]] = []
    room = _MOST_CELLS
    for number, row in enumerate(rows):
        texts = dict(reaching_cells(waiting))
        place = 0
        for cell in _cells(row):
            text = cell_text(cell)
            width = min(_span(cell, "colspan", _MOST_COLUMNS), _MOST_COLUMNS)
            height = _span(cell, "rowspan", len(rows) - number)
            while place in texts:
                place += 1
            for column in range(place, min(place + width, place + max(room, 1))):
                if column in texts:
                    break
                texts[column] = text
                if height > 1:
                    waiting[column] = (height - 1, text)
            room -= width
        grid.append([texts.get(column, "") for column in range(max(texts, default=-1) + 1)])
    headers = list(takewhile(_is_header, rows))
    return grid, len(headers) if len(headers) < len(rows) else 0


def _is_header(row: Tag) -> bool:
    cells = _cells(row)
    return bool(cells) and all(cell.name == "th" for cell in cells)


def _span(cell: Tag, name: str, most: int) -> int:
    try:
        span = int(str(cell.get(name, "1")).strip())
    except ValueError:
        return 1
    return most if span == 0 and name == "rowspan" else max(1, min(span, most))


def _replace(soup: Tag, table: Tag, grid: tuple[list[list[str]], int]) -> None:
    rows, header_rows = grid
    shown = [row[:1] if len(row) > 1 and len(set(row)) == 1 else row for row in joined_headers(rows, header_rows)]
    caption = table.find("caption")
    new = Tag(name=TABLE)
    new.append(Prepared(table_text(shown)))
    table.replace_with(new)
    if caption is not None:
        new.insert_before(caption)
