"""Proof that a generation is whole, made in a fresh process.

A fresh process, because Chroma answers from memory what it may have lost on disk, and because a native crash while
loading an index must not take the job or the server with it. It can be started before the generation is finished:
its imports take a second, in which the job has other things to do.
"""

import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from pydantic import SecretStr

from storage.caches.embeddings import Matrix
from storage.child_environment import verifying_environment
from storage.generations.proven_before import proven_before
from storage.generations.published import (
    CHROMA,
    DamagedGeneration,
    Generation,
    NoIndex,
    check_count,
    open_for_proof,
)
from storage.messages import Message, decoded, encoded, joined, message
from storage.servers import ServerAddress, ServerUnavailable
from storage.vectors.exact import LARGEST_ERROR
from storage.vectors.write_log import stored_ids

SELF_QUERIES = 128
_RECALL_AT = 10
_WANTED_RECALL = 0.98
_LEAST_RECALL = 0.95
_SAME_VECTOR = 1e-4
_UNIT_NORM_TOLERANCE = 1e-2
_ROWS_AT_A_TIME = 5_000
_MOST_PROBLEMS = 100  # said of one generation; they must fit into a pipe
_OF_THE_SEARCH = (
    "{count} of {sample} chunks are not found by their own vector",
    "recall@{near} against exact search is {recall:.3f}, less than {least}",
)


class VerificationFailed(Exception):
    """The generation must not be published; `problems` lists why."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(joined(problems, "; "))
        self.problems = list(problems)

    @property
    def is_of_the_search_alone(self) -> bool:
        """Whether all is there and right, but a search misses too much of it: a graph with more links finds it."""
        return all(isinstance(each, Message) and each.template in _OF_THE_SEARCH for each in self.problems)


class Verifier:
    """A fresh process that makes ready to prove one generation. Leaving the with-block ends it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "storage.generations.verification"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=verifying_environment(),
            start_new_session=True,  # Ctrl-C is for the job, which then ends this process
        )

    def verify(
        self,
        index_dir: Path,
        name: str,
        timeout_seconds: float = 600.0,
        chroma: ServerAddress | None = None,
        earlier: str = "",
        *,
        finds_all: bool = False,
    ) -> None:
        """Raise `VerificationFailed` unless the generation proves whole, also when the process crashes or hangs.

        `earlier`, `finds_all`: see `problems_of`. Can be called once: the next proof wants another fresh process.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            request = [str(index_dir.absolute()), name, earlier, finds_all, *_written(chroma)]
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()  # and it stays open: the process ends when we do
            status = self._process.wait(timeout_seconds)
        except subprocess.TimeoutExpired as error:
            raise VerificationFailed(
                [message("verification took more than {seconds:.0f} s", seconds=timeout_seconds)]
            ) from error
        except BrokenPipeError:
            status = self._process.wait()
        answer = self._process.stdout.read()
        if status != 0 or not answer:
            raise VerificationFailed([message("verification ended with status {status}", status=status)])
        if problems := json.loads(answer):
            raise VerificationFailed([decoded(problem) for problem in problems])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()


def verify_in_fresh_process(
    index_dir: Path, name: str, timeout_seconds: float = 600.0, chroma: ServerAddress | None = None
) -> None:
    """Raise `VerificationFailed` unless the generation proves whole."""
    with Verifier() as verifier:
        verifier.verify(index_dir, name, timeout_seconds, chroma)


def problems_of(
    index_dir: Path, name: str, chroma: ServerAddress | None = None, earlier: str = "", *, finds_all: bool = False
) -> list[str]:
    """Everything that is wrong with a generation, as sentences; empty when it is whole.

    `earlier`: a published generation, from which this one was copied: of the vectors that both have in the same bytes
    only those that are asked for are read out of Chroma again. Everything else is proven as without it.
    Where the usual search of its vectors misses too many, they are searched thoroughly from then on. With `finds_all`
    it is a problem that a chunk is not found by its own vector.
    """
    try:
        return _problems_once_opened(index_dir, name, chroma, earlier, finds_all)
    except _SearchMissesTooMany:  # opened again, it looks at more
        return _problems_once_opened(index_dir, name, chroma, earlier, finds_all)


class _SearchMissesTooMany(Exception):
    """Of vectors that are searched as usual, and thoroughly at the next opening."""


def _problems_once_opened(
    index_dir: Path, name: str, chroma: ServerAddress | None, earlier: str, finds_all: bool
) -> list[str]:
    try:
        generation = open_for_proof(index_dir, name, chroma)
    except (DamagedGeneration, NoIndex, ServerUnavailable) as error:
        return [str(error)]
    try:
        with ThreadPoolExecutor(1) as beside:  # SQLite checks the catalogue while Chroma reads its files
            begun = threading.Event()
            catalogue_problems = beside.submit(_catalogue_problems, generation, begun)
            begun.wait()  # Chroma 1.5.9 holds Python's lock while it reads its graph: SQLite would wait for it
            try:
                check_count(generation)
                problems = _vector_problems(generation, earlier, finds_all, beside)
            except sqlite3.DatabaseError:
                if not catalogue_problems.result():
                    raise
                problems = []
            return catalogue_problems.result() or problems
    except (DamagedGeneration, ServerUnavailable) as error:
        return [str(error)]
    finally:
        generation.close()


def _catalogue_problems(generation: Generation, begun: threading.Event) -> list[str]:
    counts = generation.catalogue.counts()
    begun.set()
    problems = generation.catalogue.integrity_errors()
    if counts != generation.manifest.counts:
        problems.append(
            message(
                "the catalogue holds {found}, the manifest says {expected}",
                found=counts,
                expected=generation.manifest.counts,
            )
        )
    return problems


def _vector_problems(generation: Generation, earlier: str, finds_all: bool, beside: ThreadPoolExecutor) -> list[str]:
    ids = list(generation.exact.ids)  # those of the catalogue, in its order
    stored = stored_ids(generation.directory / CHROMA) if earlier else set(generation.vectors.ids())
    problems: list[str] = []
    if lost := [id_ for id_ in ids if id_ not in stored]:
        problems.append(message("{count} chunks have no vector, {chunk} among them", count=len(lost), chunk=lost[0]))
    if orphans := stored.difference(ids):
        problems.append(
            message("{count} vectors belong to no chunk, {vector} among them", count=len(orphans), vector=min(orphans))
        )
    if problems or not ids:
        return problems
    asked_for = [ids[row] for row in _sample(len(ids))]
    asked = generation.vectors.vectors(asked_for)
    exact = beside.submit(_exact_neighbours, generation, asked, ids)
    known = proven_before(generation, earlier) if earlier else set()
    known.difference_update(asked_for)
    read = [id_ for id_ in ids if id_ not in known]
    return _stored_problems(generation, read) or _search_problems(generation, ids, asked, exact, finds_all)


def _sample(count: int) -> list[int]:
    """Evenly spread rows."""
    return [int(row) for row in np.unique(np.linspace(0, count - 1, min(SELF_QUERIES, count)).astype(int))]


def _stored_problems(generation: Generation, ids: Sequence[str]) -> list[str]:
    """Whether Chroma holds unit vectors, and the exact ones are these up to their precision."""
    differing = 0
    for some in _parts(ids):
        found = generation.vectors.vectors(some)
        norms = np.linalg.norm(found, axis=1)
        if not np.isfinite(norms).all() or (abs(norms - 1.0) > _UNIT_NORM_TOLERANCE).any():
            return [message("a vector is not finite or not of unit length")]
        differing += int((abs(generation.exact.vectors(some) - found).max(axis=1) > LARGEST_ERROR).sum())
    if differing:
        held = generation.manifest.counts.chunks
        return [message("{count} of {all} vectors are not those that Chroma holds", count=differing, all=held)]
    return []


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _ROWS_AT_A_TIME):
        yield ids[start : start + _ROWS_AT_A_TIME]


def _exact_neighbours(generation: Generation, asked: Matrix, ids: Sequence[str]) -> tuple[Matrix, list[float]]:
    """`(asked, ids)`: each of these vectors' cosine with every exact one; and that of the last neighbour wanted."""
    cosines = np.hstack([asked @ generation.exact.vectors(some).T for some in _parts(ids)])
    last = len(ids) - min(_RECALL_AT, len(ids))
    return cosines, [float(np.partition(row, last)[last]) for row in cosines]


def _search_problems(
    generation: Generation,
    ids: Sequence[str],
    asked: Matrix,
    exact: "Future[tuple[Matrix, list[float]]]",
    finds_all: bool,
) -> list[str]:
    """Ask for some chunks by their own vector, and compare the neighbours with an exact search, made meanwhile.

    Raises `_SearchMissesTooMany` if another search may do better.
    """
    near = min(_RECALL_AT, len(ids))
    found = [generation.vectors.nearest(vector, near) for vector in asked]
    wrong = sum(not hits or abs(hits[0][1] - 1.0) > _SAME_VECTOR for hits in found)
    cosines, last = exact.result()
    row_of = {id_: row for row, id_ in enumerate(ids)}
    recalls = [
        sum(row[row_of[id_]] >= least - _SAME_VECTOR for id_, _ in hits) / near
        for hits, row, least in zip(found, cosines, last, strict=True)
    ]
    recall = float(np.mean(recalls))
    may_do_better = not generation.vectors.searches_thoroughly and not (wrong and finds_all)
    if may_do_better and (wrong or recall < _WANTED_RECALL):
        generation.vectors.search_thoroughly()
        raise _SearchMissesTooMany
    return _misses(wrong, len(asked), recall, near)


def _misses(wrong: int, sample: int, recall: float, near: int) -> list[str]:
    problems: list[str] = []
    if wrong:
        problems.append(
            message("{count} of {sample} chunks are not found by their own vector", count=wrong, sample=sample)
        )
    if recall < _LEAST_RECALL:
        problems.append(
            message(
                "recall@{near} against exact search is {recall:.3f}, less than {least}",
                near=near,
                recall=recall,
                least=_LEAST_RECALL,
            )
        )
    return problems


def _written(chroma: ServerAddress | None) -> list[str]:
    """The address for the pipe: neither the command line nor the environment shows the token."""
    if chroma is None:
        return []
    return [chroma.url, *([chroma.secret.get_secret_value()] if chroma.secret else [])]


def _read(url: str = "", token: str = "") -> ServerAddress | None:
    return ServerAddress(url, SecretStr(token) if token else None) if url else None


def _serve() -> None:
    """Make ready, wait for one generation's name on standard input, say its problems on standard output."""
    import storage.vectors.collection  # noqa: F401 - what takes the time

    request = b""
    while not request.endswith(b"\n"):
        part = os.read(sys.stdin.fileno(), 4096)
        if not part:
            return
        request += part
    threading.Thread(target=_end_with_the_job, daemon=True).start()
    index_dir, name, earlier, finds_all, *address = json.loads(request)
    problems = problems_of(Path(index_dir), name, _read(*address), earlier, finds_all=finds_all)[:_MOST_PROBLEMS]
    sys.stdout.write(json.dumps([encoded(problem) for problem in problems]))
    sys.stdout.flush()
    os._exit(0)


def _end_with_the_job() -> None:
    """A killed job's verifier must not hold a draft open that the next job removes."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os._exit(1)


if __name__ == "__main__":
    _serve()
