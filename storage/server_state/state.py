"""Where a server keeps what it must not forget: in files beside the index, or in a database that others use as well.

The one place that knows which stores there are of each kind.
"""

from __future__ import annotations

import secrets
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from storage.server_state.answers import Answers, AnswerStore
from storage.server_state.evidence_packs import own_fingerprint, shared_signing_key, signing_key
from storage.server_state.shared.answers import SharedAnswers
from storage.server_state.shared.budget import SharedLedger
from storage.server_state.shared.database import StateDatabase, StateUnavailable
from storage.server_state.shared.entries import SharedEntries
from storage.server_state.token_budget import BudgetLedger, Period

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from storage.settings import StorageSettings

LEDGER_FILES: dict[Period, str] = {"day": "budget.db", "month": "budget.month.db"}
_KEYS, _CLAIMS = "keys", "claims"
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

    def _entries(self, kind: str, most: int = 0) -> SharedEntries:
        return SharedEntries(self._database, kind, self._scope, most=most)


def open_database(storage: StorageSettings) -> StateDatabase | None:
    """The state database of the settings, not connected yet; None: state is in files. Close it."""
    return StateDatabase(storage.state_url, storage.state_password) if storage.state_url else None


def state_of(database: StateDatabase | None, index_dir: Path, scope: str = "") -> State:
    """The state of the server with this index; `scope`: whose it is in the database."""
    return SharedState(database, scope, index_dir) if database is not None else StateFiles(index_dir)
