"""The vectors of one generation as a collection on a Chroma server.

A name is never used twice for different contents while a generation of that name is published: see `chroma_server`.
"""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from typing import Any

import httpx

from storage.messages import message
from storage.servers import ServerAddress, ServerUnavailable
from storage.vectors.chroma import ChromaError, NotFoundError, Settings, chromadb, error_types
from storage.vectors.collection import VectorCollection, created_collection, found_collection
from storage.vectors.remote_server import (
    NoSuchCollection,
    check_server,
    count_vectors,
    headers_for,
    refused,
    unreachable,
)

_NAMES_AT_A_TIME = 500
_BYTES_PER_REQUEST = 8_000_000  # a Chroma server takes 40 MB
_BYTES_PER_NUMBER = 20  # as JSON
_SECONDS_PER_REQUEST = 60.0
_CONNECT_SECONDS = 5.0


class ServedCollection(VectorCollection):
    """An open collection on a server. All methods raise `ServerUnavailable`."""

    def __init__(self, server: ServerAddress, client: Any, collection: Any, dimension: int) -> None:
        super().__init__(client, collection, dimension)
        self._server = server

    def check(self) -> None:
        """Raise `ServerUnavailable` unless the server answers and still has the collection."""
        try:
            count_vectors(self._server, self._collection.name)
        except NoSuchCollection as error:
            raise ServerUnavailable(_gone(self._server)) from error

    def close(self) -> None:
        """Give the connections back."""
        _close(self._client)

    def _step(self) -> int:
        return max(1, min(super()._step(), _BYTES_PER_REQUEST // (_BYTES_PER_NUMBER * self.dimension)))

    def _reading(self) -> AbstractContextManager[None]:
        return _explained_requests(self._server)

    def _writing(self) -> AbstractContextManager[None]:
        return _explained_requests(self._server)


def create_served_vectors(
    server: ServerAddress, name: str, dimension: int, expected: int, *, linked_closely: bool = False
) -> ServedCollection:
    """A new collection on a server, in the place of one of that name. Raises `ServerUnavailable`."""
    remove_served_vectors(server, [name])
    client = _connected(server)
    with _explained_requests(server), _closing_on_failure(client):
        collection = created_collection(client, name, dimension, expected, linked_closely=linked_closely)
        return ServedCollection(server, client, collection, dimension)


def open_served_vectors(server: ServerAddress, name: str) -> ServedCollection:
    """A collection on a server. Raises `NoSuchCollection` or `ServerUnavailable`."""
    client = _connected(server)
    with _closing_on_failure(client):
        try:
            with _explained_requests(server, NotFoundError):
                return ServedCollection(server, client, *found_collection(client, name))
        except NotFoundError as error:
            raise NoSuchCollection(name) from error


def served_collections(server: ServerAddress, prefix: str) -> list[str]:
    """The names of the server's collections that begin so. Raises `ServerUnavailable`."""
    client = _connected(server)
    names: list[str] = []
    try:
        with _explained_requests(server):
            while part := client.list_collections(limit=_NAMES_AT_A_TIME, offset=len(names)):
                names += [collection.name for collection in part]
    finally:
        _close(client)
    return [name for name in names if name.startswith(prefix)]


def remove_served_vectors(server: ServerAddress, names: Iterable[str]) -> None:
    """Remove collections from a server; one that is not there is no error. Raises `ServerUnavailable`."""
    client = _connected(server)
    try:
        for name in names:
            with suppress(NotFoundError), _explained_requests(server, NotFoundError):
                client.delete_collection(name)
    finally:
        _close(client)


def _connected(server: ServerAddress) -> Any:
    """Chroma's client for a server, with a limit to every wait."""
    check_server(server)
    with _explained_requests(server):
        client = chromadb.HttpClient(
            server.url, headers=headers_for(server), settings=Settings(anonymized_telemetry=False)
        )
    session, _ = _sessions(client)  # Chroma 1.5.9 has no setting for time limits: it waits for ever
    session.timeout = httpx.Timeout(_SECONDS_PER_REQUEST, connect=_CONNECT_SECONDS)
    session.event_hooks = {"response": [partial(_refuse_errors, server)]}
    return client


def _refuse_errors(server: ServerAddress, response: httpx.Response) -> None:
    """What a proxy or a broken server replies; Chroma 1.5.9 raises a bare `Exception` with the whole page for it."""
    if response.status_code < 300:
        return
    response.read()
    if response.status_code >= 500 or _chromas_own(response) not in error_types:
        raise refused(server, response)


def _chromas_own(response: httpx.Response) -> str:
    """The kind of error, if it is one of Chroma's."""
    try:
        body = response.json()
    except ValueError:
        return ""
    return str(body.get("error")) if isinstance(body, dict) else ""


def _close(client: Any) -> None:
    """Chroma 1.5.9 leaves the connections of its client open, and of a second one inside it."""
    for session in _sessions(client):
        session.close()
    client.close()


def _sessions(client: Any) -> tuple[httpx.Client, httpx.Client]:
    """The connections of Chroma's client, and of the second one inside it. The one place that knows Chroma's inside."""
    return client._server._session, client._admin_client._server._session


@contextmanager
def _closing_on_failure(client: Any) -> Iterator[None]:
    try:
        yield
    except BaseException:
        _close(client)
        raise


@contextmanager
def _explained_requests(server: ServerAddress, *expected: type[ChromaError]) -> Iterator[None]:
    """Every failure as a sentence, but those that are expected."""
    try:
        yield
    except httpx.HTTPError as error:
        raise unreachable(server, error) from error
    except (ChromaError, ValueError) as error:
        if isinstance(error, expected):
            raise
        if isinstance(error, NotFoundError):
            raise ServerUnavailable(_gone(server)) from error
        said = server.without_secret(str(error))
        raise ServerUnavailable(
            message("the Chroma server {host} rejects a request ({said})", host=server.host, said=said)
        ) from error


def _gone(server: ServerAddress) -> str:
    return message(
        "the Chroma server {host} no longer has the vectors of this index; run make repair", host=server.host
    )
