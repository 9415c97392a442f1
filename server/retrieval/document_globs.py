"""Which documents are asked: globs on relative paths. Pure.

What is the same in search is the same here, in file names as in what is sent: accents of one character or of two
(macOS), simplified and traditional Chinese, full and half width. Capitals are told apart, as in paths.
"""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from storage.words.folding import folded


def matching(paths: Sequence[str], globs: Sequence[str]) -> list[str]:
    """The paths that one of the globs matches."""
    patterns = [folded(glob) for glob in globs]
    return [path for path in paths if any(fnmatchcase(folded(path), pattern) for pattern in patterns)]


def without_match(paths: Sequence[str], globs: Sequence[str]) -> list[str]:
    """The globs that match none of the paths, each once."""
    return [glob for glob in dict.fromkeys(globs) if not matching(paths, [glob])]
