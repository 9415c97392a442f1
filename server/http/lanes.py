"""Which threads work on a request: those of probes, those of questions, or those of everything else.

waitress has one queue for all, so that whatever takes long (answers, pictures, uploads) makes a probe wait until
somebody restarts a server that is well. Knows nothing of what a request does.
"""

import logging
import time
from concurrent.futures import Future
from functools import partial
from typing import Any

from server.answering.admission import RUNNING, WAITING
from server.threads import Threads
from storage.collections import split_address

logger = logging.getLogger(__name__)

_PROBES = {"/healthz", "/readyz", "/metrics"}
_QUESTIONS = {"/api/query", "/api/retrieve", "/v1/chat/completions", "/v1/completions", "/v1/responses", "/ask", "/mcp"}
_FIND = "/find"
_PROBED_AT_A_TIME = 2
_ASKED_AT_A_TIME = RUNNING + WAITING + 8  # the queue is `Admission`'s; the last ones tell who finds it full


class Lanes:
    """A dispatcher for waitress 3.0 (`create_server(_dispatcher=…)`). Threads begin as they are needed.

    `ordinary` is how many requests are worked on at a time that are neither probes nor questions.
    """

    def __init__(self, ordinary: int) -> None:
        self._probes = Threads(_PROBED_AT_A_TIME, "probe")
        self._questions = Threads(_ASKED_AT_A_TIME, "asked")
        self._others = Threads(ordinary, "request")

    def add_task(self, channel: Any) -> None:
        """Work on the first request of waitress's channel."""
        request = channel.requests[0]
        lane = self._lane_of(str(request.command), str(request.path))
        try:
            lane.submit(_serve, channel).add_done_callback(partial(_cancel, channel))
        except RuntimeError:
            channel.cancel()  # the lanes have been shut down

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        """Let the threads end and wait so many seconds for it; what has not begun is cancelled."""
        lanes = (self._others, self._questions, self._probes)
        for lane in lanes:
            lane.shutdown(wait=False, cancel_futures=cancel_pending)
        ends_at = time.monotonic() + timeout
        for lane in lanes:
            lane.shutdown(timeout=max(0.0, ends_at - time.monotonic()))
        return cancel_pending

    def _lane_of(self, method: str, path: str) -> Threads:
        _, path = split_address(path)  # the lanes are those of all collections together
        if method in ("GET", "HEAD") and path in _PROBES:
            return self._probes
        is_question = (method == "POST" and path.rstrip("/") in _QUESTIONS) or path == _FIND
        return self._questions if is_question else self._others


def _serve(channel: Any) -> None:
    try:
        channel.service()
    except BaseException:  # as waitress's own dispatcher: whatever a request does, its thread serves the next one
        logger.exception("a request could not be served")


def _cancel(channel: Any, future: "Future[None]") -> None:
    if future.cancelled():
        channel.cancel()
