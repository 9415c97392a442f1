"""The list of documents as a page shows it: which of them, in which order, fifty at a time. Pure.

Holds for ten documents as for ten thousand: what is counted is counted once, and only the rows of one page are made.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any, Literal, get_args

from storage.folder_listing import state_of
from storage.records import WITHOUT_OCR, DocumentRecord

IN_PART = "in_part"
"""The cause of documents that answer but for some pages without text; others are categories of failures."""

State = Literal["all", "attention", "new"]
Order = Literal["attention", "name", "size", "date", "pages"]
STATES: tuple[State, ...] = get_args(State)
ORDERS: tuple[Order, ...] = get_args(Order)

ROWS = 50
_MOST_FOLDERS = 60
_LARGEST_GROUP = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asked the list for. `text` is part of a name or title, or words of the text.

    `folder` has no slash at its end; `cause` is what `cause_of` says, empty for any.
    """

    text: str = ""
    state: State = "all"
    folder: str = ""
    cause: str = ""
    order: Order = "attention"
    page: int = 1


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder right below the one that is shown, and how many documents are in it and below."""

    path: str
    name: str
    documents: int


@dataclass(frozen=True, slots=True)
class Failures:
    """Documents that could not be read, or not all of them, for the same cause: the first of them by name.

    `may_ocr`: a page of theirs could not be read, and none was tried with OCR.
    """

    cause: str
    documents: tuple[DocumentRecord, ...]
    count: int
    may_ocr: bool = False


@dataclass(frozen=True, slots=True)
class DocumentList:
    """One page of the list, and what there is beside it. `by_words`: rows that only their text has found."""

    wanted: Wanted
    rows: tuple[DocumentRecord, ...]
    by_words: frozenset[str]
    found: int
    counts: dict[State, int]
    folders: tuple[Folder, ...]
    failures: tuple[Failures, ...]

    @property
    def pages(self) -> int:
        """How many pages of rows there are; at least one."""
        return _pages(self.found)

    @property
    def first(self) -> int:
        """The number of the first row, from 1; 0 where there is none."""
        return (self.wanted.page - 1) * ROWS + 1 if self.rows else 0


def list_documents(
    records: Sequence[DocumentRecord], wanted: Wanted, new: Collection[str] = (), saying: Collection[str] = ()
) -> DocumentList:
    """The documents that are wanted. `new`: paths that the last run has added; `saying`: whose text holds the words."""
    inside = [record for record in records if _is_inside(record.path, wanted.folder)]
    named = [record for record in inside if _is_named(record, wanted.text)]
    by_words = {record.path for record in inside if record.path in saying}.difference(each.path for each in named)
    either = [*named, *(record for record in inside if record.path in by_words)]
    needing = [record for record in either if needs_attention(record)]
    by_state: dict[State, list[DocumentRecord]] = {
        "all": either,
        "attention": [record for record in needing if wanted.cause in ("", cause_of(record))],
        "new": [record for record in either if record.path in new],
    }
    found = by_state[wanted.state]
    wanted = replace(wanted, page=min(max(1, wanted.page), _pages(len(found))))
    start = (wanted.page - 1) * ROWS
    key = _KEYS[wanted.order]
    ordered = sorted(found, key=lambda record: (record.path in by_words, key(record)))[start : start + ROWS]
    return DocumentList(
        wanted,
        tuple(ordered),
        frozenset(record.path for record in ordered if record.path in by_words),
        len(found),
        {state: len(those) for state, those in by_state.items()} | {"attention": len(needing)},
        tuple(_folders(inside, wanted.folder)),
        tuple(_failures(needing)),
    )


def needs_attention(record: DocumentRecord) -> bool:
    """Whether a person should look at it: not read, or not all of it."""
    return state_of(record) != "read"


def cause_of(record: DocumentRecord) -> str:
    """Why a document needs attention: the category of its failure, or `IN_PART`; empty where it needs none."""
    if record.status != "indexed":
        return record.category or "unreadable"
    return IN_PART if needs_attention(record) else ""


def newest(records: Sequence[DocumentRecord]) -> set[str]:
    """The documents that the last run which read any has read; none where that was all of them."""
    last = max((record.indexed_at for record in records), default="")
    day = last[:10]  # one run gives each document the moment it was read
    found = {record.path for record in records if day and record.indexed_at.startswith(day)}
    return found if len(found) < len(records) else set()


def _pages(found: int) -> int:
    return max(1, -(-found // ROWS))


def _is_inside(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")


def _is_named(record: DocumentRecord, text: str) -> bool:
    return not text or text.casefold() in f"{record.path}\n{record.title or ''}".casefold()


def _folders(inside: Sequence[DocumentRecord], folder: str) -> list[Folder]:
    start = len(folder) + 1 if folder else 0
    names = Counter(below.partition("/")[0] for record in inside if "/" in (below := record.path[start:]))
    return [
        Folder(f"{folder}/{name}" if folder else name, name, count)
        for name, count in sorted(names.items(), key=lambda each: each[0].casefold())[:_MOST_FOLDERS]
    ]


def _failures(needing: Sequence[DocumentRecord]) -> list[Failures]:
    by_cause: dict[str, list[DocumentRecord]] = {}
    for record in sorted(needing, key=_by_name):
        by_cause.setdefault(cause_of(record), []).append(record)
    groups = [
        Failures(cause, tuple(group[:_LARGEST_GROUP]), len(group), any(map(_may_ocr, group)))
        for cause, group in by_cause.items()
    ]
    return sorted(groups, key=lambda each: (each.cause == IN_PART, -each.count))


def _may_ocr(record: DocumentRecord) -> bool:
    return cause_of(record) in (IN_PART, "no_text") and WITHOUT_OCR in record.fingerprint


def _by_name(record: DocumentRecord) -> Any:
    return record.path.casefold()


_STATUS_ORDER = {"failed": 0, "stale": 1, "indexed": 2}
_KEYS: dict[Order, Callable[[DocumentRecord], Any]] = {
    "attention": lambda record: (_STATUS_ORDER[record.status], not record.pages_without_text, _by_name(record)),
    "name": _by_name,
    "size": lambda record: (-record.size, _by_name(record)),
    "date": lambda record: (-record.mtime_ns, _by_name(record)),
    "pages": lambda record: (-record.pages, _by_name(record)),
}


def kind_of(path: str) -> str:
    """The kind of a file as people call it: what its name ends with."""
    return PurePosixPath(path).suffix.lstrip(".").upper()
