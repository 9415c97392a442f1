"""What speaks for a passage answering a question: which of the question's words it holds, how close together, and
whether something of the kind asked for stands beside them. Pure.

Every figure is 0 to 1 and absolute: it depends on the passage and the index's word statistics alone, never on the other
passages found.
"""

import math
import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.evidence.answer_types import AnswerType, expected_answer, holds_answer, introduces
from server.evidence.sentences import Sentence, split_sentences
from server.memory import TextMemory
from storage.words.english_stems import meaning_stem, stem
from storage.words.folding import folded
from storage.words.frame_words import question_tongue
from storage.words.languages import are_comparable, language_of
from storage.words.scripts import IS_UNSPACED
from storage.words.snowball_stems import COMPOUNDING, native_stem
from storage.words.terms import STOP_WORDS, Term, placed_words, question_terms

Frequencies = Callable[[Collection[str]], Mapping[str, int]]
"""In how many chunks of the index each stem occurs; one that nobody uses is absent."""

MOST_CHARACTERS = 8_000_000
"""Of the texts whose sentences, and whose words, are remembered: 24 and 64 MB."""

_PLAIN_WORDS = re.compile(r"[^\W_]+")
_ENDING = "[A-Za-zÀ-ɏ]*"  # not of Chinese, which has no spaces
_LETTERS = re.compile(r"[^\W\d_]+")
_GENERIC_WORDS = """
according allow allowed amount answer another author authors based become best call called day different document
example find first found get give given got good happen happened happens include includes including kind know known
last long made main major make many may mean meaning means much name named names new number one other page paper part
people percent percentage period person score section show shows sort support supported supports take taken term text
thing things three time two type types use used uses using way ways word work works year years
mein meine meinen meiner son daughter sohn tochter fils fille hijo hija husband wife mann frau mari femme marido mujer
friend freund freundin ami amie amigo amiga yesterday today tomorrow tonight gestern heute morgen hier aujourd demain
ayer hoy mañana
lang hoch groß weit tief breit schwer oft teuer schnell viel viele
"""
GENERIC = frozenset(stem(word) for word in _GENERIC_WORDS.split())
_GENERIC_WEIGHT = 0.4
_UNSEEN_CJK_WEIGHT = 0.35  # two characters that nobody writes side by side are seldom a word
_ELSEWHERE = 0.7  # a word in the title or a heading, beside 1.0 in the text; an identifier whose parts are scattered
_SECOND_SENTENCE = 0.95
_MOSTLY = 0.9
_PAIR = 2  # characters of a piece of Chinese
_SHORTEST_PART = 4  # letters of a part of a German or Dutch compound
_SMOOTHING_CHUNKS = 20  # a small index knows little of how common a word is


@dataclass(frozen=True, slots=True)
class Need:
    """Something the question names. `rarity` is that in the index, `weight` what it counts.

    `is_name`: an identifier, a number, a quotation, or written with a capital. `is_cjk`: written in Chinese, Japanese
    or Korean, or without spaces like them. `language`: that of the question, None where nothing tells it. `is_unused`:
    nothing in the index has the word.
    """

    spellings: tuple[tuple[str, ...], ...]
    rarity: float
    weight: float
    shown: str
    is_name: bool
    is_cjk: bool
    language: str | None = None
    is_unused: bool = False

    @property
    def shown_words(self) -> list[str]:
        """The words of `shown`, one by one."""
        return _PLAIN_WORDS.findall(self.shown)


@dataclass(frozen=True, slots=True)
class Profile:
    """A question, taken apart once for all its passages."""

    question: str
    needs: tuple[Need, ...]
    expects: AnswerType


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for one passage, each 0 to 1.

    `coverage`: share of the question's words, weighted by rarity, in the passage or its headings.
    `closeness`: the same in its best one or two sentences, `sentences[best[0]:best[1]]`.
    `names`: share of the question's identifiers, numbers and names (1 when it has none).
    `typed`: the kind of thing asked for stands in the best sentences. `introduced`: 1 where "What is X?" is asked and X
    introduced, 0 where it is not, 0.5 for other questions.
    `comparable`: share of the question's words that the passage's script could hold at all.
    `shared` are the words found, as the person wrote them, rarest first.
    """

    coverage: float
    closeness: float
    names: float
    typed: float
    introduced: float
    comparable: float
    best: tuple[int, int]
    shared: tuple[str, ...]


def profile_of(question: str, frequencies: Frequencies, chunks: int) -> Profile:
    """Take the question apart, with the word statistics of an index of so many chunks."""
    terms = [term for term in question_terms(question) if term.kind != "compound"]
    known = frequencies({stem(word) for term in terms for words in term.spellings for word in words})
    # Every German noun has a capital.
    capitalised = _capitalised(question, inside_only=question_tongue(question) == "de")
    needs = tuple(_need(question, term, known, chunks, capitalised) for term in terms)
    return Profile(question, needs, expected_answer(question))


def examine(profile: Profile, text: str, context: str = "") -> Evidence:
    """What speaks for this passage; `context` is its title and headings."""
    words, above = words_of(text), words_of(context)
    needs = [need for need in profile.needs if can_hold(need, words, above)]
    places = [places_of(need, words) for need in needs]
    elsewhere = [_is_elsewhere(need, words, above) for need in needs]
    sentences = sentences_of(text)
    best, closeness = _best_window(needs, places, elsewhere, sentences)
    here = text[sentences[best[0]].start : sentences[best[1] - 1].end] if sentences else ""
    met = [1.0 if place else _ELSEWHERE if other else 0.0 for place, other in zip(places, elsewhere, strict=True)]
    found = sorted((n for n, m in zip(needs, met, strict=True) if m), key=lambda need: -need.weight)
    return Evidence(
        coverage=_share(needs, met),
        closeness=closeness / (_weight(needs) or 1.0),
        names=_names_share(needs, met),
        typed=float(holds_answer(profile.question, profile.expects, here)),
        introduced=float(introduces(profile.question, text)) if profile.expects == "definition" else 0.5,
        comparable=sum(need.rarity for need in needs) / (sum(need.rarity for need in profile.needs) or 1.0),
        best=best,
        shared=tuple(_in_whole_words(profile.question, dict.fromkeys(need.shown for need in found))),
    )


def _in_whole_words(question: str, shown: Collection[str]) -> Iterator[str]:
    """The same for people: pairs of Chinese characters that overlap in the question are one piece of it."""
    pairs = [word for word in shown if len(word) == _PAIR and IS_UNSPACED.match(word)]
    places = sorted({place for word in pairs for place in _places_in(question, word)})
    runs: list[tuple[int, int]] = []
    for start, end in places:
        if runs and start < runs[-1][1]:
            runs[-1] = (runs[-1][0], max(end, runs[-1][1]))
        else:
            runs.append((start, end))
    told: set[tuple[int, int]] = set()
    for word in shown:
        place = next(_places_in(question, word), None) if word in pairs else None
        if place is None:
            yield word
        elif (run := next(run for run in runs if run[0] <= place[0] < run[1])) not in told:
            told.add(run)
            yield question[run[0] : run[1]]


def _places_in(question: str, word: str) -> Iterator[tuple[int, int]]:
    place = question.find(word)
    while place >= 0:
        yield place, place + len(word)
        place = question.find(word, place + 1)


def needs_met(profile: Profile, text: str) -> frozenset[int]:
    """Which of the question's needs, by their place in `profile.needs`, stand in the text."""
    words = words_of(text)
    return frozenset(number for number, need in enumerate(profile.needs) if places_of(need, words))


def different_words(text: str) -> frozenset[str]:
    """The stems of a text, each once."""
    return words_of(text).different


def sentences_of(text: str) -> tuple[Sentence, ...]:
    """The sentences of a passage; remembered, because retrieving, scoring and answering all need them."""
    return _sentences(text)


def forget_texts() -> None:
    """Forget what was made of the texts of passages: of a generation that is closed nothing should stay."""
    _sentences.forget()
    _words.forget()


# -- the question --------------------------------------------------------------------------------------


def _need(question: str, term: Term, known: Mapping[str, int], chunks: int, capitalised: frozenset[str]) -> Need:
    spellings = tuple(tuple(meaning_stem(word) for word in words) for words in term.spellings)
    # A phrase is at most as common as its rarest word; of several spellings the commonest counts.
    common = max(min(known.get(stem(word), 0) for word in words) for words in term.spellings)
    rarity = weight = math.log((chunks + _SMOOTHING_CHUNKS) / (common + 1))
    if len(spellings[0]) == 1 and spellings[0][0] in GENERIC:
        weight *= _GENERIC_WEIGHT
    elif common == 0 and IS_UNSPACED.match(spellings[0][0]):
        weight *= _UNSEEN_CJK_WEIGHT
    first = term.spellings[0][0]
    is_written_as_name = any(words[0] in capitalised for words in term.spellings)  # the first may be a stem alone
    is_name = term.kind == "exact" or is_written_as_name or any(sign.isdigit() for sign in first)
    shown = _as_written(question, term)
    is_unspaced = IS_UNSPACED.search(shown) is not None
    return Need(spellings, rarity, weight, shown, is_name, is_unspaced, language_of(question), common == 0)


def _as_written(question: str, term: Term) -> str:
    """The term as the person wrote it, to be shown again."""
    words = term.spellings[0]
    if IS_UNSPACED.search("".join(words)):
        return "".join(word if i == 0 or not IS_UNSPACED.search(word) else word[-1] for i, word in enumerate(words))
    # The word itself, of which a stem without its accents may be all that is looked for: "Fähre", not "fahr".
    for spelling in sorted(term.spellings, key=lambda spelling: -sum(map(len, spelling))):
        if written := _written(question, spelling):
            return written
    plain = (word for word in _PLAIN_WORDS.findall(question) if folded(word.casefold()).startswith(words[0]))
    return next(plain, " ".join(words)) if len(words) == 1 else " ".join(words)


def _written(question: str, spelling: tuple[str, ...]) -> str | None:
    """Where these words stand side by side in the question, the last one with its ending."""
    if len(spelling) == 1 and question.isascii() and spelling[0].isascii():
        return _written_word(question, spelling[0])
    side_by_side = r"[\W_]+".join(map(re.escape, spelling))
    ending = _ENDING if spelling[-1].isalpha() else ""
    found = re.search(rf"(?<![^\W_]){side_by_side}{ending}", question, re.IGNORECASE)
    return found.group() if found else None


def _written_word(question: str, word: str) -> str | None:
    """The same for one word in ASCII, without a pattern: to compile one for every new word takes 0.3 ms."""
    text, word = question.lower(), word.lower()
    start = text.find(word)
    while start > 0 and text[start - 1].isalnum():
        start = text.find(word, start + 1)
    if start < 0:
        return None
    end = start + len(word)
    while word.isalpha() and end < len(text) and text[end].isalpha():
        end += 1
    return question[start:end]


def _capitalised(question: str, *, inside_only: bool = False) -> frozenset[str]:
    """Words written as names: with a capital inside, or at the beginning where not all words are written so."""
    words = _LETTERS.findall(question)
    inside = {word for word in words if any(sign.isupper() for sign in word[1:])}
    begins = {word for word in words[1:] if word[0].isupper()}
    is_prose = not inside_only and any(word[0].islower() and word not in STOP_WORDS for word in words[1:])
    return frozenset(word.casefold() for word in (inside | begins if is_prose else inside))


# -- the passage ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Words:
    """The stems of a text in order, the different ones, and where in the text each of the first begins.

    `native` are the stems of the text's own language where it is none of those that `stems` is for.
    """

    stems: tuple[str, ...]
    different: frozenset[str]
    starts: Sequence[int]
    cjk_share: float
    language: str | None = None
    native: tuple[str, ...] = ()


def words_of(text: str) -> Words:
    """The words of a passage, its headings or a sentence of it; remembered."""
    return _words(text)


def _read_words(text: str) -> Words:
    starts, words = placed_words(text)
    stems = tuple(map(meaning_stem, words))
    tongue = question_tongue(text)
    native = tuple(meaning_stem(native_stem(word, tongue)) for word in words) if tongue else ()
    different = frozenset(stems).union(native) if native else frozenset(stems)
    cjk = 0 if text.isascii() else sum(IS_UNSPACED.match(word) is not None for word in words)
    return Words(stems, different, array("I", starts), cjk / (len(stems) or 1), language_of(text), native)


_sentences: TextMemory[tuple[Sentence, ...]] = TextMemory(lambda text: tuple(split_sentences(text)), MOST_CHARACTERS)
_words: TextMemory[Words] = TextMemory(_read_words, MOST_CHARACTERS)


def can_hold(need: Need, words: Words, above: Words) -> bool:
    """Chinese words are not to be found in an English text, nor German ones, but for names, in an English text."""
    if need.is_cjk:
        return (words.cjk_share > 0 or above.cjk_share > 0) and are_comparable(
            need.shown, need.language, words.language
        )
    if need.is_name or are_comparable(need.shown, need.language, words.language or above.language):
        return need.is_name or words.cjk_share < _MOSTLY
    return any(words.different.issuperset(spelling) for spelling in need.spellings)


def places_of(need: Need, words: Words) -> list[int]:
    """Where in the text the need is met."""
    found = [
        words.starts[position]
        for spelling in need.spellings
        if words.different.issuperset(spelling)
        for stems in (words.stems, words.native)
        for position in _positions(spelling, stems)
    ]
    if not found and need.language in COMPOUNDING and words.language in (need.language, None):  # a table tells none
        stems = words.native or words.stems
        return [words.starts[position] for position, stem in enumerate(stems) if _is_part(need, stem)]
    return found


def _is_part(need: Need, stem: str) -> bool:
    """Whether a compound begins or ends with the need: Frist, kündigen in Kündigungsfrist."""
    part = need.spellings[0][0]
    if need.is_name or len(need.spellings[0]) > 1 or min(len(part), len(stem) - len(part)) < _SHORTEST_PART:
        return False
    return stem.startswith(part) or stem.endswith(part)


def _positions(spelling: tuple[str, ...], stems: tuple[str, ...]) -> Iterator[int]:
    """Where in the row of stems these stand side by side."""
    position = -1
    for _ in range(stems.count(spelling[0])):
        position = stems.index(spelling[0], position + 1)
        if stems[position : position + len(spelling)] == spelling:
            yield position


def _is_elsewhere(need: Need, words: Words, above: Words) -> bool:
    """Whether the need is met above the text, or in pieces: an identifier may be cut up in the head of a table."""
    if places_of(need, above):
        return True
    return any(len(spelling) > 1 and words.different.issuperset(spelling) for spelling in need.spellings)


def _best_window(
    needs: Sequence[Need], places: Sequence[Sequence[int]], elsewhere: Sequence[bool], sentences: Sequence[Sentence]
) -> tuple[tuple[int, int], float]:
    """Which one or two neighbouring sentences meet most, and how much, in weights."""
    if not sentences:
        return (0, 0), 0.0
    ends = [sentence.end for sentence in sentences]
    held: dict[int, set[int]] = {}
    for number, offsets in enumerate(places):
        for offset in offsets:
            held.setdefault(min(bisect_right(ends, offset), len(ends) - 1), set()).add(number)
    base = sum(need.weight * _ELSEWHERE for need, other in zip(needs, elsewhere, strict=True) if other)
    gain = [n.weight * (1.0 - _ELSEWHERE if other else 1.0) for n, other in zip(needs, elsewhere, strict=True)]

    def worth(found: set[int]) -> float:
        return base + sum(gain[number] for number in sorted(found))

    windows = [((i, i + 1), worth(found)) for i, found in sorted(held.items())]
    pairs = sorted({i for i in (*held, *(i - 1 for i in held)) if 0 <= i < len(sentences) - 1})
    windows += [((i, i + 2), worth(held.get(i, set()) | held.get(i + 1, set())) * _SECOND_SENTENCE) for i in pairs]
    return max(windows, key=lambda window: window[1], default=((0, 1), base))


def _weight(needs: Sequence[Need]) -> float:
    return sum(need.weight for need in needs)


def _share(needs: Sequence[Need], met: Sequence[float]) -> float:
    return sum(need.weight * m for need, m in zip(needs, met, strict=True)) / (_weight(needs) or 1.0)


def _names_share(needs: Sequence[Need], met: Sequence[float]) -> float:
    named = [(need, m) for need, m in zip(needs, met, strict=True) if need.is_name]
    return _share([need for need, _ in named], [m for _, m in named]) if named else 1.0
