"""Which model does what, and passages for which the budget did not last."""

from collections.abc import Iterator
from typing import Any

import pytest

from server.answers import Question, Turn
from server.language_model.budget import DailyBudget, MemoryLedger
from server.language_model.budgets import Budgets, MonthlyBudget
from server.language_model.errors import LanguageModelError, ModelNotOffered
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Asked, Completion
from tests.model_server import ANSWER, Habits, ModelServer
from tests.server.answering_setup import KEY, Setup, nodes
from tests.server.language_model.test_client import Reader, _complete
from tests.server.language_model.test_server_kinds import asking, scores

HISTORY = (Turn("What is GRPO?", "An algorithm [1]."),)


@pytest.fixture
def fake() -> Iterator[FakeDeepSeek]:
    with FakeDeepSeek(key=KEY) as server:
        server.when_scoring(Completion('{"score": 8, "reason": "so"}')).when_answering(Completion("It is so [1]."))
        yield server.when("Question to rewrite:", Completion("What does GRPO cost?"))


@pytest.fixture
def setup(fake: FakeDeepSeek) -> Iterator[Setup]:
    built = Setup(fake, nodes(*(f"passage {number} {number}" for number in range(10))))
    yield built
    built.close()


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        pytest.param({}, ("deepseek-flash",) * 3, id="one for all"),
        pytest.param(
            {"scoring_model": "deepseek-v4-pro"},
            ("deepseek-v4-pro", "deepseek-flash", "deepseek-flash"),
            id="another scores",
        ),
        pytest.param(
            {"rewriting_model": "deepseek-v4-pro"},
            ("deepseek-flash", "deepseek-v4-pro", "deepseek-flash"),
            id="another rewrites",
        ),
    ],
)
def test_each_role_is_asked_of_its_model(
    fake: FakeDeepSeek, setup: Setup, named: dict[str, str], expected: tuple[str, str, str]
) -> None:
    setup.service(models=named).answer(Question("And what does it cost?", history=HISTORY))

    def models(matching: list[Asked]) -> set[str]:
        return {asked.body["model"] for asked in matching}

    rewritings = [asked for asked in fake.scorings() if "Question to rewrite:" in asked.prompt]
    scorings = [asked for asked in fake.scorings() if asked not in rewritings]
    assert (models(scorings), models(rewritings), models(fake.answerings())) == tuple({name} for name in expected)


def test_a_scoring_model_that_is_not_offered_is_named_with_its_setting_and_answers_go_on(
    fake: FakeDeepSeek, setup: Setup
) -> None:
    service = setup.service(models={"scoring_model": "gone"})
    answer = service.answer(Question("What is it?"))
    assert (answer.mode, answer.answer) == ("llm", "It is so [1].")
    assert service.model_problem() is None
    models = setup.models[-1]
    with pytest.raises(LanguageModelError) as caught:
        _complete(models)
    cause = getattr(caught.value, "cause", caught.value)
    assert isinstance(cause, ModelNotOffered)
    assert "SCORING_MODEL" in cause.help


@pytest.mark.parametrize("period", [DailyBudget, MonthlyBudget])
def test_passages_for_which_the_budget_did_not_last_are_scored_locally(
    fake: FakeDeepSeek, setup: Setup, period: type[DailyBudget]
) -> None:
    one = 600  # about what a call is expected to use
    budget = Budgets(period(4 * one, ledger=MemoryLedger()))
    answer = setup.service(budget=budget, scoring_threads=1).answer(Question("What is it?", k=10))
    assert 2 <= len(fake.scorings()) < 10
    assert answer.relevance.unscored == 0
    assert answer.relevance.scored == 10
    judged = {passage.judgement.reason for passage in answer.sources + answer.rejected if passage.judgement}
    assert {"so", "as it says"} <= judged
    assert any("scored by the local formula" in notice for notice in answer.notices)


def test_a_model_that_never_ends_its_thought_is_not_asked_again_and_again() -> None:
    with ModelServer(Habits("endless", thoughts="think", thinks=6000)) as server, asking(server) as models:
        scores(models)
        asked = len(server.sent)
        assert models.scoring_problem() is not None
        assert models.problem() is None
        assert sorted({body["max_tokens"] for body in server.sent}) == [300, 4096]
        assert asked <= 20 + 20


def test_room_for_a_thought_is_asked_for_once_and_remembered() -> None:
    with ModelServer(Habits("thinks", thoughts="think", thinks=1000)) as server, asking(server) as models:
        assert [judgement.score for judgement in scores(models)] == [8] * 10
        first = [body["max_tokens"] for body in server.sent]
        assert first.count(300) <= 10
        scores(models)
        assert {body["max_tokens"] for body in server.sent[len(first) :]} == {4096}


OUT_OF_MEMORY = [
    pytest.param({"error": {"message": "CUDA out of memory", "code": 500}}, "data", id="as OpenAI's"),
    pytest.param({"error": "CUDA out of memory"}, "data", id="a text"),
    pytest.param({"object": "error", "message": "CUDA out of memory", "code": 400}, "data", id="as vLLM's of old"),
    pytest.param({"code": 500, "message": "CUDA out of memory", "type": "server_error"}, "error", id="as llama.cpp's"),
    pytest.param({"detail": "CUDA out of memory"}, "data", id="a detail"),
]


@pytest.mark.parametrize(("error", "event"), OUT_OF_MEMORY)
def test_an_error_with_status_200_is_told_in_the_servers_words(error: Any, event: str) -> None:
    with ModelServer(Habits("fails", always_fails=error, as_event=event)) as server, asking(server) as models:
        with pytest.raises(LanguageModelError, match="CUDA out of memory"):
            Reader(models).read()
        with pytest.raises(LanguageModelError, match="CUDA out of memory"):
            _complete(models)


@pytest.mark.parametrize(("error", "event"), OUT_OF_MEMORY)
def test_an_error_in_mid_stream_keeps_what_came_and_is_told(error: Any, event: str) -> None:
    with ModelServer(Habits("fails", fails_midway=error, as_event=event)) as server, asking(server) as models:
        reply = Reader(models).read()
        assert reply.text == ANSWER[:14]
        assert "CUDA out of memory" in str(reply.problem)
