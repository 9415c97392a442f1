"""Where a question may be asked: one document, or a folder with all below it. A folder's name ends with a slash."""

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from server.pages.template_helpers import literal

_MOST_DOCUMENTS = 200
"""Of more documents a form offers the folders alone; a single one is asked from its own page."""


def pattern_of(scope: str) -> str:
    """The pattern, as the API takes it, that matches this scope alone."""
    return f"{literal(scope)}*" if scope.endswith("/") else literal(scope)


def scopes_of(paths: Sequence[str], also: Iterable[str] = ()) -> list[str]:
    """What a form offers: the folders, then the documents if they are not too many, and in any case those of `also`."""
    folders = {f"{parent}/" for path in paths for parent in PurePosixPath(path).parents if parent.name}
    offered = [*sorted(folders), *(paths if len(paths) <= _MOST_DOCUMENTS else ())]
    known = {*folders, *paths}
    return list(dict.fromkeys([*offered, *(scope for scope in also if scope in known)]))


def chosen_scopes(paths: Sequence[str], patterns: Sequence[str]) -> list[str]:
    """The scopes that these patterns were made of."""
    if not patterns:
        return []
    return [scope for scope in scopes_of(paths, also=paths) if pattern_of(scope) in patterns]
