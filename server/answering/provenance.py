"""How an answer came about: what its steps took, and what its reader must know of the passages.

Those are how they were scored and read, which files are other ones by now, and what was left out.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from server.answering import notices
from server.relevance.postprocessor import JudgedPassages
from server.retrieval.document_globs import without_match
from storage.folder_listing import read_listing
from storage.generations.published import Generation


@dataclass(slots=True)
class Stages:
    """When the steps of one question ended, in seconds of the monotonic clock; a step that is not done took nothing."""

    started: float = field(default_factory=time.monotonic)
    completed: float = 0.0
    found: float = 0.0
    scored: float = 0.0
    check_seconds: float | None = None

    def __post_init__(self) -> None:
        self.completed = self.found = self.scored = self.started

    def now_completed(self) -> None:
        """The question stands alone."""
        self.completed = time.monotonic()

    def now_found(self) -> None:
        """The passages are there."""
        self.found = time.monotonic()

    def now_scored(self) -> None:
        """They are judged."""
        self.scored = time.monotonic()

    def timings(self, *, is_rewritten: bool) -> dict[str, float]:
        """Milliseconds by the name of the step, to a tenth; those of steps that were not taken are left out."""
        now = time.monotonic()
        spans = {
            "rewrite": self.completed - self.started,
            "retrieve": self.found - self.completed,
            "score": self.scored - self.found,
            "answer": now - self.scored,
            "check": self.check_seconds,
            "total": now - self.started,
        }
        if not is_rewritten:
            del spans["rewrite"]
        return {name: round(seconds * 1000, 1) for name, seconds in spans.items() if seconds is not None}


def notices_on(evidence: JudgedPassages) -> Iterator[str]:
    """How the passages were scored and read, and whose files are other ones by now."""
    record = evidence.record
    if record.scored_locally:
        yield notices.locally_scored(record.scored_locally, record.failure)
    changed = list(dict.fromkeys(passage.document for passage in evidence.kept if passage.stale))
    if changed:
        yield notices.changed_since_indexing(changed)
    remarks = {(p.document, p.pages, remark): None for p in evidence.kept for remark in p.remarks}
    if remarks:
        yield notices.read_with_remarks(list(remarks))


def notices_on_choice(documents: Sequence[str], gone: Sequence[str], generation: Generation) -> Iterator[str]:
    """Which of the patterns in `documents` match nothing, and the files of passages that are `gone`, one each."""
    unmatched = without_match(generation.catalogue.paths(), documents) if documents else ()
    if unmatched:
        yield notices.no_such_documents(unmatched)
    if gone:
        yield notices.gone_since_indexing(list(dict.fromkeys(gone)), len(gone))


def notices_on_unsearched(generation: Generation) -> Iterator[str]:
    """What could have held an answer and was not looked at."""
    if unread := generation.catalogue.paths("failed"):
        yield notices.not_searched(unread)
    listing = read_listing(generation.index_dir)
    if listing is not None and listing.other_kind:
        others = [each.path for each in listing.left_out if each.reason == "kind"]
        yield notices.of_other_kinds(others, listing.other_kind)
