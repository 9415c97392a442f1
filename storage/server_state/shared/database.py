"""The database that several servers share, and its tables. SQLAlchemy Core: a file of SQLite, or PostgreSQL.

It may be away for a while, and nothing of ours waits for it long: after a failure it is left alone for a moment, and
whoever asks meanwhile is told at once. Knows nothing of what is kept. Imports SQLAlchemy when it is first used.
"""

from __future__ import annotations

import logging
import math
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from urllib.parse import urlsplit

from storage.messages import message
from storage.private_files import private_directory, private_file

if TYPE_CHECKING:
    from pydantic import SecretStr
    from sqlalchemy import Connection, Engine, Table

logger = logging.getLogger(__name__)

SCHEMA = 1
_PATIENCE_SECONDS = 4.0
_PAUSE_SECONDS = 2.0
_CONNECTIONS = 8
_DRIVERS = {"postgres": "postgresql+pg8000", "postgresql": "postgresql+pg8000"}
_LONGEST_EXCERPT = 160

T = TypeVar("T")


class StateUnavailable(Exception):
    """The state database cannot be used now; the message is a sentence with the next step. It may be back soon."""


class StateDatabase:
    """Runs work in transactions, from many threads and processes. Its tables are made when they are first needed.

    `url` is one of SQLAlchemy's (`sqlite:////srv/state.db`, `postgresql://pagewise@db/pagewise`). `patience_seconds`
    bounds connecting, every statement and every wait for a lock. While it fails, one caller at a time finds out whether
    it still does, and all others are told at once.
    """

    def __init__(
        self,
        url: str,
        password: SecretStr | None = None,
        *,
        patience_seconds: float = _PATIENCE_SECONDS,
        pause_seconds: float = _PAUSE_SECONDS,
    ) -> None:
        self._url = url
        self._password = password
        self._patience_seconds = patience_seconds
        self._pause_seconds = pause_seconds
        self._preparing = threading.Lock()
        self._trying = threading.Lock()
        self._is_prepared = False
        self._not_before = float("-inf")
        self._problem: str | None = None  # not the exception, which would hold on to what has failed

    @property
    def place(self) -> str:
        """How people name it: the kind, and its host or file; nothing secret."""
        parts = urlsplit(self._url)
        kind = parts.scheme.partition("+")[0]
        place = parts.path.removeprefix("/") if kind == "sqlite" else parts.netloc.rpartition("@")[2] + parts.path
        return f"{kind} {place}"

    @property
    def problem(self) -> str | None:
        """Why the last work could not be done; None where it was."""
        return self._problem

    @cached_property
    def tables(self) -> Tables:
        """Its tables."""
        return Tables()

    def run(self, work: Callable[[Connection], T], *, insists: bool = False) -> T:
        """What `work` gives, done as one transaction. Raises `StateUnavailable`, and then nothing was changed.

        `insists`: it is tried although it has just failed.
        """
        known = self._problem
        if known is None or insists:
            return self._done(work)
        if time.monotonic() < self._not_before or not self._trying.acquire(blocking=False):
            raise StateUnavailable(known)
        try:
            return self._done(work)
        finally:
            self._trying.release()

    def check(self) -> None:
        """Raises `StateUnavailable` where it cannot be used."""
        self.run(lambda connection: connection.exec_driver_sql("SELECT 1").scalar())

    def close(self) -> None:
        """End its connections."""
        if "_engine" in vars(self):
            self._engine.dispose()

    def _done(self, work: Callable[[Connection], T]) -> T:
        from sqlalchemy.exc import SQLAlchemyError

        began = time.monotonic()
        try:
            self._prepare()
            with self._engine.begin() as connection:
                found = work(connection)
        except (SQLAlchemyError, OSError, struct.error, ImportError) as error:  # pg8000 1.31 hands on its socket's
            raise self._failed(error, time.monotonic() - began) from error
        self._problem = None
        return found

    def _failed(self, error: Exception, took_seconds: float) -> StateUnavailable:
        said = " ".join(str(getattr(error, "orig", None) or error).split())
        if self._password is not None:
            said = said.replace(self._password.get_secret_value(), "…")
        problem = message(
            "the state database ({place}) cannot be used ({reason}); look whether it runs, and at STATE_URL",
            place=self.place,
            reason=said[:_LONGEST_EXCERPT] or type(error).__name__,
        )
        if self._problem is None:
            logger.warning("%s", problem)
        # One that hangs is looked at less often than one that refuses: somebody waits for it each time.
        self._not_before = time.monotonic() + max(self._pause_seconds, 3 * took_seconds)
        self._problem = problem
        return StateUnavailable(problem)

    def _prepare(self) -> None:
        with self._preparing:
            if self._is_prepared:
                return
            from sqlalchemy.exc import DatabaseError

            try:
                found = self._made()
            except DatabaseError:
                found = self._made()  # another server made them at the same moment
            if found > SCHEMA:
                raise OSError(message("it was made by a later version of Pagewise"))
            self._is_prepared = True

    def _made(self) -> int:
        """Make what is missing; the number of the form that the tables have."""
        tables = self.tables
        with self._engine.begin() as connection:
            tables.metadata.create_all(connection)
            upsert = inserted(connection, tables.form).values(name="form", number=SCHEMA)
            connection.execute(upsert.on_conflict_do_nothing(index_elements=["name"]))
            return int(connection.execute(tables.form.select()).one().number)

    @cached_property
    def _engine(self) -> Engine:
        return _sqlite(self._url, self._patience_seconds) if self._url.startswith("sqlite") else self._server()

    def _server(self) -> Engine:
        from sqlalchemy import create_engine, event, make_url

        url = make_url(self._url)
        url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
        if self._password is not None:
            url = url.set(password=self._password.get_secret_value())
        # SQLAlchemy 2.1 logs a traceback for each connection that a server which is away has broken; we say it once.
        logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
        is_ours = url.drivername.endswith("pg8000")
        connecting: dict[str, Any] = {"connect_timeout": math.ceil(self._patience_seconds)}
        if is_ours:
            connecting = {"timeout": self._patience_seconds, "ssl_context": _tls(url.query.get("sslmode"))}
            url = url.difference_update_query(["sslmode"])
        engine = create_engine(
            url,
            connect_args=connecting,
            pool_size=_CONNECTIONS,
            max_overflow=_CONNECTIONS,
            pool_timeout=self._patience_seconds,
            pool_pre_ping=True,
        )
        if is_ours:
            event.listen(engine, "do_connect", _connected)
        milliseconds = int(self._patience_seconds * 900)  # said by the server before our own socket gives up

        @event.listens_for(engine, "connect")
        def be_patient_no_longer(connection: Any, _record: Any) -> None:
            cursor = connection.cursor()
            cursor.execute(f"SET statement_timeout = {milliseconds}")
            cursor.close()
            connection.commit()

        return engine


class Tables:
    """`scope` is a collection's name, "" where there is only one: each has rows of its own in every table."""

    def __init__(self) -> None:
        from sqlalchemy import BigInteger, Column, Float, Identity, Index, Integer, MetaData, Table, Text

        self.metadata = MetaData()
        counted = BigInteger().with_variant(Integer, "sqlite")
        self.form = Table(
            "pagewise_form", self.metadata, Column("name", Text, primary_key=True), Column("number", Integer)
        )
        self.answers = Table(
            "pagewise_answers",
            self.metadata,
            Column("number", counted, Identity(), primary_key=True),
            Column("scope", Text, nullable=False),
            Column("id", Text, nullable=False),
            Column("document", Text, nullable=False),
            Column("summary", Text, nullable=False),
            Column("kept_at", Float(53), nullable=False),
            Index("pagewise_answers_id", "scope", "id", unique=True),
            Index("pagewise_answers_number", "scope", "number"),
            sqlite_autoincrement=True,
        )
        self.tokens = Table(
            "pagewise_tokens",
            self.metadata,
            Column("scope", Text, primary_key=True),
            Column("period", Text, primary_key=True),
            Column("day", Text, primary_key=True),
            Column("tokens", BigInteger, nullable=False),
        )
        self.clients = Table("pagewise_clients", self.metadata, Column("client", Text, primary_key=True))
        self.requests = Table(
            "pagewise_requests",
            self.metadata,
            Column("number", counted, Identity(), primary_key=True),
            Column("client", Text, nullable=False),
            Column("at", Float(53), nullable=False),
            Index("pagewise_requests_at", "client", "at"),
        )
        self.entries = Table(
            "pagewise_entries",
            self.metadata,
            Column("number", counted, Identity(), primary_key=True),
            Column("scope", Text, nullable=False),
            Column("kind", Text, nullable=False),
            Column("name", Text, nullable=False),
            Column("value", Text, nullable=False),
            Index("pagewise_entries_name", "scope", "kind", "name", unique=True),
            sqlite_autoincrement=True,
        )


def inserted(connection: Connection, table: Table) -> Any:
    """An INSERT of the database's own kind, which knows ON CONFLICT."""
    from sqlalchemy.dialects import postgresql, sqlite

    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)


def _sqlite(url: str, patience_seconds: float) -> Engine:
    """sqlite3 begins transactions by itself only when it writes: two that read before would refuse one another."""
    from sqlalchemy import create_engine, event, make_url

    file = Path(make_url(url).database or "")
    private_directory(file.parent)
    engine = create_engine(url, connect_args={"timeout": patience_seconds, "isolation_level": None})

    @event.listens_for(engine, "do_connect")
    def keep_it_private(*_arguments: Any) -> None:
        private_file(file)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            connection.execute("PRAGMA journal_mode = WAL")  # lasts; whoever comes later need not wait for it
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA secure_delete = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _connected(dialect: Any, _record: Any, arguments: list[Any], parameters: dict[str, Any]) -> Any:
    """A connection over a socket of our own; None: the driver makes its own, to a socket of this machine.

    pg8000 1.31 leaves Nagle's algorithm on, so that everything of some size waits 40 ms, and leaves its socket open
    when the server does not answer.
    """
    if not parameters.get("host"):
        return None
    place = (parameters["host"], parameters.get("port", 5432))
    opened = socket.create_connection(place, parameters["timeout"])
    try:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return dialect.loaded_dbapi.Connection(*arguments, sock=opened, **parameters)
    except BaseException:
        opened.close()
        raise


def _tls(mode: Any) -> ssl.SSLContext | Literal[False] | None:
    """None: where the server offers it, without looking at its certificate."""
    if mode == "disable":
        return False
    if mode in (None, "allow", "prefer"):
        return None
    context = ssl.create_default_context()
    if mode in ("require", "verify-ca"):
        context.check_hostname = False
    if mode == "require":
        context.verify_mode = ssl.CERT_NONE
    return context
