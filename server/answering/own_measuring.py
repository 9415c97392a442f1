"""What a folder's own questions show: are passages found, answers right, citations good, and refusals made?

Asked without a language model, so that two runs differ where the index or the program does. Knows nothing of files.
Apart from `own_questions`: whoever measures must not depend on how the questions came about.
"""

from collections.abc import Callable, Iterable
from dataclasses import fields

from server.answering.citation_marks import cited_numbers
from server.answering.own_questions import holds
from server.answers import Answer
from storage.server_state.own_questions import Measured, OwnQuestion

_FIRST = 5


def measured(questions: Iterable[OwnQuestion], try_out: Callable[[str], Answer]) -> Measured:
    """The figures of the accepted questions."""
    counts = dict.fromkeys((field.name for field in fields(Measured) if field.name != "failed"), 0)
    failed = []
    for question in questions:
        if question.state == "accepted":
            seen = _seen(question, try_out(question.question))
            for name in seen:
                counts[name] += 1
            if not seen & {"right", "refused_rightly"}:
                failed.append(question.question)
    return Measured(**counts, failed=tuple(failed))


def _seen(question: OwnQuestion, answer: Answer) -> set[str]:
    """The counts that this answer raises."""
    if question.unanswerable:
        return {"unanswerable", *(["refused_rightly"] if answer.refused else [])}
    by_retrieval = sorted((*answer.sources, *answer.rejected), key=lambda passage: -passage.retrieval_score)
    places = [place for place, passage in enumerate(by_retrieval) if _answers(question, passage.document, passage.text)]
    cited = [answer.sources[number - 1] for number in cited_numbers(answer.answer) if number <= len(answer.sources)]
    is_cited = any(_answers(question, passage.document, passage.text) for passage in cited)
    seen = {"answerable"}
    if places:
        seen |= {"found_first"} if places[0] == 0 else set()
        seen |= {"found"} if places[0] < _FIRST else set()
    if answer.refused:
        return seen | {"refused"}
    says = any(holds(answer.answer, each) for each in question.answers) if question.answers else is_cited
    return seen | {"right" if says else "wrong"} | ({"cited"} if is_cited else set())


def _answers(question: OwnQuestion, document: str, text: str) -> bool:
    return document == question.document and holds(text, question.quote)
