"""How many questions are worked on, and how many may wait. Imports no models: whoever turns requests away needs it."""

import threading

from storage.messages import message

RUNNING = 16
"""More at a time would each take longer: they share the processor, and the language model's patience."""

WAITING = 128
"""What sixteen at a time answer within seconds; who comes to a longer queue had better come again."""


class TooBusy(Exception):
    """The queue is full; ask again after `retry_after_seconds`."""

    retry_after_seconds = 5.0


class Admission:
    """Lets `running` questions in and keeps `waiting` more in a queue. May be used by several threads.

    It counts heads; what makes a question wait for its turn is the number of threads that answer.
    """

    def __init__(self, running: int = RUNNING, waiting: int = WAITING) -> None:
        self.running = running
        self._room = threading.Semaphore(running + waiting)

    def join(self) -> None:
        """Take a place in the queue; raises `TooBusy` when there is none. Every `join` needs one `leave`."""
        if not self._room.acquire(blocking=False):
            raise TooBusy(message("too many questions are being answered at this moment"))

    def leave(self) -> None:
        """Give the place in the queue back."""
        self._room.release()
