"""Probes, questions and everything else do not wait for each other; what is pending at the end is cancelled."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from server.http.lanes import Lanes

_SOON = 10


@dataclass
class Channel:
    """What waitress hands over: a connection with a request."""

    method: str
    path: str
    work: Callable[[], object] = int
    done: threading.Event = field(default_factory=threading.Event)
    cancelled: threading.Event = field(default_factory=threading.Event)

    @property
    def requests(self) -> list[SimpleNamespace]:
        """The one request."""
        return [SimpleNamespace(command=self.method, path=self.path)]

    def service(self) -> None:
        """Answer it."""
        try:
            self.work()
        finally:
            self.done.set()

    def cancel(self) -> None:
        """Give it up."""
        self.cancelled.set()


@pytest.fixture
def lanes() -> Iterator[Lanes]:
    made = Lanes(ordinary=2)
    yield made
    made.shutdown(timeout=_SOON)


@pytest.fixture
def release(lanes: Lanes) -> Iterator[threading.Event]:
    """What hangs in a test ends with it."""
    event = threading.Event()
    yield event
    event.set()


def fill(lanes: Lanes, release: threading.Event, method: str, path: str, number: int) -> None:
    for _ in range(number):
        lanes.add_task(Channel(method, path, lambda: release.wait(_SOON)))


def is_served(lanes: Lanes, method: str, path: str) -> bool:
    channel = Channel(method, path)
    lanes.add_task(channel)
    return channel.done.wait(_SOON)


@pytest.mark.parametrize(
    ("method", "path", "number"),
    [
        pytest.param("POST", "/api/query", 500, id="questions"),
        pytest.param("POST", "/ask", 500, id="questions of the page"),
        pytest.param("GET", "/documents/a.pdf/pages/1.png", 50, id="pictures"),
        pytest.param("POST", "/uploads", 50, id="uploads"),
    ],
)
def test_a_probe_never_waits(lanes: Lanes, release: threading.Event, method: str, path: str, number: int) -> None:
    fill(lanes, release, method, path, number)
    for probe in ("/healthz", "/readyz", "/metrics"):
        assert is_served(lanes, "GET", probe)


def test_a_question_does_not_wait_for_pictures_and_a_page_not_for_questions(
    lanes: Lanes, release: threading.Event
) -> None:
    fill(lanes, release, "POST", "/v1/chat/completions", 500)
    assert is_served(lanes, "GET", "/documents")
    fill(lanes, release, "GET", "/documents/a.pdf/pages/1.png", 50)
    fresh = Lanes(ordinary=2)
    fill(fresh, release, "GET", "/documents/a.pdf/pages/1.png", 50)
    assert is_served(fresh, "POST", "/api/query")
    release.set()
    fresh.shutdown(timeout=_SOON)


def test_a_request_that_fails_costs_no_thread(lanes: Lanes, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(10):
        lanes.add_task(Channel("GET", "/healthz", lambda: 1 / 0))
    assert is_served(lanes, "GET", "/healthz")
    assert "could not be served" in caplog.text


def test_at_the_end_what_has_not_begun_is_cancelled(release: threading.Event) -> None:
    lanes = Lanes(ordinary=1)
    begun = threading.Event()

    def hold() -> None:
        begun.set()
        release.wait(_SOON)

    lanes.add_task(Channel("GET", "/", hold))
    assert begun.wait(_SOON)
    pending, late = Channel("GET", "/"), Channel("GET", "/")
    lanes.add_task(pending)
    assert lanes.shutdown(timeout=0.01)
    lanes.add_task(late)
    assert pending.cancelled.is_set()
    assert late.cancelled.is_set()
    assert not pending.done.is_set()
