"""How the server ends, in less than ten seconds whatever hangs: readiness first, then what is in flight, then the rest.

Whoever balances load sees /readyz fail while the server still accepts; what is in flight may come to its end; what
takes longer is broken off, and says so to whoever waits for it.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from server.http.body_limits import GuardedChannel
from server.http.services import Services

logger = logging.getLogger(__name__)

_TELLING_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class StoppingTimes:
    """Seconds since the signal: until then it accepts, until then requests go on, until then they say their last.

    At `exit_by` the process ends, whatever still runs in it.
    """

    accept_until: float = 1.0
    finish_until: float = 4.5
    last_words_until: float = 8.0
    exit_by: float = 9.5


def stop_serving(
    turn: Callable[[], None],
    connections: dict[int, Any],
    services: Services,
    times: StoppingTimes = StoppingTimes(),
) -> None:
    """Come to an end, with `turn` moving what goes over the connections."""
    started = time.monotonic()
    services.draining.set()
    _end_for_certain(times.exit_by)
    logger.info("stopping: finishing the requests in flight")
    while time.monotonic() < started + times.accept_until:
        turn()
    _stop_accepting(connections)
    while _is_busy(connections) and time.monotonic() < started + times.finish_until:
        turn()
    services.stopping.set()
    services.children.close()
    while _is_busy(connections) and time.monotonic() < started + times.last_words_until:
        turn()


def _stop_accepting(connections: dict[int, Any]) -> None:
    for connection in list(connections.values()):
        if getattr(connection, "accepting", False):
            connection.accepting = False
            connection.socket.close()
            connection.del_channel()


def _is_busy(connections: dict[int, Any]) -> bool:
    channels = [connection for connection in list(connections.values()) if isinstance(connection, GuardedChannel)]
    return any(channel.requests or channel.total_outbufs_len or channel.is_receiving_body() for channel in channels)


def _end_for_certain(seconds: float) -> None:
    """A thread that hangs in a library would keep the interpreter from ending; everything that must last is written."""

    def end() -> None:
        told = threading.Thread(target=logger.warning, args=("stopping: something did not end in time",), daemon=True)
        told.start()
        told.join(_TELLING_SECONDS)  # whoever reads the log may hang as well
        os._exit(0)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
