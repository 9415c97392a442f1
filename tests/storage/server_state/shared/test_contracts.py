"""What holds for a server's state wherever it is kept: files, a SQLite database, PostgreSQL."""

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest

from storage.server_state.answers import Answers, AnswerStore
from storage.server_state.shared.answers import SharedAnswers
from storage.server_state.state import StateFiles
from tests.storage.server_state.shared.conftest import Place

DAY = date(2026, 11, 23)
NOW = 1_000_000.0


def store(place: Place, **bounds: object) -> Answers:
    """Answers with bounds of their own, as another server would open them."""
    if not place.url:
        return AnswerStore(place.index_dir / "answers.db", **bounds)  # type: ignore[arg-type]
    return SharedAnswers(place.database(), **bounds)  # type: ignore[arg-type]


def test_an_answer_that_one_server_keeps_is_shown_by_another(place: Place) -> None:
    place.server().answers().put("a", "the answer", "short")
    other = place.server().answers()
    assert other.get("a") == "the answer"
    assert [(each.id, each.summary) for each in other.newest()] == [("a", "short")]
    assert (other.get("b"), other.unstored("a"), other.notice()) == (None, None, None)


def test_answers_are_listed_newest_first_and_keep_their_place_when_they_change(place: Place) -> None:
    answers = place.server().answers()
    for number in range(4):
        answers.put(str(number), f"document {number}", f"summary {number}" if number else "")
    answers.put("1", "another document", "another summary")
    other = place.server().answers()
    assert [(each.id, each.summary) for each in other.newest()] == [
        ("3", "summary 3"), ("2", "summary 2"), ("1", "another summary"), ("0", "document 0"),
    ]  # fmt: skip
    assert other.get("1") == "another document"


def test_the_oldest_answers_beyond_the_bound_go(place: Place) -> None:
    answers = store(place, most=3)
    for number in range(5):
        answers.put(str(number), "answer")
    assert [each.id for each in store(place, most=3).newest()] == ["4", "3", "2"]


def test_answers_go_when_they_are_old_or_deleted(place: Place) -> None:
    now = [NOW]
    answers = store(place, most_held=1, most_days=2, now=lambda: now[0])
    answers.put("a", "answer a")
    now[0] += 86_400
    answers.put("b", "answer b")
    answers.put("c", "answer c")
    now[0] += 86_400 + 1
    assert [answers.get(id_) is None for id_ in "abc"] == [True, False, False]
    assert [each.id for each in answers.newest()] == ["c", "b"]
    answers.delete(["b"])
    assert [each.id for each in store(place).newest()] == ["c"]
    answers.delete()
    assert store(place).newest() == []


def test_an_answer_may_say_anything(place: Place) -> None:
    text = "股份 60 欧元 \"'; DROP TABLE pagewise_answers; -- \\ %s 😀" + "x" * 300_000
    place.server().answers().put("odd", text, text[:40])
    assert place.server().answers().get("odd") == text


def test_tokens_are_counted_together(place: Place) -> None:
    one, other = place.server().ledger("day"), place.server().ledger("day")
    assert one.used(DAY) == 0
    assert one.reserve(DAY, 400, 1000)
    assert other.reserve(DAY, 400, 1000)
    assert one.used(DAY) == other.used(DAY) == 800
    other.add(DAY, -300)
    assert one.reserve(DAY, 600, 1000), "the limit had not been reached"
    assert not other.reserve(DAY, 1, 1000)
    assert one.used(DAY) == 1100
    one.add(DAY, -5000)
    assert other.used(DAY) == 0
    one.settle(DAY, 7)
    assert other.used(DAY) == 7
    assert (one.used(DAY + timedelta(1)), place.server().ledger("month").used(DAY)) == (0, 0)


def test_many_who_spend_at_the_same_moment_do_not_overshoot(place: Place) -> None:
    ledgers = [place.server().ledger("day") for _ in range(4)]
    for ledger in ledgers:
        ledger.add(DAY, 0)  # a file is opened by one after the other
    together = threading.Barrier(16)

    def spend(number: int) -> bool:
        together.wait()
        return ledgers[number % 4].reserve(DAY, 100, 1000)

    with ThreadPoolExecutor(16) as pool:
        granted = list(pool.map(spend, range(16)))
    assert (sum(granted), ledgers[0].used(DAY)) == (10, 1000)


def test_counts_of_days_long_ago_are_not_kept(place: Place) -> None:
    ledger = place.server().ledger("day")
    ledger.add(DAY - timedelta(91), 5)
    ledger.add(DAY - timedelta(90), 5)
    assert ledger.reserve(DAY, 1, 10)
    assert [ledger.used(DAY - timedelta(days)) for days in (91, 90, 0)] == [0, 5, 1]


def test_all_servers_sign_with_one_key_also_those_that_begin_at_the_same_moment(place: Place) -> None:
    states = [place.server() for _ in range(4)]
    assert states[0].fingerprint() == ""
    together = threading.Barrier(4)

    def sign(number: int) -> bytes:
        together.wait()
        return states[number].signing_key().private_bytes_raw()

    with ThreadPoolExecutor(4) as pool:
        keys = set(pool.map(sign, range(4)))
    assert len(keys) == 1
    assert {each.fingerprint() for each in states} == {place.server().fingerprint()} != {""}


@pytest.mark.parametrize("keep", [lambda state: state.answers().put("a", "x"), lambda state: state.signing_key()])
def test_two_collections_know_nothing_of_one_another(shared_place: Place, keep: Callable[..., object]) -> None:
    papers, handbook = shared_place.server("papers"), shared_place.server("handbook")
    keep(papers)
    papers.ledger("day").add(DAY, 5)
    assert (handbook.answers().newest(), handbook.answers().get("a")) == ([], None)
    handbook.answers().delete()
    assert handbook.ledger("day").used(DAY) == 0
    assert handbook.fingerprint() == ""
    assert [each.id for each in papers.answers().newest()] in (["a"], [])


def test_of_several_servers_that_see_the_same_one_tells_it(shared_place: Place) -> None:
    states = [shared_place.server() for _ in range(4)]
    assert sum(each.claim("0001 > 0002") for each in states) == 1
    assert states[0].claim("0002 > 0003")


@pytest.mark.parametrize("is_old", [False, True], ids=["of this version", "of the first one"])
def test_what_was_kept_in_files_is_taken_over_once(shared_place: Place, is_old: bool) -> None:
    before, today = StateFiles(shared_place.index_dir), datetime.now(UTC).date()
    for number in range(3):
        before.answers().put(str(number), f"answer {number}", f"summary {number}")
    with closing(before.ledger("day")) as ledger:
        ledger.add(today, 70)
    if is_old:
        with closing(sqlite3.connect(shared_place.index_dir / "answers.db")) as connection, connection:
            for column in ("summary", "kept_at"):
                connection.execute(f"ALTER TABLE answers DROP COLUMN {column}")
    state = shared_place.server()
    state.take_over()
    shown = ["answer", "summary"][not is_old]
    assert [(each.id, each.summary) for each in state.answers().newest()] == [
        (number, f"{shown} {number}") for number in "210"
    ]
    assert state.answers().get("1") == "answer 1"
    state.answers().delete(["1"])
    shared_place.server().take_over()
    assert [each.id for each in state.answers().newest()] == ["2", "0"], "what was deleted does not come again"
    assert state.ledger("day").used(today) == 70
    assert state.fingerprint() == ""


def test_nothing_is_taken_over_where_nothing_is_and_a_damaged_file_hinders_nobody(shared_place: Place) -> None:
    shared_place.server().take_over()
    shared_place.index_dir.mkdir()
    (shared_place.index_dir / "answers.db").write_bytes(b"no database at all" * 1000)
    state = shared_place.server()
    state.take_over()
    state.answers().put("a", "x")
    assert [each.id for each in state.answers().newest()] == ["a"]
