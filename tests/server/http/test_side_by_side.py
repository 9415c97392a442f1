"""Processes that are forked see what the others say, and what was said last outlives who said it."""

import os
import signal

import pytest

from server.http.side_by_side import places_for


def test_what_a_forked_process_says_is_read_by_the_others_also_when_it_is_gone() -> None:
    first, second, third = places_for(3)
    assert (first.said_here(), first.said_elsewhere(), first.fewest_elsewhere()) == (b"", [b"", b""], None)
    pid = os.fork()
    if not pid:
        second.accepts(5)
        second.say(b"one")
        second.say(b"two")
        os.kill(os.getpid(), signal.SIGKILL)
    assert os.waitpid(pid, 0)[1] == signal.SIGKILL
    assert (first.said_elsewhere(), first.fewest_elsewhere()) == ([b"two", b""], 5)
    assert (second.said_here(), second.answers(), third.answers()) == (b"two", True, False)
    second.leave()
    assert (first.fewest_elsewhere(), second.answers(), first.said_elsewhere()) == (None, False, [b"two", b""])


def test_the_fewest_are_those_of_another_one_that_answers() -> None:
    first, second, third = places_for(3)
    first.accepts(0)
    second.accepts(7)
    third.accepts(3)
    assert [each.fewest_elsewhere() for each in (first, second, third)] == [3, 0, 0]


@pytest.mark.parametrize("length", [0, 1, 100_000])
def test_what_is_said_is_read_whole_whatever_was_said_before(length: int) -> None:
    first, second = places_for(2)
    for text in (b"x" * 200_000, b"y" * length):
        assert second.say(text)
        assert first.said_elsewhere() == [text]


def test_what_is_too_long_changes_nothing() -> None:
    first, second = places_for(2)
    second.say(b"before")
    assert not second.say(b"x" * (2 << 20))
    assert first.said_elsewhere() == [b"before"]
