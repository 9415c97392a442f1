"""Which two editions of which document a question for changes means: by their names, their dates and what was found.

Apart from the reading, which holds them against one another.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cmp_to_key

from server.answering.conflicts import document_age
from server.answering.document_dates import newer
from server.answering.whole_document import meant_document
from server.retrieval.versions import version_key
from storage.catalogue.catalogue import Catalogue

_NAMED = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\bv ?\d+\b", re.IGNORECASE)


def editions_to_compare(
    question: str, allowed: Sequence[str], catalogue: Catalogue, shares: Callable[[str], Mapping[str, float]]
) -> tuple[str, str] | None:
    """The newer and the older edition, by their paths; None where the document that is meant has but one.

    `shares`: for a question, in which documents how much of what is retrieved lies. Of more than two editions those
    that the question names, else the newest ones.
    """
    editions: defaultdict[str, list[str]] = defaultdict(list)
    for path in allowed:
        editions[version_key(path) or path].append(path)
    several = {paths[0]: paths for paths in editions.values() if len(paths) > 1}
    if not several:
        return None
    firsts = {path: paths[0] for paths in editions.values() for path in paths}
    found: defaultdict[str, float] = defaultdict(float)
    for path, share in shares(question).items():
        found[firsts.get(path, path)] += share
    apart = set(firsts.values())
    records = [record for record in catalogue.documents() if record.path in apart]
    meant = meant_document(question, records, found)
    paths = several.get(meant[0]) if meant else None
    if meant is None and len(several) == 1:
        paths = next(iter(several.values()))
    return _two_of(question, paths, catalogue) if paths else None


def newest_edition(question: str, path: str, allowed: Sequence[str], catalogue: Catalogue) -> str:
    """The newest edition of a document, but where the question names one of them by its year or version."""
    key = version_key(path)
    paths = [each for each in allowed if key is not None and version_key(each) == key]
    marks = [mark.casefold().replace(" ", "") for mark in _NAMED.findall(question)]
    if len(paths) < 2 or any(mark in path.casefold() for mark in marks):
        return path
    return _two_of(question, paths, catalogue)[0]


def _two_of(question: str, paths: Sequence[str], catalogue: Catalogue) -> tuple[str, str]:
    ages = {path: document_age(path, catalogue) for path in paths}

    def order(one: str, other: str) -> int:
        found = newer(ages[one], ages[other])
        return (one > other) - (one < other) if found is None else (1, -1)[found[0]]

    by_age = sorted(paths, key=cmp_to_key(order))
    marks = [mark.casefold().replace(" ", "") for mark in _NAMED.findall(question)]
    named = [place for place, path in enumerate(by_age) if any(mark in path.casefold() for mark in marks)]
    if len(named) >= 2:
        return by_age[named[-1]], by_age[named[0]]
    last = max(named[0], 1) if named else len(by_age) - 1
    return by_age[last], by_age[last - 1]
