"""Which languages the documents of an index are in."""

from collections import Counter
from collections.abc import Sequence

from server.retrieval.document_globs import matching
from storage.generations.published import Generation
from storage.words.languages import language_of

_SAMPLE = 64  # passages


def language_shares(generation: Generation, documents: Sequence[str] = ()) -> dict[str, float]:
    """Language -> its share, 0 to 1, of the passages whose language is known; from an even sample of them.

    `documents` are globs on relative paths: only what matches is looked at.
    """
    catalogue = generation.catalogue
    ids = catalogue.chunk_ids(matching(catalogue.paths(), documents) if documents else None)
    sample = ids[:: max(1, len(ids) // _SAMPLE)]
    languages = Counter(language_of(chunk.text) for chunk in catalogue.chunks(sample).values())
    languages.pop(None, None)
    total = languages.total()
    return {language: count / total for language, count in languages.items() if language is not None}
