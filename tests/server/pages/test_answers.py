"""The page of an answer: two models side by side, another cutoff, follow-up questions, what was looked up."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NoReturn

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from server import create_app
from server.http.answer_records import StoredAnswer
from server.http.schema import PassageOut
from server.http.services import Services
from server.language_model.errors import Unavailable
from server.pages.cited_pages import Pane
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Completion, Failure
from tests.model_server import Habits, ModelServer
from tests.server.pages.test_pages import PAGE, QUESTION, ask, outline

CHINESE_QUESTION = "维修点每周几开门？"
SCORED = Completion('{"score": 9, "reason": "names the fee"}')


@pytest.fixture
def deepseek() -> Iterator[FakeDeepSeek]:
    with FakeDeepSeek() as fake:
        fake.when_scoring(SCORED)
        yield fake


@pytest.fixture
def writing(start: Callable[..., Services], deepseek: FakeDeepSeek) -> FlaskClient:
    settings = {"deepseek_api_key": SecretStr("sk-fake"), "deepseek_base_url": deepseek.url}
    return create_app(start(**settings, language_model_prices="0.02 1 4 CNY")).test_client()


def _answers_differently(deepseek: FakeDeepSeek) -> None:
    deepseek.when(lambda asked: not asked.is_json_mode and asked.thinks, Completion("It is 60 euros [1] [3]."))
    deepseek.when(lambda asked: not asked.is_json_mode and not asked.thinks, Completion("Sixty euros [1] [2]."))


def test_both_answers_stand_over_one_evidence(writing: FlaskClient, deepseek: FakeDeepSeek) -> None:
    _answers_differently(deepseek)
    page = outline(ask(writing, QUESTION, model="both"))
    assert "Sixty euros" in page.text
    assert "It is 60 euros" in page.text
    assert len([a for a in page.all("article") if a.get("id")]) == len(
        {a["id"] for a in page.all("article") if "id" in a}
    )
    alone = [str(a["href"]).partition("?")[2] for a in page.all("a") if a.get("class") == "cite alone"]
    assert alone == ["open=2#sentence", "open=3#sentence"]
    assert page.text.count("cited only by Quick") == 1
    assert page.text.count("cited only by Thinking") == 1
    assert [a for a in page.all("input") if a.get("value") == "both" and "checked" in a]


def test_both_answers_stream_into_columns_of_their_own(writing: FlaskClient, deepseek: FakeDeepSeek) -> None:
    _answers_differently(deepseek)
    accept = {"Accept": "text/event-stream, text/html;q=0.5"}
    streamed = writing.post("/ask", data={"question": QUESTION, "model": "both"}, headers=accept)
    events = streamed.get_data(as_text=True)
    assert {*re.findall(r'event: answer\ndata: \{"mode": "(\w+)"', events)} == {"chat", "reasoner"}
    assert events.count("event: done") == 1


def test_the_cutoff_can_be_moved_without_javascript_and_without_scoring_again(
    writing: FlaskClient, deepseek: FakeDeepSeek
) -> None:
    deepseek.when_answering(Completion("It is 60 euros [1]."))
    html = ask(writing, QUESTION).get_data(as_text=True)
    board = html.split('class="cutoff"')[1].split("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)"[^>]*value="([^"]*)"', board))
    scored = sum(asked.is_json_mode for asked in deepseek.chats())
    page = outline(ask(writing, **(fields | {"threshold": "10"})))
    assert sum(asked.is_json_mode for asked in deepseek.chats()) == scored
    assert "dropped: below the cutoff of 10" in page.text
    assert [a["value"] for a in page.all("input") if a.get("type") == "number"] == ["10"]


def test_a_dropped_passage_says_why(client: FlaskClient) -> None:
    assert "dropped: below the cutoff of 4" in outline(ask(client, QUESTION)).text
    assert "dropped: others are more relevant" in outline(ask(client, QUESTION, threshold="0")).text


def test_what_was_looked_up_and_found_is_counted(writing: FlaskClient, deepseek: FakeDeepSeek) -> None:
    deepseek.when_answering(Completion('It is 60 euros [1]; "one cooperative share" [1]. Fee: 4711 euros [1].'))
    page = outline(ask(writing, QUESTION))
    assert "1 number and 1 quotation found in the cited passages" in page.text
    assert [a for a in page.all("mark") if a.get("class") == "doubt"]
    assert re.search(r"[\d,]+ tokens · CN¥0\.\d{4}", " ".join(page.text.split()))


def test_tokens_that_a_server_does_not_count_are_shown_as_estimated_and_no_price_is_made_up(
    start: Callable[..., Services],
) -> None:
    with ModelServer(Habits("no usage", reports_usage=False)) as server:
        writes = create_app(start(deepseek_base_url=server.url, deepseek_model=server.model)).test_client()
        shown = " ".join(outline(ask(writes, QUESTION)).text.split())
    assert re.search(r"[\d,]+ tokens \(estimated\) · some-model", shown)


def test_a_follow_up_goes_on_from_the_answer_before(writing: FlaskClient, deepseek: FakeDeepSeek) -> None:
    deepseek.when("", Completion("How much is the yearly fee of a member?"))
    deepseek.when_scoring(SCORED)
    deepseek.when_answering(Completion("It is 60 euros [1]."))
    html = ask(writing, QUESTION).get_data(as_text=True)
    follow = html.split('class="follow"')[1].split("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', follow))
    page = outline(ask(writing, "And how much is it for students?", **fields))
    assert "Asked before" in page.text
    assert QUESTION in page.text
    assert any(QUESTION in asked.prompt and "students" in asked.prompt for asked in deepseek.chats())


def test_a_follow_up_to_an_answer_that_is_gone_is_a_question_of_its_own(client: FlaskClient) -> None:
    page = outline(ask(client, QUESTION, follows="gone"))
    assert "Asked before" not in page.text
    response = client.post("/ask", data={"question": QUESTION, "follows": "../x"}, headers=PAGE)
    assert response.status_code == 303


def test_a_failure_after_retrieval_shows_what_was_found(quoting_services: Services) -> None:
    found = quoting_services.answering().retrieve(QUESTION, 3).passages

    class Failing:
        def budget_notice(self) -> None:
            return None

        def answer(self, question: object, cancel: object) -> NoReturn:
            error = Unavailable("the language model's server fails (HTTP 500)")
            error.passages = found
            raise error

    failing = create_app(replace(quoting_services, answering=Failing)).test_client()  # type: ignore[arg-type]
    failed = failing.post("/ask", data={"question": QUESTION}, headers=PAGE | {"Accept-Language": "en"})
    page = outline(failed)
    assert failed.status_code == 502
    assert "Passages found before it failed" in page.text
    assert len(page.all("article")) == len(found)
    assert QUESTION in page.text


def test_an_answer_says_above_itself_that_a_source_has_changed(
    writing: FlaskClient, deepseek: FakeDeepSeek, quoting_services: Services
) -> None:
    deepseek.when_answering(Completion("It is 60 euros [1]."))
    address = ask(writing, QUESTION).request.path
    store, answer_id = quoting_services.answers, address.rsplit("/", 1)[-1]
    kept = StoredAnswer.model_validate_json(store.get(answer_id) or "")
    source = kept.response.sources[0].document
    store.put(answer_id, kept.model_copy(update={"versions": kept.versions | {source: "0" * 64}}).model_dump_json())
    page = outline(writing.get(address, headers=PAGE))
    assert f"Changed since this answer was given: {source}. Ask again" in page.text


def test_a_kept_answer_is_told_in_the_language_of_each_reader(writing: FlaskClient, deepseek: FakeDeepSeek) -> None:
    deepseek.when_answering(Failure(402))
    address = writing.post("/ask", data={"question": QUESTION}, headers=PAGE).headers["Location"]
    english, chinese = (
        outline(writing.get(address, headers={"Accept-Language": language})).text for language in ("en", "zh")
    )
    assert "because the language model failed: the account at the language model's provider has no balance." in english
    assert "语言模型出错，以下内容摘自文档：语言模型服务商的账户余额不足。请为 DEEPSEEK_API_KEY 的账户充值。" in chinese


@pytest.mark.parametrize(
    ("question", "notice"),
    [
        (QUESTION, "Quoted from the documents, because the language model failed: the account"),
        (CHINESE_QUESTION, "语言模型出错，以下内容摘自文档：语言模型服务商的账户余额不足。"),
    ],
    ids=["English", "Chinese"],
)
def test_programs_get_notices_in_the_language_of_the_question_and_reasons_in_english(
    writing: FlaskClient, deepseek: FakeDeepSeek, question: str, notice: str
) -> None:
    deepseek.when_answering(Failure(402))
    answer = writing.post("/api/query", json={"question": question}).get_json()
    assert answer["reason"] == "the account at the language model's provider has no balance"
    assert answer["notices"][0].startswith(notice)


def test_without_its_page_a_source_is_marked_where_it_bears_out_the_answer() -> None:
    text = "Members vote in May. Every member buys one share of 60 euros. Members who leave get it back from members."
    passage = PassageOut.model_validate(
        {"id": "1", "document": "a.md", "pages": [1], "text": text, "retrieval_score": 1.0, "relevance": {}}
        | {"stale": False, "url": "/documents/a.md"}
    )
    pane = Pane(1, passage, "A share costs 60 euros [1].", None, None, "", 1, 1)
    assert '<strong id="sentence">Every member buys one share of 60 euros.</strong>' in pane.text
