"""A real index of a few small documents, made once by the job itself, and applications that answer from it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server import create_app
from server.bootstrap import build_answer_service, build_services
from server.http.services import Services
from server.settings import ServerSettings
from storage.generations.published import current_name
from storage.settings import StorageSettings
from tests.shared import has_moved, made_once

ROOT = Path(__file__).parents[2]
EVIL_NAME = '"><svg onload=alert(1)>.md'
DOCUMENTS = 1 + sum(not file.name.startswith(".") for file in (ROOT / "documents").iterdir())
"""How many of them answer: ours, and the one with the evil name."""

_READY_SECONDS = 90


@pytest.fixture(scope="session")
def indexed_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folders `documents` and `index`, copied for this worker from those that the job indexed for all of them."""
    made = made_once(tmp_path_factory, "indexed-documents", _index_documents)
    place = tmp_path_factory.mktemp("server") / "place"
    shutil.copytree(made, place)
    has_moved(place / "index", place / "documents")
    return place


@pytest.fixture(scope="session")
def documents_dir(indexed_place: Path) -> Path:
    """The documents of the house, one that cannot be read, and one with a name that wants to be markup."""
    return indexed_place / "documents"


@pytest.fixture(scope="session")
def index_dir(indexed_place: Path) -> Path:
    """The published index of these documents, with the packaged model."""
    return indexed_place / "index"


def _index_documents(place: Path) -> None:
    documents, index = place / "documents", place / "index"
    shutil.copytree(ROOT / "documents", documents)
    (documents / "empty.pdf").touch()
    (documents / EVIL_NAME).write_text("# <script>alert(2)</script>\n\nThe parrot's name is Polly.\n", encoding="utf-8")
    environment = {"DOCUMENTS_DIR": str(documents), "INDEX_DIR": str(index), "EMBED_MODEL": "packaged"}
    done = subprocess.run(
        [sys.executable, "-m", "indexing"], cwd=ROOT, env=os.environ | environment, capture_output=True, text=True
    )
    said = done.stdout + done.stderr
    assert done.returncode == 1, said  # one document failed, as it should
    # A traceback of Python ends with 1 too.
    assert current_name(index) is not None, said


@pytest.fixture(scope="session")
def quoting_services(index_dir: Path) -> Iterator[Services]:
    """A server without a language model, ready to answer. It starts no indexing job: others use this index too."""
    services = replace(build_services(ServerSettings(), StorageSettings(index_dir=index_dir)), reindexing=None)
    services.load()
    assert services.index.wait_until_opened(_READY_SECONDS)
    yield services
    services.close()


@pytest.fixture(scope="module")
def start(quoting_services: Services) -> Iterator[Callable[..., Services]]:
    """Builds servers with other settings over the same open index."""
    with ExitStack() as stack:

        def build(**changes: Any) -> Services:
            settings = ServerSettings(**changes)
            service = stack.enter_context(closing(build_answer_service(settings, quoting_services.index)))
            return replace(
                quoting_services,
                settings=settings,
                answering=lambda: service,
                language_model=settings.language_model,
            )

        yield build


@pytest.fixture(scope="session")
def quoting_app(quoting_services: Services) -> Flask:
    """Its application."""
    return create_app(quoting_services)


@pytest.fixture
def client(quoting_app: Flask) -> FlaskClient:
    """A program that talks to it."""
    return quoting_app.test_client()


@pytest.fixture
def empty_services(tmp_path: Path) -> Iterator[Services]:
    """A server that has no index yet and has loaded nothing."""
    services = replace(build_services(ServerSettings(), StorageSettings(index_dir=tmp_path / "index")), reindexing=None)
    services.index.refresh()
    yield services
    services.close()
