"""Places of a server's state, of each kind that there is, with as many servers as a test wants."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import SecretStr

from storage.server_state.shared.database import StateDatabase
from storage.server_state.state import State, state_of
from tests.postgres_process import PASSWORD, PostgresProcess


@dataclass
class Place:
    """Where state is kept. Each `database` is that of another server, which shares nothing with the others."""

    index_dir: Path
    url: str = ""
    password: SecretStr | None = None
    away: Callable[[], AbstractContextManager[None]] | None = None
    """For the block, nobody can use it."""
    opened: ExitStack = field(default_factory=ExitStack)

    def database(self, *, patience_seconds: float = 10.0) -> StateDatabase:
        made = StateDatabase(self.url, self.password, patience_seconds=patience_seconds, pause_seconds=0.0)
        return self.opened.enter_context(closing(made))

    def server(self, scope: str = "") -> State:
        return state_of(self.database() if self.url else None, self.index_dir, scope)


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        yield


@contextmanager
def _stopped(server: PostgresProcess) -> Iterator[None]:
    server.stop()
    try:
        yield
    finally:
        server.start()


def _place(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    index_dir = tmp_path / "index"
    if kind == "files":
        return Place(index_dir)
    if kind == "sqlite":
        file = tmp_path / "state" / "state.db"
        return Place(index_dir, f"sqlite:///{file}", away=lambda: _locked(file))
    server: PostgresProcess = request.getfixturevalue("postgres_process")
    return Place(index_dir, server.new_database(), SecretStr(PASSWORD), away=lambda: _stopped(server))


@pytest.fixture(params=["files", "sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A place of each kind: what is asked of it is the same."""
    made = _place(request.param, request, tmp_path)
    with made.opened:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def shared_place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A database of each kind."""
    made = _place(request.param, request, tmp_path)
    with made.opened:
        yield made
