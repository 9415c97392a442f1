"""The files of a form: all of them in one temporary file, and only so many.

Werkzeug 3.1 opens a temporary file for each one of some size, so that a few hundred take all the handles that a
process may have; and what it counts, it refuses without saying what was too much.
"""

import io
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from flask import Request

MOST_FILES = 5_000
_IN_MEMORY_BYTES = 512 * 1024


class TooManyFiles(Exception):
    """More than `MOST_FILES` were sent at a time; nothing of them is kept."""


class PagewiseRequest(Request):
    """A request whose files are read from one temporary file, which is closed with the request."""

    _shared: "SpooledTemporaryFile[bytes] | None" = None
    _files_begun = 0

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        self._files_begun += 1
        if self._files_begun > MOST_FILES:
            raise TooManyFiles
        if self._shared is None:
            self._shared = SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115 - closed with the request
        return cast("IO[bytes]", _SentPart(self._shared))

    def close(self) -> None:
        """Close what was opened for the request."""
        super().close()
        if self._shared is not None:
            self._shared.close()


class _SentPart(io.RawIOBase):
    """The end of a shared file, from where that ended when this part began. Parts are written one after the other."""

    def __init__(self, shared: "SpooledTemporaryFile[bytes]") -> None:
        shared.seek(0, io.SEEK_END)
        self._shared = shared
        self._start = shared.tell()
        self._length = self._position = 0

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._shared.seek(self._start + self._position)
        written = self._shared.write(data)
        self._position += written
        self._length = max(self._length, self._position)
        return written

    def readinto(self, buffer: Any) -> int:
        self._shared.seek(self._start + self._position)
        data = self._shared.read(min(len(buffer), self._length - self._position))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._position = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._length}[whence]
        return self._position
