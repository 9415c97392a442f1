"""Holds every kept answer against each new generation of the index: do the documents still say what it rests on?

Needs no language model. What was found is for the history, the API and the figures; a webhook is told what is new.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.documents.ground import CitedPassage, Loss, lost_ground
from server.http.answer_records import StoredAnswer, quoted_before, read_stored, statement_of
from server.retrieval.index_holder import IndexHolder, IndexNotReady
from storage.catalogue.catalogue import Catalogue
from storage.server_state.answers import Answers, AnswersUnreadable

logger = logging.getLogger(__name__)

_LOOK_SECONDS = 2.0

Claim = Callable[[str], bool]
"""Whether this server is the first of several to claim something of that name."""

Tell = Callable[[str, Mapping[str, Any]], None]
"""Sends an event to another program: its name, its data."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """One look. `lost`: what each answer has lost, by its id; none where it has lost nothing."""

    generation: str = ""
    lost: Mapping[str, tuple[Loss, ...]] = field(default_factory=dict)
    looked_at: frozenset[str] = frozenset()
    failed: Mapping[str, str | None] = field(default_factory=dict)


class AnswerWatch:
    """Looks when another generation answers. May be used by several threads; `close` ends its own."""

    def __init__(
        self, index: IndexHolder, answers: Answers, tell: Tell | None = None, claim: Claim = lambda _name: True
    ) -> None:
        """`claim`: of several servers that see the same, the one that tells it."""
        self._index = index
        self._answers = answers
        self._tell = tell
        self._claim = claim
        self._looking = threading.Lock()
        self._seen = _Seen()
        self._closed = threading.Event()

    def start(self) -> None:
        """Begin to watch in a background thread."""
        threading.Thread(target=self._watch, name="answer-watch", daemon=True).start()

    def close(self) -> None:
        """Look no more."""
        self._closed.set()

    def lost(self, kept: Iterable[str] | None = None) -> Mapping[str, Sequence[Loss]]:
        """What answers have lost, by their ids, in the generation that answers now; empty while none does.

        `kept`: the ids of the kept answers, where they were read a moment ago.
        """
        self._look(kept)
        return self._seen.lost

    def known_losses(self) -> int:
        """How many answers had lost something at the last look."""
        return len(self._seen.lost)

    def _watch(self) -> None:
        while not self._closed.wait(_LOOK_SECONDS):
            try:
                if self._is_another_generation():
                    self._look()
            except Exception:
                # Whatever it is, questions are answered and the next look may succeed.
                logger.exception("the kept answers could not be looked at")

    def _is_another_generation(self) -> bool:
        try:
            with self._index.acquire() as index:
                return index.generation.name != self._seen.generation
        except IndexNotReady:
            return False

    def _look(self, ids: Iterable[str] | None = None) -> None:
        with self._looking:
            try:
                with self._index.acquire() as index:
                    generation, catalogue = index.generation.name, index.generation.catalogue
                    kept = dict.fromkeys((each.id for each in self._answers.newest()) if ids is None else ids)
                    is_new = generation != self._seen.generation
                    unknown = [each for each in kept if is_new or each not in self._seen.looked_at]
                    if not is_new and self._seen.looked_at == kept.keys():
                        return
                    before, found = self._seen, self._losses(catalogue, unknown)
                    failed = {each.path: each.category for each in catalogue.documents() if each.status != "indexed"}
            except (IndexNotReady, AnswersUnreadable):
                return
            still = {} if is_new else {each: lost for each, lost in before.lost.items() if each in kept}
            self._seen = _Seen(generation, still | found, frozenset(kept), failed)
            is_another = is_new and before.generation
            if self._tell is not None and is_another and self._claim(f"{before.generation} > {generation}"):
                self._tell_what_is_new(before, self._tell)

    def _losses(self, catalogue: Catalogue, answers: Sequence[str]) -> dict[str, tuple[Loss, ...]]:
        pages: dict[str, list[str] | None] = {}
        versions = {record.path: record.sha256 for record in catalogue.documents()}

        def pages_of(path: str) -> list[str] | None:
            if path not in pages:
                pages[path] = [page.text for page in catalogue.pages(path)] if versions.get(path) else None
            return pages[path]

        found = {}
        for answer_id in answers:
            document = self._answers.get(answer_id)
            stored = read_stored(document) if document is not None else None
            if stored is not None and (losses := lost_ground(_cited(stored, versions), pages_of)):
                found[answer_id] = tuple(losses)
        return found

    def _tell_what_is_new(self, before: _Seen, tell: Tell) -> None:
        now = self._seen
        tell("index.published", {"generation": now.generation})
        for path, category in now.failed.items():
            if path not in before.failed:
                tell("document.failed", {"path": path, "category": category})
        changed = [answer_id for answer_id in now.lost if answer_id not in before.lost]
        if changed:
            tell("answers.changed", {"generation": now.generation, "answers": changed})


def _cited(stored: StoredAnswer, versions: Mapping[str, str]) -> list[CitedPassage]:
    """Its sources whose documents are not what they were; a refusal rests on nothing."""
    if stored.response.refused:
        return []
    response = stored.response
    return [
        CitedPassage(passage.document, passage.text, statement)
        for number, passage in enumerate(response.sources, 1)
        if stored.versions.get(passage.document) != versions.get(passage.document)
        for statement in (statement_of(response, number), *quoted_before(response, number))
    ]
