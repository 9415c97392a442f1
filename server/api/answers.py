"""Kept answers for programs: which of them the documents no longer bear out, and why."""

from typing import Literal

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from server.api import questions
from server.http.answer_records import read_summary
from server.http.services import answer_losses, own_address, services

_MOST = 1000

State = Literal["holds", "lost", "refused"]


class AnswersQuery(BaseModel):
    """Which answers."""

    model_config = ConfigDict(extra="forbid")

    state: State | None = Field(default=None, description="Only those in this state.")


class LossOut(BaseModel):
    """Something an answer rests on that is not there any more."""

    model_config = ConfigDict(from_attributes=True)

    document: str
    reason: Literal["document_gone", "sentence_gone"]
    sentence: str = Field(description="What stood there.")


class KeptAnswerOut(BaseModel):
    """An answer given on the page."""

    id: str
    question: str
    answered_at: str
    state: State
    lost: list[LossOut]
    url: str


class AnswersResponse(BaseModel):
    """Those that have lost most first, then the newest first."""

    answers: list[KeptAnswerOut]


blueprint = APIBlueprint("answers_api", __name__, abp_tags=[Tag(name="Pagewise")])


@blueprint.get("/api/answers", responses={200: AnswersResponse, **questions.problems(400, 401, 403, 422, 429, 503)})
def kept_answers(query: AnswersQuery) -> Response:
    """The answers that are kept, and whether the documents still say what they rest on."""
    newest = services().answers.newest()
    lost = answer_losses(newest)
    found = []
    for kept in newest:
        summary = read_summary(kept.summary)
        if summary is None:
            continue
        losses = [LossOut.model_validate(loss) for loss in lost.get(kept.id, ())]
        state: State = "refused" if summary.refused else "lost" if losses else "holds"
        if query.state in (None, state):
            at = summary.answered_at.isoformat()
            url = f"{own_address()}/answers/{kept.id}"
            found.append(
                KeptAnswerOut(id=kept.id, question=summary.question, answered_at=at, state=state, lost=losses, url=url)
            )
    found.sort(key=lambda answer: -len(answer.lost))
    return Response(AnswersResponse(answers=found[:_MOST]).model_dump_json(), content_type="application/json")
