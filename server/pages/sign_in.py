"""Signing in and out from a browser, and what a phone wants to know to keep the page on its home screen."""

from flask import Blueprint, Response, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from server.http.services import services
from server.http.sign_in import COOKIE, LASTS_SECONDS, session_of
from server.pages.addresses import local_address
from server.settings import known_token

blueprint = Blueprint("sign_in", __name__)


@blueprint.get("/sign-in")
def sign_in_page() -> BaseResponse | str:
    """The form; whoever is signed in, or needs no token, goes on."""
    target = local_address(request.args.get("next", url_for("web.ask_page")))
    if not services().settings.tokens or "token_name" in g:
        return redirect(target, 303)
    return render_template("sign_in.html", bare=True, next=target)


@blueprint.post("/sign-in")
def sign_in() -> BaseResponse | tuple[str, int]:
    """Take the token and leave a cookie in its place."""
    target = local_address(request.form.get("next", url_for("web.ask_page")))
    tokens = services().settings.tokens
    token = known_token(request.form.get("token", "").strip(), tokens)
    if token is None and tokens:
        return render_template("sign_in.html", bare=True, next=target, is_wrong=True), 401
    response = redirect(target, 303)
    if token is not None:
        response.set_cookie(
            COOKIE,
            session_of(token),
            max_age=LASTS_SECONDS,
            httponly=True,
            samesite="Lax",  # Strict would ask again after a link in a mail
            secure=request.is_secure,
        )
    return response


@blueprint.post("/sign-out")
def sign_out() -> BaseResponse:
    """Forget who it was."""
    response = redirect(url_for("sign_in.sign_in_page"), 303)
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax")
    return response


@blueprint.get("/manifest.webmanifest")
def manifest() -> Response:
    """Name and pictures for a home screen. It says nothing of the documents: browsers ask for it without a cookie."""
    icons = [
        {"src": url_for("static", filename=f"icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        for size in (192, 512)
    ]
    response = jsonify(
        name="Pagewise",
        short_name="Pagewise",
        description=_("Ask your documents"),
        start_url=url_for("web.ask_page"),
        scope="/",
        display="standalone",
        background_color="#fbfaf7",
        theme_color="#0b5d57",
        icons=icons,
    )
    response.content_type = "application/manifest+json"
    return response
