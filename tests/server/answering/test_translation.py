"""A question in another language than the documents: translated once by the model, searched for in both, and shown."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.schema import NodeWithScore, TextNode

from server.answering.service import Question
from server.answering.translation import TranslationCache, read_translations, wanted_languages
from server.passages import Found
from server.relevance.local_scorer import BestOfWordings, LocalScorer
from server.retrieval.corpus import language_shares
from storage.catalogue.catalogue import Catalogue
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Asked, Completion, Failure, tokens_of
from tests.server.answering_setup import KEY, Listening, ListeningSetup, Setup, nodes
from tests.storage.conftest import document

CHINESE = Question("会员每年要交多少钱？")
ENGLISH = "How much do members pay each year?"


def _translates(asked: Asked) -> bool:
    return "You translate a question" in asked.prompt


def _translations(fake: FakeDeepSeek) -> list[Asked]:
    return [asked for asked in fake.chats() if _translates(asked)]


def searched() -> list[list[str]]:
    """What was searched for, in this order."""
    return [bundle.embedding_strs for bundle in Listening.asked]


@pytest.fixture
def fake() -> Iterator[FakeDeepSeek]:
    with FakeDeepSeek(key=KEY) as server:
        server.when_scoring(Completion('{"score": 9, "reason": "r"}')).when_answering(Completion("30 欧元 [1]。"))
        yield server.when(_translates, Completion(ENGLISH))


@pytest.fixture
def setup(fake: FakeDeepSeek) -> Iterator[Setup]:
    setup = ListeningSetup(fake, nodes("Members pay 30 euros a year."), languages={"en": 0.9, "zh": 0.1})
    yield setup
    setup.close()


def test_it_is_searched_for_in_both_languages_and_answered_as_it_was_asked(fake: FakeDeepSeek, setup: Setup) -> None:
    answer = setup.service().answer(CHINESE)
    assert answer.also_searched_as == (ENGLISH,)
    assert answer.standalone_question is None
    assert searched() == [[CHINESE.text, ENGLISH]]
    others = [asked.prompt for asked in fake.chats() if not _translates(asked)]
    assert others
    assert all(CHINESE.text in prompt and ENGLISH not in prompt for prompt in others)
    assert answer.notices == ()


def test_it_is_translated_once_without_thinking_and_counted(fake: FakeDeepSeek, setup: Setup) -> None:
    service = setup.service()
    first, second = service.answer(CHINESE), service.answer(CHINESE)
    (asked,) = _translations(fake)
    assert not asked.thinks
    assert asked.body["max_tokens"] <= 500
    assert first.usage["translation"]["prompt_tokens"] == tokens_of(asked.prompt)
    assert "translation" not in second.usage
    assert second.also_searched_as == (ENGLISH,)


@pytest.mark.parametrize(
    ("question", "languages"),
    [
        pytest.param("How much do members pay each year?", {"en": 0.9, "zh": 0.1}, id="the documents' language"),
        pytest.param("会员每年要交多少钱？", {"en": 0.4, "zh": 0.6}, id="mainly the question's"),
        pytest.param("GRPO", {"zh": 1.0}, id="a name"),
        pytest.param("会员每年要交多少钱？", {}, id="no language known"),
    ],
)
def test_it_is_not_translated_where_there_is_no_need(
    fake: FakeDeepSeek, setup: Setup, question: str, languages: dict[str, float]
) -> None:
    setup.languages = languages
    answer = setup.service().answer(Question(question))
    assert answer.also_searched_as == ()
    assert not _translations(fake)
    assert set(answer.timings_ms) == {"retrieve", "score", "answer", "check", "total"}


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Failure(500), id="500"),
        pytest.param(Failure(400), id="400"),
        pytest.param(Completion("  "), id="blank"),
        pytest.param(Completion("one\ntwo"), id="too many lines"),
        pytest.param(Completion("How much", finish_reason="length"), id="cut off"),
        pytest.param(Completion(ENGLISH, delay_seconds=60), id="hangs"),
    ],
)
def test_a_model_that_fails_costs_the_translation_and_not_the_answer(
    fake: FakeDeepSeek, setup: Setup, reply: Completion | Failure
) -> None:
    fake.when(_translates, reply)
    answer = setup.service(deadline_seconds=3.0).answer(CHINESE)
    assert (answer.answer, answer.also_searched_as) == ("30 欧元 [1]。", ())
    assert searched() == [[CHINESE.text]]
    assert "without a translation" in answer.notices[0]


def test_without_a_model_it_is_searched_for_as_it_was_asked() -> None:
    setup = ListeningSetup(None, nodes("Members pay 30 euros 9"), languages={"en": 1.0})
    assert setup.service().answer(CHINESE).also_searched_as == ()
    setup.close()


@pytest.mark.parametrize(
    ("question", "shares", "wanted"),
    [
        ("会员每年要交多少钱？", {"en": 0.5, "de": 0.3, "fr": 0.2}, ("en", "de")),
        ("Was kostet die Mitgliedschaft im Jahr?", {"zh": 0.8, "de": 0.2}, ("zh",)),
        ("Was kostet die Mitgliedschaft im Jahr?", {"zh": 0.4, "de": 0.6}, ()),
        ("R1-Zero", {"zh": 1.0}, ()),
    ],
)
def test_the_languages_wanted_are_those_of_many_documents(
    question: str, shares: dict[str, float], wanted: tuple[str, ...]
) -> None:
    assert wanted_languages(question, shares) == wanted


def test_a_reply_is_one_line_for_each_language() -> None:
    assert read_translations("How much?\nWie viel?", ["en", "de"]) == ("How much?", "Wie viel?")
    assert read_translations('Translated question:\n"How much?"\n', ["en"]) == ("How much?",)
    assert read_translations("How much?", ["en", "de"]) == read_translations("…", ["en"]) == ()


def test_the_oldest_translation_is_forgotten_first() -> None:
    cache = TranslationCache(2)
    for word in "abc":
        cache.put((word,), (word,))
    assert [cache.get((word,)) for word in "abc"] == [None, ("b",), ("c",)]


def test_a_passage_is_judged_by_the_wording_it_answers_and_the_reason_names_its_words() -> None:
    text = "Each member pays a yearly fee of 30 euros."
    found = [NodeWithScore(node=TextNode(text=text, metadata={"found": Found(2.0)}))]
    local = LocalScorer(lambda stems: {}, 1000)
    alone = local.score(CHINESE.text, found)[0].score
    (both,) = BestOfWordings(local, ["What yearly fee does each member pay?"]).score(CHINESE.text, found)
    assert alone is not None
    assert both.score is not None
    assert alone < 4 <= both.score


def test_the_languages_of_an_index_and_of_some_of_its_documents(tmp_path: Path) -> None:
    class Index:
        def __init__(self, catalogue: Catalogue) -> None:
            self.catalogue = catalogue

    with Catalogue.create(tmp_path / "catalogue.db") as catalogue, catalogue.transaction():
        catalogue.replace_document(*document("a.txt", ["The fee is to be paid by the members of the club."] * 3))
        catalogue.replace_document(*document("b.txt", ["会费由会员支付。", "1 2 3"]))
        index: Any = Index(catalogue)
        assert language_shares(index) == {"en": 0.75, "zh": 0.25}
        assert language_shares(index, ["b*"]) == {"zh": 1.0}
        assert language_shares(index, ["none"]) == {}
