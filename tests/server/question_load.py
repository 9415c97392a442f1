"""What people do to a server all day: ask in every way, leave in the middle, and publish a new index meanwhile."""

import itertools
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from storage.generations.drafts import begin_draft, seal_draft
from storage.generations.lock import index_lock
from storage.generations.manifest import read_manifest
from storage.generations.published import current_name, generations_directory, utc_now
from storage.generations.publishing import prune, publish

_ABOUT = (
    "How much is the cooperative share that every member buys, number {}?",
    "What is the parrot's name, and who asked {} times?",
    "Who may borrow the {} tools of the house?",
    "Which year was {}, and what happened then?",
    "合作社的每位成员要买多少股份，第 {} 次？",
)


_NUMBERS = 2_003


def questions() -> Iterator[str]:
    """Questions without end. None comes again before ten thousand others, more than is remembered of any.

    Their words are a person's: some thousand, not a new one in each question.
    """
    for number in itertools.count():
        yield _ABOUT[number % len(_ABOUT)].format(number % _NUMBERS)


class Republisher:
    """Publishes copies of one generation, each under the next number, as the indexing job would."""

    def __init__(self, index_dir: Path, aside: Path) -> None:
        """`aside`: where a copy of the current generation goes that nobody has open."""
        name = current_name(index_dir)
        assert name is not None
        self._index_dir = index_dir
        self._original = shutil.copytree(generations_directory(index_dir) / name, aside)

    def publish(self) -> str:
        """The next generation; gives its name. Only the newest two stay."""
        with index_lock(self._index_dir):
            draft = begin_draft(self._index_dir)
            shutil.copytree(self._original, draft.directory, dirs_exist_ok=True)
            manifest = read_manifest(draft.directory)
            seal_draft(draft, replace(manifest, generation=draft.name, published_at=utc_now()))
            publish(self._index_dir, draft)
            prune(self._index_dir)
        return draft.name


def open_handles(process_id: int | None = None) -> dict[str, int]:
    """How many handles a process has of each thing; sockets and pipes are counted as one thing each."""
    folder = Path("/proc") / str(process_id or os.getpid()) / "fd"
    counts: dict[str, int] = {}
    for handle in folder.iterdir():
        try:
            target = str(handle.readlink()).partition(":")[0]
        except OSError:
            continue
        counts[target] = counts.get(target, 0) + 1
    return counts
