"""A server over the documents of one test: a folder with these files, indexed by the job itself."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from server.bootstrap import build_services
from server.http.services import Services
from server.settings import ServerSettings
from storage.settings import StorageSettings
from tests.server.conftest import ROOT

_READY_SECONDS = 90


@contextmanager
def served(place: Path, files: Mapping[str, str], **settings: Any) -> Iterator[Services]:
    """Services, ready to answer, over these files (relative path → text) below `place`."""
    documents, index = place / "documents", place / "index"
    for path, text in files.items():
        (documents / path).parent.mkdir(parents=True, exist_ok=True)
        (documents / path).write_text(text, encoding="utf-8")
    environment = {"DOCUMENTS_DIR": str(documents), "INDEX_DIR": str(index), "EMBED_MODEL": "packaged"}
    done = subprocess.run(
        [sys.executable, "-m", "indexing"], cwd=ROOT, env=os.environ | environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    services = replace(build_services(ServerSettings(**settings), StorageSettings(index_dir=index)), reindexing=None)
    services.load()
    assert services.index.wait_until_opened(_READY_SECONDS)
    try:
        yield services
    finally:
        services.close()
