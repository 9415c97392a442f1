"""Small things the templates need: how long ago, how many, which language, what to fold away."""

import glob
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from flask_babel import format_timedelta
from markupsafe import Markup

from server.language import question_language
from server.rendering import AnswerContext, render_answer, render_marked, render_text
from server.schema import QueryResponse

_SHOWN_CHARACTERS = 360
_SENTENCE_ENDS = ("。", "！", "？", "；", ". ", "! ", "? ", "; ", "\n")
_SHORT_LINE = 40
_LINE_ENDS = (".", ":", "!", "?", "|", "。", "：", "！", "？")
_WIDE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


def answer_html(response: QueryResponse) -> Markup:
    """The answer with its citations linked to the cards of its sources, and what was not found in them marked."""
    return render_answer(response.answer, AnswerContext(len(response.sources), tuple(response.checks.unsupported)))


def ago(moment: datetime | str) -> str:
    """How long ago it was, in the language of the page."""
    then = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return str(format_timedelta(min(then - datetime.now(UTC), timedelta(0)), add_direction=True))


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


def reflow(text: str) -> str:
    """A passage without the line ends of its page: a long line that ends within a sentence goes on with the next."""
    lines = text.split("\n")
    flowing = lines[0]
    for before, line in pairwise(lines):
        if len(before) < _SHORT_LINE or before.endswith(_LINE_ENDS) or not line.strip():
            flowing += "\n" + line
        else:
            flowing += ("" if _WIDE.match(line) else " ") + line
    return flowing


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


def token_count(usage: dict[str, dict[str, Any]]) -> int:
    """All tokens that a question cost."""
    kinds = ("prompt_tokens", "completion_tokens")
    return sum(int(part.get(kind) or 0) for part in usage.values() for kind in kinds)


HELPERS: dict[str, Callable[..., Any]] = {
    "ago": ago,
    "answer_html": answer_html,
    "fold": fold,
    "literal": glob.escape,
    "page_list": page_list,
    "reflow": reflow,
    "render_answer": render_answer,
    "render_marked": render_marked,
    "render_text": render_text,
    "text_language": text_language,
    "token_count": token_count,
}
