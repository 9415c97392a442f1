"""Where a server keeps what it must not forget: in files beside the index, or in a database that others use as well.

The one place that knows which stores there are of each kind.
"""

from __future__ import annotations

import logging
import secrets
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, date, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from storage.damaged_files import identity_of, is_damage, set_aside
from storage.file_locks import alone_in
from storage.messages import message
from storage.private_files import private_directory, private_file
from storage.server_state.answers import Answers, AnswerStore, filed_answers
from storage.server_state.evidence_packs import own_fingerprint, shared_signing_key, signing_key
from storage.server_state.shared.answers import SharedAnswers
from storage.server_state.shared.budget import SharedLedger
from storage.server_state.shared.database import StateDatabase, StateUnavailable
from storage.server_state.shared.entries import SharedEntries
from storage.server_state.token_budget import BudgetLedger, LedgerUnavailable, Period, count_on_file

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from storage.settings import StorageSettings

logger = logging.getLogger(__name__)

STATE_FILE = "state.db"
"""In INDEX_DIR: the database of a server of several processes, where no other one is named."""

LEDGER_FILES: dict[Period, str] = {"day": "budget.db", "month": "budget.month.db"}
_KEYS, _CLAIMS, _TAKEN_OVER = "keys", "claims", "taken over"
_FILES = "files"
_MOST_CLAIMS = 200


class State(Protocol):
    """The state of one index's server, or of all servers of it together."""

    is_alone: bool
    """Whether no other server spends and answers by the same."""

    def answers(self, most_days: int = 0) -> Answers:
        """Where answers are kept; older ones than `most_days` go, 0: none for its age. Close it."""

    def ledger(self, period: Period) -> BudgetLedger | SharedLedger:
        """Where the tokens of each day, or month, are counted. Close it."""

    def signing_key(self) -> Ed25519PrivateKey:
        """What evidence packs are signed with. Raises `OSError`, `StateUnavailable`."""

    def fingerprint(self) -> str:
        """The short form of that key; "" where there is none yet, or it cannot be read."""

    def claim(self, name: str) -> bool:
        """Whether nobody has claimed this name before; True as well where nobody can tell."""

    def take_over(self) -> None:
        """Bring in what a server kept in files beside this index before, once; later where the database is away."""


class StateFiles:
    """Files in the folder of the index."""

    is_alone = True

    def __init__(self, index_dir: Path) -> None:
        self._index_dir = index_dir

    def answers(self, most_days: int = 0) -> Answers:
        """See `State`."""
        return AnswerStore(self._index_dir / "answers.db", most_days=most_days)

    def ledger(self, period: Period) -> BudgetLedger:
        """See `State`."""
        return BudgetLedger(self._index_dir / LEDGER_FILES[period])

    def signing_key(self) -> Ed25519PrivateKey:
        """See `State`."""
        return signing_key(self._index_dir)

    def fingerprint(self) -> str:
        """See `State`."""
        return own_fingerprint(self._index_dir)

    def claim(self, _name: str) -> bool:
        """See `State`."""
        return True

    def take_over(self) -> None:
        """See `State`."""


class SharedState:
    """A database; every collection has a `scope` of its own in it."""

    is_alone = False

    def __init__(self, database: StateDatabase, scope: str, index_dir: Path) -> None:
        self._database = database
        self._scope = scope
        self._index_dir = index_dir
        self._known_key = cache(partial(shared_signing_key, self._entries(_KEYS), index_dir))

    def answers(self, most_days: int = 0) -> Answers:
        """See `State`."""
        return SharedAnswers(self._database, self._scope, most_days=most_days)

    def ledger(self, period: Period) -> SharedLedger:
        """See `State`."""
        return SharedLedger(self._database, self._scope, period)

    def signing_key(self) -> Ed25519PrivateKey:
        """See `State`."""
        return self._known_key()

    def fingerprint(self) -> str:
        """See `State`."""
        return own_fingerprint(self._index_dir, self._entries(_KEYS))

    def claim(self, name: str) -> bool:
        """See `State`."""
        mine = secrets.token_hex(8)
        try:
            return self._entries(_CLAIMS, most=_MOST_CLAIMS).first(name, mine) == mine
        except StateUnavailable:
            return True

    def take_over(self) -> None:
        """See `State`."""
        files = [self._index_dir / name for name in ("answers.db", *LEDGER_FILES.values())]
        taken = self._entries(_TAKEN_OVER)
        if not any(file.is_file() for file in files):
            return
        try:
            with alone_in(self._index_dir):  # processes that begin together would count what was spent twice
                if taken.get(_FILES) is None:
                    self._take_over()
                    taken.first(_FILES, "1")
        except StateUnavailable as error:
            logger.warning("what was kept in files is not taken over before the next start: %s", error)

    def _take_over(self) -> None:
        try:
            filed = filed_answers(self._index_dir / "answers.db")
        except sqlite3.Error as error:
            filed = []
            logger.warning("answers.db is not taken over: %s", error)
        SharedAnswers(self._database, self._scope).take_over(filed)
        today = datetime.now(UTC).date()
        days: dict[Period, date] = {"day": today, "month": today.replace(day=1)}
        for period, day in days.items():
            with suppress(LedgerUnavailable):
                self.ledger(period).add(day, count_on_file(self._index_dir / LEDGER_FILES[period], day))
        logger.info("%d answers and what was spent are taken over from files", len(filed))

    def _entries(self, kind: str, most: int = 0) -> SharedEntries:
        return SharedEntries(self._database, kind, self._scope, most=most)


def database_url(storage: StorageSettings) -> str:
    """Where state is shared: STATE_URL, or the file that `share_state` has made; "": it is in files, not shared."""
    file = (storage.index_dir / STATE_FILE).absolute()
    return f"sqlite:///{file}" if not storage.state_url and file.is_file() else storage.state_url


def share_state(storage: StorageSettings) -> None:
    """Have several processes share their state, by STATE_URL or else by a file in INDEX_DIR, which is used from now on.

    Call it before they begin. Raises `OSError` where there can be no such file.
    """
    if storage.state_url:
        return
    file = storage.index_dir.absolute() / STATE_FILE
    if "?" in str(file):
        raise OSError(message("its path holds a question mark"))
    private_directory(file.parent)
    _set_aside_if_damaged(file)
    private_file(file)
    with file.open("r+b"):
        pass


def _set_aside_if_damaged(file: Path) -> None:
    seen = identity_of(file)
    if seen is None:
        return
    try:
        with closing(sqlite3.connect(file)) as database:
            database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error as error:
        if is_damage(error, file) and (aside := set_aside(file, seen)) is not None:
            logger.warning("%s is damaged; it is now %s, and a new one begins", file.name, aside.name)


def open_database(storage: StorageSettings) -> StateDatabase | None:
    """The state database of the settings, not connected yet; None: state is in files. Close it."""
    url = database_url(storage)
    return StateDatabase(url, storage.state_password) if url else None


def state_of(database: StateDatabase | None, index_dir: Path, scope: str = "") -> State:
    """The state of the server with this index; `scope`: whose it is in the database."""
    return SharedState(database, scope, index_dir) if database is not None else StateFiles(index_dir)
