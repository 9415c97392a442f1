"""The results as one self-contained HTML page: tables and inline SVG charts, nothing is fetched."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from benchmarks.quality.measures import ANSWER_FIGURES, LEVELS, MEASURES, Figure
from benchmarks.quality.results import SetResult
from benchmarks.quality.systems import SYSTEMS, THRESHOLD

_COLOURS = {"dense": "#8da0b6", "lexical": "#b7a57a", "rank fusion": "#a58fb0", "ours": "#0b7a75"}
_CHARTED = ("hit@5", "nDCG@10")
_STYLE = """
:root { color-scheme: light dark; --ink: #1c2530; --paper: #fff; --line: #d5dbe1 }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ec; --paper: #14191f; --line: #38424d } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 60rem;
  margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; margin: .5rem 0 1.5rem; font-variant-numeric: tabular-nums }
th, td { padding: .25rem .8rem .25rem 0; text-align: right; border-bottom: 1px solid var(--line) }
th:first-child, td:first-child { text-align: left }
.ours { font-weight: 600 } .interval { opacity: .65; font-size: .85em } .fell { color: #c0392b }
svg { max-width: 100%; height: auto } svg text { fill: var(--ink); font: 13px system-ui, sans-serif }
"""


def render_page(results: Sequence[SetResult], model: str, fallen: Sequence[str], notes: Sequence[str]) -> str:
    """The whole page."""
    body = "\n".join(part for result in results for part in _set_parts(result))
    verdict = "".join(f'<p class="fell">{escape(each)}</p>' for each in fallen)
    verdict += "".join(f"<p>{escape(each)}</p>" for each in notes)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Retrieval quality</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>'
        f"<h1>Retrieval quality</h1><p>Embedding model: {escape(model)}. In brackets: the middle 95 % of 1,000 "
        f"bootstrap draws of the questions.</p>"
        f"{verdict or '<p>No figure fell by more than its noise.</p>'}\n{body}\n</body></html>\n"
    )


def _set_parts(result: SetResult) -> Iterator[str]:
    yield f"<h2>{escape(result.name)} <small>({result.questions} questions)</small></h2>"
    for level in LEVELS:
        if level in result.figures:
            yield f"<h3>By {level}</h3>{_table(result.figures[level])}"
    if "page" in result.figures:
        yield from (_bars(name, result.figures["page"]) for name in _CHARTED)
    if result.refusal:
        cells = "".join(f"<tr><td>{escape(name)}</td><td>{_cell(f)}</td></tr>" for name, f in result.refusal.items())
        yield f"<h3>Knowing when there is nothing</h3><table>{cells}</table>{_histogram(result.scores)}"
    if result.answers:
        yield f"<h3>Answers without a language model</h3>{_answers(result.answers)}"
    times = "".join(f"<tr><td>{escape(name)}</td><td>{value} ms</td></tr>" for name, value in result.latency_ms.items())
    yield f"<h3>Time a question</h3><table>{times}</table>"


def _table(figures: Mapping[str, Mapping[str, Figure]]) -> str:
    head = "".join(f"<th>{name}</th>" for name in MEASURES)
    rows = "".join(
        f'<tr class="{escape(system.replace(" ", "-"))}"><td>{escape(system)}</td>'
        + "".join(f"<td>{_cell(figures[system][name])}</td>" for name in MEASURES)
        + "</tr>"
        for system in SYSTEMS
    )
    return f"<table><tr><th></th>{head}</tr>{rows}</table>"


def _answers(groups: Mapping[str, Mapping[str, Figure]]) -> str:
    names = (*ANSWER_FIGURES, "unanswerable refused")
    head = "".join(f"<th>{name}</th>" for name in names)
    rows = "".join(
        f"<tr><td>{escape(group)}</td>"
        + "".join(f"<td>{_cell(figures[name]) if name in figures else ''}</td>" for name in names)
        + "</tr>"
        for group, figures in groups.items()
    )
    return f"<table><tr><th></th>{head}</tr>{rows}</table>"


def _cell(figure: Figure) -> str:
    return f'{figure.value:.3f} <span class="interval">[{figure.low:.3f}–{figure.high:.3f}]</span>'


def _bars(name: str, figures: Mapping[str, Mapping[str, Figure]]) -> str:
    """One bar a system, with its interval as a whisker."""
    left, width, row = 110, 420, 30
    parts = [f'<text x="{left}" y="14">{escape(name)}</text>']
    for number, system in enumerate(SYSTEMS):
        figure, y = figures[system][name], 24 + number * row
        low, high = left + width * figure.low, left + width * figure.high
        parts.append(
            f'<text x="0" y="{y + 15}">{escape(system)}</text>'
            f'<rect x="{left}" y="{y}" width="{width * figure.value:.1f}" height="20" fill="{_COLOURS[system]}"/>'
            f'<path d="M{low:.1f} {y + 10}H{high:.1f}M{low:.1f} {y + 5}v10M{high:.1f} {y + 5}v10"'
            ' stroke="currentColor"/>'
            f'<text x="{left + width + 8}" y="{y + 15}">{figure.value:.3f}</text>'
        )
    label = ", ".join(f"{system} {figures[system][name].value:.3f}" for system in SYSTEMS)
    return _svg(left + width + 60, 24 + len(SYSTEMS) * row, f"{name}: {label}", parts)


def _histogram(scores: Mapping[str, Mapping[int, int]]) -> str:
    """The best relevance score of each question: answerable ones up, others down; the line is the threshold."""
    column, height = 44, 90
    parts = [f'<text x="0" y="12">best relevance score of a question; refused below {THRESHOLD}</text>']
    for kind, colour, up in (("answerable", "#0b7a75", True), ("unanswerable", "#c0702b", False)):
        total = sum(scores[kind].values()) or 1
        for score, count in scores[kind].items():
            tall = height * count / total
            y = 20 + height - tall if up else 40 + height
            parts.append(
                f'<rect x="{score * column + 4}" y="{y:.1f}" width="{column - 8}" height="{tall:.1f}" fill="{colour}">'
                f"<title>{kind}, score {score}: {count} of {total}</title></rect>"
            )
    parts += [f'<text x="{score * column + 18}" y="{34 + height}">{score}</text>' for score in range(11)]
    edge = THRESHOLD * column
    parts.append(f'<path d="M{edge} 18V{44 + 2 * height}" stroke="currentColor" stroke-dasharray="4 3"/>')
    return _svg(11 * column, 50 + 2 * height, "Best relevance scores of answerable and unanswerable questions", parts)


def _svg(width: int, height: int, label: str, parts: Sequence[str]) -> str:
    return (
        f'<svg role="img" aria-label="{escape(label)}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">{"".join(parts)}</svg>'
    )
