"""One question on the terminal: `python -m server ask`."""

import secrets
from contextlib import closing
from typing import Literal

from server import conversion, schema
from server.bootstrap import build_answer_service, prepare_logging
from server.errors import known_exceptions, problem_of
from server.index_holder import IndexHolder
from server.settings import ServerSettings
from storage.settings import StorageSettings


class Unanswered(Exception):
    """The question could not be answered; the message says why and what to do."""


def ask_once(settings: ServerSettings, question: str, *, mode: Literal["chat", "reasoner"], as_json: bool) -> str:
    """The answer with its sources as text, or the whole response as JSON. Raises `Unanswered`."""
    prepare_logging("WARNING")
    storage = StorageSettings()
    index = IndexHolder(storage.index_dir, device=storage.embed_device)
    try:
        asked = schema.QueryRequest(question=question, model=mode)
        index.refresh()
        with closing(build_answer_service(settings, index)) as service:
            answer = service.answer(conversion.question_of(asked, settings))
    except known_exceptions() as error:
        problem = problem_of(error)
        raise Unanswered(f"{problem.detail} {problem.help}".strip()) from error
    finally:
        index.close()
    response = conversion.query_response(answer, secrets.token_hex(8))
    return response.model_dump_json(indent=2) if as_json else _as_text(response)


def _as_text(response: schema.QueryResponse) -> str:
    lines = [response.answer, ""]
    lines += [f"[{number}] {_source(passage)}" for number, passage in enumerate(response.sources, 1)]
    if response.refused and response.rejected:
        lines += ["Closest passages:", *(f"  - {_source(passage)}" for passage in response.rejected[:3])]
    if response.mode == "extractive" and not response.refused:
        lines += ["", "Quoted from the documents; no language model configured."]
    lines += [f"Note: {notice}" for notice in response.notices]
    return "\n".join(lines)


def _source(passage: schema.PassageOut) -> str:
    pages = ", ".join(passage.labels or [f"p. {page}" for page in passage.pages])
    score = "not scored" if passage.relevance.score is None else f"relevance {passage.relevance.score}/10"
    return f"{passage.document}, {pages} ({score})"
