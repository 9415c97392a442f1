"""`python -m server ask`: one question on the terminal."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.__main__ import main
from server.commands.ask import ask_aloud
from server.language import REFUSALS
from server.settings import read_settings
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Completion, Failure

NOBODY_LISTENS = "http://127.0.0.1:9"  # the port that discards
QUESTION = "How much is the cooperative share that every member buys?"


@pytest.fixture
def indexed(monkeypatch: pytest.MonkeyPatch, index_dir: Path) -> None:
    monkeypatch.setenv("INDEX_DIR", str(index_dir))


@pytest.fixture
def deepseek(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeDeepSeek]:
    with FakeDeepSeek() as fake:
        monkeypatch.setenv("DEEPSEEK_API_KEY", "sk-canary")
        monkeypatch.setenv("DEEPSEEK_BASE_URL", fake.url)
        fake.when_scoring(Completion('{"score": 9, "reason": "names the fee"}'))
        yield fake


@pytest.mark.usefixtures("indexed")
def test_an_answer_names_its_sources(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", QUESTION]) == 0
    shown = capsys.readouterr().out
    assert "60 euros" in shown
    assert "[1] library-handbook.md" in shown
    assert "Quoted from the documents; no language model configured." in shown


@pytest.mark.usefixtures("indexed")
def test_scripts_get_the_response_of_the_api(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", QUESTION, "--json"]) == 0
    response = json.loads(capsys.readouterr().out)
    assert response["sources"][0]["document"] == "library-handbook.md"
    assert response["mode"] == "extractive"


@pytest.mark.usefixtures("indexed")
def test_a_refusal_shows_what_was_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "Who won the football world cup in 1954?"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(REFUSALS["en"])
    assert "Closest passages:" in shown


@pytest.mark.usefixtures("indexed")
def test_a_model_writes_where_one_is_configured(deepseek: FakeDeepSeek, capsys: pytest.CaptureFixture[str]) -> None:
    deepseek.when_answering(Completion("It is 60 euros [1].", reasoning="Hm."))
    assert main(["ask", QUESTION, "--model", "reasoner"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("It is 60 euros [1].\n")
    assert "relevance 9/10" in shown


@pytest.mark.usefixtures("indexed")
def test_with_a_model_that_cannot_be_reached_nothing_is_quoted_unjudged(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEEPSEEK_API_KEY", "sk-canary")
    monkeypatch.setenv("DEEPSEEK_BASE_URL", NOBODY_LISTENS)
    assert main(["ask", QUESTION]) == 0
    shown = capsys.readouterr().out
    assert "60 euros" in shown
    assert "not scored" not in shown
    assert "scored by the local formula" in shown
    assert main(["ask", "Who won the football world cup in 1954?"]) == 0
    assert capsys.readouterr().out.startswith(REFUSALS["en"])


@pytest.mark.usefixtures("indexed")
def test_a_key_that_is_rejected_is_never_shown(deepseek: FakeDeepSeek, capsys: pytest.CaptureFixture[str]) -> None:
    deepseek.when_answering(Failure(401))
    main(["ask", QUESTION])
    shown = capsys.readouterr()
    assert "canary" not in shown.out + shown.err
    assert "Traceback" not in shown.out + shown.err
    assert "Quoted from the documents.\n" in shown.out
    assert "no language model configured" not in shown.out


def test_without_an_index_it_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INDEX_DIR", str(tmp_path))
    assert main(["ask", QUESTION]) == 1
    assert capsys.readouterr().err == "There is no index yet; run make index.\n"


def test_an_empty_question_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "  "]) == 1
    assert capsys.readouterr().err.startswith("question: ")


def test_a_bad_setting_is_wrong_usage(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("KEEP_K", "none")
    assert main(["ask", QUESTION]) == 2
    assert capsys.readouterr().err.startswith("KEEP_K=none: ")


def test_a_prompt_without_its_variables_is_wrong_usage(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "prompt.txt").write_text("Answer well.", encoding="utf-8")
    monkeypatch.setenv("ANSWER_PROMPT_FILE", str(tmp_path / "prompt.txt"))
    monkeypatch.setenv("INDEX_DIR", str(tmp_path / "index"))
    assert main([]) == 2
    assert "ANSWER_PROMPT_FILE" in capsys.readouterr().err


@pytest.mark.usefixtures("indexed")
def test_on_a_terminal_the_answer_comes_as_it_is_written(deepseek: FakeDeepSeek) -> None:
    deepseek.when_answering(
        Completion("It is 60 euros [1]. \x1b[31mEvery member buys it [9].", reasoning="Let me look.")
    )
    written: list[tuple[str, bool]] = []
    ask_aloud(read_settings(), QUESTION, mode="reasoner", write=lambda text, thought: written.append((text, thought)))
    assert "".join(text for text, is_thought in written if is_thought) == "Let me look."
    answer = [text for text, is_thought in written if not is_thought]
    assert len(answer) > 3
    shown = "".join(answer)
    assert shown.startswith("\nIt is 60 euros [1]. [31mEvery member buys it.\n")
    assert "\x1b" not in shown
    assert "[9]" not in shown
    assert "\n[1] library-handbook.md, " in shown


@pytest.mark.usefixtures("indexed")
def test_an_answer_that_needed_no_change_is_shown_once(deepseek: FakeDeepSeek) -> None:
    deepseek.when_answering(Completion("It is 60 euros [1]."))
    written: list[str] = []
    ask_aloud(read_settings(), QUESTION, mode="chat", write=lambda text, thought: written.append(text))
    shown = "".join(written)
    assert shown.count("60 euros") == 1
    assert "\n\n[1] library-handbook.md, " in shown


@pytest.mark.usefixtures("indexed")
def test_a_terminal_gets_it_that_way(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert main(["ask", QUESTION]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("\n")
    assert "60 euros" in shown
    assert "[1] library-handbook.md" in shown


@pytest.mark.usefixtures("indexed")
def test_what_stands_around_an_answer_is_chinese_where_the_terminal_is(
    monkeypatch: pytest.MonkeyPatch, deepseek: FakeDeepSeek, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    deepseek.when_answering(Failure(402))
    assert main(["ask", QUESTION]) == 0
    shown = capsys.readouterr().out
    assert "相关性 9/10" in shown
    assert (
        "注：语言模型出错，以下内容摘自文档：语言模型服务商的账户余额不足。请为 DEEPSEEK_API_KEY 的账户充值。" in shown
    )
    monkeypatch.setenv("INDEX_DIR", "nowhere")
    assert main(["ask", QUESTION]) == 1
    assert capsys.readouterr().err == "还没有索引；请运行 make index。\n"
