"""What the last run saw in the documents folder besides the documents, so that every file of it can be accounted for.

A file is a document (the catalogue knows it: read, read in part, failed), or it was left out: of a kind that is not
read, excluded by `.pagewiseignore`, or hidden. Kept in `INDEX_DIR/listing.json`, written by every run.
"""

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from storage.private_files import write_private
from storage.records import DocumentRecord

LeftOutReason = Literal["kind", "ignored", "hidden"]
"""Of a kind that is not read; excluded by `.pagewiseignore`; hidden, as lock files and version control are."""

MOST_NAMED = 1000
_RECORD = "listing.json"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that is not indexed, or a folder (`path` ends with "/") and how many files are in it."""

    path: str
    reason: LeftOutReason
    files: int = 1


@dataclass(frozen=True, slots=True)
class FolderNumbers:
    """Every file of the folder in exactly one number: they add up to `files`."""

    read: int
    read_in_part: int
    failed: int
    other_kind: int
    ignored: int
    hidden: int

    @property
    def files(self) -> int:
        """All files of the folder."""
        return self.read + self.read_in_part + self.failed + self.other_kind + self.ignored + self.hidden


@dataclass(frozen=True, slots=True)
class FolderListing:
    """What was left out, at `seen_at` (UTC, ISO 8601). `left_out` names at most `MOST_NAMED`; the counts are whole."""

    seen_at: str
    left_out: tuple[LeftOut, ...] = ()
    other_kind: int = 0
    ignored: int = 0
    hidden: int = 0

    def numbers(self, documents: Iterable[DocumentRecord]) -> FolderNumbers:
        """All files, with the documents of the index that was made in that run."""
        states = [state_of(document) for document in documents]
        return FolderNumbers(
            read=states.count("read"),
            read_in_part=states.count("read_in_part"),
            failed=states.count("failed"),
            other_kind=self.other_kind,
            ignored=self.ignored,
            hidden=self.hidden,
        )


def state_of(document: DocumentRecord) -> Literal["read", "read_in_part", "failed"]:
    """How much of the file as it is on disk answers; the last good version of one that failed still may."""
    if document.status != "indexed":
        return "failed"
    return "read_in_part" if document.pages_without_text else "read"


def listing_of(left_out: Iterable[LeftOut], seen_at: str) -> FolderListing:
    """The listing of what a walk through the folder left out; other kinds are named first."""
    everything = sorted(left_out, key=lambda each: (each.reason != "kind", each.reason != "ignored", each.path))
    counts = {"kind": 0, "ignored": 0, "hidden": 0}
    for each in everything:
        counts[each.reason] += each.files
    return FolderListing(seen_at, tuple(everything[:MOST_NAMED]), counts["kind"], counts["ignored"], counts["hidden"])


def write_listing(index_dir: Path, listing: FolderListing) -> None:
    """Take the place of the listing of before, unless it says the same. Raises `OSError`."""
    before = read_listing(index_dir)
    if before is not None and (before.left_out, before.hidden) == (listing.left_out, listing.hidden):
        return
    fresh = index_dir / f"{_RECORD}.new"
    write_private(fresh, json.dumps(asdict(listing), ensure_ascii=True) + "\n")
    fresh.replace(index_dir / _RECORD)


def read_listing(index_dir: Path) -> FolderListing | None:
    """What the last run saw; None where there was none yet, or it cannot be read."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        raw = json.loads((index_dir / _RECORD).read_text(encoding="utf-8"))
        return FolderListing(**raw | {"left_out": tuple(LeftOut(**each) for each in raw["left_out"])})
    return None
