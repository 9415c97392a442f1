"""The answer's text: written by the language model, quoted from the passages, or the refusal."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from llama_index.core.query_engine import RetrieverQueryEngine

from server.answering import notices
from server.answering.citations import CheckedStream
from server.answering.collaborators import LanguageModelParts
from server.answering.query_engine import PassageSynthesizer, query_of
from server.answering.refusals import is_refusal, may_become_refusal, only_refuses
from server.answers import AnswerDelta, Event, Mode, ReasoningDelta
from server.deadline import Deadline, DeadlineExceeded, current_deadline, until
from server.language import answer_language, refusal
from server.language_model.errors import ContentRisk, LanguageModelError
from server.language_model.prompts import new_marker
from server.language_model.usage import Usage
from server.passages import Passage
from server.relevance.postprocessor import JudgedPassages
from storage.messages import message

Extract = Callable[[str, Sequence[Passage]], str]

_LAST_SECONDS = 1.0
_LAST_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Written:
    """An answer as it was written, before it is checked, and the evidence it was written from."""

    text: str
    mode: Literal["llm", "extractive"]
    evidence: JudgedPassages
    refused: bool = False
    problem: str | None = None
    complete: bool = True
    reasoning: str | None = None
    usage: Usage | None = None
    notices: tuple[str, ...] = ()


class ModelWriter:
    """Lets the language model in one mode write; when it fails, quotes and says so."""

    def __init__(self, model: LanguageModelParts, mode: Mode, extract: Extract, emit: Callable[[Event], None]) -> None:
        self._model = model
        self._mode: Mode = mode
        self._extract = extract
        self._emit = emit
        self._shown = CheckedStream(())
        self._held: str | None = None
        """What was written so far and may become the refusal; None once it is something else."""
        self._searching = Usage()
        """Tokens of looking for the passage that the provider refuses."""
        self.synthesizer = PassageSynthesizer(
            model.models,
            model.prompts,
            thinking=mode == "reasoner",
            on_text=lambda delta: self._show(self._shown.add(delta)),
            on_reasoning=lambda delta: emit(ReasoningDelta(delta, mode)),
        )

    def write(self, question: str, evidence: JudgedPassages, engine: RetrieverQueryEngine) -> Written:
        """The answer. `engine` must have this writer's synthesizer.

        Raises `LanguageModelError`, with the passages, or `DeadlineExceeded` when nothing can be quoted either.
        """
        try:
            with until(_answering_time()):
                return self._written(question, evidence, engine)
        except (LanguageModelError, DeadlineExceeded) as error:
            text = self._extract(question, evidence.kept)
            if is_refusal(text):
                if isinstance(error, LanguageModelError):
                    error.passages = evidence.kept
                raise
            self._emit(AnswerDelta(text, self._mode))
            why = message("{error}.", error=str(error))
            if isinstance(error, LanguageModelError):
                why = message("{error}. {help}", error=str(error), help=error.help)
            note = notices.quoted_instead(why)
            return Written(text, "extractive", evidence, problem=str(error), notices=(note,))

    def _written(self, question: str, evidence: JudgedPassages, engine: RetrieverQueryEngine) -> Written:
        refused = evidence.record.refused_ids & {passage.id for passage in evidence.kept}
        if refused and len(refused) < len(evidence.kept):
            return self._without(refused, question, evidence, engine)
        try:
            return self._synthesized(question, evidence, engine)
        except ContentRisk:
            culprit = self._risky_passage(question, evidence.kept)
            if culprit is None:
                raise
            return self._without({culprit.id}, question, evidence, engine)

    def _without(
        self, ids: Collection[str], question: str, evidence: JudgedPassages, engine: RetrieverQueryEngine
    ) -> Written:
        written = self._synthesized(question, evidence.without(ids), engine)
        files = sorted({passage.document for passage in evidence.kept if passage.id in ids})
        note = notices.refused_content(files)
        return replace(written, notices=(*written.notices, note))

    def _synthesized(self, question: str, evidence: JudgedPassages, engine: RetrieverQueryEngine) -> Written:
        self._shown, self._held = CheckedStream(evidence.kept), ""
        if evidence.nodes:
            engine.synthesize(query_of(question), list(evidence.nodes))
        else:
            self.synthesizer.get_response(question, ())  # about the conversation: LlamaIndex answers from no passages
        reply = self.synthesizer.reply
        assert reply is not None
        text = refusal(answer_language(question)) if only_refuses(reply.text) else reply.text
        self._show(self._shown.rest())
        if self._held:
            self._emit(AnswerDelta(text if only_refuses(reply.text) else self._held, self._mode))
        left_out = len(evidence.kept) - self.synthesizer.used
        return Written(
            text,
            "llm",
            evidence,
            refused=is_refusal(text),
            problem=str(reply.problem) if reply.problem else None,
            complete=reply.problem is None,
            reasoning=reply.reasoning or None,
            usage=reply.usage + self._searching,
            notices=tuple(_reading_notices(left_out, reply.read_tokens)),
        )

    def _show(self, text: str) -> None:
        if self._held is not None:
            text, self._held = self._held + text, None
            if may_become_refusal(text):
                text, self._held = "", text
        if text:
            self._emit(AnswerDelta(text, self._mode))

    def _risky_passage(self, question: str, passages: Sequence[Passage]) -> Passage | None:
        """The passage that the provider refuses to read, by halving; None when it is the only one, or the question."""
        suspects = list(passages)
        if len(suspects) == 1:
            return None
        while len(suspects) > 1:
            half = suspects[: len(suspects) // 2]
            suspects = half if self._is_risky(question, half) else suspects[len(half) :]
        return suspects[0]

    def _is_risky(self, question: str, passages: Sequence[Passage]) -> bool:
        messages = self._model.prompts.answer_messages(question, passages, new_marker())
        try:
            self._searching += self._model.models.complete(messages, json_mode=False, role="answering").usage
        except ContentRisk:
            return True
        return False


def _answering_time() -> Deadline:
    """What is left, but for a moment in which something can still be said when it is over."""
    deadline = current_deadline()
    if deadline is None:
        raise LookupError("a question is answered with a deadline")
    left = deadline.remaining()
    return deadline.within(left - min(_LAST_SECONDS, left * _LAST_SHARE))


def _reading_notices(left_out: int, read_tokens: int | None) -> Iterator[str]:
    if left_out:
        yield notices.left_out(left_out)
    if read_tokens is not None:
        yield notices.prompt_cut(read_tokens)
