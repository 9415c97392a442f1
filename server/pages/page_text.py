"""The text of a page as it is read: paragraphs without the line ends of the page, tables as tables, marks in them."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from markupsafe import Markup

from server.pages.rendering import render_words
from server.pages.template_helpers import joined_lines

Range = tuple[int, int]
_RULE_SIGNS = set("|:- ")
_HEADING = re.compile(r"#{1,6}\s+(?=[^\n]*\Z)")


class PageText:
    """Renders one page. `passage` and `hits` are ranges of characters; the first of each has an id to lead to.

    `sentence` is one more range, within the passage. `is_markdown`: headings are shown without their signs.
    """

    def __init__(
        self,
        text: str,
        passage: Sequence[Range] = (),
        hits: Sequence[Range] = (),
        sentence: Range | None = None,
        is_markdown: bool = False,
    ) -> None:
        self._text = text
        self._shown = joined_lines(text)
        self._is_markdown = is_markdown
        sentences = [sentence] if sentence else []
        self._layers = (("passage", _merged(passage, len(text))), ("sentence", sentences), ("hit", sorted(hits)))
        self._named: set[str] = set()

    def html(self) -> Markup:
        """All blocks of the page."""
        blocks = []
        for is_table, lines in groupby(self._lines(), key=lambda line: self._text.startswith("|", line[0])):
            group = list(lines)
            blocks += [self._table(group)] if is_table else self._paragraphs(group)
        return Markup("\n").join(blocks)

    def _lines(self) -> Iterator[Range]:
        position = 0
        for line in self._text.split("\n"):
            yield position, position + len(line)
            position += len(line) + 1

    def _paragraphs(self, lines: Sequence[Range]) -> list[Markup]:
        blocks = []
        for has_text, group in groupby(lines, key=lambda line: bool(self._text[slice(*line)].strip())):
            paragraph = list(group)
            if has_text:
                blocks.append(self._paragraph(paragraph[0][0], paragraph[-1][1]))
        return blocks

    def _paragraph(self, start: int, end: int) -> Markup:
        signs = _HEADING.match(self._text, start, end) if self._is_markdown else None
        if signs is None:
            return Markup("<p>{}</p>").format(self._marked(start, end))
        return Markup("<p><b>{}</b></p>").format(self._marked(signs.end(), end))

    def _table(self, lines: Sequence[Range]) -> Markup:
        rows = [line for line in lines if set(self._text[slice(*line)]) - _RULE_SIGNS]
        cells = [[self._marked(*cell) for cell in self._cells(*row)] for row in rows]
        shown = [Markup("<tr>{}</tr>").format(Markup("").join(map(Markup("<td>{}</td>").format, row))) for row in cells]
        return Markup('<div class="table" tabindex="0"><table>{}</table></div>').format(Markup("").join(shown))

    def _cells(self, start: int, end: int) -> Iterator[Range]:
        stop = start + len(self._text[start:end].rstrip())
        position = self._text.index("|", start, end) + 1
        while position < stop:
            bar = self._text.find("|", position, stop)
            bar = stop if bar < 0 else bar
            yield position, bar
            position = bar + 1

    def _marked(self, start: int, end: int, depth: int = 0) -> Markup:
        if depth == len(self._layers):
            return render_words(self._shown[start:end])
        name, ranges = self._layers[depth]
        pieces, position = [], start
        for first, last in ranges:
            first, last = max(first, position), min(last, end)
            if first < last:
                pieces += [self._marked(position, first, depth + 1), self._mark(name, first, last, depth)]
                position = last
        return Markup("").join([*pieces, self._marked(position, end, depth + 1)])

    def _mark(self, name: str, start: int, end: int, depth: int) -> Markup:
        tag = "strong" if name == "sentence" else "mark"
        own = Markup(' class="hit"') if name == "hit" else Markup("")
        opening = Markup("<{2}{1}>") if name in self._named else Markup('<{2} id="{0}"{1}>')
        self._named.add(name)
        return opening.format(name, own, tag) + self._marked(start, end, depth + 1) + Markup("</{}>").format(tag)


def _merged(ranges: Sequence[Range], length: int) -> list[Range]:
    merged: list[Range] = []
    for start, end in sorted((max(0, start), min(end, length)) for start, end in ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif start < end:
            merged.append((start, end))
    return merged
