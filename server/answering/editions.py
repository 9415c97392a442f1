"""Which two editions of which document a question for changes means: by their names, their dates and what was found.

Apart from the reading, which holds them against one another. Editions stand in one folder, and their names differ in a
year, a date or a version.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cmp_to_key

from server.answering.conflicts import document_age
from server.answering.document_dates import newer
from server.answering.whole_document import meant_document, names_its_month
from server.retrieval.versions import named_versions, version_key, version_mark
from storage.catalogue.catalogue import Catalogue

Shares = Callable[[str], Mapping[str, float]]
"""For a question, in which documents how much of what is retrieved lies."""

_STATE = re.compile(r"(?<![^\W_])(?:old|draft|final|alt|entwurf|copy)(?![^\W_])|旧版|草稿", re.IGNORECASE)


def editions_of(paths: Collection[str]) -> list[list[str]]:
    """The editions of each document; a document of one edition stands alone."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for path in paths:
        found[path.rpartition("/")[0], version_key(path) or path].append(path)
    groups: list[list[str]] = []
    for members in found.values():
        are_editions = len({version_mark(path).casefold() for path in members}) == len(members)
        groups += [members] if are_editions else [[path] for path in members]
    return groups


def editions_to_compare(
    question: str, groups: Sequence[list[str]], catalogue: Catalogue, shares: Shares
) -> tuple[str, str] | None:
    """The newer and the older edition, by their paths; None where the document that is meant has but one.

    `groups`: see `editions_of`. Of more than two editions those that the question names, else the newest ones.
    """
    if all(len(paths) == 1 for paths in groups):
        return None
    paths = meant_editions(question, groups, catalogue, shares(question))
    return _two_of(question, paths, catalogue) if len(paths) > 1 else None


def meant_editions(
    question: str, groups: Sequence[list[str]], catalogue: Catalogue, shares: Mapping[str, float]
) -> list[str]:
    """All editions of the document that is meant, taken as one; none where no document is.

    `shares`: document → how much of what is retrieved for the question lies there.
    """
    firsts = {path: paths[0] for paths in groups for path in paths}
    found: defaultdict[str, float] = defaultdict(float)
    for path, share in shares.items():
        found[firsts.get(path, path)] += share
    apart = set(firsts.values())
    records = [record for record in catalogue.documents() if record.path in apart]
    meant = meant_document(question, records, found)
    return next((paths for paths in groups if meant and paths[0] == meant[0]), [])


def newest_edition(question: str, path: str, groups: Sequence[list[str]], catalogue: Catalogue) -> str:
    """The newest edition of a document that is meant, or the one that the question names by year, version or month."""
    paths = next((paths for paths in groups if path in paths), [path])
    if len(paths) == 1 or names_its_month(question, path) or _STATE.search(question):
        return path
    named = _named(question, paths)
    return named[-1] if named else _by_age(paths, catalogue)[-1]


def _two_of(question: str, paths: Sequence[str], catalogue: Catalogue) -> tuple[str, str]:
    by_age = _by_age(paths, catalogue)
    named = sorted(by_age.index(path) for path in _named(question, paths))
    if len(named) >= 2:
        return by_age[named[-1]], by_age[named[0]]
    last = max(named[0], 1) if named else len(by_age) - 1
    return by_age[last], by_age[last - 1]


def _by_age(paths: Sequence[str], catalogue: Catalogue) -> list[str]:
    """The oldest first."""
    ages = {path: document_age(path, catalogue) for path in paths}

    def order(one: str, other: str) -> int:
        found = newer(ages[one], ages[other])
        return (one > other) - (one < other) if found is None else (1, -1)[found[0]]

    return sorted(paths, key=cmp_to_key(order))


def _named(question: str, paths: Sequence[str]) -> list[str]:
    """Those whose year or version the question says."""
    asked = named_versions(question)
    return [path for path in paths if asked & named_versions(version_mark(path))]
