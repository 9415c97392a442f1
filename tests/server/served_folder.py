"""A server over the documents of one test: a folder with these files, indexed by the job in this process."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from indexing.planning.survey import AS_USUAL, Options
from indexing.report import RunReport
from server.bootstrap import build_services
from server.http.services import Services
from server.settings import ServerSettings
from storage.embedding.local import build_text_embedder
from storage.settings import StorageSettings
from tests.indexing.workshop import Workshop

_READY_SECONDS = 90


@contextmanager
def served(place: Path, files: Mapping[str, str], **settings: Any) -> Iterator[Services]:
    """Services, ready to answer, over these files (relative path → text) below `place`."""
    documents, index = place / "documents", place / "index"
    for path, text in files.items():
        (documents / path).parent.mkdir(parents=True, exist_ok=True)
        (documents / path).write_text(text, encoding="utf-8")
    assert index_folder(documents, index).exit_code == 0
    services = replace(build_services(ServerSettings(**settings), StorageSettings(index_dir=index)), reindexing=None)
    services.load()
    assert services.index.wait_until_opened(_READY_SECONDS)
    try:
        yield services
    finally:
        services.close()


def index_folder(documents: Path, index: Path, options: Options = AS_USUAL) -> RunReport:
    """What the job says of it. A process of its own would take three times as long, to import and load the model."""
    return Workshop(documents, index, load_model=_packaged_model).run(options)


_packaged_model = lru_cache(maxsize=1)(build_text_embedder)
"""Loaded once for all folders of a worker."""
