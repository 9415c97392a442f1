"""Things that take seconds to make, made once for all workers of pytest-xdist."""

import fcntl
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from storage.generations.manifest import read_manifest, write_manifest
from storage.generations.published import published_names


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder `name` as `make` fills it. Whoever comes first makes it, the others wait; nobody may write into it."""
    base = factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    shared.mkdir(exist_ok=True)
    folder, finished = shared / name, shared / f"{name}.finished"
    with (shared / f"{name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not finished.exists():
            folder.mkdir(exist_ok=True)
            make(folder)
            finished.touch()
    return folder


def has_moved(index_dir: Path, documents: Path) -> None:
    """Let an index that was copied together with its documents know where those are now."""
    for name in published_names(index_dir):
        generation = index_dir / "generations" / name
        write_manifest(generation, replace(read_manifest(generation), documents_dir=str(documents)))
