"""Small texts by name that every server may read and take: uploads that wait, the key of evidence packs, claims."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from storage.server_state.shared.database import StateDatabase, inserted

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection


class SharedEntries:
    """Those of one kind, `kind`, for one collection, `scope`. All methods raise `StateUnavailable`.

    `most`: the oldest beyond so many go; 0: none do.
    """

    def __init__(self, database: StateDatabase, kind: str, scope: str = "", *, most: int = 0) -> None:
        self._database = database
        self._own: dict[str, Any] = {"scope": scope, "kind": kind}
        self._most = most

    def put(self, name: str, value: str) -> list[str]:
        """Keep it, in the place of what was kept under that name; gives the values that had to go for their age."""
        return self._database.run(lambda connection: self._put(connection, name, value))

    def first(self, name: str, value: str) -> str:
        """What is kept under that name: this, unless somebody else has been first."""

        def first(connection: Connection) -> str:
            insert = inserted(connection, self._table).values(**self._own, name=name, value=value)
            connection.execute(insert.on_conflict_do_nothing(index_elements=["scope", "kind", "name"]))
            self._bounded(connection)
            return self._value(connection, name) or value

        return self._database.run(first)

    def get(self, name: str) -> str | None:
        """What is kept under that name; None where nothing is."""
        return self._database.run(lambda connection: self._value(connection, name))

    def take(self, name: str) -> str | None:
        """The same, which is not kept any more then: one of those who ask gets it."""
        table = self._table
        taken = table.delete().where(self._named(name)).returning(table.c.value)
        return self._database.run(lambda connection: connection.execute(taken).scalar())

    @property
    def _table(self) -> Any:
        return self._database.tables.entries

    def _put(self, connection: Connection, name: str, value: str) -> list[str]:
        connection.execute(self._table.delete().where(self._named(name)))
        connection.execute(self._table.insert().values(**self._own, name=name, value=value))
        return self._bounded(connection)

    def _bounded(self, connection: Connection) -> list[str]:
        if not self._most:
            return []
        table = self._table
        newest = table.select().with_only_columns(table.c.number).where(self._named()).order_by(table.c.number.desc())
        last_to_go = connection.execute(newest.offset(self._most).limit(1)).scalar()
        if last_to_go is None:
            return []
        doomed = table.delete().where(self._named(), table.c.number <= last_to_go).returning(table.c.value)
        return list(connection.execute(doomed).scalars())

    def _value(self, connection: Connection, name: str) -> str | None:
        table = self._table
        return connection.execute(table.select().with_only_columns(table.c.value).where(self._named(name))).scalar()

    def _named(self, name: str | None = None) -> ColumnElement[bool]:
        from sqlalchemy import and_

        wanted = self._own if name is None else {**self._own, "name": name}
        return and_(*(self._table.c[column] == value for column, value in wanted.items()))
