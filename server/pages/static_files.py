"""Stylesheet, script and icon under names that hold a sum of their content, so that browsers keep them for ever."""

import hashlib
import re
from functools import cache
from pathlib import Path

from flask import Flask, Response, send_from_directory, url_for

_FOLDER = Path(__file__).parents[1] / "static"
_NAMED = re.compile(r"(?P<stem>[\w-]+)\.(?P<sum>[0-9a-f]{12})\.(?P<suffix>\w+)")
_FOR_EVER = "public, max-age=31536000, immutable"


def asset(name: str) -> str:
    """The address of a file of `server/static` in the version that is there."""
    stem, suffix = name.rsplit(".", 1)
    return url_for("static", filename=f"{stem}.{_sum_of(name)}.{suffix}")


def serve_named(app: Flask) -> None:
    """Let the application find the files under these names, and under their own."""
    app.view_functions["static"] = _send


def _send(filename: str) -> Response:
    named = _NAMED.fullmatch(filename)
    own = f"{named['stem']}.{named['suffix']}" if named else filename
    response = send_from_directory(_FOLDER, own)
    if named and named["sum"] == _sum_of(own):
        response.headers["Cache-Control"] = _FOR_EVER
    return response


@cache
def _sum_of(name: str) -> str:
    return hashlib.sha256((_FOLDER / name).read_bytes()).hexdigest()[:12]
