"""What a follow-up asks of its own, and where that stands: at the statement that answered before, or right behind it.

Without a model a follow-up is searched for together with the question before it, whose words alone may find the same
statement again; that answers nothing ("And if it is electric?"). And what names nothing that could be searched for,
"What if they cannot agree?", often stands in the sentence behind. Apart from `follow_up`, which finds the words of a
question. Pure.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from server.answering.citation_marks import without_marks
from server.answering.quoting import quotable_sentences
from server.evidence.answer_types import AnswerType, expected_answer, holds_answer
from server.evidence.examination import GENERIC, words_of
from server.evidence.units import Unit, expected_unit, holds_unit
from server.passages import Passage
from server.retrieval.glosses import terms_held, things_asked
from storage.words.english_stems import stem
from storage.words.languages import language_of
from storage.words.lexicon import words_of as words_in

_LONGEST = 600  # characters of an answer that are looked at
_LEAST_COMMON = 0.6  # of the last answer's words, in the statement that it was taken from
_REPEATED = 0.8  # of an answer's words, in the last one
_FOLLOWING = 3  # sentences behind the statement
_CLOSE = 2  # of them, where no word of the question tells which
_MORE = 2  # words that were not said before
_SHORTEST_PART = 4  # letters of a part of a compound
_NO_KIND = ("any", "definition")
_IS_SECTION = re.compile(r"\d+(?:\.\d+)*")
_IS_IF = re.compile(
    r"\b(?:if|unless|otherwise|instead|wenn|falls|sonst|stattdessen|si|sinon|sino|en caso|en cas|à défaut)\b"
    r"|如果|要是|万一|萬一|若|的话|的話|否则|否則",
    re.IGNORECASE,
)
_SAYS_IF = re.compile(
    rf"{_IS_IF.pattern}|^(?:when|where|whoever|in case|should|wird|wurde|ist|sind|wer|bei|lors|quand|quiconque|tout"
    r"|quien|cuando|transcurrid\w+)\b|\b(?:whoever|in the event|in case)\b|[者时時]，",
    re.IGNORECASE,
)
_ONLY_POINTS = re.compile(
    r"da(?:r(?:an|auf|aus|in|über|um|unter)|bei|durch|für|gegen|hinter|mit|nach|neben|von|vor|zu)|dann|genau|exactly"
    r"|exactement|exactamente|then|too|also|auch|aussi|también|still|noch|encore|todavía|again|wieder|yet|certain"
)


@dataclass(frozen=True, slots=True)
class Beside:
    """A sentence of a passage, both by their places."""

    passage: int
    sentence: int


def beside_answer(question: str, before: str, passages: Sequence[Passage]) -> Beside | None:
    """The sentence that answers a follow-up, at the statement of the answer before or right behind it."""
    said = _plain(before)
    home = _home(said, passages)
    if home is None:
        return None
    asked = _Asked.of(question, said)
    found = {place: asked.strength(text, distance) for place, text, distance in _from_here_on(home, passages)}
    best = max(found, key=lambda place: found[place])
    return Beside(home.passage, best) if found[best] > 0.0 else None


def leaves_open(question: str, before: str, answer: str, *, is_plain: bool = True) -> bool:
    """Whether the answer says nothing of what the follow-up asks beyond what was asked and answered before.

    `is_plain`: the question plainly needs the one before; of another one only the same answer again is none.
    """
    asked, told = _Asked.of(question, _plain(before)), _plain(answer)
    if asked.things and asked.held(told):
        return False
    words = words_of(told).different
    repeats = len(words & words_of(asked.said).different) >= _REPEATED * len(words)
    if repeats:
        return bool(asked.things) or (asked.asks_kind and not (asked.says_more(told) and asked.holds_kind(told)))
    return is_plain and bool(asked.things) and not (asked.asks_kind and asked.holds_kind(told))


def _plain(answer: str) -> str:
    return " ".join(without_marks(answer).split())[:_LONGEST]


def _home(said: str, passages: Sequence[Passage]) -> Beside | None:
    """The sentence that holds most of what was said."""
    wanted = words_of(said).different
    best, most = None, 0.0
    for index, passage in enumerate(passages):
        for place, sentence in enumerate(quotable_sentences(passage.text)):
            common = len(wanted & words_of(sentence.text).different) / (len(wanted) or 1)
            if common > max(most, _LEAST_COMMON - 1e-9):
                best, most = Beside(index, place), common
    return best


def _from_here_on(home: Beside, passages: Sequence[Passage]) -> Iterator[tuple[int, str, int]]:
    """Place, text and distance of a sentence and of those behind it, up to the next heading."""
    sentences = quotable_sentences(passages[home.passage].text)
    for distance, sentence in enumerate(sentences[home.sentence : home.sentence + _FOLLOWING + 1]):
        if distance and sentence.is_heading:
            return
        yield home.sentence + distance, sentence.text, distance


@dataclass(frozen=True, slots=True)
class _Asked:
    """A follow-up after what was `said`. `things`: what it speaks of, each in all that it may be called."""

    said: str
    question: str
    language: str
    things: tuple[tuple[str, ...], ...]
    kind: AnswerType
    unit: Unit | None

    @classmethod
    def of(cls, question: str, said: str) -> "_Asked":
        language = language_of(question) or language_of(said) or "en"
        things = tuple(terms for terms in things_asked(question, language) if not _names_nothing(terms[0]))
        return cls(said, question, language, things, expected_answer(question), expected_unit(question))

    @property
    def asks_kind(self) -> bool:
        """Whether a number, a date or another kind of thing is asked for."""
        return self.kind not in _NO_KIND

    def strength(self, text: str, distance: int) -> float:
        """How surely a sentence answers that stands so many behind the statement; 0 where it does not."""
        if self.asks_kind and not self.holds_kind(text):
            return 0.0
        if self.unit is not None and not holds_unit(self.unit, text):
            return 0.0
        held = self.held(text)
        if distance == 0:
            return 1.0 + held if self.asks_kind and self.says_more(text) and (held or not self.things) else 0.0
        if held:
            return held + 1.0 / (1 + distance)
        goes_on = self.unit is not None or (_IS_IF.search(self.question) and _SAYS_IF.search(text))
        return 1.0 / (1 + distance) if goes_on and distance <= _CLOSE else 0.0

    def held(self, text: str) -> int:
        """How many of the things the text names."""
        here = terms_held(chain.from_iterable(self.things), text, self.language)
        words = () if self.language == "zh" else [word.casefold() for word in words_in(text, self.language)]
        return sum(any(term in here or _ends_alike(term, words) for term in terms) for terms in self.things)

    def says_more(self, text: str) -> bool:
        """Whether the text says what was not said."""
        new = words_of(text).different - words_of(self.said).different
        return len([word for word in new if not _IS_SECTION.fullmatch(word)]) >= _MORE

    def holds_kind(self, text: str) -> bool:
        """Whether the text has what is asked for, and not only what was said; "within six weeks" is a date, too."""
        if holds_answer(f"{self.question} {self.said}", self.kind, text):
            return True
        return self.kind == "date" and holds_unit("duration", text)


def _names_nothing(word: str) -> bool:
    plain = word.casefold()
    return stem(plain) in GENERIC or _IS_IF.fullmatch(plain) is not None or _ONLY_POINTS.fullmatch(plain) is not None


def _ends_alike(term: str, words: Sequence[str]) -> bool:
    """Whether the term ends with one of these words, or one of them with it: goldfish are fish."""
    if len(term) < _SHORTEST_PART or " " in term:
        return False
    return any(len(word) >= _SHORTEST_PART and (term.endswith(word) or word.endswith(term)) for word in words)
