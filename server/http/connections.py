"""Who may stay connected, and for how long: nobody takes the places of all others by holding connections open.

waitress 3.0 looks at a slow client only when it sends something, keeps idle connections until their time is over
however few places are left, and stops accepting when there is none. Knows connections; nothing of what is asked.
"""

import ipaddress
import resource
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.http.body_limits import GuardedChannel
from server.http.proxies import address_of, is_one_of
from server.settings import Network

_MOST_PLACES = 1000  # waitress asks every connection at every turn of its loop
_HANDLES_OF_THE_REST = 160  # files of the index, connections to a model, pipes to children, bodies kept on the disk
_SECONDS_BETWEEN_LOOKS = 0.5
_FRESH_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """How many may be connected, how many of one address, how many of them sending a body; and how long in silence.

    A proxy stands for many clients, so that its address has no share of its own.
    """

    places: int
    of_one_address: int
    bodies: int
    idle_seconds: float = 60.0
    proxies: tuple[Network, ...] = ()


def connection_limits(proxies: tuple[Network, ...] = ()) -> ConnectionLimits:
    """As many places as this process may open files for, and room for the rest of its work."""
    handles, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if handles == resource.RLIM_INFINITY:
        handles = _MOST_PLACES * 2
    places = max(8, min(_MOST_PLACES, max(handles // 2, handles - _HANDLES_OF_THE_REST)))
    return ConnectionLimits(places, of_one_address=places * 3 // 4, bodies=max(4, places // 4), proxies=proxies)


class ConnectionKeeper:
    """Closes what waits too long, and the longest waiting first where places get few.

    For the thread that runs waitress's loop alone: `look` belongs before every turn of it.
    """

    def __init__(self, connections: Mapping[int, Any], limits: ConnectionLimits) -> None:
        self._connections = connections
        self._limits = limits
        self._next_look = 0.0

    def look(self) -> None:
        """End the requests that come too slowly and the connections that nobody uses; make room for new ones."""
        now = time.monotonic()
        channels: list[GuardedChannel] = []
        if now >= self._next_look or len(self._connections) >= self._limits.places:
            self._next_look = now + _SECONDS_BETWEEN_LOOKS
            channels = [channel for channel in self._connections.values() if isinstance(channel, GuardedChannel)]
        for channel in channels:
            if channel.is_overdue(now):
                channel.refuse_slow()
            elif channel.silent_seconds(now) > self._limits.idle_seconds:
                channel.handle_close()
        self._limit_bodies([channel for channel in channels if channel.connected], now)
        self._make_room([channel for channel in channels if channel.connected])

    def _limit_bodies(self, channels: Sequence[GuardedChannel], now: float) -> None:
        """Where too many bodies come at a time, the slowest end; a new one is given a moment where there is room."""
        coming = [channel for channel in channels if channel.is_receiving_body()]
        patience_seconds = 0.0 if len(channels) >= self._limits.places else _FRESH_SECONDS
        settled = [channel for channel in coming if now - channel.waiting_since > patience_seconds]
        settled.sort(key=lambda channel: channel.bytes_per_second(now))
        for channel in settled[: max(0, len(coming) - self._limits.bodies)]:
            channel.refuse_slow()

    def _make_room(self, channels: Sequence[GuardedChannel]) -> None:
        """Close the longest waiting ones: of an address that has more than its share, then of all."""
        limits = self._limits
        if len(channels) <= limits.of_one_address:
            return
        waiting = sorted(
            (channel for channel in channels if channel.is_waiting()), key=lambda channel: channel.waiting_since
        )
        waiting = waiting[: -max(1, limits.places // 8)]  # the newest may be about to ask: it comes to them last
        counted = Counter(_client(each) for each in channels if not is_one_of(str(each.addr[0]), limits.proxies))
        for client in [client for client, number in counted.items() if number > limits.of_one_address]:
            _close(
                [channel for channel in waiting if _client(channel) == client], counted[client] - limits.of_one_address
            )
        spare = max(1, limits.places // 20)  # so that not every new connection needs a search
        left = [channel for channel in waiting if channel.connected]
        still_open = sum(channel.connected for channel in channels)
        if still_open >= limits.places:
            _close(left, still_open - limits.places + spare)


def _close(channels: Sequence[GuardedChannel], number: int) -> None:
    for channel in channels[:number]:
        channel.handle_close()


def _client(channel: GuardedChannel) -> str:
    """The address; of an IPv6 address the part that belongs to one network: its owner has all of the rest."""
    address = address_of(str(channel.addr[0]))
    return str(ipaddress.ip_network((address, 64), strict=False)) if address and address.version == 6 else str(address)
