"""The language of the interface: English or Chinese, by cookie, else by what the browser asks for."""

from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, request
from flask_babel import Babel
from werkzeug.datastructures import LanguageAccept

from server.language import Language

LANGUAGES: dict[Language, str] = {"en": "English", "zh": "中文"}
COOKIE = "language"
_DIRECTORY = Path(__file__).parents[1] / "translations"


def translate_interface(app: Flask) -> None:
    """Teach the application `_()` in Python and templates."""
    babel = Babel(app, locale_selector=interface_language)
    # The .po file is read as it is, so that there is no compiled twin to forget; Flask-Babel 4.0 reads only .mo.
    with app.app_context():
        for file in _DIRECTORY.glob("*/LC_MESSAGES/messages.po"):
            babel.domain_instance.cache[file.parts[-3], "messages"] = _read_translations(file)


def interface_language() -> Language:
    """The language of this request."""
    chosen = request.cookies.get(COOKIE, "")
    for language in LANGUAGES:
        if chosen == language:
            return language
    return accepted_language(request.accept_languages)


def accepted_language(accepted: LanguageAccept) -> Language:
    """Ours that an `Accept-Language` header names first; English where it names none."""
    # Werkzeug's best_match takes a later "zh" before an earlier "en-GB".
    spoken = (name.partition("-")[0].lower() for name, _ in accepted)
    return next((language for name in spoken for language in LANGUAGES if name == language), "en")


def _read_translations(file: Path) -> Translations:
    compiled = BytesIO()
    with file.open("rb") as stream:
        write_mo(compiled, read_po(stream))
    compiled.seek(0)
    return Translations(compiled)
