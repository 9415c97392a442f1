"""Events reach another program, signed, in their order, and are tried again while it is away."""

import hashlib
import hmac
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from server.http.webhooks import Webhook
from tests.serving import PlayedServer

SECRET = "a secret of the two"
SOON = (0.01, 0.01, 0.01)


class Receiver(PlayedServer):
    """Takes events; answers with these statuses first, and with 204 then."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.taken: list[dict[str, Any]] = []
        self.signatures: list[bool] = []
        self.asked = 0
        self.changed = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                expected = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
                with receiver.changed:
                    status = receiver.statuses.pop(0) if receiver.statuses else 204
                    receiver.asked += 1
                    receiver.signatures.append(self.headers["X-Pagewise-Signature"] == expected)
                    if status < 300:
                        receiver.taken.append(json.loads(body))
                    receiver.changed.notify_all()
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def wait_for(self, asked: int) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: self.asked >= asked, timeout=30)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        yield server


def test_events_come_signed_and_in_order(receiver: Receiver) -> None:
    with closing(Webhook(receiver.url, SECRET)) as webhook:
        for number in range(5):
            webhook.send("index.published", {"generation": f"000{number}"})
        assert receiver.wait_for(5)
    assert [event["data"]["generation"] for event in receiver.taken] == [f"000{number}" for number in range(5)]
    assert {event["event"] for event in receiver.taken} == {"index.published"}
    assert len({event["id"] for event in receiver.taken}) == 5
    assert all(receiver.signatures)


def test_what_is_not_taken_is_sent_again() -> None:
    with Receiver(500, 503, 429) as receiver, closing(Webhook(receiver.url, SECRET, waits_seconds=SOON)) as webhook:
        webhook.send("document.failed", {"path": "a.pdf"})
        assert receiver.wait_for(4)
    assert [event["data"] for event in receiver.taken] == [{"path": "a.pdf"}]


def test_what_will_never_be_taken_does_not_hold_up_the_others(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    with Receiver(404) as receiver, closing(Webhook(receiver.url, SECRET, waits_seconds=SOON)) as webhook:
        webhook.send("one", {})
        webhook.send("two", {})
        assert receiver.wait_for(2)
    assert [event["event"] for event in receiver.taken] == ["two"]
    assert "took no event: 404" in caplog.text
    assert SECRET not in caplog.text


def test_a_receiver_that_is_away_is_no_fault_of_the_server(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    gone = Receiver()
    with gone:
        url = gone.url
    with Receiver() as receiver:
        lost = Webhook(url, SECRET, waits_seconds=())
        lost.send("lost", {})
        with closing(Webhook(receiver.url, SECRET)) as webhook:
            webhook.send("kept", {})
            assert receiver.wait_for(1)
        lost.close()
    assert [event["event"] for event in receiver.taken] == ["kept"]
