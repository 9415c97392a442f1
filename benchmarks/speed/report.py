"""The figures as a table, as JSON, and as one self-contained HTML page."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from html import escape

from benchmarks.speed.measuring import Result

_STYLE = """
:root { color-scheme: light dark } body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto;
padding: 0 1rem } table { border-collapse: collapse } td, th { padding: .3rem 1rem .3rem 0; text-align: right }
td:first-child, th:first-child { text-align: left } svg text { fill: currentColor; font: 13px system-ui, sans-serif }
"""
_HEADINGS = ("", "median s", "range s", "cpu s", "peak MB", "times ours")


def rows(results: Sequence[Result]) -> list[tuple[str, ...]]:
    """One row a contestant; the last cell is how many times as long as ours it took."""
    ours = results[0].seconds
    return [
        (
            result.contestant.name,
            f"{result.seconds:.1f}",
            f"{result.spread[0]:.1f}–{result.spread[1]:.1f}",
            f"{max(run.cpu_seconds for run in result.runs):.1f}",
            f"{max(run.peak_mb for run in result.runs):.0f}",
            f"{result.seconds / ours:.2f}",
        )
        for result in results
    ]


def as_text(results: Sequence[Result]) -> str:
    """The table for a terminal."""
    table = [_HEADINGS, *rows(results)]
    widths = [max(len(row[column]) for row in table) for column in range(len(_HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) if not column else cell.rjust(width) for column, (cell, width) in cells)
        for cells in (list(enumerate(zip(row, widths, strict=True))) for row in table)
    )


def as_json(results: Sequence[Result], machine: str) -> str:
    """Every round."""
    found = {result.contestant.name: [asdict(run) for run in result.runs] for result in results}
    return json.dumps({"machine": machine, "cold index": found}, indent=1) + "\n"


def as_html(results: Sequence[Result], machine: str) -> str:
    """The table and a bar for each contestant."""
    head = "".join(f"<th>{heading}</th>" for heading in _HEADINGS)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows(results))
    notes = "".join(f"<li>{escape(r.contestant.name)}: {escape(r.contestant.what)}</li>" for r in results)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Speed</title><style>{_STYLE}</style>'
        f"</head><body><h1>A cold index of one folder</h1><p>{escape(machine)}</p>{_bars(results)}"
        f"<table><tr>{head}</tr>{body}</table><ul>{notes}</ul></body></html>\n"
    )


def _bars(results: Sequence[Result]) -> str:
    longest = max(result.seconds for result in results)
    parts = []
    for number, result in enumerate(results):
        width, y = 420 * result.seconds / longest, 8 + number * 30
        parts.append(
            f'<text x="0" y="{y + 15}">{escape(result.contestant.name)}</text>'
            f'<rect x="130" y="{y}" width="{width:.1f}" height="20" fill="{"#8da0b6" if number else "#0b7a75"}"/>'
            f'<text x="{138 + width:.1f}" y="{y + 15}">{result.seconds:.1f} s</text>'
        )
    label = ", ".join(f"{result.contestant.name} {result.seconds:.1f} s" for result in results)
    height = 12 + len(results) * 30
    return f'<svg role="img" aria-label="{escape(label)}" width="640" height="{height}">{"".join(parts)}</svg>'
