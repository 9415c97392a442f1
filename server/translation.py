"""The language of the interface: English or Chinese, by cookie, else by what the browser asks for."""

from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, request
from flask_babel import Babel

LANGUAGES = {"en": "English", "zh": "中文"}
COOKIE = "language"
_DIRECTORY = Path(__file__).parent / "translations"


def translate_interface(app: Flask) -> None:
    """Teach the application `_()` in Python and templates."""
    babel = Babel(app, locale_selector=interface_language)
    # The .po file is read as it is, so that there is no compiled twin to forget; Flask-Babel 4.0 reads only .mo.
    with app.app_context():
        for file in _DIRECTORY.glob("*/LC_MESSAGES/messages.po"):
            babel.domain_instance.cache[file.parts[-3], "messages"] = _read_translations(file)


def interface_language() -> str:
    """The language of this request."""
    chosen = request.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    # Werkzeug's best_match takes a later "zh" before an earlier "en-GB".
    spoken = (language.partition("-")[0].lower() for language, _ in request.accept_languages)
    return next((language for language in spoken if language in LANGUAGES), "en")


def _read_translations(file: Path) -> Translations:
    compiled = BytesIO()
    with file.open("rb") as stream:
        write_mo(compiled, read_po(stream))
    compiled.seek(0)
    return Translations(compiled)
