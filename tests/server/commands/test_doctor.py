"""`python -m server doctor`: one line for everything that has to be right, with the mend, and no key in any of them."""

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.__main__ import main
from server.commands.doctor import findings, line
from server.commands.findings import Finding
from server.language import Language
from storage.messages import message
from storage.processor_cores import available_cores
from storage.server_state.shared.budget import SharedLedger
from storage.server_state.shared.database import StateDatabase
from storage.server_state.state import share_state
from storage.settings import StorageSettings
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Asked, Completion, Failure, Page, believable
from tests.server.conftest import DOCUMENTS

KEY = "sk-canary-0123456789abcdef"
OF_THE_MODEL = ("server", "clock", "key", "model", "answers", "scores", "thinking switch", "JSON mode", "balance")


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeDeepSeek]:
    """A configured language model; there is no index."""
    with FakeDeepSeek(key=KEY) as server:
        server.when("", believable)
        monkeypatch.setenv("DEEPSEEK_API_KEY", KEY)
        monkeypatch.setenv("DEEPSEEK_BASE_URL", server.url)
        monkeypatch.setenv("INDEX_DIR", str(tmp_path / "index"))
        yield server


def _examined() -> dict[str, tuple[bool | None, str]]:
    found = {finding.subject: (finding.is_well, line(finding)) for finding in findings()}
    assert not any(KEY in shown for _, shown in found.values())
    return found


def _wrong(found: dict[str, tuple[bool | None, str]]) -> set[str]:
    return {subject for subject, (is_well, _) in found.items() if is_well is False}


def test_a_language_model_that_is_well(fake: FakeDeepSeek) -> None:
    found = _examined()
    assert all(found[subject][0] for subject in OF_THE_MODEL)
    assert found["model"][1] == "✓ model           deepseek-flash is offered"
    assert not any(asked.thinks for asked in fake.chats())
    assert (len(fake.answerings()), len(fake.scorings())) == (1, 10)


def test_without_key_index_and_network_it_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INDEX_DIR", str(tmp_path / "index"))
    assert main(["doctor"]) == 1
    shown = capsys.readouterr().out
    assert "– key             not set; answers are quoted from the documents → Set DEEPSEEK_API_KEY" in shown
    assert "✗ index           there is none yet → Run make index." in shown
    assert all(each[0] in "✓✗–" for each in shown.splitlines())
    assert not (tmp_path / "index").exists()


def test_a_whole_set_up_is_well(
    monkeypatch: pytest.MonkeyPatch, index_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INDEX_DIR", str(index_dir))
    monkeypatch.setenv("EMBED_MODEL", "packaged")
    assert main(["doctor"]) == 0
    shown = capsys.readouterr().out
    assert "✗" not in shown
    assert f"✓ index           generation 0001: {DOCUMENTS} documents" in shown
    assert "✓ embedding model use-multilingual-3 loads and gives the vectors of the index\n" in shown


def test_an_index_of_another_model_than_the_settings_ask_for(monkeypatch: pytest.MonkeyPatch, index_dir: Path) -> None:
    monkeypatch.setenv("INDEX_DIR", str(index_dir))
    assert "EMBED_MODEL asks for BAAI/bge-m3 → Run make reindex" in _examined()["embedding model"][1]


@pytest.mark.faults("L1")
def test_a_rejected_key(fake: FakeDeepSeek) -> None:
    fake.key = "another"
    found = _examined()
    assert _wrong(found) == {"key", "index"}
    assert "DEEPSEEK_API_KEY" in found["key"][1]
    assert not fake.chats()


@pytest.mark.faults("L4")
def test_a_model_that_is_not_offered(fake: FakeDeepSeek, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPSEEK_MODEL", "deepseek-chat")
    sentence = (
        'the configured model "deepseek-chat" is not offered by the server; it offers: deepseek-flash, deepseek-v4-pro'
    )
    assert sentence in _examined()["model"][1]


def test_a_server_that_cannot_be_reached(fake: FakeDeepSeek, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("DEEPSEEK_BASE_URL", f"http://127.0.0.1:{unused.getsockname()[1]}")
        found = _examined()
    assert _wrong(found) == {"server", "index"}
    assert "cannot be reached" in found["server"][1]


@pytest.mark.parametrize(
    ("reply", "wrong", "says"),
    [
        pytest.param(Failure(402, "Insufficient Balance"), "answers", "Top up the account", id="no balance"),
        pytest.param(Failure(500, f"we were sent {KEY}"), "answers", "we were sent …", id="key repeated"),
        pytest.param(Page(), "answers", "no reply of a language model", id="a page"),
        pytest.param(Completion("hello"), "scores", "RELEVANCE_SCORER=local", id="no scores"),
    ],
)
def test_a_model_that_does_not_do_as_it_is_told(
    fake: FakeDeepSeek, reply: Completion | Failure | Page, wrong: str, says: str
) -> None:
    fake.when("", reply)
    found = _examined()
    assert wrong in _wrong(found)
    assert says in found[wrong][1]


def test_a_model_that_thinks_although_it_is_told_not_to(fake: FakeDeepSeek) -> None:
    fake.when("", Completion('{"score": 5}', reasoning="Hm."))
    assert "in the field reasoning_content" in _examined()["thinking switch"][1]


def test_two_models_are_each_named_once_and_what_each_takes_is_told_of_it(
    fake: FakeDeepSeek, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCORING_MODEL", "deepseek-v4-pro")
    monkeypatch.setenv("REWRITING_MODEL", "deepseek-flash")
    told = [(finding.subject, str(finding.found)) for finding in findings()]
    assert [found for subject, found in told if subject == "model"] == [
        "deepseek-flash is offered",
        "deepseek-v4-pro is offered",
    ]
    requests = [found.partition(":")[0] for subject, found in told if subject == "requests"]
    assert requests == ["deepseek-flash", "deepseek-v4-pro"]


def test_a_scoring_model_that_is_not_offered(fake: FakeDeepSeek, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCORING_MODEL", "gone")
    found = [line(finding) for finding in findings() if finding.subject == "model"]
    assert "deepseek-flash is offered" in found[0]
    assert "Set SCORING_MODEL to one of these" in found[1]
    assert not fake.chats()


def test_a_server_without_the_switch_is_asked_without(fake: FakeDeepSeek) -> None:
    def strict(asked: Asked) -> Completion | Failure:
        return Failure(400, "unknown field: thinking") if "thinking" in asked.body else Completion('{"score": 5}')

    fake.when("", strict)
    found = _examined()
    assert found["thinking switch"][0] is None
    assert found["JSON mode"][0]


def test_an_empty_account(fake: FakeDeepSeek) -> None:
    fake.has_balance = False
    assert "Top up" in _examined()["balance"][1]


@pytest.mark.parametrize(("skew", "says"), [(3600, "behind"), (-3600, "ahead of")])
def test_a_clock_that_is_wrong(fake: FakeDeepSeek, skew: float, says: str) -> None:
    fake.clock_skew_seconds = skew
    is_well, shown = _examined()["clock"]
    assert is_well is False
    assert says in shown


def test_a_setting_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("RELEVANCE_THRESHOLD", "eleven")
    assert main(["doctor"]) == 1
    assert capsys.readouterr().out.startswith("✗ settings        RELEVANCE_THRESHOLD=eleven: ")


def test_a_prompt_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch, fake: FakeDeepSeek, tmp_path: Path) -> None:
    prompt = tmp_path / "prompt.txt"
    prompt.write_text("{context_str}")
    monkeypatch.setenv("ANSWER_PROMPT_FILE", str(prompt))
    assert "lacks {query_str}" in _examined()["prompts"][1]


def test_a_documents_folder_that_is_gone(fake: FakeDeepSeek, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCUMENTS_DIR", str(tmp_path / "gone"))
    assert "DOCUMENTS_DIR" in _examined()["documents"][1]


def test_a_damaged_index_and_a_disk_without_room_for_the_next(
    fake: FakeDeepSeek, monkeypatch: pytest.MonkeyPatch, index_dir: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(index_dir, copy)
    generation = copy / "generations" / "0001"
    (generation / "huge").touch()
    os.truncate(generation / "huge", 10**13)  # takes no room, but the next generation would have to
    (generation / "catalogue.db").write_bytes(b"torn")
    monkeypatch.setenv("INDEX_DIR", str(copy))
    found = _examined()
    assert _wrong(found) >= {"index", "disk"}
    assert "Make room" in found["disk"][1]


def test_what_is_spent_of_the_day_is_told_and_a_damaged_ledger_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("INDEX_DIR", str(tmp_path))
    monkeypatch.setenv("DAILY_TOKEN_BUDGET", "1000")
    assert "✓ budget          0 of the 1,000 tokens of today are spent" in _examined()["budget"][1]
    (tmp_path / "budget.db").write_bytes(b"not a database" * 1_000)
    assert "what was spent today is not known: budget.db cannot be used" in _examined()["budget"][1]
    assert [path.name for path in tmp_path.iterdir()] == ["budget.db"]
    (tmp_path / "answers.db.damaged-20261126T093000Z").write_text("")
    assert "answers.db was damaged and is now answers.db.damaged-2026" in _examined()["damaged file"][1]


def test_it_speaks_chinese_where_the_terminal_does(
    fake: FakeDeepSeek, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    assert main(["doctor"]) == 1
    shown = capsys.readouterr().out
    assert "✓ 模型            提供 deepseek-flash" in shown
    assert "✗ 索引            还没有 → 请运行 make index。" in shown
    assert not [line for line in shown.splitlines() if "cannot" in line or "Run make" in line]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_failure_without_a_mend_of_its_own_ends_with_one(language: Language) -> None:
    why = message("{server} cannot be used: {error}; look at its log", server="a", error="b")
    shown = line(Finding(message("embeddings"), False, why), language)
    assert " → " in shown
    assert shown.endswith((" → Look at its log.", " → 请查看它的日志。"))


def test_the_state_database_is_asked_and_budgets_are_read_from_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/state/state.db"
    for name, value in {"INDEX_DIR": str(tmp_path), "STATE_URL": url, "STATE_SCOPE": "papers"}.items():
        monkeypatch.setenv(name, value)
    for name in ("DAILY_TOKEN_BUDGET", "MONTHLY_TOKEN_BUDGET"):
        monkeypatch.setenv(name, "1000")
    today = datetime.now(UTC).date()
    with closing(StateDatabase(url)) as database:
        SharedLedger(database, "papers", "day").add(today, 7)
        SharedLedger(database, "papers", "month").add(today.replace(day=1), 70)
    found = _examined()
    assert found["state database"] == (True, f"✓ state database  sqlite {tmp_path}/state/state.db answers, "
                                       "with the tables of this version")  # fmt: skip
    assert "7 of the 1,000 tokens of today" in found["budget"][1]
    assert "70 of the 1,000 tokens of this month" in found["monthly budget"][1]


@pytest.mark.parametrize(
    ("number", "is_well", "said"),
    [
        pytest.param(available_cores() + 1, None, "More of them than cores answer no faster.", id="too many"),
        pytest.param(2, available_cores() > 1 or None, "2 answer at one port", id="two"),
    ],
)
def test_several_processes_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: int, is_well: bool | None, said: str
) -> None:
    monkeypatch.setenv("INDEX_DIR", str(tmp_path))
    monkeypatch.setenv("SERVER_PROCESSES", str(number))
    found = _examined()["processes"]
    assert (found[0], said in found[1]) == (is_well, True)


def test_what_several_processes_keep_is_looked_at_where_they_keep_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("INDEX_DIR", str(tmp_path))
    monkeypatch.setenv("DAILY_TOKEN_BUDGET", "1000")
    share_state(StorageSettings())
    with closing(StateDatabase(f"sqlite:///{tmp_path}/state.db")) as database:
        SharedLedger(database, "", "day").add(datetime.now(UTC).date(), 7)
    found = _examined()
    assert f"sqlite {tmp_path}/state.db answers" in found["state database"][1]
    assert "7 of the 1,000 tokens of today" in found["budget"][1]


def test_a_state_database_that_is_away_is_named_with_what_to_look_at(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("INDEX_DIR", str(tmp_path))
    monkeypatch.setenv("DAILY_TOKEN_BUDGET", "1000")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    monkeypatch.setenv("STATE_URL", f"postgresql://pagewise@127.0.0.1:{free}/pagewise")
    monkeypatch.setenv("STATE_PASSWORD", KEY)
    found = _examined()
    assert {"state database", "budget"} <= _wrong(found)
    assert found["state database"][1].endswith("→ Look whether it runs, and at STATE_URL.")
