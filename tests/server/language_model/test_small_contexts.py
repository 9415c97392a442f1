"""Models that read little: what does not fit is left out, and what a server cuts off without a word is told."""

import pytest

from server.answering import notices
from server.language_model.roles import limits_for
from storage.message_translation import told
from tests.model_server import ANSWER, Habits, ModelServer, context, prompt_of
from tests.model_server_kinds import openai_error
from tests.server.language_model.test_server_kinds import answer, asking, scores

CONTEXTS = [2_048, 3_000, 4_096, 8_192]


def _sized(tokens: int, *, says_so: bool) -> Habits:
    size = f"This model's maximum context length is {tokens} tokens."
    said = size if says_so else "context length exceeded: too long"
    rule = context(tokens, 400, lambda asked, prompt: openai_error(said))
    return Habits(f"context of {tokens}", [rule])


@pytest.mark.parametrize("says_so", [True, False], ids=["says its size", "says nothing of it"])
@pytest.mark.parametrize("tokens", CONTEXTS)
@pytest.mark.parametrize("is_set", [True, False], ids=["set", "found out"])
def test_a_small_context_scores_and_answers(tokens: int, is_set: bool, says_so: bool) -> None:
    options = {"limits": limits_for(tokens)} if is_set else {}
    with ModelServer(_sized(tokens, says_so=says_so)) as server, asking(server, **options) as models:
        assert [judgement.score for judgement in scores(models)] == [8] * 10
        reply, _ = answer(models)
        assert reply.text == ANSWER
        assert "Passage 0" in prompt_of(server.answered[-1])


@pytest.mark.parametrize(
    "text", ["Every member buys one share of 60 euros. " * 300, "每位社员须购买一份六十欧元的股金。" * 300]
)
@pytest.mark.parametrize("tokens", CONTEXTS)
def test_a_passage_that_is_too_long_by_itself_is_read_as_far_as_it_fits(tokens: int, text: str) -> None:
    with ModelServer(_sized(tokens, says_so=True)) as server, asking(server) as models:
        assert answer(models, [text])[0].text == ANSWER
        assert text[:150] in prompt_of(server.answered[-1])


def test_a_prompt_that_was_cut_without_a_word_is_told() -> None:
    with ModelServer(Habits("cuts", reads_at_most=512)) as server, asking(server) as models:
        scores(models)
        assert answer(models)[0].read_tokens == 512
    with ModelServer(Habits("reads all")) as server, asking(server) as models:
        scores(models)
        assert answer(models)[0].read_tokens is None
        assert answer(models, ["60 euros"])[0].read_tokens is None


def test_the_notice_of_a_cut_prompt_is_in_the_questions_language() -> None:
    english, chinese = (told(notices.prompt_cut(512), language) for language in ("en", "zh"))
    assert "512 tokens" in english
    assert "512" in chinese
    assert english != chinese
