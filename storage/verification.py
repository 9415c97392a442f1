"""Proof that a generation is whole, made in a fresh process: `python -m storage.verification INDEX_DIR NAME`.

A fresh process, because Chroma answers from memory what it may have lost on disk, and because a native crash while
loading an index must not take the job or the server with it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from storage.embeddings import Matrix
from storage.generations import DamagedGeneration, Generation, NoIndex, open_generation

SELF_QUERIES = 128
_RECALL_AT = 10
_LEAST_RECALL = 0.95
_SAME_VECTOR = 1e-4
_UNIT_NORM_TOLERANCE = 1e-2
_PACKAGE_ROOT = Path(__file__).resolve().parent.parent


class VerificationFailed(Exception):
    """The generation must not be published; `problems` lists why."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = list(problems)


def verify_in_fresh_process(index_dir: Path, name: str, timeout_seconds: float = 600.0) -> None:
    """Raise `VerificationFailed` unless the generation proves whole, also when the child crashes or hangs."""
    command = [sys.executable, "-m", "storage.verification", str(index_dir.absolute()), name]
    environment = {**os.environ, "PYTHONPATH": str(_PACKAGE_ROOT)}
    try:
        child = subprocess.run(
            command, capture_output=True, text=True, timeout=timeout_seconds, env=environment, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise VerificationFailed([f"verification took more than {timeout_seconds:.0f} s"]) from error
    if child.returncode not in (0, 1):
        raise VerificationFailed([f"verification ended with status {child.returncode}"])
    if problems := json.loads(child.stdout.splitlines()[-1]):
        raise VerificationFailed(problems)


def problems_of(index_dir: Path, name: str) -> list[str]:
    """Everything that is wrong with a generation, as sentences; empty when it is whole."""
    try:
        generation = open_generation(index_dir, name)
    except (DamagedGeneration, NoIndex) as error:
        return [str(error)]
    try:
        return _catalogue_problems(generation) or _vector_problems(generation)
    finally:
        generation.close()


def _catalogue_problems(generation: Generation) -> list[str]:
    problems = generation.catalogue.integrity_errors()
    counts = generation.catalogue.counts()
    if counts != generation.manifest.counts:
        problems.append(f"the catalogue holds {counts}, the manifest says {generation.manifest.counts}")
    return problems


def _vector_problems(generation: Generation) -> list[str]:
    ids = generation.catalogue.chunk_ids()
    stored = set(generation.vectors.ids())
    problems = []
    if lost := [id_ for id_ in ids if id_ not in stored]:
        problems.append(f"{len(lost)} chunks have no vector, {lost[0]} among them")
    if orphans := stored.difference(ids):
        problems.append(f"{len(orphans)} vectors belong to no chunk, {min(orphans)} among them")
    if problems or not ids:
        return problems
    matrix = generation.vectors.vectors(ids)
    norms = np.linalg.norm(matrix, axis=1)
    if not np.isfinite(matrix).all() or (abs(norms - 1.0) > _UNIT_NORM_TOLERANCE).any():
        return ["a vector is not finite or not of unit length"]
    return _search_problems(generation, ids, matrix)


def _search_problems(generation: Generation, ids: Sequence[str], matrix: Matrix) -> list[str]:
    """Ask for evenly spread chunks by their own vector, and compare the neighbours with an exact search."""
    sample = np.unique(np.linspace(0, len(ids) - 1, min(SELF_QUERIES, len(ids))).astype(int))
    near = min(_RECALL_AT, len(ids))
    wrong, recalls = 0, []
    for row in sample:
        exact = matrix @ matrix[row]
        hits = generation.vectors.nearest(matrix[row], near)
        wrong += not hits or abs(hits[0][1] - 1.0) > _SAME_VECTOR
        threshold = np.partition(exact, len(exact) - near)[len(exact) - near] - _SAME_VECTOR
        recalls.append(sum(cosine >= threshold for _, cosine in hits) / near)
    problems = []
    if wrong:
        problems.append(f"{wrong} of {len(sample)} chunks are not found by their own vector")
    if (recall := float(np.mean(recalls))) < _LEAST_RECALL:
        problems.append(f"recall@{near} against exact search is {recall:.3f}, less than {_LEAST_RECALL}")
    return problems


if __name__ == "__main__":
    found = problems_of(Path(sys.argv[1]), sys.argv[2])
    sys.stdout.write(json.dumps(found) + "\n")
    sys.exit(1 if found else 0)
