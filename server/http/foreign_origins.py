"""Programs that are no page of ours and yet say an origin: desktop programs, browser extensions, pages of CORS_ORIGINS.

A form of another site cannot send the header `Authorization: Bearer`, and a script of one only after a preflight, which
none but the origins of CORS_ORIGINS gets an answer to. So a token with an origin that is no website's (`app://…`, an
extension's, `null`) comes from a program that was given it.
"""

from collections.abc import Collection
from urllib.parse import urlsplit

from flask import Response, request

_FOR_PROGRAMS = ("/api/", "/v1/")
_METHODS = "GET, POST, DELETE, OPTIONS"
_HEADERS = "Authorization, Content-Type, Accept"
_SECONDS_REMEMBERED = "600"


def is_from_known_program(origins: Collection[str]) -> bool:
    """Whether the origin is one of these, or that of a program with a token. The token itself is checked elsewhere."""
    origin = request.headers.get("Origin")
    if origin is None or not request.path.startswith(_FOR_PROGRAMS):
        return False
    if origin.lower() in origins:
        return True
    is_website = urlsplit(origin).scheme in ("http", "https", "")
    return _has_bearer() and (origin == "null" or not is_website)


def answer_preflight(origins: Collection[str]) -> Response | None:
    """The answer to a browser's question whether a page of these origins may send a request; None where it is none."""
    asks = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
    if not asks or not _is_listed(origins):
        return None
    response = Response(status=204)
    response.headers["Access-Control-Allow-Methods"] = _METHODS
    response.headers["Access-Control-Allow-Headers"] = _HEADERS
    response.headers["Access-Control-Max-Age"] = _SECONDS_REMEMBERED
    return response


def let_browsers_read(response: Response, origins: Collection[str]) -> None:
    """Let a page of these origins read the response."""
    if not origins or not request.path.startswith(_FOR_PROGRAMS):
        return
    response.vary.add("Origin")
    if _is_listed(origins):
        response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
        response.headers["Access-Control-Expose-Headers"] = "X-Request-ID, Retry-After"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"


def _is_listed(origins: Collection[str]) -> bool:
    return request.path.startswith(_FOR_PROGRAMS) and request.headers.get("Origin", "").lower() in origins


def _has_bearer() -> bool:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and bool(value.strip())
