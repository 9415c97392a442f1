"""The SHA-256 of the bytes of files."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_AT_A_TIME = 2  # a generation has two large files and one half as large


def file_sha256(file: Path) -> str:
    """SHA-256 of a file's bytes, 64 hexadecimal digits. Raises `OSError`."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def file_hashes(files: Sequence[Path]) -> list[str]:
    """The SHA-256 of each of these files, in their order; two are read at a time. Raises `OSError`."""
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        return list(pool.map(file_sha256, files))
