"""Which generation answers, and how many are kept: publish a draft by one atomic pointer, point back, remove old ones.

Only a job that holds the index's lock does any of this. What is published is never written again.
"""

import shutil
from collections.abc import Collection
from pathlib import Path

from storage.failpoints import failpoint
from storage.generations.drafts import Draft, remove_collections, sync
from storage.generations.published import current_name, generations_directory, published_names
from storage.private_files import write_private
from storage.servers import ServerAddress

KEPT_GENERATIONS = 3
"""The current one and two to go back to."""

_ROLLED_BACK = "ROLLED_BACK"


def publish(index_dir: Path, draft: Draft) -> None:
    """Make the sealed and verified draft the current generation: readers see the old one or the new one, whole."""
    if draft.chroma is None:
        sync(draft.chroma_directory / "chroma.sqlite3")  # the verifier's Chroma wrote into it
    published = draft.directory.rename(generations_directory(index_dir) / draft.name)
    sync(published.parent)
    point_to(index_dir, draft.name)


def point_back_to(index_dir: Path, name: str) -> None:
    """Make a generation that was published before the current one again, and remember that. Hold the lock."""
    write_private(index_dir / _ROLLED_BACK, name + "\n")
    point_to(index_dir, name)


def is_rolled_back(index_dir: Path) -> bool:
    """Whether the current generation was brought back, and nothing was published since."""
    try:
        return (index_dir / _ROLLED_BACK).read_text(encoding="utf-8").strip() == current_name(index_dir)
    except OSError:
        return False


def point_to(index_dir: Path, name: str) -> None:
    """Make a finished generation the one that answers. Hold the lock."""
    pointer, fresh = index_dir / "CURRENT", index_dir / "CURRENT.new"
    write_private(fresh, name + "\n")
    sync(fresh)
    failpoint("publish.before-pointer")
    fresh.replace(pointer)
    failpoint("publish.after-pointer")
    sync(index_dir)


def prune(
    index_dir: Path,
    keep: int = KEPT_GENERATIONS,
    chroma: ServerAddress | None = None,
    passed_over: Collection[str] = (),
) -> list[str]:
    """Remove all but the newest `keep` generations, never the current one; returns the names removed. Hold the lock.

    `passed_over` go first: the current one was not made from them, so nobody will want them back. With `chroma`, also
    every collection of this index that belongs to none of those kept. Raises `ServerUnavailable`.
    """
    current = current_name(index_dir)
    names = published_names(index_dir)
    wanted = [name for name in names if name not in passed_over][:keep]
    doomed = [name for name in names if name not in wanted and name != current]
    for name in doomed:
        # Renamed first: a half-removed generation must not look like a finished one.
        leftover = (generations_directory(index_dir) / name).rename(generations_directory(index_dir) / f"{name}.old")
        failpoint("prune.half")
        shutil.rmtree(leftover)
    if chroma is not None:
        remove_collections(index_dir, chroma)
    return doomed
