"""When each client asked in the last minute, whichever server was asked. Knows nothing of clients and limits.

The servers' own clocks count: they must agree to a second or so.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from storage.server_state.shared.database import StateDatabase, inserted

if TYPE_CHECKING:
    from sqlalchemy import Connection

_LOOKS_BETWEEN_CLEANINGS = 500
_LONGEST_SECONDS = 3600.0


class SharedRequests:
    """Counts what was asked within so many seconds until now. All methods raise `StateUnavailable`."""

    def __init__(self, database: StateDatabase, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = now
        self._looks = 0

    def acquire(self, client: str, limit: int, seconds: float, amount: int = 1) -> bool:
        """Note `amount` requests of this client now, unless there would be more than `limit` within `seconds`."""
        self._looks += 1
        is_to_clean = self._looks % _LOOKS_BETWEEN_CLEANINGS == 0
        return self._database.run(
            lambda connection: self._acquired(connection, client, limit, seconds, amount, is_to_clean)
        )

    def window(self, client: str, seconds: float) -> tuple[float, int]:
        """When the oldest of this client's requests within `seconds` came, and how many there are."""
        from sqlalchemy import func

        now, table = self._now(), self._database.tables.requests
        wanted = (
            table.select()
            .with_only_columns(func.min(table.c.at), func.count())
            .where(table.c.client == client, table.c.at >= now - seconds)
        )
        oldest, count = self._database.run(lambda connection: connection.execute(wanted).one())
        return (now if oldest is None else float(oldest)), int(count)

    def forget(self, client: str | None = None) -> None:
        """As if this client, or nobody, had asked anything."""
        table = self._database.tables.requests
        doomed = table.delete() if client is None else table.delete().where(table.c.client == client)
        self._database.run(lambda connection: connection.execute(doomed))

    def _acquired(
        self, connection: Connection, client: str, limit: int, seconds: float, amount: int, is_to_clean: bool
    ) -> bool:
        from sqlalchemy import func, select

        tables = self._database.tables
        table = tables.requests
        self._lock(connection, client)
        now = self._now()
        connection.execute(table.delete().where(table.c.client == client, table.c.at < now - seconds))
        asked = select(func.count()).select_from(table).where(table.c.client == client)
        if int(connection.execute(asked).scalar_one()) + amount > limit:
            return False
        connection.execute(table.insert(), [{"client": client, "at": now} for _ in range(amount)])
        if is_to_clean:
            connection.execute(table.delete().where(table.c.at < now - _LONGEST_SECONDS))
            asking = select(table.c.client).where(table.c.client == tables.clients.c.client)
            connection.execute(tables.clients.delete().where(~asking.exists()))
        return True

    def _lock(self, connection: Connection, client: str) -> None:
        """Nobody else counts this client until the transaction ends: its row is written, though nothing in it."""
        clients = self._database.tables.clients
        insert = inserted(connection, clients).values(client=client)
        connection.execute(
            insert.on_conflict_do_update(index_elements=["client"], set_={"client": insert.excluded.client})
        )
