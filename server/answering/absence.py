"""What was searched for a question that is refused: each of its words, in which documents, and what was not read.

The figures are those of the index itself, so they are true of every passage and not of the nearest alone. Knows
nothing of how passages are judged, of models and of HTTP.
"""

from collections.abc import Iterator, Mapping, Sequence, Set

from server.answers import Searched, WordHits, WordingSearched
from server.deadline import Deadline, current_deadline
from server.retrieval.document_globs import matching
from storage.catalogue.catalogue import Catalogue
from storage.folder_listing import read_listing
from storage.generations.published import Generation
from storage.records import DocumentRecord
from storage.words.languages import language_of
from storage.words.terms import Part, question_parts, run_part

_LONGEST_SECONDS = 0.5
_MOST_PARTS = 24  # of one wording
_LONGEST_RUN = 24  # characters that are taken apart
_MOST_NAMED = 20
_MOST_FORMS = 6


def searched(
    wordings: Sequence[str], generation: Generation, documents: Sequence[str], languages: Mapping[str, float]
) -> Searched:
    """What was searched for these wordings of a question, the one that was asked first, in half a second at most, and
    within the question's deadline.

    `documents` are globs: only what matches is searched. `languages`: what share of the passages is in which.
    """
    catalogue = generation.catalogue
    known = catalogue.documents()
    paths = frozenset(matching([record.path for record in known], documents)) if documents else None
    allowed = known if paths is None else [record for record in known if record.path in paths]
    answering = [record for record in allowed if record.sha256]
    counter = _Counter(catalogue, paths, (current_deadline() or Deadline(_LONGEST_SECONDS)).within(_LONGEST_SECONDS))
    asked = tuple(WordingSearched(each, language_of(each), tuple(counter.hits(each))) for each in wordings)
    unread = [record.path for record in allowed if record.status != "indexed"]
    listing = read_listing(generation.index_dir)
    return Searched(
        documents=len(answering),
        pages=sum(record.pages for record in answering),
        passages=sum(record.chunks for record in answering),
        wordings=asked,
        languages=dict(sorted(languages.items(), key=lambda each: (-each[1], each[0]))),
        unread=tuple(unread[:_MOST_NAMED]),
        unread_files=len(unread),
        pages_without_text=_pages_without_text(answering),
        files_of_other_kinds=listing.other_kind if listing is not None else 0,
        complete=counter.is_complete,
    )


def _pages_without_text(records: Sequence[DocumentRecord]) -> int:
    return sum(len(record.pages_without_text) for record in records)


class _Counter:
    """Counts words in the index until the time is over."""

    def __init__(self, catalogue: Catalogue, documents: Set[str] | None, deadline: Deadline) -> None:
        self._catalogue = catalogue
        self._documents = documents
        self._deadline = deadline
        self.is_complete = True

    def hits(self, wording: str) -> Iterator[WordHits]:
        """Those of each part of the question; of a phrase that stands nowhere as a whole those of what of it does."""
        parts = question_parts(wording)
        self.is_complete = self.is_complete and len(parts) <= _MOST_PARTS
        for part in parts[:_MOST_PARTS]:
            found = self._counted(part)
            if found is None:
                return
            yield found
            if part.is_run and not found.passages and 2 < len(part.text) <= _LONGEST_RUN:
                yield from self._pieces(part.text)

    def _counted(self, part: Part) -> WordHits | None:
        """None where there is no time left: what was not looked at to its end does not stand "nowhere"."""
        found = None if self._is_over() else self._catalogue.words.occurrences(part, self._documents, self._is_over)
        if found is None or (found.is_more and not found.passages):
            self.is_complete = False
            return None
        return WordHits(
            part.text,
            (*part.forms, *found.longer_words)[:_MOST_FORMS],
            found.passages,
            found.documents,
            is_more=found.is_more,
            best_document=found.best.document if found.best else None,
            best_pages=found.best.pages if found.best else (),
            best_passage=found.best.id if found.best else None,
        )

    def _is_over(self) -> bool:
        return self._deadline.remaining() <= 0

    def _pieces(self, run: str) -> Iterator[WordHits]:
        """The longest pieces of a phrase that stand somewhere, from its beginning, and between them what does not."""
        start = missed = 0
        while start < len(run) - 1:
            piece = self._longest(run, start)
            if piece is None:
                start += 1
                continue
            yield from self._absent(run[missed:start])
            yield piece
            start = missed = start + len(piece.text)
        yield from self._absent(run[missed:] if missed else "")

    def _longest(self, run: str, start: int) -> WordHits | None:
        for end in range(len(run), start + 1, -1):
            if end - start < len(run):
                found = self._counted(run_part(run[start:end]))
                if found is None or found.passages:
                    return found
        return None

    def _absent(self, piece: str) -> Iterator[WordHits]:
        if len(piece) > 1 and (found := self._counted(run_part(piece))) is not None:
            yield found
