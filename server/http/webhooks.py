"""Tells another program what happened, by a signed POST that is tried again until it is taken. Knows nothing of events:
these are named in `answer_watch`.

The body is JSON; `X-Pagewise-Signature` is `sha256=` and the HMAC of the body with WEBHOOK_SECRET, in hexadecimal.
"""

import hashlib
import hmac
import json
import logging
import secrets
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

logger = logging.getLogger(__name__)

_WAITS_SECONDS = (1.0, 5.0, 30.0, 120.0, 600.0)
_TIMEOUT_SECONDS = 10.0
_MOST_WAITING = 100
_GIVES_UP_AT = {400, 401, 403, 404, 405, 410, 413, 415, 422}
"""Answers of a receiver that will say the same next time."""


class Webhook:
    """Sends events in their order, in a thread of its own that begins with the first. `close` ends it.

    What cannot be delivered after all waits is logged and dropped; of more than a hundred waiting the oldest go.
    """

    def __init__(
        self, url: str, secret: str, *, collection: str = "", waits_seconds: Sequence[float] = _WAITS_SECONDS
    ) -> None:
        self._collection = {"collection": collection} if collection else {}
        self._url = url
        self._secret = secret.encode()
        self._waits = tuple(waits_seconds)
        self._waiting: deque[bytes] = deque(maxlen=_MOST_WAITING)
        self._changed = threading.Condition()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def send(self, event: str, data: Mapping[str, Any]) -> None:
        """Put an event into the queue; returns at once."""
        body = {"id": secrets.token_hex(8), "event": event, "at": datetime.now(UTC).isoformat(timespec="seconds")}
        body |= self._collection
        with self._changed:
            self._waiting.append(json.dumps({**body, "data": data}, ensure_ascii=False).encode())
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="webhook", daemon=True)
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        """Send no more; what is being sent comes to its end."""
        self._closed.set()
        with self._changed:
            self._changed.notify()

    def _work(self) -> None:
        with httpx.Client(timeout=_TIMEOUT_SECONDS, trust_env=False) as client:
            while (body := self._next()) is not None:
                self._deliver(client, body)

    def _next(self) -> bytes | None:
        with self._changed:
            while not self._waiting and not self._closed.is_set():
                self._changed.wait()
            return None if self._closed.is_set() else self._waiting.popleft()

    def _deliver(self, client: httpx.Client, body: bytes) -> None:
        signature = hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Pagewise-Signature": f"sha256={signature}"}
        for wait in (*self._waits, None):
            what = _sent(client, self._url, body, headers)
            if what is None:
                return
            if wait is None or what in _GIVES_UP_AT:
                break
            if self._closed.wait(wait):
                return
        logger.warning("the webhook at %s took no event: %s", urlsplit(self._url).hostname, what)


def _sent(client: httpx.Client, url: str, body: bytes, headers: Mapping[str, str]) -> int | str | None:
    """None where it was taken; else the status, or the name of what went wrong."""
    try:
        response = client.post(url, content=body, headers=headers)
    except httpx.HTTPError as error:
        return type(error).__name__
    return None if response.is_success else response.status_code
