"""What a folder's own questions show: are passages found, answers right, citations good, and refusals made?

Asked without a language model, so that two runs differ where the index or the program does. Knows nothing of files.
Apart from `own_questions`: whoever measures must not depend on how the questions came about.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import fields

from server.answering.citation_marks import cited_numbers, marks_of
from server.answering.own_questions import holds
from server.answers import Answer
from storage.server_state.own_questions import Measured, OwnQuestion
from storage.words.scripts import UNSPACED

_FIRST = 5
_SIGN = rf"[^\W_{UNSPACED}]"  # of a word with spaces around it
_WORD_SIGN = re.compile(_SIGN)
_NO_WORD_BEFORE = rf"(?<!{_SIGN})(?<!\d[.,:/])"  # 13 is not said by 130, 1.13 and 13:30
_NO_WORD_AFTER = rf"(?!{_SIGN})(?![.,:/]\d)"


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
    is_right = any(says(answer.answer, each) for each in question.answers) if question.answers else is_cited
    return seen | {"right" if is_right else "wrong"} | ({"cited"} if is_cited else set())


def says(answer: str, expected: str) -> bool:
    """Whether an answer says this, by itself: neither as a part of a longer word or number nor as a citation mark."""
    said = answer
    for mark in reversed(list(marks_of(answer))):
        said = f"{said[: mark.start]} {said[mark.end :]}"
    signs = "".join(expected.split()).casefold()
    before = _NO_WORD_BEFORE if _WORD_SIGN.match(signs[:1]) else ""
    after = _NO_WORD_AFTER if _WORD_SIGN.match(signs[-1:]) else ""
    pattern = before + r"\s*".join(map(re.escape, signs)) + after
    return bool(signs) and re.search(pattern, said.casefold()) is not None


def _answers(question: OwnQuestion, document: str, text: str) -> bool:
    return document == question.document and holds(text, question.quote)
