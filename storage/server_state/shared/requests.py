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
        if self._looks % _LOOKS_BETWEEN_CLEANINGS == 0:
            self._database.run(self._clean)
        return self._database.run(lambda connection: self._acquired(connection, client, limit, seconds, amount))

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

    def _acquired(self, connection: Connection, client: str, limit: int, seconds: float, amount: int) -> bool:
        from sqlalchemy import func, select

        table = self._database.tables.requests
        self._lock(connection, client)
        now = self._now()
        connection.execute(table.delete().where(table.c.client == client, table.c.at < now - seconds))
        asked = select(func.count()).select_from(table).where(table.c.client == client)
        if int(connection.execute(asked).scalar_one()) + amount > limit:
            return False
        connection.execute(table.insert(), [{"client": client, "at": now} for _ in range(amount)])
        return True

    def _clean(self, connection: Connection) -> None:
        """Forget clients that do not come any more; those that somebody counts just now are passed over."""
        from sqlalchemy import select

        requests, clients = self._database.tables.requests, self._database.tables.clients
        connection.execute(requests.delete().where(requests.c.at < self._now() - _LONGEST_SECONDS))
        asking = select(requests.c.client).where(requests.c.client == clients.c.client)
        gone = select(clients.c.client).where(~asking.exists()).with_for_update(skip_locked=True)
        names = list(connection.execute(gone).scalars())
        connection.execute(clients.delete().where(clients.c.client.in_(names)))

    def _lock(self, connection: Connection, client: str) -> None:
        """Nobody else counts this client until the transaction ends: its row is written, though nothing in it."""
        clients = self._database.tables.clients
        insert = inserted(connection, clients).values(client=client)
        connection.execute(
            insert.on_conflict_do_update(index_elements=["client"], set_={"client": insert.excluded.client})
        )
