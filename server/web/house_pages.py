"""The API for people to read, and what a visitor chooses: language and theme."""

import re

from flask import Response, current_app, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from server.translation import COOKIE as LANGUAGE_COOKIE
from server.translation import LANGUAGES
from server.web.blueprint import THEME_COOKIE, THEMES, blueprint

_LOCAL_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")
_COOKIE_SECONDS = 365 * 24 * 3600


@blueprint.get("/api")
def api_page() -> str:
    """The API for people to read, from the same description that programs get."""
    description = current_app.api_doc  # type: ignore[attr-defined]
    return render_template("api.html", paths=description["paths"], schemas=description["components"]["schemas"])


@blueprint.get("/preferences")
def preferences() -> BaseResponse:
    """Remember the language and the theme, and go back to the page."""
    response = redirect(_local(request.args.get("next", "/")), 303)
    language, theme = request.args.get("language"), request.args.get("theme")
    if language in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, str(language), max_age=_COOKIE_SECONDS, httponly=True, samesite="Lax")
    if theme in THEMES:
        response.set_cookie(THEME_COOKIE, str(theme), max_age=_COOKIE_SECONDS, httponly=True, samesite="Lax")
    return response


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Browsers ask for it whatever the page says."""
    return Response(status=204)


def _local(address: str) -> str:
    """The address if it is a path of this server, else the form."""
    return address if _LOCAL_PATH.fullmatch(address) else "/"
