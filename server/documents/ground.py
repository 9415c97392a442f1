"""Whether the documents still say what an answer was made from: each sentence that it rests on, word by word. Pure.

Knows no index: it is given the pages of the documents as they are now.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from server.documents.cited_sentence import cited_range, sentence_ranges

_MARK = re.compile(r"\[\d+\]")
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")

Reason = Literal["document_gone", "sentence_gone"]


@dataclass(frozen=True, slots=True)
class CitedPassage:
    """A passage as it was when it was cited, and what the answer says citing it."""

    document: str
    text: str
    statement: str


@dataclass(frozen=True, slots=True)
class Loss:
    """Something an answer rests on that is not there any more; `sentence` is what stood there."""

    document: str
    reason: Reason
    sentence: str = ""


def lost_ground(cited: Sequence[CitedPassage], pages_of: Callable[[str], Sequence[str] | None]) -> list[Loss]:
    """What of it is lost. `pages_of` gives the texts of a document's pages; None: there is no such document now."""
    losses: list[Loss] = []
    for passage in cited:
        pages = pages_of(passage.document)
        if pages is None:
            losses.append(Loss(passage.document, "document_gone"))
            continue
        said = _plain(" ".join(pages))
        losses += [
            Loss(passage.document, "sentence_gone", sentence)
            for sentence in supporting_sentences(passage)
            if _plain(sentence) not in said
        ]
    return list(dict.fromkeys(losses))


def supporting_sentences(passage: CitedPassage) -> Iterator[str]:
    """The statement itself where it is a quotation; else what bears it out most, and what has its other numbers.

    The whole passage where no sentence shares a word with the statement: it may be in another language.
    """
    statement = _MARK.sub("", passage.statement).strip()
    if statement and _plain(statement) in _plain(passage.text):
        yield statement
        return
    best, _weight = cited_range(passage.text, statement)
    if best is None:
        yield passage.text
        return
    sentence = passage.text[slice(*best)]
    yield sentence
    missing = set(_NUMBER.findall(statement)) - set(_NUMBER.findall(sentence))
    for start, end in sentence_ranges(passage.text):
        other = passage.text[start:end]
        if found := missing & set(_NUMBER.findall(other)):
            missing -= found
            yield other


def _plain(text: str) -> str:
    """Without what a new reading or another line length changes: white space, width, case, marks of emphasis."""
    return re.sub(r"[\s*_#>|]+", "", unicodedata.normalize("NFKC", text)).casefold()
