"""Every kind of server: ten passages scored side by side, a written answer, and no thought in it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.base.llms.types import ChatMessage
from pydantic import SecretStr

from server.answering.query_engine import PassageSynthesizer, query_of
from server.deadline import Deadline, until
from server.language_model.client import LanguageModels
from server.language_model.prompts import read_prompts
from server.language_model.received import Reply
from server.language_model.retrying import RetryPolicy
from server.passages import Judgement
from server.relevance.llm_scorer import LLMScorer, ScoreCache
from tests.model_server import ANSWER, REWRITTEN, THOUGHT, Habits, ModelServer
from tests.model_server_kinds import KINDS, NO_THINKING
from tests.server.answering_setup import nodes

QUESTION = "How much is the cooperative share that every member buys?"
TEXTS = [f"Passage {number}: the share costs 60 euros. " + "Every member buys one share. " * 20 for number in range(10)]
BY_KIND = [pytest.param(habits, id=habits.kind) for habits in KINDS]


@contextmanager
def asking(server: ModelServer, **options: Any) -> Iterator[LanguageModels]:
    """The server's model, with quick retries."""
    retry = RetryPolicy(first_wait_seconds=0.02)
    models = LanguageModels(SecretStr("k"), server.url, server.model, retry=retry, **options)
    with closing(models), until(Deadline(30)):
        yield models


def scores(models: LanguageModels) -> list[Judgement]:
    """Ten passages, side by side."""
    with ThreadPoolExecutor(10) as pool:
        return LLMScorer(models, read_prompts(), pool, ScoreCache()).score(QUESTION, nodes(*TEXTS))


def answer(models: LanguageModels, texts: list[str] = TEXTS) -> tuple[Reply, list[str]]:
    """The answer from the passages, and what was shown of it while it came."""
    shown: list[str] = []
    synthesizer = PassageSynthesizer(
        models, read_prompts(), thinking=False, on_text=shown.append, on_reasoning=lambda delta: None
    )
    synthesizer.synthesize(query_of(QUESTION), nodes(*texts))
    assert synthesizer.reply is not None
    return synthesizer.reply, shown


@pytest.mark.parametrize("habits", BY_KIND)
def test_every_kind_scores_all_passages_and_writes_an_answer_without_its_thought(habits: Habits) -> None:
    with ModelServer(habits) as server, asking(server) as models:
        assert [judgement.score for judgement in scores(models)] == [8] * 10
        reply, shown = answer(models)
        assert reply.text.strip() == ANSWER
        assert reply.problem is None
        assert "".join(shown).strip() == ANSWER
        assert THOUGHT[:20] not in reply.text


@pytest.mark.parametrize("habits", BY_KIND)
def test_every_kind_rewrites_a_question_without_its_thought(habits: Habits) -> None:
    with ModelServer(habits) as server, asking(server) as models:
        asked = [ChatMessage(role="user", content="Question to rewrite: And then?\n\nRewritten question:")]
        reply = models.complete(asked, json_mode=False, role="rewriting")
        assert reply.text.strip().startswith(REWRITTEN)


@pytest.mark.parametrize("start", range(20))
def test_a_first_question_to_a_server_without_the_switch_scores_all_passages(start: int) -> None:
    with ModelServer(Habits("no switch", [NO_THINKING])) as server, asking(server) as models:
        assert [judgement.score for judgement in scores(models)] == [8] * 10
        before = len(server.refused)
        answer(models)
        assert len(server.refused) == before


@pytest.mark.parametrize("kind", ["api.openai.com, gpt-5 and o-series", "LM Studio", "Groq", "Mistral, every extra"])
def test_ten_calls_that_meet_a_refusal_at_the_same_moment_are_all_scored(kind: str) -> None:
    slow = replace(next(habits for habits in KINDS if habits.kind == kind), seconds=0.5)
    with ModelServer(slow) as server, asking(server) as models:
        assert [judgement.score for judgement in scores(models)] == [8] * 10
        assert server.most_at_once >= 9
        assert len(server.refused) > 1


@pytest.mark.parametrize("kind", ["llama.cpp", "vLLM, thoughts switched off: empty tags", "Kimi", "plain"])
def test_a_first_answer_of_a_model_named_for_thinking_shows_no_thought(kind: str) -> None:
    habits = next(habits for habits in KINDS if habits.kind == kind)
    with ModelServer(habits, "qwen3:30b-thinking") as server, asking(server) as models:
        for _ in range(2):
            reply, shown = answer(models)
            assert reply.text.strip() == "".join(shown).strip() == ANSWER
        assert len(shown) > 1


def test_what_was_learned_is_kept_over_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "index" / "language_models.json"
    for habits in KINDS:
        with ModelServer(habits) as server:
            with asking(server, learned_file=file) as models:
                scores(models)
                answer(models)
                known = models.of("answering").known.current
            asked = len(server.sent)
            with asking(server, learned_file=file) as models:
                assert models.of("answering").known.current == known, habits.kind
                scores(models)
                answer(models)
            assert not [body for body in server.sent[asked:] if body in server.refused], habits.kind
