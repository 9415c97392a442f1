"""Files that look like versions of one document: their names differ in version, date or copy alone. Pure.

Apart from the page that shows them: what counts as a version is to be found, and tested, by itself.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import PurePosixPath

_DATE = (
    r"(?:19|20)\d\d(?:[-._ ]?(?:0[1-9]|1[0-2])(?:[-._ ]?(?:0[1-9]|[12]\d|3[01]))?)?"
    r"|[0-3]?\d[-._ ][01]?\d[-._ ](?:19|20)\d\d"
)
_VERSION = r"(?:v|ver|version|rev|revision|r|版|第)[-._ ]?\d+(?:[._]\d+)*版?"
_STATE = (
    r"(?:final|draft|old|new|copy|latest|signed|entwurf|kopie|neu|alt|copie|brouillon|终稿|草稿|副本|最终版|修订版)"
)
_COPY = r"\(\d+\)"
_MARKS = re.compile(
    rf"(?<![^\W_])(?:{_DATE}|{_VERSION}|{_STATE})(?![^\W_])|{_COPY}"
    rf"|(?<=[\u4e00-\u9fff])(?:{_STATE}|第\d+版|(?:{_DATE})年?版?)(?!\d)"
    rf"|(?<![^\W_])(?:{_DATE})年?版?(?=[\u4e00-\u9fff]|$|[\W_])",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(?!\d)|(?<![^\W_])(?:v|ver|version|rev|revision)[-._ ]?(\d+)(?!\d)", re.IGNORECASE
)
_SEPARATORS = re.compile(r"[\W_]+")
_LEAST_LETTERS = 3
_MOST = 20


@lru_cache(maxsize=20_000)
def version_key(path: str) -> str | None:
    """What is the same in the names of all versions of a document; None where too little of the name is left."""
    stem = unicodedata.normalize("NFKC", PurePosixPath(path).stem).casefold().replace("_", " ")
    left = _SEPARATORS.sub(" ", _MARKS.sub(" ", stem)).strip()
    letters = sum(character.isalpha() for character in left)
    is_name = letters >= _LEAST_LETTERS or any("\u3400" <= character <= "\u9fff" for character in left)
    return left if is_name else None


def other_versions(path: str, paths: Iterable[str]) -> list[str]:
    """The other documents that look like versions of this one, by name; at most twenty."""
    key = version_key(path)
    if key is None:
        return []
    return sorted(other for other in paths if other != path and version_key(other) == key)[:_MOST]


def named_versions(text: str) -> frozenset[str]:
    """The years and versions that a text names: "2026", "v2"."""
    return frozenset(year or f"v{version}" for year, version in _NAMED.findall(text))


def version_mark(path: str) -> str:
    """What tells this document from its other versions: "2026", "v2"; "" where its name says nothing."""
    stem = unicodedata.normalize("NFKC", PurePosixPath(path).stem).replace("_", " ")
    return " ".join(found.group().strip("()") for found in _MARKS.finditer(stem))
