"""A trial of the language model for `make doctor`: an answer and ten scores, asked for as real questions ask for them.

What is found out on the way is kept for the server, in the place of what was known before.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from llama_index.core.schema import NodeWithScore, TextNode
from pydantic import SecretStr

from server.answering.query_engine import PassageSynthesizer, query_of
from server.commands.findings import SKIPPED, Finding
from server.commands.server_kinds import ServerKind
from server.deadline import Deadline, TimeUp, until
from server.language_model.capabilities import Capabilities
from server.language_model.client import LanguageModels
from server.language_model.errors import LanguageModelError
from server.language_model.prompts import Prompts
from server.language_model.received import Reply
from server.language_model.roles import Role, limits_for
from server.relevance.llm_scorer import LLMScorer, ScoreCache
from storage.messages import joined, message

_SECONDS = 120.0
_SCORED = 10
_QUESTION = "How much is the cooperative share that every member buys?"
_FACT = "Every member buys one cooperative share of 60 euros when joining. "
_FILLER = "The house has a workshop, a laundry and a garden, which members keep in order by turns. "
_PASSAGE_CHARACTERS = 1000


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried: the models on a server, with the settings and prompts that questions have."""

    key: SecretStr | None
    base_url: str
    model: str
    prompts: Prompts
    scoring_model: str | None = None
    rewriting_model: str | None = None
    context_tokens: int = 1_000_000
    passages: int = 5
    scores: bool = True
    learned_file: Path | None = None


def trial_findings(trial: Trial, kind: ServerKind, said_context: int | None) -> Iterator[Finding]:
    """How the model answers and scores, what the server takes, and what to set."""
    models = LanguageModels(
        trial.key,
        trial.base_url,
        trial.model,
        scoring_model=trial.scoring_model,
        rewriting_model=trial.rewriting_model,
        limits=limits_for(trial.context_tokens),
        learned_file=trial.learned_file,
        anew=True,
    )
    with closing(models), until(Deadline(_SECONDS)):
        try:
            reply = _answer(models, trial)
        except (LanguageModelError, TimeUp) as error:
            yield Finding("answers", False, str(error), error.help if isinstance(error, LanguageModelError) else "")
            why = message("not checked: the server does not answer questions")
            yield from (Finding(subject, SKIPPED, why) for subject in ("scores", "thinking switch", "JSON mode"))
            return
        yield _answers(reply)
        if trial.scores:
            yield _scores(models, trial)
        yield from _known(models, trial, kind)
        yield from _context(models, trial, kind, reply, said_context)


def _answer(models: LanguageModels, trial: Trial) -> Reply:
    synthesizer = PassageSynthesizer(
        models, trial.prompts, thinking=False, on_text=lambda delta: None, on_reasoning=lambda delta: None
    )
    synthesizer.synthesize(query_of(_QUESTION), _nodes(trial.passages))
    assert synthesizer.reply is not None
    return synthesizer.reply


def _answers(reply: Reply) -> Finding:
    if reply.problem is not None:
        return Finding("answers", False, str(reply.problem), reply.problem.help)
    if reply.usage.estimated:
        return Finding("answers", True, message("written; the server counts no tokens, so they are estimated"))
    return Finding("answers", True, message("written"))


def _scores(models: LanguageModels, trial: Trial) -> Finding:
    with ThreadPoolExecutor(_SCORED) as pool:
        scorer = LLMScorer(models, trial.prompts, pool, ScoreCache())
        judgements = scorer.score(_QUESTION, _nodes(_SCORED))
    scored = sum(judgement.score is not None for judgement in judgements)
    found = message("{scored} of {asked} passages at a time", scored=scored, asked=_SCORED)
    if scored == _SCORED:
        return Finding("scores", True, found)
    reason = next(judgement.reason for judgement in judgements if judgement.score is None)
    return Finding(
        "scores",
        False,
        message("{found}; {reason}", found=found, reason=reason),
        message("Set SCORING_MODEL to another model, or RELEVANCE_SCORER=local."),
    )


def _known(models: LanguageModels, trial: Trial, kind: ServerKind) -> Iterator[Finding]:
    """What each of the models takes; those that are tried are the one that answers and the one that scores."""
    roles: Sequence[Role] = ("answering", "scoring") if trial.scores else ("answering",)
    names = list(dict.fromkeys(models.name(role) for role in roles))
    for name in names:
        role = next(role for role in roles if models.name(role) == name)
        known = models.of(role).known.current
        findings = [_thinking(known, kind)]
        if "scoring" in roles and models.name("scoring") == name:
            findings.append(_json_mode(known))
        for each in (*findings, _takes(known)):
            found = message("{model}: {found}", model=name, found=each.found) if len(names) > 1 else each.found
            yield replace(each, found=found)


def _thinking(known: Capabilities, kind: ServerKind) -> Finding:
    if known.thinks or known.thoughts_in:
        where = _PLACES.get(known.thoughts_in) or message("in the field {field}", field=known.thoughts_in)
        found = message(
            "thinks before every reply although it is told not to; the thoughts arrive {where}", where=where
        )
        mend = message("Answers and scores work, and take longer: set SCORING_MODEL to a model that does not think.")
        if known.thoughts_in == "unopened" and kind.thoughts:
            mend = message(
                "Start {server} with {option}, so that thoughts come apart from the text.",
                server=kind.name,
                option=kind.thoughts,
            )
        return Finding(message("thinking switch"), SKIPPED, found, mend)
    if "thinking" in known.without:
        return Finding(
            message("thinking switch"), SKIPPED, message("not known to this server; it is asked without, in both modes")
        )
    return Finding(message("thinking switch"), True, message("understood, or ignored without harm"))


_PLACES = {
    "": message("nowhere, they are only waited for"),
    "content": message("in the text, between markers, and are taken out"),
    "unopened": message("in the text, with a marker at their end only, and are taken out"),
    "parts": message("as parts of the content"),
}


def _json_mode(known: Capabilities) -> Finding:
    if known.json_format is None:
        return Finding(
            message("JSON mode"), SKIPPED, message("not known to this server; scores are read from the text")
        )
    return Finding(message("JSON mode"), True, message("works, with {format}", format=known.json_format))


def _takes(known: Capabilities) -> Finding:
    left_out = sorted(known.without - {"max_tokens", "thinking", "json_object", "json_schema"})
    parts: list[str] = []
    if left_out:
        parts.append(message("without {fields}", fields=", ".join(left_out)))
    if "max_tokens" in known.without and known.length_field:
        parts.append(message("max_completion_tokens in the place of max_tokens"))
    if known.most_tokens:
        parts.append(message("replies of at most {tokens} tokens", tokens=known.most_tokens))
    if not parts:
        return Finding("requests", True, message("taken as they are"))
    return Finding("requests", True, joined([message("taken"), *parts], ", "))


def _context(
    models: LanguageModels, trial: Trial, kind: ServerKind, reply: Reply, said: int | None
) -> Iterator[Finding]:
    read = reply.read_tokens
    if read is not None:
        option = kind.context or message("its context")
        yield Finding(
            "context",
            False,
            message("the server read only {read} tokens of a longer prompt, and said nothing of it", read=read),
            message("Raise {option} on the server, or set LANGUAGE_MODEL_CONTEXT to what it reads.", option=option),
        )
        return
    size = models.of("answering").known.current.context_tokens or said
    if size is not None and size < trial.context_tokens:
        yield Finding(
            "context",
            SKIPPED,
            message("the model reads and writes {size} tokens at most", size=size),
            message("Set LANGUAGE_MODEL_CONTEXT={size}.", size=size),
        )


def _nodes(count: int) -> list[NodeWithScore]:
    """Passages of the usual length; all of them answer the question."""
    filling = _FILLER * (_PASSAGE_CHARACTERS // len(_FILLER))
    return [
        NodeWithScore(
            node=TextNode(
                id_=f"trial {number}",
                text=f"Section {number}. {_FACT}{filling}"[:_PASSAGE_CHARACTERS],
                metadata={"document": f"trial-{number}.md", "pages": [1]},
                excluded_llm_metadata_keys=["document", "pages"],
            ),
            score=0.5,
        )
        for number in range(count)
    ]
