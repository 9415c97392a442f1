"""Where a question may be asked: some documents and folders. A folder's name ends with a slash, and holds all below it.

A form shows what is chosen, each of it removable, and offers more; what else there is, the list of documents offers.
"""

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from server.pages.template_helpers import literal

_MOST_OFFERED = 100
"""Folders and documents on a form; where there are more, the folders alone, then those of the top alone."""
_IN_BRACKETS = re.compile(r"\[([*?[])\]")


def pattern_of(scope: str) -> str:
    """The pattern, as the API takes it, that matches this scope alone."""
    return f"{literal(scope)}*" if scope.endswith("/") else literal(scope)


def scopes_of(paths: Sequence[str]) -> list[str]:
    """What a form offers of these documents: as much as it has room for, folders first."""
    folders = folders_of(paths)
    top = sorted({f"{folder.partition('/')[0]}/" for folder in folders})
    for offered in ([*sorted(folders), *paths], sorted(folders)):
        if len(offered) <= _MOST_OFFERED:
            return offered
    return top[:_MOST_OFFERED]


def folders_of(paths: Iterable[str]) -> set[str]:
    """Every folder that a document is in, or a folder of it."""
    found: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and f"{folder}/" not in found:
            found.add(f"{folder}/")
            folder = folder.rpartition("/")[0]
    return found


def chosen_in(paths: Sequence[str], scopes: Iterable[str]) -> list[str]:
    """Those of the scopes that there are, each once."""
    wanted = list(dict.fromkeys(map(_with_one_break, scopes)))
    known = {_with_one_break(each): each for each in (*paths, *folders_of(paths))} if wanted else {}
    return [known[scope] for scope in wanted if scope in known]


def _with_one_break(name: str) -> str:
    """Forms send every line break as two characters."""
    return "\n".join(name.splitlines())


def chosen_scopes(paths: Sequence[str], patterns: Sequence[str]) -> list[str]:
    """The scopes that these patterns were made of."""
    found = [scope for pattern in patterns for scope in _scopes_like(pattern, paths)]
    return chosen_in(paths, found)


def _scopes_like(pattern: str, paths: Sequence[str]) -> list[str]:
    """The scope that gives this pattern; several only where a line break in a name may be any character."""
    own = pattern.removesuffix("*") if pattern.endswith("/*") else pattern
    if "?" in _IN_BRACKETS.sub("", own):
        known = (*paths, *folders_of(paths))
        return [scope for scope in known if fnmatchcase(scope, own) and pattern_of(scope) == pattern]
    scope = _IN_BRACKETS.sub(r"\1", own)
    return [scope] if pattern_of(scope) == pattern else []
