"""Tables between rules: cells are where rules cross, and merged where a rule is missing. Pure geometry.

What is drawn as a grid and is none (a chart, the frame of a page, a box around a table that has only gaps) is refused.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from indexing.readers.pdf.cells import below_one_another, is_figure, markdown_row
from indexing.readers.pdf.lines import Inset, Row, has_leader, rows_of, text_of
from indexing.readers.pdf.words import Rule, Word

_SNAP = 2.5  # points: rules so near are one, ends so near touch
_MOST_RULES = 500  # of a page, pieces in one line counted once
_OWN_GAP = 1.6  # sizes: a gap within a cell
_MOST_OWN_GAPS = 0.2  # of the lines
_LEAST_FILLED = 0.12  # of the cells; a chart's grid has fewer
_FRAME_SHARE = 0.6  # of the words in one cell of more than …
_FRAME_ROWS = 8  # … lines: a frame around other things
_HEAD_ROWS = 2  # in which merged cells are repeated across too
_MOST_REPEATED = 2.5  # times the text of a table may stand in it, for merged cells
_BARS = 40  # characters of bars in a row
_ALIGNED = 0.3  # sizes
_WHOLE_COLUMNS = 0.6  # of the columns of such a band have as many lines; else cells are wrapped
_SPLIT_ROWS = 3  # lines of a band without rules between them


def find_grids(words: Sequence[Word], level: Sequence[Rule], upright: Sequence[Rule]) -> list[Inset]:
    """The ruled tables of a page, whose words no longer belong to its running text."""
    across = _joined([(rule[1], rule[0], rule[2]) for rule in level])
    down = _joined([(rule[0], rule[1], rule[3]) for rule in upright])
    if len(across) < 2 or len(down) < 1 or len(across) > _MOST_RULES or len(down) > _MOST_RULES:
        return []
    found: list[Inset] = []
    rest = list(words)
    for levels, uprights in sorted(_components(across, down), key=lambda one: _extent(one[0], one[1])):
        grid = _grid(rest, levels, uprights)
        if grid is not None:
            found.append(grid)
            taken = {id(word) for word in grid.words}
            rest = [word for word in rest if id(word) not in taken]
    return found


_Line = tuple[float, float, float]  # place, begin, end


def _joined(pieces: Sequence[_Line]) -> list[_Line]:
    """Pieces of rules in one line, drawn cell by cell, made whole."""
    lines: list[list[_Line]] = []
    for place, begin, end in sorted(pieces):
        if lines and place - lines[-1][0][0] <= _SNAP / 2:
            lines[-1].append((place, begin, end))
        else:
            lines.append([(place, begin, end)])
    return [whole for line in lines for whole in _merged(line)]


def _merged(line: Sequence[_Line]) -> Iterator[_Line]:
    ordered = sorted(line, key=lambda piece: piece[1])
    place, begin, end = ordered[0]
    for _, start, stop in ordered[1:]:
        if start > end + _SNAP:
            yield place, begin, end
            begin = start
        end = max(end, stop) if start <= end + _SNAP else stop
    yield place, begin, end


def _components(across: Sequence[_Line], down: Sequence[_Line]) -> Iterator[tuple[list[_Line], list[_Line]]]:
    """Rules that touch one another, directly or through others."""
    parents = list(range(len(across) + len(down)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    for i, (y, left, right) in enumerate(across):
        for j, (x, top, bottom) in enumerate(down):
            if left - _SNAP <= x <= right + _SNAP and top - _SNAP <= y <= bottom + _SNAP:
                parents[root(i)] = root(len(across) + j)
    groups: dict[int, tuple[list[_Line], list[_Line]]] = defaultdict(lambda: ([], []))
    for index in range(len(parents)):
        is_across = index < len(across)
        groups[root(index)][0 if is_across else 1].append(across[index] if is_across else down[index - len(across)])
    yield from (group for group in groups.values() if len(group[0]) >= 2 and group[1])


def _extent(levels: Sequence[_Line], uprights: Sequence[_Line]) -> float:
    return max(end for _, _, end in levels) - min(begin for _, begin, _ in levels) + len(uprights) * 0.01


def _places(lines: Sequence[_Line], others: Sequence[_Line]) -> list[float]:
    """Where the cells begin and end: the rules' places, and the ends of the rules that cross them where none stands."""
    places: list[float] = []
    for place in sorted(line[0] for line in lines):
        if not places or place - places[-1] > _SNAP:
            places.append(place)
    first, last = min(line[1] for line in others), max(line[2] for line in others)
    if first < places[0] - 3 * _SNAP:
        places.insert(0, first)
    if last > places[-1] + 3 * _SNAP:
        places.append(last)
    return places


def _grid(words: Sequence[Word], levels: Sequence[_Line], uprights: Sequence[_Line]) -> Inset | None:
    xs, ys = _places(uprights, levels), _places(levels, uprights)
    if len(xs) < 3 or len(ys) < 3:
        return None
    inside = [word for word in words if xs[0] <= (word.x0 + word.x1) / 2 <= xs[-1] and ys[0] <= word.middle <= ys[-1]]
    owners = _owners(xs, ys, levels, uprights)
    cells: dict[tuple[int, int], list[Word]] = defaultdict(list)
    for word in inside:
        place = _index(ys, word.middle), _index(xs, (word.x0 + word.x1) / 2)
        cells[owners[place]].append(word)
    if not _is_table(cells, set(owners.values())):
        return None
    texts = [line for row in range(len(ys) - 1) for line in _row_texts(row, len(xs) - 1, owners, cells)]
    first = next((number for number, row in enumerate(texts) if len(set(row)) > 1), 0)  # below the table's title
    if len(texts) > first + _HEAD_ROWS and first < _HEAD_ROWS and _is_head_of_two(texts[first:], owners, first):
        texts = [*texts[:first], _folded(texts[first], texts[first + 1]), *texts[first + 2 :]]
    lines = tuple(_lines(_without_empty(texts)))
    written = sum(len(word.text) + 1 for word in inside)
    if not lines or sum(map(len, lines)) > _MOST_REPEATED * written + _BARS * len(lines):
        return None  # a drawing, in which missing rules join most of its cells
    return Inset((xs[0], ys[0], xs[-1], ys[-1]), lines, tuple(inside))


def _is_head_of_two(texts: Sequence[Sequence[str]], owners: dict[tuple[int, int], tuple[int, int]], first: int) -> bool:
    """Whether the row below row `first` names the columns under merged cells of that one, and no others."""
    above, below = texts[0], texts[1]
    columns = range(len(above))
    firsts = [owners[first, column] for column in columns]
    is_split = [
        firsts.count(firsts[column]) > 1
        and owners[first + 1, column] not in (firsts[column], *_beside(owners, first + 1, column))
        for column in columns
    ]
    named = [below[column] for column in columns if is_split[column] and below[column]]
    others = [column for column in columns if not is_split[column]]
    is_free = all(not below[column] or owners[first + 1, column] == firsts[column] for column in others)
    return bool(others) and is_free and len(named) > 1 and not any(map(is_figure, named))


def _beside(owners: dict[tuple[int, int], tuple[int, int]], row: int, column: int) -> list[tuple[int, int]]:
    """The owners of the cells left and right."""
    return [owners[row, other] for other in (column - 1, column + 1) if (row, other) in owners]


def _folded(above: Sequence[str], below: Sequence[str]) -> list[str]:
    """One header of two rows."""
    pairs = zip(above, below, strict=True)
    return [one if one == other else f"{one} {other}".strip() for one, other in pairs]


def _lines(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The rows as lines; a cell over the whole width is said once, and above the others without bars: a title."""
    is_title = True
    for row in rows:
        is_whole = len(row) > 2 and len(set(row)) == 1
        is_title = is_title and is_whole
        yield row[0] if is_title else markdown_row(row[:1] if is_whole else row)


def _index(places: Sequence[float], value: float) -> int:
    return max(0, min(sum(place <= value for place in places) - 1, len(places) - 2))


def _owners(
    xs: Sequence[float], ys: Sequence[float], levels: Sequence[_Line], uprights: Sequence[_Line]
) -> dict[tuple[int, int], tuple[int, int]]:
    """For each cell (row, column) the first cell of the one it is merged into, itself mostly."""
    owners = {(row, column): (row, column) for row in range(len(ys) - 1) for column in range(len(xs) - 1)}

    def owner(cell: tuple[int, int]) -> tuple[int, int]:
        while owners[cell] != cell:
            cell = owners[cell]
        return cell

    for row, column in sorted(owners):
        middle_y, middle_x = (ys[row] + ys[row + 1]) / 2, (xs[column] + xs[column + 1]) / 2
        if column + 2 < len(xs) and not _has_rule(uprights, xs[column + 1], middle_y):
            one, other = sorted((owner((row, column)), owner((row, column + 1))))
            owners[other] = one
        if row + 2 < len(ys) and not _has_rule(levels, ys[row + 1], middle_x):
            one, other = sorted((owner((row, column)), owner((row + 1, column))))
            owners[other] = one
    return {cell: owner(cell) for cell in owners}


def _has_rule(lines: Sequence[_Line], place: float, at: float) -> bool:
    return any(abs(line[0] - place) <= _SNAP and line[1] <= at <= line[2] for line in lines)


def _is_table(cells: dict[tuple[int, int], list[Word]], owners: set[tuple[int, int]]) -> bool:
    filled = [rows_of(words) for words in cells.values() if words]
    if len(owners) < 4 or len(filled) < 3 or len(filled) < _LEAST_FILLED * len(owners):
        return False
    lines = [row for rows in filled for row in rows]
    total = sum(len(row.words) for row in lines)
    largest = max(filled, key=lambda rows: sum(len(row.words) for row in rows))
    if len(largest) > _FRAME_ROWS and sum(len(row.words) for row in largest) > _FRAME_SHARE * total:
        return False
    own_gaps = sum(len(row.segments(_OWN_GAP)) > 1 for row in lines)
    return own_gaps <= _MOST_OWN_GAPS * len(lines)


def _row_texts(
    row: int,
    columns: int,
    owners: dict[tuple[int, int], tuple[int, int]],
    cells: dict[tuple[int, int], list[Word]],
) -> Iterator[list[str]]:
    """The texts of one band between level rules; several rows where it holds lines without rules between them."""
    own = [cells.get(owners[row, column], []) for column in range(columns)]
    firsts = [
        owners[row, column] == (row, column)
        or (owners[row, column][0] < row and (column == 0 or owners[row, column] != owners[row, column - 1]))
        or (row < _HEAD_ROWS)
        for column in range(columns)
    ]
    shown = [words if first else [] for words, first in zip(own, firsts, strict=True)]
    lines = _aligned_lines([rows_of(words) for words in shown]) if row > 0 else []
    if lines:
        yield from lines
    else:
        yield [cell_text(words) for words in shown]


def _aligned_lines(columns: Sequence[list[Row]]) -> list[list[str]]:
    """The rows of a band without rules between them, and no running text; else [].

    A row begins where most columns have a line; most columns have no others, those of the rest go on with their row.
    """
    starts = _starts(columns)
    filled = [rows for rows in columns if rows]
    whole = [rows for rows in filled if len(rows) == len(starts) and all(_is_start(row, starts) for row in rows)]
    has_leaders = sum(has_leader(row.words) for rows in filled for row in rows) >= _SPLIT_ROWS
    least = 2 if has_leaders else _SPLIT_ROWS
    if len(starts) < least or len(whole) < max(2.0, _WHOLE_COLUMNS * len(filled)):
        return []
    begin = [row for rows in filled for row in rows if _is_start(row, starts)]
    if sum(row.words[0].text[0].islower() for row in begin) > 0.2 * len(begin):
        return []
    if any(row.base < starts[0] - _ALIGNED * row.size for rows in filled for row in rows):
        return []
    table: list[list[list[Word]]] = [[[] for _ in columns] for _ in starts]
    for column, rows in enumerate(columns):
        for row in rows:
            line = sum(start <= row.base + _ALIGNED * row.size for start in starts) - 1
            table[line][column] += row.words
    return [[cell_text(words) for words in cells] for cells in table]


def _starts(columns: Sequence[list[Row]]) -> list[float]:
    """The baselines on which most of the columns have a line."""
    filled = sum(bool(rows) for rows in columns)
    bases: list[list[float]] = []
    for base, size in sorted((row.base, row.size) for rows in columns for row in rows):
        if bases and base - bases[-1][0] <= _ALIGNED * size:
            bases[-1].append(base)
        else:
            bases.append([base])
    return [base[0] for base in bases if len(base) >= max(2.0, _WHOLE_COLUMNS * filled)]


def _is_start(row: Row, starts: Sequence[float]) -> bool:
    return any(abs(row.base - start) <= _ALIGNED * row.size for start in starts)


def cell_text(words: Sequence[Word]) -> str:
    """The lines of a cell as one; a word cut at a line's end is made whole."""
    text = ""
    for row in rows_of(words):
        line = text_of(row.words)
        is_cut = len(text) > 2 and text[-1] == "-" and text[-2].isalpha() and line[:1].islower()
        text = text[:-1] + line if is_cut else below_one_another(text, line)
    return text


def _without_empty(texts: Sequence[Sequence[str]]) -> list[list[str]]:
    """Without rows and columns in which nothing stands."""
    rows = [list(row) for row in texts if any(row)]
    kept = [column for column in range(len(rows[0])) if any(row[column] for row in rows)] if rows else []
    return [[row[column] for column in kept] for row in rows]
