"""The Settings page: what this server answers from and with, how others reach it, and whether it all works."""

import subprocess
import sys
from dataclasses import dataclass
from io import BytesIO
from typing import Any, get_args
from urllib.parse import urlsplit

import segno
from flask import Blueprint, Response, abort, render_template, request
from flask_babel import lazy_gettext as _l
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from server.documents.child_processes import ChildrenEnded
from server.http.own_addresses import reachable_addresses
from server.http.problems import Problem, Refused
from server.http.services import documents_dir, services
from server.http.translation import interface_language
from server.settings import ServerSettings
from storage.child_environment import CODE_FOLDER, examining_environment

_LONGEST_TEST_SECONDS = 180.0

blueprint = Blueprint("settings", __name__)


@dataclass(frozen=True, slots=True)
class SettingShown:
    """A setting as `.env` would have it. Of a secret only whether it is set."""

    name: str
    value: str
    is_default: bool
    description: str


@blueprint.get("/settings")
def settings_page() -> str:
    """What is set, and where others find this server."""
    return _page()


@blueprint.post("/settings/test")
def test() -> str:
    """Examine everything as `make doctor` does, one line each."""
    try:
        with services().slow_work.turn("plans"):
            done = services().children.run(
                [sys.executable, "-m", "server", "doctor"],
                examining_environment(interface_language()),
                seconds=_LONGEST_TEST_SECONDS,
                cwd=CODE_FOLDER,
            )
    except (subprocess.TimeoutExpired, ChildrenEnded) as error:
        raise Refused(_NOT_FINISHED) from error
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    return _page(findings=lines, is_well=done.returncode == 0)


@blueprint.get("/settings/address.svg")
def address_picture() -> Response:
    """The first address for other devices, as a code that a phone's camera reads."""
    addresses = _addresses()
    if not addresses:
        abort(404)
    picture = BytesIO()
    segno.make_qr(addresses[0]).save(picture, kind="svg", scale=5, border=4, dark="#000", light="#fff")
    return Response(picture.getvalue(), content_type="image/svg+xml")


def _page(**more: Any) -> str:
    return render_template(
        "settings.html",
        addresses=_addresses(),
        folder=documents_dir(),
        shown_settings=shown_settings(services().settings),
        token_names=[token.name for token in services().settings.tokens],
        index_dir=services().index.index_dir,
        **more,
    )


def _addresses() -> list[str]:
    """For other devices in the network; the port is the one that this request came to."""
    return reachable_addresses(services().settings, urlsplit(request.host_url).port or 80)


def shown_settings(settings: ServerSettings) -> list[SettingShown]:
    """Every setting of the server, in the order of docs/settings.md; nothing secret is in it."""
    return [_shown(settings, name, field) for name, field in ServerSettings.model_fields.items()]


def _shown(settings: ServerSettings, name: str, field: FieldInfo) -> SettingShown:
    value, default = getattr(settings, name), field.get_default(call_default_factory=False)
    if _is_secret(field):
        text = "…" if value is not None and value.get_secret_value() else ""
    elif isinstance(value, bool):
        text = str(int(value))
    else:
        text = "" if value is None else str(value)
    return SettingShown(str(field.validation_alias), text, value == default, field.description or "")


def _is_secret(field: FieldInfo) -> bool:
    return field.annotation is SecretStr or SecretStr in get_args(field.annotation)


_NOT_FINISHED = Problem(
    504,
    "not_finished",
    _l("It took too long"),
    _l("The test of the set-up was not finished in three minutes."),
    _l("Run make doctor in the folder of Pagewise; it shows each line as it is known."),
)
