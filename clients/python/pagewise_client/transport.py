"""How the client reaches a server: one request, files, a stream of events, and what a failure becomes.

Written by hand and with Python's own library alone; `client.py` and `models.py` are made from the OpenAPI document.
"""

from __future__ import annotations

import ipaddress
import json
import mimetypes
import secrets
import types
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, is_dataclass
from http.client import HTTPException, HTTPResponse
from os import PathLike
from pathlib import Path
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

File = Union[str, "PathLike[str]", "tuple[str, bytes]"]
"""A file to send: its path, or a name and what is in it."""


class PagewiseError(Exception):
    """The server did not do what was asked."""


class Unreachable(PagewiseError):
    """There is no server, no answer in time, or the connection broke."""


class Refused(PagewiseError):
    """The server answered with an error. `code` is a word of docs/api.md, `detail` says what to do.

    `retry_after_seconds` is set where the server says when to come again.
    """

    def __init__(
        self, status: int, code: str, detail: str, request_id: str = "", retry_after_seconds: int | None = None
    ) -> None:
        super().__init__(f"{status} {code}: {detail}" if code else f"{status}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.request_id = request_id
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True)
class Event(Generic[T]):
    """Something that happened to a question. `result` is the whole response, with the last event, "done"."""

    name: str
    data: dict[str, Any]
    result: T | None = None


class Transport:
    """Requests to one server. May be used by several threads: it keeps no connection."""

    def __init__(
        self, url: str = "http://127.0.0.1:8000", token: str | None = None, *, timeout_seconds: float = 150.0
    ) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._timeout_seconds = timeout_seconds

    def _call(self, kind: type[T], method: str, path: str, *, query: Any = None, body: Any = None) -> T:
        with self._opened(method, path, query, *_as_json(body)) as response:
            return _answered(kind, response)

    def _text(self, method: str, path: str) -> str:
        with self._opened(method, path) as response:
            return bytes(response.read()).decode()

    def _send_files(
        self, kind: type[T], method: str, path: str, name: str, files: Sequence[File], more: Mapping[str, Any]
    ) -> T:
        with self._opened(method, path, None, *_as_form(name, files, more)) as response:
            return _answered(kind, response)

    def _events(self, kind: type[T], method: str, path: str, body: Mapping[str, Any]) -> Iterator[Event[T]]:
        data, headers = _as_json({**body, "stream": True})
        with self._opened(method, path, None, data, headers) as response:
            for name, sent in _sent(response):
                if name == "error":
                    raise _refused(int(sent.get("status", 500)), sent, {})
                yield Event(name, sent, _read(kind, sent) if name == "done" else None)
                if name == "done":
                    return
        raise Unreachable("the stream ended before the answer was done")

    @contextmanager
    def _opened(
        self, method: str, path: str, query: Any = None, data: bytes | None = None, headers: Mapping[str, str] = {}
    ) -> Iterator[HTTPResponse]:
        opener = _opener(self._host())
        wanted = {name: value for name, value in (query or {}).items() if value is not None}
        address = f"{self._url}{path}{'?' + urllib.parse.urlencode(wanted) if wanted else ''}"
        request = urllib.request.Request(address, data, dict(headers), method=method)
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        try:
            with opener.open(request, timeout=self._timeout_seconds) as response:
                yield response
        except urllib.error.HTTPError as error:
            with error:
                raise _refused(error.code, _problem(error), error.headers) from error
        except (urllib.error.URLError, HTTPException, OSError) as error:
            raise Unreachable(f"{self._url}: {getattr(error, 'reason', None) or error}") from error
        except _MISREAD as error:
            raise Unreachable(f"{self._url}: what answers there is no Pagewise, or an older one") from error

    def _host(self) -> str:
        """Of the address; nothing can be sent where address or token cannot be one."""
        if not (self._token or "").isascii() or not (self._token or "").isprintable():
            raise Unreachable(f"{self._url}: the token holds signs that no token has")
        try:
            parts = urllib.parse.urlsplit(self._url)
            host, _ = parts.hostname, parts.port  # a port that is no number is told when it is asked for
        except ValueError as error:
            raise Unreachable(f"{self._url}: {error}") from error
        if parts.scheme not in ("http", "https") or not host:
            raise Unreachable(f"{self._url}: an address begins with http:// or https:// and names a host")
        return host


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The token is for this server and no other."""

    def redirect_request(self, *args: Any) -> None:
        """None: the redirection is an error."""


_MISREAD = (ValueError, TypeError, AttributeError, KeyError, RecursionError)
"""What comes of reading another server's response as one of ours."""


def _opener(host: str) -> urllib.request.OpenerDirector:
    """Through the proxy of the environment, but never to this machine itself."""
    direct = [urllib.request.ProxyHandler({})] if _is_loopback(host) else []
    return urllib.request.build_opener(_NoRedirect, *direct)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def part(value: str) -> str:
    """A value as a part of a path; slashes stay."""
    return urllib.parse.quote(value)


def _as_json(body: Any) -> tuple[bytes | None, dict[str, str]]:
    if body is None:
        return None, {}
    wanted = {name: _plain(value) for name, value in body.items() if value is not None}
    return json.dumps(wanted).encode(), {"Content-Type": "application/json"}


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return [_plain(each) for each in value] if isinstance(value, (list, tuple)) else value


def _as_form(name: str, files: Sequence[File], more: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
    boundary = secrets.token_hex(16)
    parts: list[bytes] = []
    for field, value in more.items():
        shown = str(value).lower() if isinstance(value, bool) else str(value)
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{shown}\r\n'.encode())
    for file in files:
        file_name, content = file if isinstance(file, tuple) else (Path(file).name, Path(file).read_bytes())
        quoted = file_name.replace("\\", "\\\\").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        kind = mimetypes.guess_type(file_name)[0] or "application/octet-stream"
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{quoted}"\r\n'
        parts += [f"{head}Content-Type: {kind}\r\n\r\n".encode(), content, b"\r\n"]
    parts.append(f"--{boundary}--\r\n".encode())
    return b"".join(parts), {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def _sent(response: HTTPResponse) -> Iterator[tuple[str, dict[str, Any]]]:
    """The events of a stream; comments, which only keep it open, are left out."""
    name = ""
    for line in response:
        text = line.decode().rstrip("\r\n")
        if text.startswith("event: "):
            name = text.removeprefix("event: ")
        elif text.startswith("data: "):
            yield name, json.loads(text.removeprefix("data: "))


def _problem(error: urllib.error.HTTPError) -> dict[str, Any]:
    """What the server says of it; nothing where that is cut off, or no JSON."""
    try:
        found = json.loads(error.read())
    except (ValueError, RecursionError, HTTPException, OSError):
        return {}
    return found if isinstance(found, dict) else {}


def _refused(status: int, problem: Mapping[str, Any], headers: Any) -> Refused:
    later = str(headers.get("Retry-After", ""))
    return Refused(
        status,
        str(problem.get("code", "")),
        str(problem.get("detail") or problem.get("title") or "the server refused the request"),
        str(problem.get("request_id", "")),
        int(later) if later.isdecimal() else None,
    )


def _answered(kind: type[T], response: HTTPResponse) -> T:
    found: T = _read(kind, json.loads(response.read()))
    return found


def _read(kind: Any, value: Any) -> Any:
    """JSON as the models say it: fields that a newer server adds are left out."""
    origin, arguments = get_origin(kind), get_args(kind)
    if value is None:
        return None
    if origin in (Union, types.UnionType):
        return _read(next(each for each in arguments if each is not type(None)), value)
    if origin is list:
        return [_read(arguments[0], each) for each in value]
    if origin is dict:
        return {name: _read(arguments[1], each) for name, each in value.items()}
    if isinstance(kind, type) and is_dataclass(kind):
        types_of = get_type_hints(kind)
        known = [field.name for field in fields(kind) if field.name in value]
        return kind(**{name: _read(types_of[name], value[name]) for name in known})
    return value
