"""Signing in from a browser: a token becomes a cookie, so that nobody types it for every page.

The cookie is the token's name and a time, signed with the token itself: nothing is kept here, and a token that is taken
out of API_TOKENS, or another value under its name, ends all that was signed with it.
"""

import base64
import binascii
import hashlib
from contextlib import suppress

from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.http import parse_cookie

from server.settings import ApiToken, known_token

COOKIE = "pagewise_session"
LASTS_SECONDS = 30 * 24 * 3600


def token_of_request(authorization: str, cookies: str, tokens: tuple[ApiToken, ...]) -> ApiToken | None:
    """Whose request it is, by the headers `Authorization` and, where that is absent, `Cookie`; None: nobody's."""
    if authorization:
        return known_token(_given_token(authorization), tokens)
    return _token_of_session(parse_cookie(cookies).get(COOKIE, ""), tokens)


def session_of(token: ApiToken) -> str:
    """The value of the cookie for whoever has shown this token."""
    return _signer(token).dumps(token.name)


def _token_of_session(value: str, tokens: tuple[ApiToken, ...]) -> ApiToken | None:
    for token in tokens:
        with suppress(BadData):
            if _signer(token).loads(value, max_age=LASTS_SECONDS) == token.name:
                return token
    return None


def _signer(token: ApiToken) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        token.value, salt="pagewise session", signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    )


def _given_token(authorization: str) -> str:
    """The token in the header `Authorization: Bearer`, or the password of `Basic`: how some programs send one."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""
