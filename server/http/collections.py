"""Which collection a request is for: its address says so, or a program's request by the name of a model.

Nothing else chooses one. `services()` gives the collaborators of that collection alone, so that no view can reach the
documents of another; and who has come by an address has been asked for the scope that his token needs there.
"""

from collections.abc import Callable, Iterable
from typing import Any

from flask import g, request

from server.http.scopes import needed_scope
from server.http.services import COLLECTION_KEY, all_services
from server.settings import SCOPES, ApiToken, Scope
from storage.collections import split_address

_Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class CollectionAddresses:
    """A WSGI application that serves `/collections/papers/…` and `/api/collections/papers/…` as what follows.

    What the request is for stands in its environment; addresses that are built meanwhile begin with the collection's.
    """

    def __init__(self, application: _Wsgi, names: Iterable[str]) -> None:
        self._application = application
        self._names = frozenset(names)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ.pop(COLLECTION_KEY, None)
        name, path = split_address(_text(environ.get("PATH_INFO", "")))
        if name in self._names:
            environ[COLLECTION_KEY] = name
            environ["PATH_INFO"] = _bytes(path)
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + _bytes(f"/collections/{name}")
        return self._application(environ, start_response)


def enter(name: str) -> bool:
    """Have the current request be for this collection from here on; False where its sender may not.

    A collection that does not exist and one that a token may not read are the same to whoever asks.
    """
    needed: Scope = needed_scope(request.endpoint or "") or "admin"
    if name not in all_services() or needed not in scopes_in(name):
        return False
    g.collection = name
    return True


def is_addressed() -> bool:
    """Whether the address of the current request names its collection."""
    return COLLECTION_KEY in request.environ


def scopes_in(name: str) -> frozenset[Scope]:
    """What whoever sent the current request may do in this collection."""
    token: ApiToken | None = g.get("token")
    return token.scopes_in(name) if token is not None else frozenset(SCOPES)


def readable() -> list[str]:
    """The named collections that whoever sent the current request may read, in the order of the setting."""
    return [name for name in all_services() if name and "read" in scopes_in(name)]


def _text(path: str) -> str:
    """What WSGI carries as Latin-1."""
    return path.encode("latin-1").decode("utf-8", "surrogateescape")


def _bytes(path: str) -> str:
    return path.encode("utf-8", "surrogateescape").decode("latin-1")
