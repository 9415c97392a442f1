"""Looks at a Chroma server without Chroma's client, whose import costs a second and which waits without a limit."""

from typing import Any
from urllib.parse import quote

import httpx

from storage.http_failures import connection_problem, said_by
from storage.messages import message
from storage.servers import ServerAddress, ServerUnavailable

_SECONDS = 5.0
_DATABASE = "/api/v2/tenants/default_tenant/databases/default_database"


class NoSuchCollection(Exception):
    """The server answers and does not have the collection."""


def headers_for(server: ServerAddress) -> dict[str, str]:
    """What a proxy before Chroma, or Chroma's own cloud, wants to be shown."""
    if server.secret is None:
        return {}
    return server.headers() | {"X-Chroma-Token": server.secret.get_secret_value()}


def check_server(server: ServerAddress) -> None:
    """Raise `ServerUnavailable` unless a Chroma server answers."""
    beat = _ask(server, "/api/v2/heartbeat")
    if not isinstance(beat, dict) or "nanosecond heartbeat" not in beat:
        raise ServerUnavailable(
            message("what answers at {host} is no Chroma server; check CHROMA_URL", host=server.host)
        )


def count_vectors(server: ServerAddress, collection: str) -> int:
    """How many vectors the server says a collection holds. Raises `NoSuchCollection`, `ServerUnavailable`."""
    found = _ask(server, f"{_DATABASE}/collections/{quote(collection)}", missing=NoSuchCollection(collection))
    counted = _ask(server, f"{_DATABASE}/collections/{found['id']}/count", missing=NoSuchCollection(collection))
    return int(counted)


def refused(server: ServerAddress, response: httpx.Response) -> ServerUnavailable:
    """What to say of an error the server, or a proxy before it, replies with."""
    reply = f"(HTTP {response.status_code}{said_by(response, server)})"
    if response.status_code in (401, 403):
        return ServerUnavailable(
            message(
                "the Chroma server {host} rejects the token {reply}; check CHROMA_TOKEN", host=server.host, reply=reply
            )
        )
    return ServerUnavailable(
        message("the Chroma server {host} fails {reply}; look at its log", host=server.host, reply=reply)
    )


def unreachable(server: ServerAddress, error: httpx.HTTPError) -> ServerUnavailable:
    """What to say of a request that got no reply."""
    problem = connection_problem(error)
    return ServerUnavailable(
        message(
            "the Chroma server {host} {problem}; see that it runs and check CHROMA_URL",
            host=server.host,
            problem=problem,
        )
    )


def _ask(server: ServerAddress, path: str, missing: Exception | None = None) -> Any:
    try:
        with httpx.Client(
            headers=headers_for(server),
            timeout=_SECONDS,
            trust_env=not server.is_here,
            verify=server.url.startswith("https"),  # reading the certificates takes 20 ms
        ) as client:
            response = client.get(server.url.rstrip("/") + path)
    except httpx.HTTPError as error:
        raise unreachable(server, error) from error
    if response.status_code == 404 and missing is not None:
        raise missing
    if response.status_code != 200:
        raise refused(server, response)
    try:
        return response.json()
    except ValueError as error:
        raise ServerUnavailable(
            message("what answers at {host} is no Chroma server; check CHROMA_URL", host=server.host)
        ) from error
