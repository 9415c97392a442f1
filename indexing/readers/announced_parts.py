"""The parts of a file (pages, sheets, mails): each is announced before it is read, so that only it is lost.

A reader asks `loss_of_part` before every part. The process that reads (`parsing.child`) says with `reading_parts`
what to do then: tell its parent, begin a new limit of time, and name the parts that must not be read again.
Without it, as in tests and tools, every part is read.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from indexing.documents import FailureCategory
from storage.messages import message


@dataclass(frozen=True, slots=True)
class Parts:
    """What is known of a file's parts before it is read.

    `lost` maps parts, counted from 1, to why an earlier attempt ended there. From part `stop` on nothing is read:
    the file as a whole took too long. `announce(part, of)` is called before a part
    is read, and with part 0 when all are.
    """

    announce: Callable[[int, int], None]
    lost: Mapping[int, FailureCategory] = field(default_factory=dict)
    stop: int | None = None

    def loss(self, part: int) -> "Loss | None":
        """Why this part is not to be read as the others are; None: read it."""
        if self.stop is not None and part >= self.stop:
            why = message("not read, because the parts before it took as long as a whole file may")
            return Loss("timeout", why)
        category = self.lost.get(part)
        if category is None:
            return None
        return Loss(category, _WHY.get(category, message("its reader crashed")))


@dataclass(frozen=True, slots=True)
class Loss:
    """A part that an earlier attempt ended at; `why` is a sentence for people."""

    category: FailureCategory
    why: str


_WHY: dict[FailureCategory, str] = {
    "timeout": message("reading it took too much processor time"),
    "memory": message("reading it needs more memory than the limit"),
}
_parts: ContextVar[Parts | None] = ContextVar("parts", default=None)


@contextmanager
def reading_parts(parts: Parts | None) -> Iterator[None]:
    """Within this block readers ask these parts; with None, as for a file within another, none are announced."""
    token = _parts.set(parts)
    try:
        yield
    finally:
        _parts.reset(token)


def loss_of_part(part: int, of: int) -> Loss | None:
    """To be asked before part `part` of `of`, counted from 1, is read: why it must not be, or None."""
    parts = _parts.get()
    if parts is None:
        return None
    loss = parts.loss(part)
    if loss is None or loss.category == "crashed":  # a reader may have another way, which is announced as well
        parts.announce(part, of)
    return loss


def all_parts_read(of: int) -> None:
    """To be said when no part is left: what follows is the work on the whole file, with a limit of its own."""
    parts = _parts.get()
    if parts is not None:
        parts.announce(0, of)
