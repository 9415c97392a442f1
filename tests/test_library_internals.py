"""What Pagewise uses of libraries although it is private there: an upgrade may take it away without a word."""

import inspect
from collections.abc import Callable
from pathlib import Path

import chromadb.api.client
import chromadb.api.fastapi
import httpx
import pytest
from waitress.server import create_server

from server.language_model.client import LanguageModels

PRIVATE_USES = {
    "._pool": "server/language_model/transport.py",
    "._network_backend": "server/language_model/transport.py",
    "._get_client": "server/language_model/client.py",
    "._session": "storage/vectors/remote.py",
    "._admin_client": "storage/vectors/remote.py",
    "_dispatcher=Lanes": "server/commands/serve.py",
}
"""What is private -> the one module that uses it."""


def holds_network_backend() -> bool:
    pool = getattr(httpx.HTTPTransport(), "_pool", None)
    return hasattr(pool, "_network_backend")


def gives_openai_client() -> bool:
    (family,) = (kind for kind in vars(inspect.getmodule(LanguageModels)).values() if _is_deepseek(kind))
    return callable(getattr(family, "_get_client", None))


def _is_deepseek(kind: object) -> bool:
    return inspect.isclass(kind) and kind.__name__ == "KeyHidingDeepSeek"


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
        pytest.param(gives_openai_client, "llama-index-llms-deepseek: a server's models are not listed", id="openai"),
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
