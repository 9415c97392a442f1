"""What every request passes and every response carries: request id, token, origin, headers, access log.

Programs that are no page of ours may yet say an origin: desktop programs, browser extensions, pages of CORS_ORIGINS. A
form of another site cannot send the header `Authorization: Bearer`, and a script of one only after a preflight, which
none but the origins of CORS_ORIGINS gets an answer to. So a token with an origin that is no website's (`app://…`, an
extension's, `null`) comes from a program that was given it.
"""

import logging
import secrets
import time
from collections.abc import Collection
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import SecurityError
from werkzeug.sansio.utils import host_is_trusted

from server.http.collections import is_addressed, readable
from server.http.own_addresses import OwnAddresses
from server.http.problems import Problem, Refused
from server.http.scopes import allowed_scopes, may, missing_scope
from server.http.sign_in import token_of_request
from server.settings import SCOPES, ApiToken, ServerSettings
from storage.collections import collection_address
from storage.messages import message

logger = logging.getLogger("server.access")

LARGEST_BODY = 256 * 1024
_PUBLIC = {"api.healthz", "api.readyz", "static", "sign_in.manifest", "web.favicon", "web.preferences"}
_SIGNING_IN = {"sign_in.sign_in", "sign_in.sign_in_page"}
"""Without a token, but from our own pages alone."""
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_STARTING_PROCESSES = {"indexing.plan", "web.page_picture"}
"""What a GET makes the server do much for; no other site has a reason to link there."""
_FOR_PROGRAMS = ("/api/", "/v1/")
_PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept",
    "Access-Control-Max-Age": "600",  # seconds
}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def secure(app: Flask, settings: ServerSettings) -> None:
    """Put the checks before every request and the headers on every response."""
    app.debug = False  # whatever FLASK_DEBUG says: a debugger runs code for whoever reaches it
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_PARTS=100,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
    )

    own_addresses = OwnAddresses(settings.host)

    @app.before_request
    def check() -> Response | None:
        g.request_id = secrets.token_hex(8)
        g.started = time.perf_counter()
        if not _is_trusted(request.host, [*settings.host_names, *own_addresses.names()]):
            raise SecurityError
        if (preflight := _answer_preflight(settings.cors_origin_names)) is not None:
            return preflight
        if settings.tokens and request.endpoint not in _PUBLIC:
            _check_token(settings.tokens)
            if (elsewhere := _readable_elsewhere()) is not None:
                return elsewhere
            if "token" in g and request.endpoint not in _SIGNING_IN:
                _check_scope(g.token)
        if request.routing_exception is None and not _is_from_known_program(settings.cors_origin_names):
            _check_origin()
        return None

    @app.after_request
    def finish(response: Response) -> Response:
        _let_browsers_read(response, settings.cors_origin_names)
        return _finish(response)


def _is_trusted(host: str, names: list[str]) -> bool:
    """Whether a browser may ask under this name. Werkzeug 3.1's own check never finds an IPv6 address."""
    address, bracket, _port = host.rpartition("]")
    return address + bracket in names if bracket else host_is_trusted(host, names)


def _check_token(tokens: tuple[ApiToken, ...]) -> None:
    """Note whose request it is. Raises `Refused` where it is nobody's and does not sign in."""
    authorization, cookies = (request.headers.get(name, "") for name in ("Authorization", "Cookie"))
    token = token_of_request(authorization, cookies, tokens)
    if token is not None:
        g.token, g.token_name = token, token.name
    elif request.endpoint not in _SIGNING_IN:
        raise Refused(_UNAUTHORIZED)


def _check_scope(token: ApiToken) -> None:
    if (needed := missing_scope(token)) is None:
        return
    g.missing_scope = needed
    has = ", ".join(scope for scope in SCOPES if scope in allowed_scopes(token)) or message("none of them here")
    detail = message(
        "This needs the scope {needed}; the token {name} has {has}.", needed=needed, name=token.name, has=has
    )
    raise Refused(Problem(403, "scope_missing", _l("The token does not allow this"), detail, _OTHER_TOKEN))


def _readable_elsewhere() -> Response | None:
    """The way to a collection that the token may read, for whoever opens the page of the default one."""
    if request.endpoint != "web.ask_page" or is_addressed() or may("web.ask_page") or not readable():
        return None
    query = f"?{request.query_string.decode('ascii', 'ignore')}" if request.query_string else ""
    return Response(status=303, headers={"Location": f"{collection_address(readable()[0])}/{query}"})


def _check_origin() -> None:
    """Refuse what another site sends or embeds. A link from there leads here, but not to what starts a process."""
    if request.method not in _SAFE_METHODS:
        if not _is_own_origin(request.headers.get("Origin")):
            raise Refused(_FOREIGN)
    elif request.endpoint not in _PUBLIC and not _is_link():
        origin = request.headers.get("Origin") or request.headers.get("Referer")
        if not _is_own_origin(origin):
            raise Refused(_EMBEDDED)


def _is_link() -> bool:
    """Whether a person follows a link, in a tab of its own, to a page that costs little."""
    if request.endpoint in _STARTING_PROCESSES:
        return False
    if "Sec-Fetch-Site" not in request.headers:
        return True  # an older browser does not tell, or it is a program
    return (request.headers.get("Sec-Fetch-Mode"), request.headers.get("Sec-Fetch-Dest")) == ("navigate", "document")


def _is_own_origin(origin: str | None) -> bool:
    """Whether the request comes from a page of ours, or from no page at all; `origin` is what older browsers tell."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    return origin is None or urlsplit(origin).netloc == request.host


def _is_from_known_program(origins: Collection[str]) -> bool:
    """Whether the origin is one of these, or that of a program with a token. The token itself is checked elsewhere."""
    origin = request.headers.get("Origin")
    if origin is None or not request.path.startswith(_FOR_PROGRAMS):
        return False
    if origin.lower() in origins:
        return True
    is_website = urlsplit(origin).scheme in ("http", "https", "")
    return _has_bearer() and (origin == "null" or not is_website)


def _answer_preflight(origins: Collection[str]) -> Response | None:
    """The answer to a browser's question whether a page of these origins may send a request; None where it is none."""
    asks = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
    if not asks or not _is_listed(origins):
        return None
    return Response(status=204, headers=_PREFLIGHT_HEADERS)


def _let_browsers_read(response: Response, origins: Collection[str]) -> None:
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


def _finish(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    response.headers["X-Request-ID"] = g.get("request_id", "")
    milliseconds = (time.perf_counter() - g.get("started", time.perf_counter())) * 1000
    logger.info(
        "%s %s %s %d %.0f ms", g.get("request_id", "-"), request.method, _loggable(), response.status_code, milliseconds
    )
    return response


def _loggable() -> str:
    """The path without its query, which may hold a question, and without line ends."""
    return (request.script_root + request.path).encode("unicode_escape").decode("ascii")[:200]


_UNAUTHORIZED = Problem(
    401,
    "unauthorized",
    _l("A token is needed"),
    _l("The server answers only to those who hold one of its API_TOKENS."),
    _l("Send it as 'Authorization: Bearer …', or sign in on the page."),
)
_OTHER_TOKEN = message("Use another token, or give this one the scope in API_TOKENS.")
_FOREIGN = Problem(
    403, "foreign_origin", _l("Not from this site"), _l("The form was sent from another site, so nothing was done.")
)
_EMBEDDED = Problem(
    403,
    "foreign_origin",
    _l("Not from this site"),
    _l("A page of another site asked for this, so nothing was done."),
    _l("Open the address yourself, or start from the Documents page."),
)
