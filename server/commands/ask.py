"""One question on the terminal: `python -m server ask`."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Literal

from server.answers import Answer, AnswerDelta, Answered, Question, ReasoningDelta
from server.bootstrap import build_answer_service, index_holder, prepare_logging
from server.http import conversion, schema
from server.http.problems import known_exceptions, problem_of, told_problem
from server.settings import ServerSettings, read_storage_settings
from storage.escaping import escaped
from storage.message_translation import terminal_language, told
from storage.messages import decoded, encoded, joined, message
from storage.place_names import place_names
from storage.server_state.state import open_database, state_of

if TYPE_CHECKING:
    from server.answering.service import AnswerService
    from server.retrieval.index_holder import IndexHolder


class Unanswered(Exception):
    """The question could not be answered; the message says why and what to do."""


def ask_once(settings: ServerSettings, question: str, *, mode: Literal["chat", "reasoner"], as_json: bool) -> str:
    """The answer with its sources as text, or the whole response as JSON. Raises `Unanswered`."""
    with answering_once(settings, {"question": question, "model": mode}) as (service, asked):
        answer = service.answer(asked)
    if as_json:
        return conversion.query_response(answer, secrets.token_hex(8)).model_dump_json(indent=2)
    return _as_text(_response(answer))


def ask_aloud(
    settings: ServerSettings, question: str, *, mode: Literal["chat", "reasoner"], write: Callable[[str, bool], None]
) -> None:
    """The same for somebody who watches: the answer as it is written, then its sources. Raises `Unanswered`.

    `write` gets pieces of text, and whether they are the model's thoughts.
    """
    streamed = ""
    with answering_once(settings, {"question": question, "model": mode}) as (service, asked):
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
    response = _response(answer)
    if streamed.strip() == response.answer.strip():
        return _around(response)
    return f"\n{_told(message('After checking its citations:'))}\n\n{_as_text(response)}"


def _response(answer: Answer) -> schema.QueryResponse:
    return conversion.query_response(answer, secrets.token_hex(8), encoded)


def _told(text: str) -> str:
    return told(text, terminal_language())


@contextmanager
def answering_once(settings: ServerSettings, asked: dict[str, Any]) -> Iterator[tuple[AnswerService, Question]]:
    """An answer service for one question, which is asked as of the API; what it raises becomes `Unanswered`."""
    with _unanswered():
        question = conversion.question_of(schema.QueryRequest.model_validate(asked), settings)
    with answer_service(settings) as (service, _):
        yield service, question


@contextmanager
def answer_service(settings: ServerSettings) -> Iterator[tuple[AnswerService, IndexHolder]]:
    """What answers from the index of the settings, and the index; what is raised meanwhile becomes `Unanswered`."""
    prepare_logging("WARNING")
    storage = read_storage_settings()
    database = open_database(storage)
    with _unanswered(), closing(index_holder(storage)) as index, closing(database) if database else nullcontext():
        index.refresh()
        state = state_of(database, storage.index_dir, storage.state_scope)
        with closing(build_answer_service(settings, index, state)) as service:
            yield service, index


@contextmanager
def _unanswered() -> Iterator[None]:
    try:
        yield
    except known_exceptions() as error:
        raise Unanswered(told_problem(problem_of(error), terminal_language())) from error


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
        lines += [
            _told(message("Closest passages:")),
            *(f"  - {_source(passage)}" for passage in response.rejected[:3]),
        ]
    if response.mode == "extractive" and not response.refused:
        lines += ["", _told(_why_quoted(response))]
    lines += [_told(message("Note: {notice}", notice=decoded(notice))) for notice in response.notices]
    return "\n".join(lines)


def _why_quoted(response: schema.QueryResponse) -> str:
    if response.reason:  # the model failed: a note says so
        return message("Quoted from the documents.")
    return message("Quoted from the documents; no language model configured.")


def _source(passage: schema.PassageOut) -> str:
    pages = _told(joined(place_names(passage.document, passage.pages, passage.labels), ", "))
    score = message("not scored")
    if passage.relevance.score is not None:
        score = message("relevance {score}/10", score=passage.relevance.score)
    return _told(message("{document}, {pages} ({score})", document=escaped(passage.document), pages=pages, score=score))
