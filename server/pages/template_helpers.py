"""Small things the templates need: how long ago, how many, which language, what to fold away."""

import glob
import os
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice, pairwise, takewhile
from pathlib import Path
from typing import Any

from flask_babel import format_currency, format_decimal, format_timedelta, ngettext
from flask_babel import gettext as _
from markupsafe import Markup, escape

from server.answering import notices
from server.answering.citation_marks import cited_numbers
from server.documents.cited_sentence import cited_range
from server.http.schema import Checks, PassageOut, QueryResponse, SecondAnswer
from server.http.translation import interface_language
from server.language import full_stop, question_language
from server.pages.common_statements import statement
from server.pages.rendering import (
    AnswerContext,
    render_answer,
    render_passage,
    render_text,
    sentences_in,
)
from server.pages.searched import also_searched, occurrences, searched_facts, searched_summary
from server.pages.static_files import asset
from storage.escaping import escaped
from storage.formats import ALL_SUFFIXES, HIDDEN_PREFIXES, SUFFIXES
from storage.message_translation import told
from storage.messages import Message, decoded
from storage.place_names import printed_labels
from storage.records import DocumentRecord
from storage.words.lines import BULLET

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_SHOWN_CHARACTERS = 360
_SENTENCE_ENDS = ("。", "！", "？", "；", ". ", "! ", "? ", "; ", "\n")
_SHORT_LINE = 40
_LINE_ENDS = (".", ":", "!", "?", "|", "。", "：", "！", "？")
_SENTENCE_STOPS = (".", "!", "?", "…", "。", "！", "？")
_SHORT_PASSAGE = 220
_ROWS_BELOW = 7  # with the line of dashes
_MOST_LOOKED_AT = 2000
_URGENT = (notices.changed_since_indexing(()).template, notices.quoted_instead("").template)  # type: ignore[attr-defined]
_PLAIN_START = re.compile(r"[a-z]+(?:'s)?[ ,;]")  # a word, and not the name of a file or of a model
_INNER_LINE_END = re.compile(r"\s*\n\s*(?=(\S))")
_NOTHING = "\u2060"  # word joiner; what is shown of a text has none
_WIDE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


Part = QueryResponse | SecondAnswer
Usage = dict[str, dict[str, Any]]


def answer_html(part: Part, alone: Collection[int] = (), address: str = "", other: Part | None = None) -> Markup:
    """The answer with its citations linked to the pages of its sources, and what was not found in them marked.

    `other` is the second of two answers: what both say is marked.
    """
    context = AnswerContext(
        len(part.sources),
        tuple(part.checks.unsupported),
        frozenset(alone),
        keeps_lines=part.mode == "extractive",
        address=address,
        said_elsewhere=tuple(map(statement, sentences_in(other.answer))) if other else (),
    )
    return render_answer(part.answer, context)


def cited_only(response: QueryResponse) -> tuple[list[int], list[int]]:
    """The sources that only the first of two answers cites, and those that only the second does."""
    if response.second is None:
        return [], []
    first, second = (set(cited_numbers(part.answer)) for part in (response, response.second))
    return sorted(first - second), sorted(second - first)


def cited_by(only: tuple[list[int], list[int]], number: int) -> str:
    """Which of two answers cites a source that the other does not; empty where both do, or neither."""
    if number in only[0]:
        return str(_("cited only by Quick"))
    return str(_("cited only by Thinking")) if number in only[1] else ""


def found_line(checks: Checks) -> str:
    """What was looked up and found; empty where there was nothing to look up."""
    numbers = ngettext("%(num)d number", "%(num)d numbers", checks.numbers_found)
    quotations = ngettext("%(num)d quotation", "%(num)d quotations", checks.quotations_found)
    if checks.numbers_found and checks.quotations_found:
        return str(
            _("%(numbers)s and %(quotations)s found in the cited passages", numbers=numbers, quotations=quotations)
        )
    if not checks.numbers_found and not checks.quotations_found:
        return ""
    return str(_("%(what)s found in the cited passages", what=numbers if checks.numbers_found else quotations))


@dataclass(frozen=True, slots=True)
class ShownPassage:
    """A passage as a card shows it: the sentence that counts, and the whole where that is more."""

    key: Markup
    whole: Markup | None


def _on_one_line(sentence: str) -> str:
    """A sentence or a row without the line ends of its page."""
    return _INNER_LINE_END.sub(lambda found: "" if _WIDE.match(found[1]) else " ", sentence)


def shown_passage(passage: PassageOut, statement: str) -> ShownPassage:
    """The sentence of a passage that bears out the statement first; a row of a table with the table's first row."""
    return _shown(passage.text, is_written_as_markdown(passage.document), statement)


def is_written_as_markdown(document: str) -> bool:
    """Whether its text has the signs of Markdown, by the name of the file."""
    return document.lower().endswith(SUFFIXES["markdown"])


@lru_cache(maxsize=64)  # a page shows each twice: on its card, and where its citation is pointed at
def _shown(text: str, is_markdown: bool, statement: str) -> ShownPassage:
    sentence, _weight = cited_range(text, statement)
    whole = render_passage(reflow(text), is_markdown)
    if sentence is None or len(text) <= _SHORT_PASSAGE:
        first, rest = fold(reflow(text)) if sentence is None else (reflow(text), "")
        return ShownPassage(render_passage(first, is_markdown), whole if rest else None)
    key = text[slice(*sentence)]
    if key.startswith("|"):
        above = text[: sentence[0]].rstrip("\n").split("\n")
        rows = list(takewhile(lambda line: line.startswith("|"), reversed(above)))
        key = f"{rows[-1]}\n{key}" if rows else "\n".join([key, *_rows_at(text[sentence[1] :])])
    elif not is_markdown:
        key = _on_one_line(key)
    return ShownPassage(render_passage(key, is_markdown), whole)


def _rows_at(text: str) -> Iterator[str]:
    """The first rows of a table that goes on here: its heading alone says nothing."""
    lines = text.lstrip("\n").split("\n")
    return islice(takewhile(lambda line: line.startswith("|"), lines), _ROWS_BELOW)


def pages_of(record: DocumentRecord) -> str:
    """How many pages a document has; sections, where its kind of file has none."""
    if record.format == "pdf":
        return str(ngettext("%(num)d page", "%(num)d pages", record.pages))
    return str(ngettext("%(num)d section", "%(num)d sections", record.pages))


def relevance_words(score: int) -> str:
    """What a score from 0 to 10 means."""
    words = ((9, _("answers directly")), (7, _("answers mostly")), (4, _("answers partly")), (1, _("the same topic")))
    return str(next((word for least, word in words if score >= least), _("unrelated")))


def divided(told: Sequence[str]) -> tuple[list[str], list[str]]:
    """Notices that a person must see, and the others: that a source changed, that the model failed."""
    urgent = [notice for notice in told if getattr(decoded(notice), "template", "") in _URGENT]
    return urgent, [notice for notice in told if notice not in urgent]


def common_reason(passages: Sequence[PassageOut]) -> str:
    """Why none of several passages has a score, where that is the same for all: it is said once, above them."""
    reasons = {passage.relevance.reason for passage in passages}
    is_one = len(passages) > 1 and len(reasons) == 1 and all(p.relevance.score is None for p in passages)
    return why_unscored(reasons.pop()) if is_one else ""


def called_model(part: Part) -> str:
    """The model that wrote the answer; empty where none was called for it."""
    return (part.model or "") if part.usage.get("answer") else ""


def has_files(folder: Path) -> bool:
    """Whether the folder holds a file that could be indexed, looked for in a bounded number of places."""
    with suppress(OSError):
        places = islice((Path(place, name) for place, _, names in os.walk(folder) for name in names), _MOST_LOOKED_AT)
        return any(not file.name.startswith(HIDDEN_PREFIXES) and file.suffix.lower() in ALL_SUFFIXES for file in places)
    return False


def is_ocr(passage: PassageOut, ocr_pages: Collection[tuple[str, int]] | None) -> bool:
    """Whether a page of the passage is among those that were read by OCR."""
    return any((passage.document, page) in (ocr_pages or ()) for page in passage.pages)


def ago(moment: datetime | str) -> str:
    """How long ago it was, in the language of the page."""
    then = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return str(format_timedelta(min(then - datetime.now(UTC), timedelta(0)), add_direction=True))


def said(text: str) -> str:
    """What another module says, in the language of the page, as a sentence of its own."""
    shown = told(text, interface_language())
    if not shown:
        return ""
    shown = shown[0].upper() + shown[1:] if _PLAIN_START.match(shown) else shown
    return shown if shown.endswith(_SENTENCE_STOPS) else shown + full_stop(shown)


def said_line(line: str) -> str:
    """A line of the indexing job's output, in the language of the page."""
    return escaped(told(line, interface_language()))


def why_unscored(reason: str) -> str:
    """Why a passage has no score, beside a mark that says so already."""
    reason = decoded(reason)
    if isinstance(reason, Message):
        return told(str(reason.values.get("why", reason)), interface_language())
    return reason.removeprefix("not scored").removeprefix(": ")


def field_value(path: str) -> Markup:
    """A name as the value of a field: what a browser would change or turn the line with is written as a number."""
    return Markup("").join(
        escape(sign) if sign.isprintable() or sign == " " else Markup(f"&#{ord(sign)};") for sign in path
    )


def literal(path: str) -> str:
    """The pattern of this document alone. Browsers send a line break as two characters: any one may stand there."""
    return _LINE_BREAK.sub("?", glob.escape(path))


def fold(text: str) -> tuple[str, str]:
    """A passage's beginning, and the rest that is folded away; the rest is empty where it would be short."""
    if len(text) < _SHOWN_CHARACTERS * 1.4:
        return text, ""
    half, most = _SHOWN_CHARACTERS // 2, _SHOWN_CHARACTERS
    cut = max(text.rfind(mark, half, most) for mark in _SENTENCE_ENDS)
    if cut < 0:
        cut = text.rfind(" ", half, most)
    cut = most if cut < 0 else cut + 1
    return text[:cut], text[cut:]


def joined_lines(text: str) -> str:
    """The same characters, but for line ends of the page within a sentence: a blank, or a sign that is not shown.

    A long line that ends within a sentence goes on with the next.
    """
    lines = text.split("\n")
    flowing = lines[0]
    for before, line in pairwise(lines):
        is_row = before.startswith("| ") or line.startswith("| ")
        is_short = len(before) < _SHORT_LINE and not line[:1].islower()  # a passage may begin within a line
        is_end = is_short or before.endswith(_LINE_ENDS)
        if is_row or is_end or not line.strip() or BULLET.match(line):
            flowing += "\n" + line
        else:
            flowing += (_NOTHING if _WIDE.match(line) else " ") + line
    return flowing


def reflow(text: str) -> str:
    """A passage without the line ends of its page."""
    return joined_lines(text).replace(_NOTHING, "")


def text_language(text: str) -> str:
    """The language of a quoted text, for its `lang` attribute."""
    return "zh-Hans" if question_language(text) == "zh" else "en"


def page_list(numbers: Sequence[int]) -> str:
    """Page numbers with runs drawn together: 3, 7–9."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def spent(response: QueryResponse) -> Usage:
    """What each step used, once: two answers share all steps but the answer."""
    second = response.second.usage.get("answer", {}) if response.second else {}
    return response.usage | {"second": second}


def token_count(usage: Usage) -> int:
    """All tokens that a question cost."""
    kinds = ("prompt_tokens", "completion_tokens")
    return sum(int(part.get(kind) or 0) for part in usage.values() for kind in kinds)


def is_estimated(usage: Usage) -> bool:
    """Whether the server did not count all of these tokens."""
    return any(part.get("estimated") for part in usage.values())


def cost(usage: Usage) -> str:
    """What a question cost, in money; empty where that is not known, if only of a part of it."""
    parts = [part for part in usage.values() if token_count({"": part})]
    if not parts or any(part.get("cost") is None for part in parts):
        return ""
    total = sum(float(part["cost"]) for part in parts)
    return str(format_currency(total, parts[0]["currency"], "¤#,##0.0000", currency_digits=False))


HELPERS: dict[str, Callable[..., Any]] = {
    "ago": ago,
    "also_searched": also_searched,
    "cited_by": cited_by,
    "cited_only": cited_only,
    "cost": cost,
    "field_value": field_value,
    "found_line": found_line,
    "grouped": format_decimal,
    "is_estimated": is_estimated,
    "is_ocr": is_ocr,
    "answer_html": answer_html,
    "asset": asset,
    "called_model": called_model,
    "common_reason": common_reason,
    "divided": divided,
    "has_files": has_files,
    "occurrences": occurrences,
    "pages_of": pages_of,
    "relevance_words": relevance_words,
    "shown_passage": shown_passage,
    "said": said,
    "said_line": said_line,
    "why_unscored": why_unscored,
    "page_list": page_list,
    "printed_labels": printed_labels,
    "reflow": reflow,
    "render_answer": render_answer,
    "render_text": render_text,
    "escaped": escaped,
    "searched_facts": searched_facts,
    "searched_summary": searched_summary,
    "spent": spent,
    "text_language": text_language,
    "token_count": token_count,
}
