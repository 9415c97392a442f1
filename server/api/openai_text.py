"""The text of an answer as clients of OpenAI's protocol get it: its sources and notices at the end, and its limits.

Pure. Sources are what the text cites, each page once.
"""

from collections.abc import Sequence

from server.answering import notices
from server.answering.citation_marks import cited_numbers
from server.http import schema
from server.language import question_language
from server.language_model.usage import TextCount
from storage.escaping import escaped
from storage.message_translation import told
from storage.place_names import place_names

_SOURCES = "\n\nSources:\n\n"
_NOTES = "\n\nNotes:\n\n"


class TextLimit:
    """Text on its way out, cut before a stop sequence and after so many tokens (estimated).

    `finish` says why it ended: "stop", "length", or None while it has not.
    """

    def __init__(self, stop: Sequence[str] = (), max_tokens: int | None = None) -> None:
        self._stop = [sequence for sequence in stop if sequence]
        self._max_tokens = max_tokens
        self._held = ""
        self._sent = TextCount()
        self.finish: str | None = None

    def add(self, text: str) -> str:
        """What may go out now; the beginning of a stop sequence is held back."""
        if self.finish:
            return ""
        self._held += text
        places = [place for sequence in self._stop if (place := self._held.find(sequence)) >= 0]
        if places:
            piece = self._room(self._held[: min(places)])
            self.finish = self.finish or "stop"
            return piece
        kept = max((_overlap(self._held, sequence) for sequence in self._stop), default=0)
        piece, self._held = self._held[: len(self._held) - kept], self._held[len(self._held) - kept :]
        return self._room(piece)

    def rest(self) -> str:
        """What was held back, now that nothing more comes."""
        piece, self._held = self._held, ""
        return "" if self.finish else self._room(piece)

    def has_room(self, text: str) -> bool:
        """Whether all of it would go out."""
        return not self.finish and (
            self._max_tokens is None or self._sent.plus(self._held).plus(text).tokens <= self._max_tokens
        )

    def _room(self, piece: str) -> str:
        if self._max_tokens is not None and self._sent.plus(piece).tokens > self._max_tokens:
            low, high = 0, len(piece)
            while low < high:
                middle = (low + high + 1) // 2
                fits = self._sent.plus(piece[:middle]).tokens <= self._max_tokens
                low, high = (middle, high) if fits else (low, middle - 1)
            piece = piece[:low]
            self.finish = "length"
        self._sent = self._sent.plus(piece)
        return piece


def _overlap(text: str, sequence: str) -> int:
    """How many characters at the end of the text begin the sequence."""
    return next((size for size in range(min(len(sequence) - 1, len(text)), 0, -1) if text.endswith(sequence[:size])), 0)


def footnotes(response: schema.QueryResponse) -> str:
    """The cited sources and the notices as a list that is safe to render: names are code, so that none of them becomes
    a link or picture."""
    lines = [f"- {' '.join(f'[{number}]' for number in found)} {place}" for place, found in _cited(response).items()]
    if response.refused or not response.sources:
        return ""
    heading = _SOURCES if lines else _NOTES
    lines += [f"- {notice}" for notice in all_notices(response)]
    return heading + "\n".join(lines) if lines else ""


def all_notices(response: schema.QueryResponse) -> list[str]:
    """The notices of the answer, and what its check found, in sentences."""
    language = question_language(response.question)
    found = list(response.notices)
    if response.checks.unsupported:
        found.append(told(notices.not_in_sources(response.checks.unsupported), language))
    if response.checks.unknown_citations:
        found.append(told(notices.citations_removed(response.checks.unknown_citations), language))
    if not (response.refused or cited_numbers(response.answer)) and response.sources and response.mode == "llm":
        found.append(told(notices.nothing_cited(), language))
    return found


def without_footnotes(content: str) -> str:
    """An answer that came back in a history, as it was written."""
    return content.partition(_SOURCES)[0].partition(_NOTES)[0]


def _cited(response: schema.QueryResponse) -> dict[str, list[int]]:
    """Page -> the numbers that the answer cites it by, in the order of the sources."""
    places: dict[str, list[int]] = {}
    if response.refused:
        return places
    cited = set(cited_numbers(response.answer))
    for number, source in enumerate(response.sources, 1):
        if number in cited:
            pages = ", ".join(place_names(source.document, source.pages, source.labels)).replace("`", "'")
            name = escaped(source.document).replace("`", "'")
            places.setdefault(f"`{name}, {pages}`", []).append(number)
    return places
