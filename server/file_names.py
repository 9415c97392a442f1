"""The name under which a file that somebody sends is kept: readable, and harmless on every system. Pure."""

import re
import unicodedata
from pathlib import PurePath

from storage.formats import ALL_SUFFIXES

LONGEST_NAME_BYTES = 150
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # control characters, overrides of direction, halves, unassigned
_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')  # forbidden on Windows, where the folder may be copied to
_DEVICES = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\.|$)", re.IGNORECASE)
_HIDING = " .~$-"  # what begins the name of a hidden file, of an office program's lock file, of an option


def stored_name(given: str) -> str | None:
    """The last part of the name as it may be kept; None: files of that kind are not read."""
    last = re.split(r"[/\\]", given)[-1]
    seen = "".join(
        character for character in unicodedata.normalize("NFC", last) if unicodedata.category(character) not in _UNSEEN
    )
    name = PurePath(" ".join(_NOT_IN_NAMES.sub("_", seen).split()).strip(_HIDING))
    if name.suffix.lower() not in ALL_SUFFIXES:
        return None
    stem = name.stem.rstrip(" .") or "document"
    if _DEVICES.match(stem):
        stem = f"_{stem}"
    room = LONGEST_NAME_BYTES - len(name.suffix.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + name.suffix
