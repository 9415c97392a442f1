"""What failed requests to a server of the index mean to people."""

from typing import Any

import httpx

from storage.messages import message
from storage.servers import ServerAddress


def said_by(response: httpx.Response, address: ServerAddress) -> str:
    """The message in an error's JSON, in short; nothing else of the body, which may repeat what was sent."""
    try:
        body: Any = response.json()
    except ValueError:
        return ""
    if not isinstance(body, dict):
        return ""
    error = body.get("error")
    said = error.get("message") if isinstance(error, dict) else body.get("message") or error
    return f": {address.without_secret(said)}" if isinstance(said, str) and said else ""


def connection_problem(error: httpx.HTTPError) -> str:
    """What became of a request that got no whole reply."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return message("cannot be reached")
    if isinstance(error, httpx.TimeoutException):
        return message("does not answer in time")
    return message("broke off the connection ({error})", error=type(error).__name__)
