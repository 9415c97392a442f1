"""Which languages the documents of an index are in."""

from collections import Counter
from collections.abc import Sequence
from weakref import WeakKeyDictionary

from server.retrieval.document_globs import matching
from storage.catalogue.catalogue import Catalogue
from storage.generations.published import Generation
from storage.words.languages import language_of

_SAMPLE = 64  # passages

_of_all: WeakKeyDictionary[Catalogue, dict[str, float]] = WeakKeyDictionary()
"""Of whole indexes: a published one does not change."""


def language_shares(generation: Generation, documents: Sequence[str] = ()) -> dict[str, float]:
    """Language -> its share, 0 to 1, of the passages whose language is known; from an even sample of them.

    `documents` are globs on relative paths: only what matches is looked at.
    """
    catalogue = generation.catalogue
    if documents:
        return _shares(catalogue, matching(catalogue.paths(), documents))
    if catalogue not in _of_all:
        _of_all[catalogue] = _shares(catalogue)
    return _of_all[catalogue]


def _shares(catalogue: Catalogue, paths: Sequence[str] | None = None) -> dict[str, float]:
    ids = catalogue.chunk_ids(paths)
    sample = ids[:: max(1, len(ids) // _SAMPLE)]
    languages = Counter(language_of(chunk.text) for chunk in catalogue.chunks(sample).values())
    languages.pop(None, None)
    total = languages.total()
    return {language: count / total for language, count in languages.items() if language is not None}
