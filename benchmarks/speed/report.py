"""The figures as one table for a terminal, as JSON, and as one self-contained HTML page with charts."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from html import escape

from benchmarks.speed.charts import render, written
from benchmarks.speed.figures import Figure, Section

_HEADINGS = ("", "what", "measured", "range", "promised")
_MARKS = {True: "✓", False: "✗", None: ""}
_STYLE = """
:root { color-scheme: light dark; --ink: #1c2530; --paper: #fff; --line: #d5dbe1 }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ec; --paper: #14191f; --line: #38424d } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 60rem;
  margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; margin: .5rem 0 1.5rem; font-variant-numeric: tabular-nums; width: 100% }
th, td { padding: .25rem .8rem .25rem 0; text-align: right; border-bottom: 1px solid var(--line) }
th:nth-child(-n+2), td:nth-child(-n+2) { text-align: left }
.broken { color: #c0392b; font-weight: 600 } .conditions { opacity: .75; font-size: .9em }
svg { max-width: 100%; height: auto; margin: .5rem 0 } svg text { fill: var(--ink); font: 13px system-ui, sans-serif }
"""


def as_text(sections: Sequence[Section]) -> str:
    """The table for a terminal, a block for each section."""
    rows = [row for section in sections for row in map(_row, section.figures)]
    widths = [max(map(len, column)) for column in zip(_HEADINGS, *rows, strict=True)]
    return "\n".join(_text_lines(sections, widths))


def as_json(sections: Sequence[Section], machine: str) -> str:
    """Every figure, and the details behind it."""
    found = [
        {
            "title": section.title,
            "figures": [{**asdict(figure), "is_kept": figure.is_kept} for figure in section.figures],
            "conditions": section.conditions,
            "details": section.details,
        }
        for section in sections
    ]
    return json.dumps({"machine": machine, "sections": found}, indent=1, ensure_ascii=False) + "\n"


def as_html(sections: Sequence[Section], machine: str) -> str:
    """Tables and charts; nothing is fetched."""
    body = "\n".join(_section(section) for section in sections)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Speed</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>'
        f"<h1>Speed</h1><p>{escape(machine)}. Medians, with the range of all rounds.</p>\n{body}\n</body></html>\n"
    )


def _text_lines(sections: Sequence[Section], widths: Sequence[int]) -> Iterator[str]:
    for section in sections:
        yield f"\n{section.title}"
        for row in (_HEADINGS, *map(_row, section.figures)):
            cells = zip(row, widths, strict=True)
            yield "  ".join(
                cell.ljust(width) if column < 2 else cell.rjust(width) for column, (cell, width) in enumerate(cells)
            )
        yield from (f"   {condition}" for condition in section.conditions)


def _row(figure: Figure) -> tuple[str, ...]:
    spread = f"{written(figure.low)}–{written(figure.high)}" if figure.rounds > 1 else ""
    promise = "" if figure.bound is None else f"{'≥' if figure.at_least else '≤'} {figure.bound:g} {figure.unit}"
    return _MARKS[figure.is_kept], figure.name, f"{written(figure.value)} {figure.unit}", spread, promise.rstrip()


def _section(section: Section) -> str:
    head = "".join(f"<th>{heading}</th>" for heading in _HEADINGS)
    rows = "".join(
        ('<tr class="broken">' if figure.is_kept is False else "<tr>")
        + "".join(f"<td>{escape(cell)}</td>" for cell in _row(figure))
        + "</tr>"
        for figure in section.figures
    )
    conditions = "".join(f"<p>{escape(condition)}</p>" for condition in section.conditions)
    charts = "".join(f"<div>{render(chart)}</div>" for chart in section.charts)
    return (
        f"<h2>{escape(section.title)}</h2><table><tr>{head}</tr>{rows}</table>{charts}"
        f'<div class="conditions">{conditions}</div>'
    )
