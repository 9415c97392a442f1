"""What is kept of an answer for its link, and what a list shows of it. Pure: reads no file and no request."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ValidationError

from server.answering.citation_marks import marks_of
from server.documents.cited_sentence import sentence_ranges
from server.http import schema
from server.http.schema import QueryResponse

_SHORTEST_QUOTE = 15  # characters: shorter ones stand in many places


class Verdict(BaseModel):
    """What a person says of an answer. `reason`: a word of `server.pages.verdicts.REASONS`, `right` what is right."""

    verdict: Literal["good", "wrong"]
    reason: str = ""
    right: str = ""


class StoredAnswer(BaseModel):
    """An answer as it is kept for its link. `versions`: the SHA-256 of each document it was answered from.

    Its sentences are encoded messages: each reader is told them in the language of the page.
    """

    id: str
    response: schema.QueryResponse
    asked: schema.QueryRequest
    answered_at: datetime
    versions: dict[str, str]
    follows: str | None = None
    """The answer that this question was a follow-up to."""
    verdict: Verdict | None = None


class Summary(BaseModel):
    """What a list shows of an answer, without reading the whole."""

    question: str
    answer: str
    refused: bool
    answered_at: datetime
    sources: dict[str, str]
    """The documents it rests on, with their versions."""
    verdict: Verdict | None = None


_BEHIND = 3  # characters: a mark may stand behind the full stop, and below a table with a blank line between


def statement_of(response: QueryResponse, number: int) -> str:
    """What the answer says citing this source; the question where it says nothing of it."""
    said = [text for part in (response, response.second) if part for text in _citing(part.answer, number)]
    return " ".join(said) or response.standalone_question or response.question


def quoted_before(response: QueryResponse, number: int) -> list[str]:
    """Sentences of the source that the answer quotes word by word, whether or not a citation follows each of them."""
    said = response.sources[number - 1].text
    answers = [part.answer for part in (response, response.second) if part]
    sentences = [answer[start:end] for answer in answers for start, end in sentence_ranges(answer)]
    return [sentence for sentence in sentences if len(sentence) >= _SHORTEST_QUOTE and sentence in said]


def _citing(answer: str, number: int) -> list[str]:
    """The sentences of an answer that cite the source."""
    places = [mark.start for mark in marks_of(answer) if number in mark.numbers]
    return [
        answer[start:end]
        for start, end in sentence_ranges(answer)
        if any(start <= place < end + _BEHIND for place in places)
    ]


def summary_of(stored: StoredAnswer) -> Summary:
    """What a list shows of it."""
    response = stored.response
    sources = dict.fromkeys(passage.document for passage in response.sources)
    return Summary(
        question=response.question,
        answer=response.answer,
        refused=response.refused,
        answered_at=stored.answered_at,
        sources={path: stored.versions.get(path, "") for path in sources},
        verdict=stored.verdict,
    )


def read_stored(document: str) -> StoredAnswer | None:
    """The answer that was kept as this; None where bytes were overwritten, or another version has written it."""
    try:
        return StoredAnswer.model_validate_json(document)
    except ValidationError:
        return None


def read_summary(text: str) -> Summary | None:
    """The summary that was kept, or that of the whole answer kept by an earlier version; None: neither can be read."""
    for model in (Summary, StoredAnswer):
        try:
            found = model.model_validate_json(text)
        except ValidationError:
            continue
        return summary_of(found) if isinstance(found, StoredAnswer) else found
    return None
