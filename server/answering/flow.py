"""One question on its way: retrieve, freshness, score, select, answer, check. One object per question.

Knows nothing of HTTP, and neither how passages are found nor how a model is reached: that is in its parts.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextvars import copy_context
from dataclasses import replace
from typing import Any

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import BaseSynthesizer
from llama_index.core.schema import NodeWithScore

from server.answering import notices
from server.answering.beside_answer import beside_answer, leaves_open
from server.answering.citations import CheckedAnswer
from server.answering.collaborators import LanguageModelParts, Parts, Wordings
from server.answering.conflicts import Found, conflict_of, with_both
from server.answering.follow_up import Rewriting, asked_before, put_together, rewritten
from server.answering.further_passages import nodes_of, only_kept, with_kept
from server.answering.instructions import without_instructions
from server.answering.provenance import Stages, notices_on, notices_on_choice, notices_on_unsearched
from server.answering.query_engine import QuotingSynthesizer, build_query_engine, query_of
from server.answering.quoting import quoted_places
from server.answering.refusals import is_refusal, only_refuses
from server.answering.talk_about_answers import is_about_conversation
from server.answering.translation import Translation, translated, wanted_languages
from server.answering.whole_reading import Reading, quoted_reading, read_chunks, reading_of
from server.answering.whole_selection import MOST_READ, calls_for, planned, room_for_any_answer, selected
from server.answering.writing import ModelWriter, Written
from server.answers import (
    Answer,
    AnswerDelta,
    Checks,
    Conflict,
    Event,
    IndexInfo,
    Mode,
    PassageScored,
    PassagesFound,
    PassagesKept,
    Question,
    QuestionRewritten,
    ReadingPlanned,
    Retrieval,
    Searched,
    WholeReading,
)
from server.language import answer_language, question_language, refusal
from server.language_model.errors import LanguageModelError
from server.language_model.usage import Usage
from server.passages import Passage, passage_of
from server.relevance.llm_scorer import LLMScorer
from server.relevance.local_scorer import BestOfWordings
from server.relevance.postprocessor import JudgedPassages, RelevancePostprocessor, RelevanceScorer, evidence_of
from server.retrieval.index_holder import OpenIndex
from storage.message_translation import told
from storage.records import ChunkRecord
from storage.vectors.llama_index import metadata_of
from storage.words.languages import language_of

_SCORING_SHARE = 0.5
"""Of the time that is left, what scoring may use: the rest is for the answer."""

_BESIDE = 5  # passages among which the statement of the last answer is looked for

READ_BELOW = 1
"""By how many points of the local formula a passage may miss the cutoff that a model reads. Of questions in other words
than the documents', the evidence is then kept for two thirds instead of half."""


class Flow:
    """Answers one question from one open index, telling `emit` what happens. The context must have a deadline."""

    def __init__(
        self,
        question: Question,
        index: OpenIndex,
        parts: Parts,
        model: LanguageModelParts | None,
        emit: Callable[[Event], None],
    ) -> None:
        self._asked = question.text
        self._in_full = question.text
        self._question = question
        self._rewriting = Rewriting()
        self._translation = Translation()
        self._worded: tuple[str, ...] = ()
        self._is_about_conversation = (
            model is not None and bool(question.history) and is_about_conversation(question.text)
        )
        self._gone: list[str] = []
        self._index = index
        self._parts = parts
        self._quote = parts.extract(index)
        self._extract: Callable[[str, Sequence[Passage]], str] = self._quoted_in_their_language
        self._only_read: frozenset[str] = frozenset()
        self._model = model
        self._emit = emit
        self._conflicts: tuple[Conflict, ...] = ()
        self._whole: WholeReading | None = None
        self._reading_usage: Usage | None = None
        self._left_out = ""
        self._language = question_language(question.text)
        self._stages = Stages()

    def answer(self) -> Answer:
        """The whole answer. Raises `LanguageModelError`, `DocumentsUnreachable` or `TimeUp`."""
        self._complete_the_question()
        if not self._is_about_conversation and (whole := self._read_whole()) is not None:
            return whole
        self._set_instructions_aside()
        evidence = self._gather()
        self._emit(PassagesKept(evidence.kept, evidence.rejected))
        if self._is_about_conversation:
            return self._answered(evidence)
        if self._gone and not evidence.kept and not evidence.rejected:
            return self._checked(self._outdated(evidence))
        if not evidence.kept:
            return self._checked(self._refusal(evidence))
        return self._answered(self._with_conflicts(self._with_computation(self._with_neighbours(evidence))))

    def _read_whole(self) -> Answer | None:
        """The answer to a question about whole documents; None where it is an ordinary one, or they are not there."""
        question, catalogue = self._question, self._index.generation.catalogue
        reading = reading_of(question.text, question.documents, catalogue, self._shares)
        if reading is None:
            return None
        if len(reading.changes) < reading.all_changes:
            self._left_out = notices.changes_left_out(len(reading.changes), reading.all_changes)
        self._whole = planned(reading, self._model, question.mode)
        self._emit(ReadingPlanned(self._whole))
        chunks = self._chunks_to_read(reading)
        nodes = self._freshness().postprocess_nodes(nodes_of(self._index.generation, chunks))
        if len(nodes) < len(chunks):
            self._gone.clear()
            self._whole = None
            return None
        evidence = only_kept(nodes, notices.part_of_whole(), question.threshold)
        self._on_found(nodes)
        self._stages.now_scored()
        self._extract = lambda _, passages: quoted_reading(reading, passages)
        return self._answered(evidence)

    def _chunks_to_read(self, reading: Reading) -> list[ChunkRecord]:
        """Of a document that takes several calls what the model chooses of each part, else what fits into one."""
        model = self._model
        if model is None:
            return reading.quoted_chunks
        if calls_for(reading.pages) == 1:
            return read_chunks(reading, MOST_READ, room_for_any_answer(self._question.text, model))
        passages = [passage_of(node) for node in nodes_of(self._index.generation, reading.chunks)]
        selection = selected(self._question.text, reading, passages, model)
        self._reading_usage = selection.usage
        if selection.failed:
            self._left_out = notices.parts_unread(selection.failed, selection.parts)
        return [reading.chunks[place] for place in selection.places]

    def _shares(self, text: str) -> dict[str, float]:
        shares: dict[str, float] = defaultdict(float)
        for node in self._retriever(is_judged=False).retrieve(query_of(text)):
            shares[metadata_of(node.node)["document"]] += (node.score or 0.0) ** 2
        return shares

    def _with_computation(self, evidence: JudgedPassages) -> JudgedPassages:
        """The same; from now on quoting tells the sum or difference that is asked for as well."""
        kept = self._quotable(evidence.kept)
        formula = self._parts.compute(self._question.text, kept, self._index.generation)
        if formula is not None:
            line, quoted = told(notices.computed(formula), self._language), self._extract
            self._extract = lambda question, passages: f"{quoted(question, passages)}\n\n{line}"
        return evidence

    def _with_neighbours(self, evidence: JudgedPassages) -> JudgedPassages:
        """With the passages in which a table, list or formula of the best ones goes on."""
        generation = self._index.generation
        chunks = self._parts.going_on(evidence.kept, generation)
        if self._only_read:
            firm = [passage for passage in evidence.kept if passage.id not in self._only_read]
            of_firm = {chunk.id for chunk in self._parts.going_on(firm, generation)}
            self._only_read = self._only_read.union(chunk.id for chunk in chunks) - of_firm
        nodes = self._freshness().postprocess_nodes(nodes_of(generation, chunks)) if chunks else []
        return with_kept(evidence, nodes, notices.goes_on()) if nodes else evidence

    def _with_conflicts(self, evidence: JudgedPassages) -> JudgedPassages:
        """With the passages that say otherwise what answers; from now on quoting quotes both."""
        unquoted = [passage for passage in evidence.kept if passage.id in self._only_read]
        for found in self._parts.find_conflicts(
            self._question.text,
            self._quotable(evidence.kept),
            self._index.generation,
            (*unquoted, *evidence.rejected),
        ):
            evidence = self._with_conflict(found, evidence)
        return evidence

    def _with_conflict(self, found: Found, evidence: JudgedPassages) -> JudgedPassages:
        generation = self._index.generation
        chunks = list({each.chunk.id: each.chunk for each in found.others}.values())
        nodes = self._freshness().postprocess_nodes(nodes_of(generation, chunks))
        if len(nodes) < len(chunks):
            return evidence
        reason = notices.other_version(evidence.kept[found.base.passage].document)
        evidence = with_kept(evidence, nodes, reason)
        conflict = conflict_of(found, evidence.kept, generation.catalogue)
        self._conflicts, quoted = (*self._conflicts, conflict), self._extract
        self._extract = lambda question, passages: with_both(quoted(question, passages), conflict, passages)
        return evidence

    def _answered(self, evidence: JudgedPassages) -> Answer:
        if self._model is None:
            return self._checked(self._quoted(evidence))
        if self._question.mode != "both":
            return self._checked(self._written(self._question.mode, evidence))
        beside = self._model.pool.submit(copy_context().run, self._written, "reasoner", evidence)
        first = self._checked(self._written("chat", evidence))
        return replace(first, second=self._checked(beside.result()))

    def retrieve(self, score: bool) -> Retrieval:
        """The passages: in the order of retrieval, or judged and best first."""
        usage: dict[str, dict[str, Any]] = {}
        if score:
            self._set_instructions_aside()
            evidence = self._gather()
            passages = evidence.kept + evidence.rejected
            usage = self._usage(evidence.record.usage, None)
        else:
            query = query_of(self._question.text)
            nodes = self._retriever(is_judged=False).retrieve(query)
            nodes = self._freshness().postprocess_nodes(nodes, query)
            self._stages.now_found()
            self._stages.now_scored()
            passages = tuple(passage_of(node) for node in nodes)
        timings = self._timings()
        shown = {name: timings[name] for name in ("retrieve", "score", "total")}
        return Retrieval(passages, self._index_info(), shown, tuple(self._choice_notices()), usage)

    def _complete_the_question(self) -> None:
        """Go on with the question that stands alone, where this one points back to the conversation."""
        question, model = self._question, self._model
        if model is None:
            self._rewriting = put_together(question.text, question.history)
            self._translation = Translation(self._rewriting.also)
        elif self._is_about_conversation:
            before = asked_before(question.history)
            self._question = replace(question, text=before or question.history[-1].question)
            return
        else:
            self._rewriting = rewritten(question.text, question.history, model.models, model.prompts)
        if self._rewriting.question is not None:
            self._question = replace(question, text=self._rewriting.question)
            self._language = question_language(question.text)
            self._emit(QuestionRewritten(self._question.text))
        if model is not None:
            shares = self._parts.languages(self._index, self._question.documents)
            languages = wanted_languages(self._question.text, shares)
            self._translation = translated(
                self._question.text, languages, model.models, model.prompts, model.translations
            )
        self._stages.now_completed()

    def _set_instructions_aside(self) -> None:
        """Go on with what is asked; who writes the answer reads the whole message."""
        self._in_full = self._question.text
        self._question = replace(self._question, text=without_instructions(self._in_full))

    def _take_words_of_documents(self) -> None:
        """Go on with the question in words that documents say; a model knows other words by itself."""
        if self._model:
            return
        worded = self._parts.reword(self._question.text, self._index.generation)
        self._in_full = self._parts.reword(self._in_full, self._index.generation) or self._in_full
        if worded is not None:
            self._question, self._worded = replace(self._question, text=worded), (worded,)

    def _gather(self) -> JudgedPassages:
        """What was found and judged; where nothing answers, by the question in other words."""
        self._take_words_of_documents()
        if self._model or self._is_about_conversation:
            return self._judged()
        if meant := self._in_other_words(self._parts.meant_wordings, nearly=False):
            return meant
        evidence = self._judged()
        if evidence.kept and not self._is_left_open(evidence):
            return evidence
        evidence = evidence.without({passage.id for passage in evidence.kept}, notices.leaves_open())
        nearly = _nearly_answers(evidence, self._question.threshold)
        in_other_words = self._in_other_words(self._parts.other_wordings, nearly)
        return in_other_words or self._beside_last_answer() or evidence

    def _goes_on(self) -> bool:
        """Whether the question needs the conversation and is not about it; where no model put it in full."""
        return self._rewriting != Rewriting() and not is_about_conversation(self._asked)

    def _is_left_open(self, evidence: JudgedPassages) -> bool:
        """Whether quoting would say nothing of what a follow-up asks beyond what was answered before."""
        if not self._goes_on():
            return False
        answer = self._extract(self._question.text, evidence.kept)
        before = self._question.history[-1].answer
        return leaves_open(self._asked, before, answer, is_plain=self._rewriting.question is not None)

    def _beside_last_answer(self) -> JudgedPassages | None:
        """What the statement that answered before says more, or the next sentences, where the question goes on."""
        if not self._goes_on():
            return None
        before = self._question.history[-1].answer
        nodes = self._retriever(is_judged=False).retrieve(query_of(before))
        nodes = self._freshness().postprocess_nodes(nodes[:_BESIDE])
        found = beside_answer(self._asked, before, [passage_of(node) for node in nodes])
        if found is None:
            return None
        self._extract = lambda _, passages: quoted_places(passages, 0, (found.sentence,))
        return only_kept([nodes[found.passage]], notices.beside_answer(), self._question.threshold)

    def _in_other_words(self, wordings: Wordings, nearly: bool) -> JudgedPassages | None:
        """What answers the question in one of these other words: some only where something `nearly` did."""
        asked, in_full, gone = self._question, self._in_full, list(self._gone)
        for wording in wordings(self._index, asked.text, asked.documents):
            if wording.only_if_near and not nearly:
                continue
            documents = wording.documents or asked.documents
            self._question = replace(asked, text=wording.question, documents=documents)
            self._in_full = wording.question
            self._gone.clear()
            evidence = self._judged()
            is_answered = any(wording.may_be_answered_by(passage.text) for passage in evidence.kept)
            if is_answered and not self._is_left_open(evidence):
                self._worded = (wording.question,)
                return evidence
        self._question, self._in_full, self._gone[:] = asked, in_full, gone
        return None

    def _judged(self) -> JudgedPassages:
        scorer = self._scorer()
        relevance = RelevancePostprocessor(
            scorer,
            threshold=self._least_score(scorer),
            keep=self._question.keep,
            on_scored=lambda index, judgement: self._emit(PassageScored(index, judgement)),
            on_found=self._on_found,
        )
        query = query_of(self._question.text, self._translation.questions, self._in_full)
        self._engine(QuotingSynthesizer(self._extract), relevance).retrieve(query)
        self._stages.now_scored()
        threshold = self._question.threshold
        evidence = evidence_of(relevance.verdicts, scorer, threshold, question_language(self._question.text))
        self._only_read = frozenset(passage.id for passage in evidence.kept if passage.is_below(threshold))
        return evidence

    def _least_score(self, scorer: RelevanceScorer) -> int:
        """The cutoff; a point less for what the local formula judged and a model reads: that can refuse itself."""
        threshold = self._question.threshold
        is_read = self._model is not None and scorer.name == "local"
        return max(threshold - READ_BELOW, min(threshold, 1)) if is_read else threshold

    def _may_be_quoted(self, evidence: JudgedPassages) -> bool:
        """Whether not all of the kept passages are only there to be read."""
        return not evidence.kept or any(passage.id not in self._only_read for passage in evidence.kept)

    def _quotable(self, passages: Sequence[Passage]) -> list[Passage]:
        """The same under the same numbers; what is only there to be read has no text."""
        return [replace(each, text="") if each.id in self._only_read else each for each in passages]

    def _quoted_in_their_language(self, question: str, passages: Sequence[Passage]) -> str:
        """What the passages say, found by the question in the language of the first of them."""
        language = language_of(passages[0].text) if passages else None
        wordings = self._translation.questions if question == self._question.text else ()
        wording = next((each for each in wordings if language_of(each) == language), question)
        return self._quote(wording, self._quotable(passages))

    def _engine(self, synthesizer: BaseSynthesizer, *postprocessors: BaseNodePostprocessor) -> RetrieverQueryEngine:
        return build_query_engine(self._retriever(), [self._freshness(), *postprocessors], synthesizer)

    def _retriever(self, is_judged: bool = True) -> BaseRetriever:
        return self._parts.retriever(self._index, self._question.k, self._question.documents, is_judged)

    def _freshness(self) -> BaseNodePostprocessor:
        return self._parts.freshness(self._index, self._gone.extend)

    def _scorer(self) -> RelevanceScorer:
        model = self._model
        local: RelevanceScorer = self._parts.local_scorer(self._index)
        if self._translation.questions:
            local = BestOfWordings(local, self._translation.questions)
        if model is None or not model.scores_relevance or model.models.scoring_problem() is not None:
            return local
        return LLMScorer(
            model.models, model.prompts, model.pool, model.scores, share_of_time=_SCORING_SHARE, instead=local
        )

    def _on_found(self, nodes: Sequence[NodeWithScore]) -> None:
        self._stages.now_found()
        self._emit(PassagesFound(tuple(passage_of(node) for node in nodes)))

    def _outdated(self, evidence: JudgedPassages) -> Written:
        """Not a refusal: what was found may well answer, but its files are gone."""
        text = told(notices.index_outdated(), self._language)
        self._emit(AnswerDelta(text))
        return Written(text, "llm" if self._model else "extractive", evidence)

    def _refusal(self, evidence: JudgedPassages) -> Written:
        text = refusal(answer_language(self._question.text))
        self._emit(AnswerDelta(text))
        notes = tuple(notices_on_unsearched(self._index.generation))
        return Written(text, "llm" if self._model else "extractive", evidence, refused=True, notices=notes)

    def _quoted(self, evidence: JudgedPassages) -> Written:
        engine = self._engine(QuotingSynthesizer(self._extract))
        text = str(engine.synthesize(query_of(self._question.text), list(evidence.nodes)))
        self._emit(AnswerDelta(text))
        return Written(text, "extractive", evidence, refused=is_refusal(text))

    def _written(self, mode: Mode, evidence: JudgedPassages) -> Written:
        assert self._model is not None
        extract = self._extract if self._may_be_quoted(evidence) else _nothing_quoted
        writer = ModelWriter(self._model, mode, extract, self._emit)
        if self._is_about_conversation:
            writer.synthesizer.history = self._question.history
        asked = self._asked if self._is_about_conversation else self._in_full
        try:
            return writer.write(asked, evidence, self._engine(writer.synthesizer))
        except LanguageModelError as error:
            if self._may_be_quoted(evidence):
                raise
            return replace(self._refusal(evidence), mode="extractive", problem=str(error))

    def _checked(self, written: Written) -> Answer:
        evidence = written.evidence
        checked = None if only_refuses(written.text) else self._check(written)
        searched = self._searched() if written.refused else None
        conflicts = () if written.refused else self._conflicts_among(evidence)
        return Answer(
            question=self._asked,
            answer=checked.text if checked else written.text,
            refused=written.refused,
            complete=written.complete,
            reason=written.problem,
            mode=written.mode,
            model=self._model.models.model if self._model and written.mode == "llm" else None,
            reasoning=written.reasoning,
            sources=evidence.kept,
            rejected=evidence.rejected,
            relevance=evidence.scoring,
            checks=checked.checks if checked else Checks(),
            notices=(
                *map(notices.answered_differently, conflicts),
                *([notices.reads_whole(self._whole)] if self._whole else ()),
                *filter(None, [self._left_out]),
                *filter(None, (self._rewriting.notice, self._translation.notice)),
                *notices_on(evidence),
                *self._choice_notices(),
                *written.notices,
            ),
            usage=self._usage(evidence.record.usage, written.usage),
            timings_ms=self._timings(),
            index=self._index_info(),
            standalone_question=self._rewriting.question,
            also_searched_as=(*self._translation.questions, *self._worded),
            conflicts=conflicts,
            whole_reading=self._whole,
            searched=searched,
        )

    def _check(self, written: Written) -> CheckedAnswer:
        began = time.monotonic()
        checked = self._parts.check(written.text, written.evidence.kept)
        self._stages.check_seconds = time.monotonic() - began
        return checked

    def _searched(self) -> Searched:
        wordings = (self._question.text, *self._translation.questions)
        shares = self._parts.languages(self._index, self._question.documents)
        return self._parts.searched(wordings, self._index.generation, self._question.documents, shares)

    def _conflicts_among(self, evidence: JudgedPassages) -> tuple[Conflict, ...]:
        """Those whose statements are all among the sources, by the numbers that they have there."""
        documents = dict(enumerate((passage.document for passage in evidence.kept), start=1))
        return tuple(
            conflict
            for conflict in self._conflicts
            if all(documents.get(each.source) == each.document for each in conflict.statements)
        )

    def _choice_notices(self) -> Iterator[str]:
        return notices_on_choice(self._question.documents, self._gone, self._index.generation)

    def _usage(self, scoring: Usage, answer: Usage | None) -> dict[str, dict[str, Any]]:
        if self._model is None:
            return {}
        steps = {
            "rewriting": self._rewriting.usage,
            "translation": self._translation.usage,
            "scoring": scoring if self._whole is None else None,
            "reading": self._reading_usage,
            "answer": answer,
        }
        return {step: used.figures() for step, used in steps.items() if used is not None}

    def _timings(self) -> dict[str, float]:
        is_rewritten = (self._rewriting, self._translation) != (Rewriting(), Translation())
        return self._stages.timings(is_rewritten=is_rewritten)

    def _index_info(self) -> IndexInfo:
        manifest = self._index.generation.manifest
        return IndexInfo(self._index.generation.name, manifest.embed_model.short_name)


def _nearly_answers(evidence: JudgedPassages, threshold: int) -> bool:
    scores = (passage.judgement.score or 0 for passage in evidence.rejected if passage.judgement)
    return max(scores, default=0) >= threshold - 1


def _nothing_quoted(question: str, passages: Sequence[Passage]) -> str:
    """Instead of quoting passages that are worth reading and no answer."""
    return refusal(answer_language(question))
