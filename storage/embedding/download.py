"""Downloads an embedding model from the hub into this machine's hub cache; says how much, and keeps what came.

`huggingface_hub` 2.4 begins a file anew when it was interrupted, and its bar counts files. So the large files are
fetched here, each into a part file beside its place in the cache, and the hub's own client does the rest.
"""

import fcntl
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Protocol, Self

from storage.file_hash import file_sha256
from storage.messages import message

SAFETENSORS = "model.safetensors"
PICKLE = "pytorch_model.bin"
FILES_NEEDED = ("*.json", "*.model", "*.txt", "*/config.json", SAFETENSORS, PICKLE)

_LARGE_BYTES = 1_000_000
_SECONDS_BETWEEN_LINES = 15.0


class DownloadListener(Protocol):
    """What a download tells while it runs."""

    def say(self, sentence: str) -> None:
        """Something a person should know."""
        ...

    def downloading(self, size: int, there: int) -> None:
        """So many bytes have to come, and so many of them did before."""
        ...

    def downloaded(self, size: int) -> None:
        """So many more bytes came."""
        ...


class LoggedDownload:
    """A line in the log now and then."""

    def __init__(self, logger: logging.Logger, seconds_between_lines: float = _SECONDS_BETWEEN_LINES) -> None:
        self._logger = logger
        self._pause = seconds_between_lines
        self._size = self._there = self._came = 0
        self._started = self._last_line = 0.0

    def say(self, sentence: str) -> None:
        """Something a person should know."""
        self._logger.info(sentence)

    def downloading(self, size: int, there: int) -> None:
        """So many bytes have to come, and so many of them did before."""
        self._size, self._there, self._came = size, there, 0
        self._started = self._last_line = time.monotonic()

    def downloaded(self, size: int) -> None:
        """So many more bytes came."""
        self._came += size
        now = time.monotonic()
        if now - self._last_line < self._pause:
            return
        self._last_line = now
        done, rate = self._there + self._came, self._came / (now - self._started)
        left = (self._size - done) / max(rate, 1.0)
        self._logger.info(
            message(
                "downloaded {done} of {size}, {seconds:.0f} s left",
                done=readable(done),
                size=readable(self._size),
                seconds=left,
            )
        )


def download_model(name: str, revision: str | None, listener: DownloadListener) -> Path:
    """The model's folder in the hub cache, complete. Raises what the hub's client raises, and `OSError`."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.utils.tqdm import disable_progress_bars

    disable_progress_bars()  # they count files
    get = partial(snapshot_download, name, revision=revision)
    needed = _needed(get(allow_patterns=list(FILES_NEEDED), dry_run=True))
    missing = [file for file in needed if file.will_download]
    parts = [_Part(name, file) for file in missing if file.file_size >= _LARGE_BYTES]
    size, there = sum(file.file_size for file in missing), sum(part.size() for part in parts)
    listener.say(announcement(name, size, there))
    listener.downloading(size, there)
    for part in parts:
        part.complete(listener)
    folder = Path(get(allow_patterns=[file.filename for file in needed]))
    listener.downloaded(size - sum(part.expected for part in parts))
    return folder


def _needed(listed: Any) -> list[Any]:
    """Of weights that come in two kinds, the first one is enough."""
    names = {file.filename for file in listed}
    return [file for file in listed if file.filename != PICKLE or SAFETENSORS not in names]


def readable(size: int) -> str:
    """A number of bytes for people."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def announcement(name: str, size: int, there: int) -> str:
    """What a person is told before a download begins: what comes, how large it is, and how to do without."""
    if there:
        return message(
            "Fetching {model} from the model hub, once: {size} ({there} of it came before). {how_to_do_without}",
            model=name,
            size=readable(size),
            there=readable(there),
            how_to_do_without=_HOW_TO_DO_WITHOUT,
        )
    return message(
        "Fetching {model} from the model hub, once: {size}. {how_to_do_without}",
        model=name,
        size=readable(size),
        how_to_do_without=_HOW_TO_DO_WITHOUT,
    )


_HOW_TO_DO_WITHOUT = message(
    "Ctrl-C stops it, and what came is kept. To do without it, set EMBED_MODEL=packaged: a small model that is "
    "installed already."
)


class _Part:
    """A large file of a model, as far as it came: `blobs/<etag>.part` in the cache, and `blobs/<etag>` when whole."""

    def __init__(self, name: str, file: Any) -> None:
        from huggingface_hub import constants, get_hf_file_metadata, hf_hub_url
        from huggingface_hub.file_download import repo_folder_name

        self._url = hf_hub_url(name, file.filename, revision=file.commit_hash)
        self._etag = str(get_hf_file_metadata(self._url).etag)
        self.expected = int(file.file_size)
        blobs = Path(constants.HF_HUB_CACHE) / repo_folder_name(repo_id=name, repo_type="model") / "blobs"
        self._whole, self._part = blobs / self._etag, blobs / f"{self._etag}.part"

    def size(self) -> int:
        """How many bytes are there."""
        return self._part.stat().st_size if self._part.exists() else 0

    def complete(self, listener: DownloadListener) -> None:
        """Fetch the rest. Whoever comes second waits for the first one."""
        self._part.parent.mkdir(parents=True, exist_ok=True)
        with _locked(self._part) as stream:
            if self._whole.exists():
                return
            self._fetch(stream, listener)
            if len(self._etag) == 64 and file_sha256(self._part) != self._etag:
                self._part.unlink()
                raise OSError("it arrived damaged")
            self._part.replace(self._whole)

    def _fetch(self, stream: BinaryIO, listener: DownloadListener) -> None:
        from huggingface_hub.file_download import http_get
        from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]  # documented there

        http_get(
            self._url,
            stream,
            resume_size=stream.tell(),
            headers=build_hf_headers(),
            expected_size=self.expected,
            tqdm_class=partial(_Bar, listener),  # type: ignore[arg-type]  # called like a class, and no more
        )
        stream.flush()


class _Bar:
    """What the hub's client takes for a tqdm bar."""

    def __init__(self, listener: DownloadListener, **options: Any) -> None:
        self._listener = listener

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing is drawn."""

    def update(self, size: int) -> None:
        self._listener.downloaded(size)


@contextmanager
def _locked(file: Path) -> Iterator[BinaryIO]:
    """The file, open at its end, for one process at a time."""
    with file.open("ab") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield stream
