"""A document too long for one call is read in parts: of each the model chooses the passages that the answer needs.

The answer is then written from these passages themselves, in one call more, so that its citations can be checked. Never
more calls than one for 30 pages; parts end where headings do.
"""

import logging
import math
import re
from collections.abc import Sequence
from contextvars import copy_context
from dataclasses import dataclass
from itertools import pairwise

from server.answering.collaborators import LanguageModelParts
from server.answering.query_engine import fitting, room_tokens
from server.answering.whole_reading import Reading
from server.answers import AskedMode, WholeReading
from server.language_model.errors import LanguageModelError
from server.language_model.prompts import new_marker
from server.language_model.usage import Usage, estimated_tokens
from server.passages import Passage

logger = logging.getLogger(__name__)

PAGES_OF_A_CALL = 30
MOST_READ = 90
"""Passages in one prompt: citations have two digits."""

_MOVED = 5  # passages by which the end of a part may move to that of a section


@dataclass(frozen=True, slots=True)
class Selection:
    """The places of the passages that are needed, ascending; what choosing cost; how many of the calls failed."""

    places: tuple[int, ...]
    usage: Usage
    parts: int
    failed: int


def calls_for(pages: int) -> int:
    """How many calls a document of so many pages takes: of two or less one that reads and answers would do as well."""
    allowed = math.ceil(pages / PAGES_OF_A_CALL)
    return allowed if allowed > 2 else 1


def selected(question: str, reading: Reading, passages: Sequence[Passage], model: LanguageModelParts) -> Selection:
    """The passages that the model chose of each part. A part whose call fails keeps its key sentences' passages.

    Raises `Cancelled` or `TimeUp`.
    """
    parts = _parts(passages, calls_for(reading.pages) - 1)
    most = MOST_READ // len(parts)
    running = [model.pool.submit(copy_context().run, _chosen, question, passages, part, most, model) for part in parts]
    places: set[int] = set()
    usage, failed = Usage(), 0
    key = {line.chunk for line in reading.lines}
    for part, future in zip(parts, running, strict=True):
        chosen, used = future.result()
        usage += used or Usage()
        failed += used is None
        places.update(chosen or [place for place in part if place in key][:most] or part[:1])
    return Selection(tuple(sorted(places)), usage, len(parts), failed)


def planned(reading: Reading, model: LanguageModelParts | None, mode: AskedMode) -> WholeReading:
    """What will be read and, of the language model, what that costs."""
    if model is None:
        return WholeReading(reading.documents, reading.pages)
    calls = calls_for(reading.pages) + (mode == "both")
    tokens = sum(estimated_tokens(chunk.text) for chunk in reading.chunks)
    expected = Usage(calls, tokens).priced(model.models.prices("answering"))
    cost = None if expected.cost is None else round(expected.cost, 6)
    return WholeReading(reading.documents, reading.pages, calls, tokens, cost, expected.currency)


def room_for_any_answer(question: str, model: LanguageModelParts) -> int:
    """The estimated tokens that passages may have in a prompt, whether or not the model thinks before it answers."""
    limits = model.models.limits
    written = max(limits.answer_tokens, limits.thinking_tokens)
    return max(0, room_tokens(question, model.models, model.prompts, written))


def _chosen(
    question: str, passages: Sequence[Passage], part: Sequence[int], most: int, model: LanguageModelParts
) -> tuple[list[int], Usage | None]:
    """The places that the model chose, and what that cost; [] and None where the call failed."""
    shown = fitting([passages[place] for place in part], room_for_any_answer(question, model))
    messages = model.prompts.parts_messages(question, shown, most, new_marker())
    try:
        reply = model.models.complete(messages, json_mode=False, role="answering")
    except LanguageModelError as error:
        logger.warning("a part of a document was not read by the model: %s", type(error).__name__)
        return [], None
    return [part[number - 1] for number in chosen_numbers(reply.text, len(shown))[:most]], reply.usage


def chosen_numbers(reply: str, passages: int) -> list[int]:
    """The numbers of passages in a reply, each once; [] where there are none. Pure."""
    return list(dict.fromkeys(n for n in map(int, re.findall(r"\d{1,4}", reply)) if 1 <= n <= passages))


def _parts(passages: Sequence[Passage], count: int) -> list[list[int]]:
    """The places of the passages in so many parts of nearly the same length, ended where a heading ends nearby."""
    ends = [_end_of_section(passages, round(len(passages) * number / count)) for number in range(1, count)]
    borders = [0, *ends, len(passages)]
    return [list(range(start, end)) for start, end in pairwise(borders) if end > start]


def _end_of_section(passages: Sequence[Passage], end: int) -> int:
    near = sorted(range(max(1, end - _MOVED), min(len(passages), end + _MOVED + 1)), key=lambda place: abs(place - end))
    return next((place for place in near if passages[place].context != passages[place - 1].context), end)
