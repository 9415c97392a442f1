"""One question on the terminal: `python -m server ask`."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Literal

from server.answers import Answer, AnswerDelta, Answered, Question, ReasoningDelta
from server.bootstrap import build_answer_service, index_holder, prepare_logging
from server.http import conversion, schema
from server.http.problems import known_exceptions, problem_of
from server.passages import place_names
from server.settings import ServerSettings, read_storage_settings
from storage.escaping import escaped

if TYPE_CHECKING:
    from server.answering.service import AnswerService


class Unanswered(Exception):
    """The question could not be answered; the message says why and what to do."""


def ask_once(settings: ServerSettings, question: str, *, mode: Literal["chat", "reasoner"], as_json: bool) -> str:
    """The answer with its sources as text, or the whole response as JSON. Raises `Unanswered`."""
    with _asked(settings, question, mode) as (service, asked):
        answer = service.answer(asked)
    response = conversion.query_response(answer, secrets.token_hex(8))
    return response.model_dump_json(indent=2) if as_json else _as_text(response)


def ask_aloud(
    settings: ServerSettings, question: str, *, mode: Literal["chat", "reasoner"], write: Callable[[str, bool], None]
) -> None:
    """The same for somebody who watches: the answer as it is written, then its sources. Raises `Unanswered`.

    `write` gets pieces of text, and whether they are the model's thoughts.
    """
    streamed = ""
    with _asked(settings, question, mode) as (service, asked):
        for event in service.events(asked):
            match event:
                case ReasoningDelta(text=text):
                    write(_printable(text), True)
                case AnswerDelta(text=text):
                    write(("" if streamed else "\n") + _printable(text), False)
                    streamed += text
                case Answered(answer=answer):
                    write("\n" + _printable(_after_stream(answer, streamed)) + "\n", False)


def _after_stream(answer: Answer, streamed: str) -> str:
    response = conversion.query_response(answer, secrets.token_hex(8))
    if streamed.strip() == response.answer.strip():
        return _around(response)
    return f"\nAfter checking its citations:\n\n{_as_text(response)}"


@contextmanager
def _asked(
    settings: ServerSettings, question: str, mode: Literal["chat", "reasoner"]
) -> Iterator[tuple[AnswerService, Question]]:
    """An answer service for one question; what it raises becomes `Unanswered`."""
    prepare_logging("WARNING")
    storage = read_storage_settings()
    index = index_holder(storage)
    try:
        asked = schema.QueryRequest(question=question, model=mode)
        index.refresh()
        with closing(build_answer_service(settings, index)) as service:
            yield service, conversion.question_of(asked, settings)
    except known_exceptions() as error:
        problem = problem_of(error)
        raise Unanswered(f"{problem.detail} {problem.help}".strip()) from error
    finally:
        index.close()


def _printable(text: str) -> str:
    """Without control characters: a terminal would obey them."""
    return "".join(
        character for character in text if character in "\n\t" or ord(character) >= 0xA0 or character.isprintable()
    )


def _as_text(response: schema.QueryResponse) -> str:
    return f"{response.answer}\n{_around(response)}"


def _around(response: schema.QueryResponse) -> str:
    lines = [""]
    lines += [f"[{number}] {_source(passage)}" for number, passage in enumerate(response.sources, 1)]
    if response.refused and response.rejected:
        lines += ["Closest passages:", *(f"  - {_source(passage)}" for passage in response.rejected[:3])]
    if response.mode == "extractive" and not response.refused:
        why = "" if response.reason else "; no language model configured"  # where the model failed, a note says so
        lines += ["", f"Quoted from the documents{why}."]
    lines += [f"Note: {notice}" for notice in response.notices]
    return "\n".join(lines)


def _source(passage: schema.PassageOut) -> str:
    pages = ", ".join(place_names(passage.document, passage.pages, passage.labels))
    score = "not scored" if passage.relevance.score is None else f"relevance {passage.relevance.score}/10"
    return f"{escaped(passage.document)}, {pages} ({score})"
