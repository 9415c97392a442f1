"""Which documents are asked: globs on relative paths. Pure.

Accents may be one character or two, in file names (macOS) as in what is sent: both are the same here.
"""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from unicodedata import normalize


def matching(paths: Sequence[str], globs: Sequence[str]) -> list[str]:
    """The paths that one of the globs matches."""
    patterns = [normalize("NFC", glob) for glob in globs]
    return [path for path in paths if any(fnmatchcase(normalize("NFC", path), pattern) for pattern in patterns)]


def without_match(paths: Sequence[str], globs: Sequence[str]) -> list[str]:
    """The globs that match none of the paths, each once."""
    return [glob for glob in dict.fromkeys(globs) if not matching(paths, [glob])]
