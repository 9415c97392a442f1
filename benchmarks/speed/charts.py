"""Charts as SVG that stands alone: bars, and curves over sizes with a logarithmic axis."""

import math
from collections.abc import Sequence
from html import escape

from benchmarks.speed.figures import Bars, Curve

_OURS, _OTHERS = "#0b7a75", "#8da0b6"
_COLOURS = (_OURS, "#c0702b", "#8da0b6", "#a58fb0", "#b7a57a")
_LEFT, _WIDTH, _ROW = 210, 380, 28
_TOP, _HEIGHT = 30, 170


def render(chart: Bars | Curve) -> str:
    """The chart, with its figures as text for who cannot see it."""
    return _bars(chart) if isinstance(chart, Bars) else _curve(chart)


def written(value: float) -> str:
    """Three digits that count: 0.012, 1.23, 45.6, 789, 12,345."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    decimals = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(decimals, 4)}f}"


def _bars(chart: Bars) -> str:
    longest = max(chart.values.values(), default=0.0) or 1.0
    parts = [_text(0, 16, f"{chart.title}, {chart.unit}")]
    for number, (name, value) in enumerate(chart.values.items()):
        width, y = _WIDTH * value / longest, _TOP + number * _ROW
        parts += [
            _text(0, y + 15, name),
            f'<rect x="{_LEFT}" y="{y}" width="{width:.1f}" height="20" fill="{_OTHERS if number else _OURS}"/>',
            _text(_LEFT + width + 8, y + 15, written(value)),
        ]
    label = ", ".join(f"{name} {written(value)} {chart.unit}" for name, value in chart.values.items())
    return _svg(_LEFT + _WIDTH + 80, _TOP + len(chart.values) * _ROW, f"{chart.title}: {label}", parts)


def _curve(chart: Curve) -> str:
    highest = max((value for line in chart.lines.values() for value in line), default=0.0) or 1.0
    places = [_place(chart.sizes, size) for size in chart.sizes]
    floor = _TOP + _HEIGHT
    parts = [_text(0, 16, f"{chart.title}, {chart.unit}")]
    parts.append(f'<path d="M{_LEFT / 4:.0f} {floor}H{_LEFT / 4 + _WIDTH + 40:.0f}" stroke="currentColor"/>')
    parts += [_text(x - 18, floor + 18, f"{size:,}") for x, size in zip(places, chart.sizes, strict=True)]
    for number, (name, line) in enumerate(chart.lines.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        points = [(x, floor - _HEIGHT * value / highest) for x, value in zip(places, line, strict=True)]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for (x, y), value in zip(points, line, strict=True):
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>')
            parts.append(_text(x + 6, y - 6, written(value)))
        parts.append(f'<rect x="{_WIDTH + 140}" y="{_TOP + number * 22}" width="12" height="12" fill="{colour}"/>')
        parts.append(_text(_WIDTH + 158, _TOP + number * 22 + 11, name))
    label = "; ".join(
        f"{name} " + ", ".join(f"{written(value)} at {size:,}" for size, value in zip(chart.sizes, line, strict=True))
        for name, line in chart.lines.items()
    )
    return _svg(_WIDTH + 380, floor + 26, f"{chart.title}, {chart.unit}: {label}", parts)


def _place(sizes: Sequence[int], size: int) -> float:
    low, high = math.log(sizes[0]), math.log(sizes[-1])
    share = (math.log(size) - low) / (high - low) if high > low else 0.5
    return _LEFT / 4 + 20 + share * (_WIDTH - 20)


def _text(x: float, y: float, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'


def _svg(width: float, height: float, label: str, parts: Sequence[str]) -> str:
    return (
        f'<svg role="img" aria-label="{escape(label)}" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}">{"".join(parts)}</svg>'
    )
