"""How the server is, as the pages and the API tell it: the index, the language model, what is kept beside them."""

from dataclasses import replace

from server.http import conversion, schema
from server.http.services import services
from server.language import as_sentence
from server.retrieval.index_holder import IndexNotReady, IndexState
from storage.messages import joined


def readiness() -> IndexState:
    """How the index is, and whatever else stands in the way of questions or will do so."""
    state, check = services().index.state(), services().self_check
    problem = check.problem() if state.ready else None
    if problem is not None:
        return replace(state, ready=False, reason=problem)
    return replace(state, notice=joined([state.notice or "", check.notice() or ""], "; ") or None)


def notice_of(state: IndexState) -> str | None:
    """What is wrong although questions are answered: with the index, the language model, what is kept beside them."""
    sentences = [as_sentence(notice, "en") for notice in (*model_notices(), *stores_notices())]
    return " ".join(filter(None, [state.notice, *sentences])) or None


def model_notices() -> list[str]:
    """Why answers are quoted now instead of written, and what to do; nothing while they are written."""
    try:
        problem = services().answering().model_problem()
    except IndexNotReady:
        return []
    return [] if problem is None else [str(problem), problem.help]


def stores_notices() -> list[str]:
    """Which of the server's own files cannot be written, or was damaged; nothing when all is well with them."""
    try:
        budget = services().answering().budget_notice()
    except IndexNotReady:
        budget = None
    return [notice for notice in (services().answers.notice(), budget) if notice]


def open_index_status() -> schema.IndexStatus | None:
    """What the open index holds; None while there is none."""
    try:
        with services().index.acquire() as index:
            return conversion.index_status(index.generation)
    except IndexNotReady:
        return None
