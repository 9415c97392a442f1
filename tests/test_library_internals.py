"""What Pagewise uses of libraries although it is private there: an upgrade may take it away without a word."""

import inspect
from collections.abc import Callable
from pathlib import Path

import chromadb.api.client
import chromadb.api.fastapi
import httpx
import pytest
from llama_index.llms.openai import OpenAI
from waitress.server import create_server

from server.language_model.served_model import ServedModel

PRIVATE_USES = {
    "._pool": "server/language_model/transport.py",
    "._network_backend": "server/language_model/transport.py",
    "def _chat(self, messages: Sequence[ChatMessage]": "server/language_model/served_model.py",
    "def _stream_chat(self, messages: Sequence[ChatMessage]": "server/language_model/served_model.py",
    "._session": "storage/vectors/remote.py",
    "._admin_client": "storage/vectors/remote.py",
    "_dispatcher=Lanes": "server/commands/serve.py",
}
"""What is private -> the one module that uses it."""


def holds_network_backend() -> bool:
    pool = getattr(httpx.HTTPTransport(), "_pool", None)
    return hasattr(pool, "_network_backend")


def asks_through_ours() -> bool:
    source = inspect.getsource(OpenAI)
    return "= self._chat\n" in source and "= self._stream_chat\n" in source and issubclass(ServedModel, OpenAI)


def holds_sessions() -> bool:
    client = inspect.getsource(chromadb.api.client)
    return "self._server" in client and "self._admin_client" in client and "self._session" in _source_of_fastapi()


def _source_of_fastapi() -> str:
    return inspect.getsource(chromadb.api.fastapi)


def takes_dispatcher() -> bool:
    return "_dispatcher" in inspect.signature(create_server).parameters


@pytest.mark.parametrize(
    ("is_there", "lost"),
    [
        pytest.param(holds_network_backend, "httpx: calls of a model do not end with the deadline", id="httpx"),
        pytest.param(asks_through_ours, "llama-index-llms-openai: a server's own words are lost", id="llama-index"),
        pytest.param(holds_sessions, "chromadb: a Chroma server that hangs is waited for for ever", id="chromadb"),
        pytest.param(takes_dispatcher, "waitress: probes wait behind questions", id="waitress"),
    ],
)
def test_what_is_private_is_still_there(is_there: Callable[[], bool], lost: str) -> None:
    assert is_there(), f"this version of {lost}; see tests/test_library_internals.py for the module to change"


@pytest.mark.parametrize("private", PRIVATE_USES)
def test_what_is_private_is_used_in_one_place(private: str) -> None:
    root = Path(__file__).parents[1]
    home = root / PRIVATE_USES[private]
    own = f"self{private}"  # an attribute of ours that has the same name
    files = [file for package in ("server", "indexing", "storage") for file in (root / package).rglob("*.py")]
    users = [file for file in files if private in file.read_text(encoding="utf-8").replace(own, "")]
    assert users == [home]
