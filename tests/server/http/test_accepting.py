"""Connections are taken where there are fewest, and clients are moved where there are many more than elsewhere."""

import time
from typing import Any

import pytest

from server.http.accepting import Turns
from server.http.body_limits import GuardedChannel
from server.http.side_by_side import Place, places_for


class Server:
    """What waitress's server has of this."""

    def __init__(self) -> None:
        self.accepted = 0
        self.channel_class = GuardedChannel

    def handle_accept(self) -> None:
        self.accepted += 1

    def readable(self) -> bool:
        return True


def turns(place: Place, connections: int, *, answers: bool = True) -> tuple[Server, Turns]:
    server = Server()
    open_: dict[int, Any] = {number: object.__new__(GuardedChannel) for number in range(connections)}
    made = Turns(server, open_, place, lambda: answers)
    made.note()
    return server, made


@pytest.mark.parametrize(
    ("own", "elsewhere", "at_once"),
    [
        pytest.param(2, 1, False, id="more than elsewhere"),
        pytest.param(1, 1, True, id="as many"),
        pytest.param(0, 1, True, id="fewer"),
        pytest.param(5, None, True, id="nobody else"),
    ],
)
def test_a_process_with_more_connections_lets_another_one_take_the_next_for_a_moment(
    own: int, elsewhere: int | None, at_once: bool
) -> None:
    first, second = places_for(2)
    if elsewhere is not None:
        second.accepts(elsewhere)
    server, made = turns(first, own)
    assert server.readable()
    server.handle_accept()
    assert server.accepted == at_once
    if not at_once:
        assert not server.readable()
        assert made.note() < 1, "the loop comes back soon"
        ends = time.monotonic() + 10
        while not server.readable():
            assert time.monotonic() < ends
        server.handle_accept()
        assert server.accepted == 1, "nobody took it"
        assert made.note() == float("inf")


def test_who_cannot_answer_takes_connections_only_while_nobody_can() -> None:
    first, second = places_for(2)
    server, _ = turns(first, 0, answers=False)
    assert server.readable(), "to say why"
    second.accepts(0)
    assert not server.readable()
    second.leave()
    assert server.readable()


def test_as_many_clients_are_moved_as_make_it_even() -> None:
    first, second = places_for(2)
    second.accepts(1)
    server, made = turns(first, 8)
    made.note()  # not again within a second
    assert [server.channel_class.is_for_another() for _ in range(5)] == [True] * 3 + [False] * 2
    second.accepts(7)
    even, _ = turns(first, 8)
    assert not even.channel_class.is_for_another()
