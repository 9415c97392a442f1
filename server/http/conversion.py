"""From what is asked to the answer service's question, and from its answer to what API and pages show."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, fields
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from server.answers import Answer, Question, Retrieval, Turn, WordHits
from server.http import schema
from server.http.services import own_address
from server.language import question_language
from server.passages import Passage
from server.settings import ServerSettings
from storage.folder_listing import FolderListing, state_of
from storage.generations.published import Generation
from storage.message_translation import told
from storage.records import DocumentRecord, PageRecord


def question_of(asked: schema.QueryRequest, settings: ServerSettings) -> Question:
    """The question with the defaults of the settings where the caller left something out."""
    return Question(
        text=asked.question,
        mode=asked.mode,
        k=settings.retrieve_k if asked.k is None else asked.k,
        keep=settings.keep_k if asked.keep is None else asked.keep,
        threshold=settings.relevance_threshold if asked.threshold is None else asked.threshold,
        documents=tuple(asked.documents),
        history=tuple(Turn(turn.question, turn.answer) for turn in asked.history),
    )


_MOST_REMARKS = 100  # of one document in one reply

Say = Callable[[str], str]
"""Makes plain text of a sentence that may be a `Message`."""


def query_response(answer: Answer, request_id: str, say: Say | None = None) -> schema.QueryResponse:
    """An answer as docs/api.md shows it: notices in the language of the question, other sentences in English.

    `say` makes all of them instead: `encoded`, where they are told later.
    """
    language = question_language(answer.standalone_question or answer.question)
    say_notice, say = say or partial(told, language=language), say or partial(told, language="en")
    return schema.QueryResponse(
        **_written(answer, say, say_notice),
        question=answer.question,
        rejected=[passage_out(passage, say) for passage in answer.rejected],
        relevance=schema.Scoring.model_validate(answer.relevance),
        index=schema.IndexInfo.model_validate(answer.index),
        request_id=request_id,
        standalone_question=answer.standalone_question,
        also_searched_as=list(answer.also_searched_as),
        whole_reading=schema.WholeReadingOut.model_validate(answer.whole_reading) if answer.whole_reading else None,
        conflicts=[schema.ConflictOut.model_validate(conflict) for conflict in answer.conflicts],
        searched=searched_out(answer),
        second=schema.SecondAnswer(**_written(answer.second, say, say_notice)) if answer.second else None,
    )


def _written(answer: Answer, say: Say, say_notice: Say) -> dict[str, Any]:
    """What is each model's own where two answered the same question from the same evidence."""
    return {
        "answer": answer.answer,
        "refused": answer.refused,
        "complete": answer.complete,
        "reason": answer.reason and say(answer.reason),
        "mode": answer.mode,
        "model": answer.model,
        "reasoning": answer.reasoning,
        "sources": [passage_out(passage, say) for passage in answer.sources],
        "checks": schema.Checks.model_validate(answer.checks),
        "notices": [say_notice(notice) for notice in answer.notices],
        "usage": answer.usage,
        "timings_ms": answer.timings_ms,
    }


def searched_out(answer: Answer) -> schema.SearchedOut | None:
    """What was searched where the answer, or the second one, is a refusal."""
    searched = answer.searched or (answer.second.searched if answer.second else None)
    if searched is None:
        return None
    wordings = [
        schema.WordingSearchedOut(
            question=wording.question, language=wording.language, words=[_word_hits(word) for word in wording.words]
        )
        for wording in searched.wordings
    ]
    figures = {field.name: getattr(searched, field.name) for field in fields(searched)}
    return schema.SearchedOut(**figures | {"wordings": wordings, "unread": list(searched.unread)})


def _word_hits(word: WordHits) -> schema.WordHitsOut:
    best = None
    if word.best_document is not None and word.best_passage is not None:
        best = schema.BestPlace(
            document=word.best_document,
            pages=list(word.best_pages),
            passage=word.best_passage,
            url=_url(word.best_document, word.best_pages, word.best_passage),
        )
    return schema.WordHitsOut(
        text=word.text,
        forms=list(word.forms),
        passages=word.passages,
        documents=word.documents,
        is_more=word.is_more,
        best=best,
    )


def retrieve_response(found: Retrieval, question: str) -> schema.RetrieveResponse:
    """Passages without an answer, as docs/api.md shows them; notices in the language of the question."""
    return schema.RetrieveResponse(
        passages=[passage_out(passage) for passage in found.passages],
        index=schema.IndexInfo.model_validate(found.index),
        timings_ms=found.timings_ms,
        notices=[told(notice, question_language(question)) for notice in found.notices],
    )


def passage_out(passage: Passage, say: Say = str) -> schema.PassageOut:
    """A passage with the address of its page; `say` as in `query_response`."""
    judgement = passage.judgement
    return schema.PassageOut(
        id=passage.id,
        document=passage.document,
        pages=list(passage.pages),
        labels=list(passage.labels),
        text=passage.text,
        retrieval_score=passage.retrieval_score,
        relevance=schema.Relevance(
            score=judgement.score if judgement else None,
            reason=say(judgement.reason) if judgement else "",
            kept=passage.kept,
        ),
        stale=passage.stale,
        url=passage_url(passage),
        remarks=[say(remark) for remark in passage.remarks],
        also_in=[schema.PlaceOut(document=place.document, pages=list(place.pages)) for place in passage.also_in],
    )


def passage_url(passage: Passage) -> str:
    """Where people see the passage on its page."""
    return _url(passage.document, passage.pages, passage.id)


def _url(document: str, pages: Sequence[int], passage: str) -> str:
    query = urlencode({"page": pages[0] if pages else 1, "passage": passage})
    return f"{own_address()}/documents/{quote(document)}?{query}"


def document_out(record: DocumentRecord, odd_pages: Sequence[PageRecord] = ()) -> schema.DocumentOut:
    """A document's state as the API shows it; `odd_pages` are those of which a person should know something."""
    said = [(page.number, remark) for page in odd_pages for remark in (*filter(None, [page.detail]), *page.remarks)]
    return schema.DocumentOut(
        path=record.path,
        status=record.status,
        category=record.category,
        detail=record.detail,
        title=record.title,
        format=record.format,
        pages=record.pages,
        pages_without_text=list(record.pages_without_text),
        chunks=record.chunks,
        bytes=record.size,
        sha256=record.sha256,
        indexed_at=record.indexed_at or None,
        state=state_of(record),
        remarks=[schema.PageRemark(page=number, remark=str(remark)) for number, remark in said[:_MOST_REMARKS]],
    )


def folder_out(listing: FolderListing, documents: Iterable[DocumentRecord]) -> schema.FolderOut:
    """Every file of the documents folder in one number."""
    numbers = listing.numbers(documents)
    return schema.FolderOut(
        files=numbers.files,
        **asdict(numbers),
        seen_at=listing.seen_at,
        left_out=[schema.LeftOutFile.model_validate(each) for each in listing.left_out],
    )


def index_info(generation: Generation) -> schema.IndexInfo:
    """Which generation answers, and with which model."""
    return schema.IndexInfo(generation=generation.name, embed_model=generation.manifest.embed_model.short_name)


def index_status(generation: Generation) -> schema.IndexStatus:
    """What a generation holds."""
    manifest = generation.manifest
    return schema.IndexStatus(
        generation=generation.name,
        documents=manifest.counts.documents,
        pages=manifest.counts.pages,
        chunks=manifest.counts.chunks,
        embed_model=manifest.embed_model.short_name,
        fallback=manifest.embed_model.fallback,
        published_at=manifest.published_at,
    )
