"""Tokens by day that all servers have spent together. Knows nothing of what they were spent on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeVar

from storage.server_state.shared.database import StateDatabase, StateUnavailable, inserted
from storage.server_state.token_budget import LedgerUnavailable, Period

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

_KEPT_DAYS = 90

T = TypeVar("T")


class SharedLedger:
    """The same as `BudgetLedger`, in a database. `scope`: the collection; `period`: what is counted together.

    All methods raise `LedgerUnavailable`.
    """

    def __init__(self, database: StateDatabase, scope: str = "", period: Period = "day") -> None:
        self._database = database
        self._scope = scope
        self._period = period

    def used(self, day: date) -> int:
        """The tokens of that day."""
        table = self._database.tables.tokens
        wanted = table.select().with_only_columns(table.c.tokens).where(self._row(day))
        return self._run(lambda connection: int(connection.execute(wanted).scalar() or 0))

    def reserve(self, day: date, tokens: int, limit: int) -> bool:
        """Add tokens to a day unless its `limit` has been reached; whether they were added."""
        table = self._database.tables.tokens

        def reserve(connection: Connection) -> bool:
            insert = inserted(connection, table).values(**self._values(day), tokens=max(0, tokens))
            added = insert.on_conflict_do_update(
                index_elements=["scope", "period", "day"],
                set_={"tokens": table.c.tokens + tokens},
                where=table.c.tokens < limit,
            ).returning(table.c.tokens)
            granted = connection.execute(added).first() is not None
            oldest = (day - timedelta(_KEPT_DAYS)).isoformat()
            own = (table.c.scope == self._scope, table.c.period == self._period)
            if granted:
                connection.execute(table.delete().where(*own, table.c.day < oldest))
            return granted

        return self._run(reserve)

    def add(self, day: date, tokens: int) -> None:
        """Add tokens to a day, or take some back; never below zero."""
        from sqlalchemy import case

        table = self._database.tables.tokens
        total = table.c.tokens + tokens
        self._write(day, max(0, tokens), case((total < 0, 0), else_=total))

    def settle(self, day: date, tokens: int) -> None:
        """Write what was spent that day, for somebody who knows it."""
        from sqlalchemy import literal

        self._write(day, tokens, literal(tokens))

    def close(self) -> None:
        """Nothing is open here: the database is closed by who opened it."""

    def _write(self, day: date, first: int, later: ColumnElement[int]) -> None:
        table = self._database.tables.tokens

        def write(connection: Connection) -> None:
            insert = inserted(connection, table).values(**self._values(day), tokens=first)
            connection.execute(
                insert.on_conflict_do_update(index_elements=["scope", "period", "day"], set_={"tokens": later})
            )

        self._run(write)

    def _row(self, day: date) -> ColumnElement[bool]:
        from sqlalchemy import and_

        table = self._database.tables.tokens
        return and_(*(table.c[name] == value for name, value in self._values(day).items()))

    def _values(self, day: date) -> dict[str, str]:
        return {"scope": self._scope, "period": self._period, "day": day.isoformat()}

    def _run(self, work: Callable[[Connection], T]) -> T:
        try:
            return self._database.run(work)
        except StateUnavailable as error:
            raise LedgerUnavailable(str(error)) from error
