"""Answers of more than one statement: numbers that are computed of several, and statements that contradict.

Where documents answer one question differently: both statements, their dates, and which of them is newer.

Two kinds. Versions of one document, as their names say: what answers is held against its counterpart in the other
version, found there by its words and its heading whether or not the search brought it. And any two passages that were
kept. Knows nothing of how they are shown.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.answering.arithmetic import asked_operation, computed
from server.answering.contradictions import contradict
from server.answering.counterparts import Counterpart, in_versions, is_counterpart_of_another
from server.answering.document_dates import DocumentAge, age_of, newer
from server.answering.quoting import (
    Quotation,
    best_quotations,
    best_statements,
    cited,
    quoted_sentences,
    words_of_index,
)
from server.answers import Conflict, Statement
from server.passages import Passage
from server.retrieval.versions import named_versions
from storage.catalogue.catalogue import Catalogue
from storage.generations.published import Generation
from storage.words.languages import are_comparable, language_of

_MOST_OTHERS = 2  # statements that say otherwise
_SHORTEST = 8  # characters: less is no statement
_EACH = 2  # sentences of a passage
_EACH_TO_COMPUTE = 8
_MOST_QUOTED = 3  # sentences that an answer quotes
_AS_GOOD = 2.5  # by how much less strongly they answer than the best one
_MOST_CONFLICTS = 3
_LEAST_SPOKEN_OF = 0.6  # of what the best sentence names of the question, to be about the same
_CLOSE = 4.0  # by how much less strongly a sentence may answer than the best one, and still contradict it

_ASKS = re.compile(
    r"\b(?:who|whom|what|whats|which|when|where|why|how|wer|wen|wem|was|welche\w*|wann|wo|warum|wie|qui|quel\w*|quand|où|combien"
    r"|quién|qué|cuál\w*|cuándo|dónde|cuánt[oa]s?)\b|多少|几|什么|何时|哪|谁",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Found:
    """The statement that answers, and those that answer otherwise."""

    base: Quotation
    others: tuple[Counterpart, ...]


def find_conflicts(
    question: str, passages: Sequence[Passage], generation: Generation, rejected: Sequence[Passage] = ()
) -> tuple[Found, ...]:
    """What contradicts the statements that answer, each of those that these passages give; at most three.

    `rejected`: passages that were found and not kept; one that says otherwise what was asked belongs beside the answer.
    """
    words = words_of_index(generation)
    quotations = best_quotations(question, passages, words, _EACH)
    bases = [quote for quote in quotations if len(quote.text) >= _SHORTEST and not quote.is_near_miss]
    everything = [*passages, *rejected]
    beside = best_quotations(question, everything, words, _EACH) if rejected else quotations
    found: list[Found] = []
    quoted = quoted_sentences(question, passages, words) if bases else frozenset()
    bases.sort(key=lambda base: (base.passage, base.text) not in quoted)
    for base in bases[:_MOST_QUOTED]:
        said = {each.text for one in found for each in one.others}
        is_weak = base.strength < bases[0].strength - _AS_GOOD or not _speaks_of_it(question, base, bases[0])
        if base.text in said or (is_weak and (base.passage, base.text) not in quoted):
            continue
        others = [*_in_versions(question, base, passages[base.passage], generation.catalogue)]
        others = others or [*_among_passages(question, base, beside, everything, generation.catalogue)]
        if others and not said.intersection(each.text for each in others):
            found.append(Found(base, tuple(others[:_MOST_OTHERS])))
    return tuple(found[:_MOST_CONFLICTS])


def _speaks_of_it(question: str, quote: Quotation, best: Quotation) -> bool:
    """Whether the sentence names about as much of what was asked as the best one does.

    Words do not tell where the sentence is in another language, or speaks of the other half of two questions.
    """
    if not are_comparable(question, language_of(question), language_of(quote.text)):
        return True
    if len(_ASKS.findall(question)) > 1 and (quote.passage == best.passage or quote.spoken_of > 0.0):
        return True
    return quote.spoken_of >= _LEAST_SPOKEN_OF * best.spoken_of


def computation(question: str, passages: Sequence[Passage], generation: Generation) -> str | None:
    """The sum or difference that is asked for, of numbers that the passages give, with its citations; else None."""
    if asked_operation(question) is None:
        return None
    statements = best_statements(question, passages, words_of_index(generation), _EACH_TO_COMPUTE)
    found = computed(question, [(text, head) for _, text, head in statements])
    if found is None:
        return None
    formula, used = found
    marks = dict.fromkeys(f"[{statements[place][0] + 1}]" for place in used)
    return f"{formula} {''.join(marks)}"


def conflict_of(found: Found, passages: Sequence[Passage], catalogue: Catalogue) -> Conflict:
    """The conflict as it is shown; every chunk of `found` must be among the passages."""
    places = {passage.id: number for number, passage in enumerate(passages)}
    said = [(found.base.passage, found.base.text), *((places[each.chunk.id], each.text) for each in found.others)]
    ages = [document_age(passages[place].document, catalogue) for place, _ in said]
    statements = tuple(
        Statement(place + 1, passages[place].document, " ".join(text.split()), age.shown)
        for (place, text), age in zip(said, ages, strict=True)
    )
    best, ground = 0, None
    for number in range(1, len(ages)):
        if statements[number].document == statements[best].document:
            continue
        if (verdict := newer(ages[best], ages[number])) is None:
            return Conflict(statements)
        best, ground = (number if verdict[0] else best), verdict[1]
    return Conflict(statements, statements[best].source, ground)


def with_both(answer: str, conflict: Conflict, passages: Sequence[Passage]) -> str:
    """The quoted answer, with the statements that it lacks."""
    said = "".join(answer.split())
    missing = [each for each in conflict.statements if "".join(each.quote.split()) not in said]
    return "\n\n".join([answer, *(cited(each.quote, passages, each.source - 1) for each in missing)])


def document_age(path: str, catalogue: Catalogue) -> DocumentAge:
    """How old a document of the index is."""
    record, page = catalogue.document(path), catalogue.page(path, 1)
    return age_of(path, record.title if record else None, page.text if page else "", record.mtime_ns if record else 0)


# -- where they stand ------------------------------------------------------------------------------------


def _in_versions(question: str, base: Quotation, passage: Passage, catalogue: Catalogue) -> Iterator[Counterpart]:
    for each in in_versions(question, base.text, passage, catalogue):
        if not _is_asked_apart(question, passage.document, each.chunk.document, catalogue):
            yield each


def _is_asked_apart(question: str, one: str, other: str, catalogue: Catalogue) -> bool:
    """Whether the question names the year or version of one of both documents."""
    asked = named_versions(question)
    if not asked:
        return False
    told = [_told_of(path, catalogue) for path in (one, other)]
    return any((mark in told[0]) != (mark in told[1]) for mark in asked)


def _told_of(path: str, catalogue: Catalogue) -> str:
    record = catalogue.document(path)
    return f"{path} {record.title if record else ''} {document_age(path, catalogue).shown}".casefold()


def _among_passages(
    question: str, base: Quotation, quotations: Sequence[Quotation], passages: Sequence[Passage], catalogue: Catalogue
) -> Iterator[Counterpart]:
    said = {passages[base.passage].document}
    for quote in quotations:
        passage = passages[quote.passage]
        is_near = quote.strength >= base.strength - _CLOSE and not quote.is_near_miss
        if (
            not is_near
            or not _speaks_of_it(question, quote, base)
            or passage.document in said
            or not contradict(question, base.text, quote.text)
            or is_counterpart_of_another(quote.text, passage.document, base.text, passages[base.passage], catalogue)
        ):
            continue
        if not _is_asked_apart(question, passages[base.passage].document, passage.document, catalogue):
            said.add(passage.document)
            yield Counterpart(catalogue.chunks([passage.id])[passage.id], quote.text)
