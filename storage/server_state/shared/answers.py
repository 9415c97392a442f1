"""Answers that every server shows, whichever gave them. An answer never fails because the database is away.

What cannot be stored is held in this server's memory and written as soon as that goes again, by a thread of its own;
until then only this server shows it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from storage.messages import message
from storage.server_state.answers import MOST_ANSWERS, MOST_HELD, AnswersUnreadable, FiledAnswer, KeptAnswer
from storage.server_state.shared.database import StateDatabase, StateUnavailable, inserted

if TYPE_CHECKING:
    from sqlalchemy import Connection

logger = logging.getLogger(__name__)

_DAY_SECONDS = 86_400
_AGAIN_SECONDS = 2.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Held:
    document: str
    summary: str
    kept_at: float


class SharedAnswers:
    """The same as `AnswerStore`, in a database; `scope` is the collection that the answers are of."""

    def __init__(
        self,
        database: StateDatabase,
        scope: str = "",
        *,
        most: int = MOST_ANSWERS,
        most_held: int = MOST_HELD,
        most_days: int = 0,
        now: Callable[[], float] = time.time,
        again_seconds: float = _AGAIN_SECONDS,
    ) -> None:
        self._database = database
        self._scope = scope
        self._most = most
        self._most_held = min(most, most_held)
        self._most_days = most_days
        self._now = now
        self._again_seconds = again_seconds
        self._memory = threading.Lock()
        self._writing = threading.Lock()
        self._waiting: dict[str, _Held] = {}
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    def put(self, answer_id: str, document: str, summary: str = "") -> None:
        """Keep an answer, in its old place where it is kept already; the oldest beyond the bounds go.

        Where it could not be stored, `unstored` says so.
        """
        with self._memory:
            self._waiting[answer_id] = _Held(document, summary, self._now())
            for old in list(self._waiting)[: -self._most_held]:
                del self._waiting[old]
        self._write()

    def take_over(self, filed: Sequence[FiledAnswer]) -> None:
        """Keep these as well, where there are none of their ids. Raises `StateUnavailable`."""
        table, now = self._database.tables.answers, self._now()

        def store(connection: Connection) -> None:
            for each in filed:
                insert = inserted(connection, table).values(
                    scope=self._scope,
                    id=each.id,
                    document=each.document,
                    summary=each.summary,
                    kept_at=each.kept_at or now,
                )
                connection.execute(insert.on_conflict_do_nothing(index_elements=["scope", "id"]))

        self._database.run(store)

    def get(self, answer_id: str) -> str | None:
        """The answer kept under that id; None when there is none, or none any more. Raises `AnswersUnreadable`."""
        with self._memory:
            self._forget_old()
            if answer_id in self._waiting:
                return self._waiting[answer_id].document
        table = self._database.tables.answers
        wanted = (
            table.select()
            .with_only_columns(table.c.document)
            .where(table.c.scope == self._scope, table.c.id == answer_id, table.c.kept_at >= self._oldest())
        )
        found = self._asked(lambda connection: connection.execute(wanted).scalar())
        return None if found is None else str(found)

    def newest(self) -> list[KeptAnswer]:
        """All answers that are kept, the newest first. Raises `AnswersUnreadable`."""
        with self._memory:
            self._forget_old()
            waiting = {id_: each.summary or each.document for id_, each in self._waiting.items()}
        found = self._asked(self._listed)
        stored = {id_: waiting.get(id_, summary) for id_, summary in found}
        return [KeptAnswer(*each) for each in reversed((stored | waiting).items())]

    def delete(self, answer_ids: Sequence[str] | None = None) -> None:
        """Forget these answers, or all of them. Raises `AnswersUnreadable` where the database cannot be changed."""
        table = self._database.tables.answers
        doomed = table.delete().where(table.c.scope == self._scope)
        if answer_ids is not None:
            doomed = doomed.where(table.c.id.in_(list(answer_ids)))
        with self._writing:
            with self._memory:
                for id_ in list(self._waiting) if answer_ids is None else answer_ids:
                    self._waiting.pop(id_, None)
            try:
                self._database.run(lambda connection: connection.execute(doomed))
            except StateUnavailable as error:
                raise AnswersUnreadable(
                    message("the kept answers cannot be deleted: {reason}", reason=str(error))
                ) from error

    def unstored(self, answer_id: str) -> str | None:
        """Why this answer is in memory only, and gone after a restart; None when it is stored."""
        if answer_id not in self._waiting:
            return None
        return self._database.problem or message("it is being written")

    def notice(self) -> str | None:
        """What is wrong with the database, for who looks after the server; None when nothing is."""
        if (problem := self._database.problem) is None:
            return None
        self._try_again()
        if not self._waiting:
            return problem
        return message(
            "answers cannot be stored: {reason}; they are kept in memory until the server is restarted", reason=problem
        )

    def close(self) -> None:
        """Write what waits, if that goes now, and try no more."""
        self._closed.set()
        if self._waiting:
            self._write(insists=True)

    def _asked(self, work: Callable[[Connection], T]) -> T:
        try:
            return self._database.run(work)
        except StateUnavailable as error:
            self._try_again()
            raise AnswersUnreadable(message("the kept answers cannot be read: {reason}", reason=str(error))) from error

    def _listed(self, connection: Connection) -> list[tuple[str, str]]:
        from sqlalchemy import func

        table = self._database.tables.answers
        own = table.c.scope == self._scope
        if self._most_days:
            connection.execute(table.delete().where(own, table.c.kept_at < self._oldest()))
        shown = func.coalesce(func.nullif(table.c.summary, ""), table.c.document)
        rows = connection.execute(table.select().with_only_columns(table.c.id, shown).where(own).order_by("number"))
        return [(str(id_), str(summary)) for id_, summary in rows]

    def _write(self, *, insists: bool = False) -> bool:
        """Bring what waits into the database; whether nothing waits any more."""
        with self._writing:
            with self._memory:
                self._forget_old()
                waiting = dict(self._waiting)
            try:
                self._database.run(lambda connection: self._stored(connection, waiting), insists=insists)
            except StateUnavailable:
                self._try_again()
                return False
            with self._memory:
                for id_, held in waiting.items():
                    if self._waiting.get(id_) is held:
                        del self._waiting[id_]
                return not self._waiting

    def _stored(self, connection: Connection, waiting: dict[str, _Held]) -> None:
        table = self._database.tables.answers
        for id_, held in waiting.items():
            insert = inserted(connection, table).values(
                scope=self._scope, id=id_, document=held.document, summary=held.summary, kept_at=held.kept_at
            )
            given = {"document": insert.excluded.document, "summary": insert.excluded.summary}
            connection.execute(insert.on_conflict_do_update(index_elements=["scope", "id"], set_=given))
        own = table.c.scope == self._scope
        newest = table.select().with_only_columns(table.c.number).where(own).order_by(table.c.number.desc())
        last_to_go = connection.execute(newest.offset(self._most).limit(1)).scalar()
        if last_to_go is not None:
            connection.execute(table.delete().where(own, table.c.number <= last_to_go))
        if self._most_days:
            connection.execute(table.delete().where(own, table.c.kept_at < self._oldest()))

    def _try_again(self) -> None:
        """Have a thread look until the database is back and nothing waits."""
        with self._memory:
            if self._closed.is_set() or (self._thread is not None and self._thread.is_alive()):
                return
            self._thread = threading.Thread(target=self._work, name="shared-answers", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while not self._closed.wait(self._again_seconds):
            if self._write():
                logger.info("the state database answers again; nothing is held in memory any more")
                return

    def _oldest(self) -> float:
        """The time before which answers are not kept; 0.0 where their age does not count."""
        return self._now() - self._most_days * _DAY_SECONDS if self._most_days else 0.0

    def _forget_old(self) -> None:
        """In memory; the lock is held."""
        for id_ in [id_ for id_, each in self._waiting.items() if each.kept_at < self._oldest()]:
            del self._waiting[id_]
