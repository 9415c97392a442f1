"""Makes an earlier index the current one again: it is still there, so nothing is read and nothing computed."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from storage.generations.lock import index_lock
from storage.generations.published import (
    DamagedGeneration,
    NoIndex,
    checked_manifest,
    current_name,
    newer_than_current,
    open_catalogue,
    published_names,
)
from storage.generations.publishing import point_back_to
from storage.messages import message
from storage.servers import ServerAddress


class NothingToRollBackTo(Exception):
    """There is no such generation; the message says which ones there are."""


@dataclass(frozen=True, slots=True)
class RolledBack:
    """What was done. `returned` are documents that are there again, `gone` those that are not any more.

    `skipped` are sentences about generations that are damaged, `kept` the others that can be gone to.
    """

    generation: str
    before: str
    returned: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def roll_back(index_dir: Path, name: str | None = None, chroma: ServerAddress | None = None) -> RolledBack:
    """Make the kept generation `name` current, by default the newest whole one before the current one.

    Raises `NoIndex`, `NothingToRollBackTo`, `DamagedGeneration`, `IndexLocked`, `ServerUnavailable`; then the index is
    as it was.
    """
    with index_lock(index_dir):
        current = current_name(index_dir)
        if current is None:
            raise NoIndex(message("there is no index yet; run make index"))
        chosen, skipped = _chosen(index_dir, name, current, chroma)
        old, new = _documents(index_dir, current), _documents(index_dir, chosen)
        point_back_to(index_dir, chosen)
    others = tuple(other for other in published_names(index_dir) if other != chosen)
    return RolledBack(chosen, current, tuple(sorted(new - old)), tuple(sorted(old - new)), skipped, others)


def _chosen(
    index_dir: Path, name: str | None, current: str, chroma: ServerAddress | None
) -> tuple[str, tuple[str, ...]]:
    others = [other for other in published_names(index_dir) if other != current]
    newer = newer_than_current(index_dir)
    wanted = [other for other in others if (other not in newer if name is None else other == name)]
    skipped: list[str] = []
    for candidate in wanted:
        try:
            checked_manifest(index_dir, candidate, chroma)
        except DamagedGeneration as error:
            if name is not None:
                raise
            skipped.append(str(error))
        else:
            return candidate, tuple(skipped)
    asked = (
        message("there is no other generation {name}", name=name)
        if name
        else message("no whole generation before {current} is kept", current=current)
    )
    if not others:
        raise NothingToRollBackTo(asked)
    raise NothingToRollBackTo(
        message("{asked}; kept are {others}: make rollback ARGS=NUMBER", asked=asked, others=", ".join(others))
    )


def _documents(index_dir: Path, name: str) -> frozenset[str]:
    """The documents that a generation answers from; none of one that cannot be opened."""
    try:
        checked_manifest(index_dir, name)
        with closing(open_catalogue(index_dir, name)) as catalogue:
            return frozenset(document.path for document in catalogue.documents() if document.status != "failed")
    except DamagedGeneration:
        return frozenset()
