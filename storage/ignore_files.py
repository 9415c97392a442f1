"""`.pagewiseignore`: which files of the documents folder are left out on purpose, in the syntax of `.gitignore`.

The file of a folder counts for all below it; of several the deepest that says something decides. Only home of pathspec.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pathspec import GitIgnoreSpec

IGNORE_FILE = ".pagewiseignore"
_LARGEST_BYTES = 1_000_000
_SPECIAL = re.compile(r"([\\*?\[\]])")


@dataclass(frozen=True, slots=True)
class IgnoreRules:
    """The rules of one folder, `base`, for paths below it."""

    base: PurePosixPath
    spec: GitIgnoreSpec

    def verdict(self, path: PurePosixPath, *, is_folder: bool) -> bool | None:
        """True: left out; False: brought back by a "!" line; None: nothing is said of it."""
        relative = path.relative_to(self.base).as_posix()
        return self.spec.check_file(f"{relative}/" if is_folder else relative).include


def read_rules(base: PurePosixPath, folder: Path) -> IgnoreRules | None:
    """The rules in this folder, None where there are none. Raises `OSError`, `ValueError` for what is no such file."""
    file = folder / IGNORE_FILE
    if not file.is_file():
        return None
    with file.open("rb") as opened:
        text = opened.read(_LARGEST_BYTES).decode("utf-8-sig", errors="replace")
    return IgnoreRules(base, GitIgnoreSpec.from_lines(text.splitlines()))


def is_ignored(rules: Sequence[IgnoreRules], path: PurePosixPath, *, is_folder: bool) -> bool:
    """Whether the rules, outermost first, leave the path out. What lies in a folder left out is never asked about."""
    verdicts = (each.verdict(path, is_folder=is_folder) for each in reversed(rules))
    return next((verdict for verdict in verdicts if verdict is not None), False)


def line_for(path: str) -> str:
    """A line that means this file alone; a blank at its end would not count without the backslash."""
    escaped = _SPECIAL.sub(r"\\\1", path)
    return f"/{escaped[:-1]}\\ " if escaped.endswith(" ") else f"/{escaped}"
