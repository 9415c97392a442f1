"""A question word by word in another language, so that documents in that one can be searched and judged by their words.

No sentence that anybody would write, and it needs none: search and evidence read words. Only words that the lexicon
has, names and figures are taken over; where too much of the question is left untold there is no gloss. Apart from
`everyday_words`, a list of phrases of one language. Pure.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from server.retrieval.everyday_words import IsSaid
from storage.words.folding import folded
from storage.words.frame_words import frame_words
from storage.words.lexicon import LANGUAGES, Concept, Entries, Key, entries, key_of, words_of
from storage.words.scripts import IS_HAN
from storage.words.terms import STOP_WORDS

_LEAST_TOLD = 0.6
"""Of the words that say something, how many must be known."""

_LONGEST_GAP = 8  # words between the parts of a German verb
_LONGEST_QUESTION = 60  # words
_SHORTEST_PART = 4  # letters of a part of a German compound
_JOINTS = ("", "s", "es", "n", "en", "er")

_LIGHT_WORDS = {
    "en": "go goes went gone going come comes came coming get gets got getting give gives gave given take takes"
    " took taken make makes made making do does did done have has had keep keeps kept put puts let lets see"
    " sees saw seen look looks want wants need needs bring brings brought say says said tell tells told ask"
    " know think find found happen happens",
    "de": "gehen geht gehe ging gegangen kommen kommt komme kam gekommen machen macht mache gemacht tun tut getan"
    " nehmen nimmt nehme genommen geben gibt gebe gegeben lassen lässt lasse gelassen bleiben bleibt stehen"
    " steht stehe bringen bringt bringe gebracht sehen sieht sehe sagen sagt gesagt wissen weiß finden findet"
    " bekommen bekommt bekomme kriegen kriegt kriege haben hat habe gehabt brauchen braucht brauche wollen"
    " will halten hält halte legen stellen",
    "fr": "aller va vais vont vas allé venir vient viens viennent venu faire fait fais font prendre prend prends"
    " pris mettre met mets mis donner donne donné laisser laisse passer passe avoir eu voir voit vois vu"
    " savoir sait dire dit trouver trouve rester reste vouloir veut veux arriver arrive",
    "es": "ir va voy van vamos venir viene vienen vengo hacer hace hago hacen hecho tener tiene tengo tienen"
    " tenemos dar da doy dan poner pone pongo puesto dejar deja dejo ver ve veo visto llevar lleva quedar"
    " queda pasar pasa decir dice dicho saber sé sabe haber querer quiero llegar llega encontrar tomar",
    "zh": "去 来 用 做 弄 搞 给 有 要 想 看 到 在",
}
"""Verbs that mean what stands beside them: no other word says the same, but for phrases with them."""

_EMPTY_SIGNS = frozenset(
    "的了吗呢吧啊嘛那这是我你他她它们个和就都会能可不没怎么什多少几些下上里得地着过把被让对跟还也再又才只最更很太"
)

_LIGHT = {language: frozenset(words.split()) for language, words in _LIGHT_WORDS.items()}


@dataclass(frozen=True, slots=True)
class Gloss:
    """A question in other words, and the terms for its things in them: an answer holds some."""

    question: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some words of the question and what they say in the other language. `counts`: they say something.

    `is_known`: some document says it, or it is a name or figure. `is_thing`: the lexicon has it.
    """

    told: str
    counts: bool = False
    is_known: bool = False
    is_thing: bool = False


def gloss(question: str, language: str, other: str, is_said: IsSaid) -> Gloss | None:
    """The question's words in the other language; None where too few of them are known or one of both is not.

    Of several terms for a thing that one is taken that some document says.
    """
    if language == other or language not in LANGUAGES or other not in LANGUAGES:
        return None
    words = words_of(question, language)
    if len(words) > _LONGEST_QUESTION * (3 if language == "zh" else 1):
        return None
    pieces = _Reader(question, words, language, other, is_said).pieces()
    known = [piece.is_known for piece in pieces if piece.counts]
    terms = tuple(piece.told for piece in pieces if piece.is_thing and piece.is_known)
    if not terms or sum(known) < _LEAST_TOLD * len(known):
        return None
    return Gloss(" ".join(dict.fromkeys(piece.told for piece in pieces if piece.told)), terms)


def share_held(terms: Sequence[str], text: str, language: str) -> float:
    """How many of these terms, 0 to 1, the text holds in one of their forms; 1 where there are none."""
    held = terms_held(terms, text, language)
    return sum(term in held for term in terms) / len(terms) if terms else 1.0


def terms_held(terms: Iterable[str], text: str, language: str) -> frozenset[str]:
    """Those of these terms that the text holds in one of their forms."""
    if language == "zh":
        plain = folded(text)
        return frozenset(term for term in terms if folded(term) in plain)
    here = set(_key(text, language))
    return frozenset(term for term in terms if here.issuperset(_key(term, language)))


def in_terms_of_documents(question: str, language: str, is_said: IsSaid) -> str:
    """The question with what no document says replaced by a term of the same thing that some does; or as it is."""
    if language not in LANGUAGES:
        return question
    words = words_of(question, language)
    reader = _Reader(question, words, language, language, is_said)
    worded = question
    for place, length, concepts in reader.phrases():
        written = words[place : place + length]
        gap = "" if language == "zh" else r"[\W_]+"
        pattern = re.compile(gap.join(map(re.escape, written)), re.IGNORECASE)
        said = pattern.search(worded)
        is_kept = said is None or is_said(said.group())
        term = None if said is None or is_kept else _better_term(said.group(), concepts, language, is_said)
        if said and term:
            worded = f"{worded[: said.start()]}{term}{worded[said.end() :]}"
    return worded


def things_asked(question: str, language: str) -> list[tuple[str, ...]]:
    """All that each thing may be called that the question speaks of, in its language; first the question's word."""
    if language not in LANGUAGES:
        return []
    return list(_Reader(question, words_of(question, language), language, language, lambda _: True).things())


def _better_term(phrase: str, concepts: Sequence[Concept], language: str, is_said: IsSaid) -> str | None:
    """A term that some document says.

    None for a term that means several things, a lift is an elevator, or it lifts, or is in another form: forested.
    """
    own, terms = _key(phrase, language), [term for concept in concepts for term in concept.terms[language]]
    if any(_key(term, language) == own for term in terms):
        is_written = any(term.casefold() == phrase.casefold() for term in terms)
        if not is_written or not all(_are_one(concepts[0], each, language) for each in concepts[1:]):
            return None
    return next((term for term in terms if _key(term, language) != own and is_said(term)), None)


def _are_one(one: Concept, other: Concept, language: str) -> bool:
    """Whether both have a term in common in some other language."""
    return any(not set(terms).isdisjoint(other.terms[each]) for each, terms in one.terms.items() if each != language)


def _key(phrase: str, language: str) -> Key:
    return tuple(key_of(word, language) for word in words_of(phrase, language))


def unknown_words(question: str, language: str) -> list[str]:
    """The words of the question that are neither in the lexicon nor only ask: names, mostly. Each once."""
    if language not in LANGUAGES:
        return []
    known, frame = entries(language), _words_that_ask(question, language)
    return [
        word
        for word in dict.fromkeys(words_of(question, language))
        if (word.casefold(),) not in known.frames
        and (key_of(word, language),) not in known.whole
        and word.casefold() not in frame
        and not IS_HAN.search(word)
        and not word.isdigit()
    ]


def _words_that_ask(question: str, language: str) -> frozenset[str]:
    return STOP_WORDS if language == "en" else frame_words(question)


class _Reader:
    """Reads one question from left to right, the longest known phrase first."""

    def __init__(self, question: str, words: Sequence[str], language: str, other: str, is_said: IsSaid) -> None:
        self._words = words
        self._written = [word.casefold() for word in words]
        self._keys = [key_of(word, language) for word in words]
        self._language, self._other = language, other
        self._known: Entries = entries(language)
        self._is_said = is_said
        self._frame = _words_that_ask(question, language)
        self._taken: set[int] = set()
        self._unknown_signs: set[int] = set()

    def pieces(self) -> list[_Piece]:
        """What each part of the question says, in its order."""
        return [self._piece(*step) for step in self._steps()]

    def phrases(self) -> Iterator[tuple[int, int, Sequence[Concept]]]:
        """Where a known thing begins, how many words it has, and what it may be; no words that only ask."""
        for place, length, concepts in self._steps():
            if concepts and not self._only_helps(place, length, concepts):
                yield place, length, concepts

    def things(self) -> Iterator[tuple[str, ...]]:
        """All that each thing may be called that the question speaks of, known or not; first the question's word."""
        for place, length, concepts in self._steps():
            said = ("" if self._language == "zh" else " ").join(self._words[place : place + length])
            is_word = concepts or len(said) > 1 or (IS_HAN.search(said) and said not in _EMPTY_SIGNS)
            if is_word and not self._only_helps(place, length, concepts):
                terms = (term for concept in concepts for term in concept.terms[self._other])
                yield tuple(dict.fromkeys((said, *terms)))

    def _steps(self) -> Iterator[tuple[int, int, Sequence[Concept]]]:
        """Place and number of words of what the question is made of, and what each may be: nothing if it is unknown."""
        place = 0
        while place < len(self._words):
            if place in self._taken:
                place += 1
                continue
            length, concepts = self._longest(place)
            yield place, length, concepts
            place += length

    def _piece(self, place: int, length: int, concepts: Sequence[Concept]) -> _Piece:
        piece = self._told(concepts) if concepts else self._unknown(self._words[place], place)
        return _Piece(piece.told) if length == 1 and self._is_light(place) else piece

    def _only_helps(self, place: int, length: int, concepts: Sequence[Concept]) -> bool:
        """Whether these words only ask, or mean what stands beside them."""
        is_frame = (concepts and concepts[0].is_frame) or (self._written[place],) in self._known.frames
        return bool(is_frame) or self._only_asks(place, length) or (length == 1 and self._is_light(place))

    def _longest(self, place: int) -> tuple[int, Sequence[Concept]]:
        if (found := self._apart(place)) is not None:
            return 1, (found,)
        for length in range(min(self._known.longest, len(self._words) - place), 0, -1):
            frame = self._known.frames.get(tuple(self._written[place : place + length]))
            if frame is not None:
                return length, (frame,)
            at_once = length == 1 and self._only_asks(place, 1)  # "at" is no "ate"
            concepts = () if at_once else self._things(place, length)
            if concepts:
                return length, concepts
        return 1, ()

    def _things(self, place: int, length: int) -> Sequence[Concept]:
        """What is written so, or else what another form of it is: Miete is no form of Mieter."""
        written = self._known.written.get(tuple(self._written[place : place + length]))
        return written or self._known.whole.get(tuple(self._keys[place : place + length]), ())

    def _only_asks(self, place: int, length: int) -> bool:
        return self._frame.issuperset(self._written[place : place + length])

    def _is_light(self, place: int) -> bool:
        return self._written[place] in _LIGHT[self._language]

    def _apart(self, place: int) -> Concept | None:
        """The verb that begins here and whose second part comes later."""
        ends = self._keys[place + 1 : place + 1 + _LONGEST_GAP]
        for second, concept in self._known.apart.get(self._keys[place], ()):
            if second in ends:
                self._taken.add(place + 1 + ends.index(second))
                return concept
        return None

    def _told(self, concepts: Sequence[Concept]) -> _Piece:
        terms = [term for concept in concepts for term in concept.terms[self._other]]
        if concepts[0].is_frame:
            return _Piece(terms[0])
        said = next((term for term in terms if self._is_said(term)), "")
        return _Piece(said or terms[0], counts=True, is_known=bool(said), is_thing=True)

    def _unknown(self, word: str, place: int) -> _Piece:
        if self._language != "zh" and IS_HAN.search(word):
            return _Piece(word, counts=True, is_known=True)
        if word.casefold() in self._frame or (len(word) == 1 and not word.isdigit()):
            return _Piece("", counts=self._ends_unknown_run(place))
        is_name = any(sign.isdigit() for sign in word) or (word[:1].isupper() and self._language != "de" and place > 0)
        if is_name or self._language == "zh":
            return _Piece(word, counts=True, is_known=True)
        if self._language == "de" and (parts := self._parts(word)):
            return _Piece(" ".join(parts), counts=True, is_known=True, is_thing=True)
        return _Piece(word if self._is_said(word) else "", counts=True)

    def _ends_unknown_run(self, place: int) -> bool:
        """Whether two Chinese signs in a row are unknown, here and before: a word; one alone mostly is none."""
        signs = self._words[max(0, place - 1) : place + 1]
        if IS_HAN.search(signs[-1]):
            self._unknown_signs.add(place)
        return len(signs) == 2 and {place - 1, place} <= self._unknown_signs and place - 2 not in self._unknown_signs

    def _parts(self, word: str) -> list[str]:
        """What the two parts of a German compound say, where both are known."""
        plain = word.casefold()
        for cut in range(_SHORTEST_PART, len(plain) - _SHORTEST_PART + 1):
            second = self._known.whole.get((key_of(plain[cut:], "de"),))
            if second is None:
                continue
            for joint in _JOINTS:
                first = plain[:cut].removesuffix(joint) if joint else plain[:cut]
                known = self._known.whole.get((key_of(first, "de"),)) if len(first) >= _SHORTEST_PART else None
                if known is not None:
                    return [self._told(known).told, self._told(second).told]
        return []
