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
from server.answering.contradictions import contradict, likeness, versions_differ
from server.answering.document_dates import DocumentAge, age_of, newer
from server.answering.quoting import (
    Quotation,
    best_quotations,
    best_statements,
    cited,
    words_of_index,
)
from server.answers import Conflict, Statement
from server.evidence.examination import sentences_of
from server.passages import Passage
from server.retrieval.versions import other_versions
from storage.catalogue.catalogue import Catalogue
from storage.generations.published import Generation
from storage.records import ChunkRecord

_LEAST_LIKE = 0.2  # of a counterpart in another version
_LEAST_SURE = 0.34  # the same with what its heading adds
_SAME_HEADING = 0.25
_MOST_VERSIONS = 3
_MOST_CHUNKS = 1000  # of another version, looked through for a counterpart
_SHORTEST = 8  # characters: less is no statement
_EACH = 2  # sentences of a passage
_EACH_TO_COMPUTE = 8
_MOST_QUOTED = 3  # sentences that an answer quotes
_AS_GOOD = 2.5  # by how much less strongly they answer than the best one
_CLOSE = 4.0  # by how much less strongly a sentence may answer than the best one, and still contradict it

_MARKS = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\b(?:v|version )\d+\b", re.IGNORECASE)
_NUMBER_OF_HEADING = re.compile(r"^[\W\d]+|^第[\d一二三四五六七八九十百]+[条章节]")


@dataclass(frozen=True, slots=True)
class Counterpart:
    """What another document says instead: the chunk and its sentence."""

    chunk: ChunkRecord
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """The statement that answers, and those that answer otherwise."""

    base: Quotation
    others: tuple[Counterpart, ...]


def find_conflict(question: str, passages: Sequence[Passage], generation: Generation) -> Found | None:
    """What contradicts the answer that these passages give; None where nothing does."""
    quotations = best_quotations(question, passages, words_of_index(generation), _EACH)
    bases = [quote for quote in quotations if len(quote.text) >= _SHORTEST and not quote.is_near_miss]
    for base in bases[:_MOST_QUOTED]:
        if base.strength < bases[0].strength - _AS_GOOD:
            break
        others = [*_in_versions(question, base, passages[base.passage], generation.catalogue)]
        others = others or [*_among_passages(question, base, quotations, passages, generation.catalogue)]
        if others:
            return Found(base, tuple(others[: _MOST_VERSIONS - 1]))
    return None


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


# -- versions ------------------------------------------------------------------------------------------


def _in_versions(question: str, base: Quotation, passage: Passage, catalogue: Catalogue) -> Iterator[Counterpart]:
    versions = other_versions(passage.document, catalogue.paths())
    for path in versions[:_MOST_VERSIONS]:
        if _is_asked_apart(question, passage.document, path, catalogue):
            continue
        chunks = catalogue.document_chunks(path)
        if len(chunks) > _MOST_CHUNKS:
            continue
        best = _nearest(base.text, _heading(passage.context), chunks)
        if best is not None and versions_differ(question, base.text, best.text):
            yield best


def _nearest(text: str, heading: str, chunks: Sequence[ChunkRecord]) -> Counterpart | None:
    """The sentence of these chunks that is most about the same."""
    best, score = None, _LEAST_SURE
    for chunk in chunks:
        bonus = _SAME_HEADING if heading and heading == _heading(chunk.context) else 0.0
        for sentence in sentences_of(chunk.text):
            if sentence.is_heading or len(sentence.text) < _SHORTEST:
                continue
            if (like := likeness(text, sentence.text)) >= _LEAST_LIKE and like + bonus > score:
                best, score = Counterpart(chunk, sentence.text), like + bonus
    return best


def _heading(context: str) -> str:
    """The last heading above a passage, without its number."""
    lines = [line.strip() for line in re.split(r"\n| › ", context) if line.strip()]
    return _NUMBER_OF_HEADING.sub("", lines[-1]).strip().casefold() if len(lines) > 1 else ""


def _is_asked_apart(question: str, one: str, other: str, catalogue: Catalogue) -> bool:
    """Whether the question names the year or version of one of both documents."""
    asked = {mark.casefold().replace("version ", "v") for mark in _MARKS.findall(question)}
    if not asked:
        return False
    told = [_told_of(path, catalogue) for path in (one, other)]
    return any((mark in told[0]) != (mark in told[1]) for mark in asked)


def _told_of(path: str, catalogue: Catalogue) -> str:
    record = catalogue.document(path)
    return f"{path} {record.title if record else ''} {document_age(path, catalogue).shown}".casefold()


# -- passages that were kept -----------------------------------------------------------------------------


def _among_passages(
    question: str, base: Quotation, quotations: Sequence[Quotation], passages: Sequence[Passage], catalogue: Catalogue
) -> Iterator[Counterpart]:
    said = {passages[base.passage].document}
    for quote in quotations:
        passage = passages[quote.passage]
        is_near = quote.strength >= base.strength - _CLOSE and not quote.is_near_miss
        if not is_near or passage.document in said or not contradict(question, base.text, quote.text):
            continue
        if not _is_asked_apart(question, passages[base.passage].document, passage.document, catalogue):
            said.add(passage.document)
            yield Counterpart(catalogue.chunks([passage.id])[passage.id], quote.text)
