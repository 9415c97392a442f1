"""Text to the words of the lexical index, and a question to its FTS5 expression. Pure.

The index stems English itself (porter unicode61). Here: one spelling for what is the same in any script (`folding`),
scripts without spaces between words as pairs of characters, and for texts in German, French, Spanish, Italian,
Portuguese or Dutch the stems of these languages behind the words. Stop words are dropped from the question only, so a
quoted phrase still finds them.

An index made before holds texts as they were written: of each word of a question its other forms are searched for too.
"""

import re
import unicodedata
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import version
from itertools import accumulate
from operator import add
from typing import Literal

from storage.words.english_stems import stem
from storage.words.folding import folded, unfolded
from storage.words.frame_words import frame_words, question_tongue, word_lists
from storage.words.irregular_forms import other_forms
from storage.words.scripts import IS_UNSPACED, MARKS, UNSPACED, UNSPACED_RUN
from storage.words.snowball_stems import COMPOUNDING, TONGUES, native_stem

TERMS_VERSION = 1
"""Raise it where `index_terms` gives other words for a text."""

_SIGN = rf"[^\W{UNSPACED}][{MARKS}]*"
_WORD = re.compile(rf"(?:[^\W_][{MARKS}]*)+")
_FIRST_MARKS = re.compile(f"^[{MARKS}]+")
_ANY_MARK = re.compile(f"[{MARKS}]")
_TOKEN = re.compile(
    rf"(?=[^\W_])[{UNSPACED}][{UNSPACED}{MARKS}]*|\d{{1,3}}(?:,\d{{3}})+(?![\d,])|(?:[^\W_{UNSPACED}][{MARKS}]*)+"
)
_CLUSTER = re.compile(rf"[^\W_][{MARKS}]*")
_ASCII_WORD = re.compile("([a-z0-9]+)")
_PLAIN_WORD = re.compile(r"([^\W_]+)")

_FISCAL_YEAR = re.compile(r"fy(?:20)?(\d\d)")
_QUOTED = re.compile(r"\"([^\"]+)\"|“([^”]+)”|「([^」]+)」|『([^』]+)』|《([^》]+)》|〈([^〉]+)〉|`([^`]+)`")
# Glued by signs: DeepSeek-R1-Zero, pass@1, 87.6%, v3.2, foo_bar(), A/B, 10:30.
_COMPOUND = re.compile(rf"(?:{_SIGN})+(?:[-‐‑–.@/:+'’&#·](?:{_SIGN})+)+|(?:{_SIGN})*_(?:{_SIGN})*")
_SUBSCRIPTED = re.compile(r"[^\W_]{1,2}_[^\W_]{1,2}")  # A_i; a PDF's text has "Ai"
_POSSESSIVE = re.compile(r"['’]s$")
_CONTRACTION = re.compile(r"[a-z]+n['’]t|[a-z]+['’](?:m|d|ll|re|ve)", re.IGNORECASE)  # isn't, I'm
_NUMBERED = re.compile(
    r"\b((?i:table|figure|fig|section|sec|chapter|chap|equation|eq|algorithm|appendix|theorem|lemma|step|stage|part"
    r"|article|page|tabelle|abbildung))(?i:s?)\.?"
    # A letter is a label where it is a capital, or where nothing follows that it could be a word of: "Section a?"
    r"(?:\s*\(?(\d+(?:\.\d+)*)|[\s(]+([A-HJ-Z](?:\.\d+)*|[a-z]\.\d+(?:\.\d+)*|I(?=\s*(?:[?.,;:)]|$))|[b-hj-z](?=[\s?.,;:)]|$)"
    r"|a(?=\s*(?:[?.,;:)]|$))))\)?(?![^\W_])"
)
_NUMBERED_CHINESE = re.compile(
    r"第?\s*([表图圖节節章页頁式步])\s*(\d+(?:\.\d+)*)|第\s*(\d+(?:\.\d+)*)\s*([表图圖节節章页頁式步])"
)
_FULL_NAMES = {"fig": "figure", "sec": "section", "chap": "chapter", "eq": "equation"}
_SAME_NAMES = (
    ("table", "表"),
    ("figure", "fig", "图", "圖"),
    ("section", "sec", "节", "節"),
    ("chapter", "chap", "章"),
    ("equation", "eq", "式"),
    ("page", "页", "頁"),
)

_STOP_WORDS = """
    a about an and any are as at be been being both but by can could did do does doing for from had has have having he
    her hers him his how i if in into is it its itself just may me might more most must my no nor not of on one or our
    ours out over own shall she should so some such than that the their theirs them then there these they this those
    through to too under until up upon us very was we were what when where which while who whom whose why will with
    would you your yours s t don ll re ve tell explain describe give show please
    between something anything somebody anybody someone anyone somewhere anywhere else
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""Words of an English question that say nothing about what is asked for."""

_CHINESE_STOPS = re.compile(
    "怎么办|为什么|為什麼|是什么|是什麼|什么样|什么|什麼|甚么|怎么样|怎样|怎么|怎麼|如何|哪些|哪个|哪個|哪一|哪里|哪裡|哪儿|哪|"
    "可以|能够|应该|需要|必须|能否|可否|多大|多长|多久|多高|多远|多重|一个|哪种|"
    "多少|几个|几种|几|是否|是不是|有没有|有哪|请问|請問|请|谁|誰|吗|嗎|呢|吧|么|"
    "的|了|是|在|和|与|與|及|或|被|把|将|由|对|於|于|从|以|之|其|它|他|她|这|那|有|也|就|都|而|所|并|到|中|为|為|叫|"
    "做|还|又|让|使|上|下|一"
)
_KEPT_WHOLE = 2  # characters of a Chinese run that are a word of their own, whatever they hold


@dataclass(frozen=True, slots=True)
class Term:
    """Something a question names, in one or more spellings; each spelling is words that stand side by side.

    "exact" is an identifier, a number or a quotation; the words of a "compound" ("win-rate") come singly as well.
    """

    spellings: tuple[tuple[str, ...], ...]
    kind: Literal["word", "exact", "compound"] = "word"


@dataclass(frozen=True, slots=True)
class Part:
    """A word or phrase of a question as it was asked, and the spellings in which the index is searched for it.

    `forms`: these spellings as people write them, without the one that was asked. `is_run`: of a script without spaces,
    where nothing tells the words of a phrase. `is_composed`: in a language that writes several words as one, so that it
    is looked for in longer words as well.
    """

    text: str
    spellings: tuple[tuple[str, ...], ...]
    forms: tuple[str, ...] = ()
    is_run: bool = False
    is_composed: bool = False

    @property
    def expression(self) -> str:
        """The FTS5 expression that finds any of the spellings."""
        return any_of(self.spellings)


def content_words(text: str) -> list[str]:
    """The words of a text as texts are compared: in one spelling, without punctuation and stop words, not stemmed."""
    words = (found.group() for found in _WORD.finditer(index_terms(text).lower()))
    return [word for word in words if word not in STOP_WORDS]


def index_terms(text: str) -> str:
    """The text as the lexical index stores it, words with spaces between; behind it the stems of its own language."""
    spelt = folded(text)
    words = _in_pairs(spelt)
    language = question_tongue(text)
    return words if language is None else f"{words}\n{' '.join(_native(words, language))}"


@cache
def terms_fingerprint() -> int:
    """A number that changes with anything that gives a text other words in the index; never 0."""
    parts = (TERMS_VERSION, version("snowballstemmer"), version("opencc-python-reimplemented"), *word_lists())
    return zlib.crc32(repr((*parts, unicodedata.unidata_version)).encode()) & 0x7FFFFFFF or 1


Compounds = Callable[[Collection[str]], Iterable[str]]
"""The words of an index that are composed with one of these stems."""


def match_expression(question: str, compounds: Compounds | None = None) -> str | None:
    """The FTS5 expression that finds any of the `match_phrases`; None where there are none."""
    return any_of(match_phrases(question, compounds)) or None


def match_phrases(question: str, compounds: Compounds | None = None) -> list[tuple[str, ...]]:
    """The words and phrases of the question that the index is searched for, each once.

    With `compounds` a German or Dutch word is found within longer ones as well.
    """
    terms = question_terms(question)
    phrases = dict.fromkeys(words for term in terms for words in term.spellings)
    if compounds is not None and question_tongue(question) in COMPOUNDING:
        stems = [term.spellings[0][0] for term in terms if term.kind == "word"]
        phrases |= dict.fromkeys((word,) for word in compounds(stems))
    return list(phrases)


def question_parts(question: str) -> list[Part]:
    """What a question asks for, each once, in its order: phrases and words as `question_terms` finds them.

    Of scripts without spaces whole phrases instead of their pairs of characters.
    """
    text = folded(question)
    is_composed = question_tongue(text) in COMPOUNDING
    written = _as_written(question)
    runs = content_runs(UNSPACED_RUN.findall(_without_phrases(text)))
    parts = [run_part(run, question) for run in runs if len(run) > 1]  # a single one is in the index within pairs
    for term in question_terms(question):
        if term.kind == "word" and IS_UNSPACED.search(term.spellings[0][0]):
            continue
        spelling = next((each for each in term.spellings if written.keys() >= set(each)), term.spellings[0])
        shown = " ".join(written.get(word, word) for word in spelling)
        forms = tuple(" ".join(each) for each in term.spellings if each != spelling)
        parts.append(Part(shown, term.spellings, forms, is_composed=is_composed and term.kind == "word"))
    spelt = text.casefold()
    return sorted(dict.fromkeys(parts), key=lambda part: spelt.find(folded(part.text).casefold().split(" ")[0]))


def run_part(run: str, question: str = "") -> Part:
    """A phrase of a script without spaces, as the question writes it."""
    spelt = folded(question)
    start = spelt.find(run) if len(spelt) == len(question) else -1
    shown = question[start : start + len(run)] if start >= 0 else run
    forms = tuple(each for each in dict.fromkeys((run, *unfolded(run))) if each != shown)
    spellings = dict.fromkeys(_words(each) for each in (run, shown, *forms))
    return Part(shown, tuple(spellings), forms, is_run=True)


def word_part(text: str, language: str) -> Part:
    """A word of that language in all its forms; a phrase, or what is written without spaces, word for word."""
    spelt = folded(text).casefold()
    if not _WORD.fullmatch(spelt) or IS_UNSPACED.search(spelt):
        return question_parts(f"“{text}”")[0]
    spellings = _single(spelt, language if language in TONGUES else None).spellings
    return Part(text, spellings, is_composed=language in COMPOUNDING)


def _as_written(question: str) -> dict[str, str]:
    """Each word as the index spells it, and how it was written."""
    words = (found.group() for found in _WORD.finditer(UNSPACED_RUN.sub(" ", question)))
    return {folded(word).casefold(): word for word in words}


def any_of(spellings: Iterable[tuple[str, ...]]) -> str:
    """The FTS5 expression that finds any of these phrases."""
    return " OR ".join(f'"{" ".join(words)}"' for words in spellings)


@lru_cache(maxsize=256)  # searching, looking closely and judging all need it
def question_terms(question: str) -> tuple[Term, ...]:
    """What to look for, each once: quoted phrases, "Table 2", identifiers and numbers, then words, no stop words."""
    text = folded(question)
    found = dict.fromkeys(term for term in _terms(text) if all(term.spellings))
    # Nothing but stop words: "To be or not to be".
    return tuple(found or dict.fromkeys(map(_single, _WORD.findall(text.casefold()))))


def placed_words(text: str) -> tuple[list[int], list[str]]:
    """The words of a text as the index sees them, before stemming: where each begins in the text, and the words.

    Where there are no spaces between words, pairs of characters.
    """
    if not text.isascii() and _ANY_MARK.search(text):
        return _placed_one_by_one(text)
    is_ascii = text.isascii()
    pieces = _ASCII_WORD.split(text.lower()) if is_ascii else _PLAIN_WORD.split(text)  # gap, word, gap, …
    words = pieces[1::2]
    if ("," in text and "," in pieces[2:-1:2]) or not (is_ascii or all(map(str.isascii, words))):
        return _placed_one_by_one(text)
    starts = list(accumulate(map(len, pieces)))[:-1:2]
    return starts, words if is_ascii else list(map(str.lower, words))


def _terms(text: str) -> Iterator[Term]:
    language = question_tongue(text)
    for groups in _QUOTED.findall(text):
        quoted = "".join(groups)
        spellings = (quoted, *unfolded(quoted)[:1])  # simplified, and the usual traditional form
        yield Term(tuple(dict.fromkeys(map(_words, spellings))), "exact")
    yield from _numbered_terms(text)
    stops = frame_words(text) or STOP_WORDS
    for compound in _COMPOUND.findall(_without_numbered(text)):
        yield from _compound_terms(compound, stops, language)
    rest = _without_phrases(text)
    words = _WORD.findall(UNSPACED_RUN.sub(" ", rest).casefold())
    yield from (_single(word, language) for word in words if word not in stops)
    for run in content_runs(UNSPACED_RUN.findall(rest)):
        yield from map(_single, _bigrams(run))


def _without_numbered(text: str) -> str:
    return _NUMBERED_CHINESE.sub(" ", _NUMBERED.sub(" ", text))


def _without_phrases(text: str) -> str:
    """What is left of a question for single words."""
    return _COMPOUND.sub(" ", _without_numbered(text))


def _numbered_terms(text: str) -> Iterator[Term]:
    found = [
        (_FULL_NAMES.get(name.casefold(), name), number or letter) for name, number, letter in _NUMBERED.findall(text)
    ]
    for sign, number, number_first, sign_last in _NUMBERED_CHINESE.findall(text):
        found.append((sign or sign_last, number or number_first))
    for name, number in found:
        names = next((names for names in _SAME_NAMES if name.casefold() in names), (name,))
        spellings = [_words(f"{spelling} {number}") for spelling in names]
        if "." in number:  # "Section 4.2" is printed "4.2 Title"
            spellings.append(_words(number))
        yield Term(tuple(spellings), "exact")


def _compound_terms(compound: str, stops: Collection[str], language: str | None) -> Iterator[Term]:
    words = _words(_POSSESSIVE.sub("", compound))
    if stops is STOP_WORDS and _CONTRACTION.fullmatch(compound):
        yield from (_single(word) for word in words[:1] if word not in stops and words[-1] != "t")
        return
    is_exact = any(character.isdigit() for character in compound)
    spellings = (words, ("".join(words),)) if _SUBSCRIPTED.fullmatch(compound) else (words,)
    yield Term(spellings, "exact" if is_exact or len(spellings) > 1 else "compound")
    if not is_exact and len(spellings) == 1:
        yield from (_single(word, language) for word in words if word not in stops)


def _single(word: str, language: str | None = None) -> Term:
    """The word's stem in its language comes first, then the word itself and its other forms."""
    forms = (word, *(() if language else other_forms(word)), *unfolded(word), *_calendar_year(word))
    native = (native_stem(word, language), *forms) if language else forms
    return Term(tuple((form,) for form in dict.fromkeys(native)))


def _calendar_year(word: str) -> tuple[str, ...]:
    """FY2021 and FY21 are written 2021 in what they are asked about."""
    fiscal = _FISCAL_YEAR.fullmatch(word)
    return (f"20{fiscal.group(1)}",) if fiscal else ()


def content_runs(runs: Iterable[str]) -> Iterator[str]:
    """Chinese without the words that only ask. A run of two characters is a word and stays."""
    for run in runs:
        parts = [run] if len(run) <= _KEPT_WHOLE else [part for part in _CHINESE_STOPS.split(run) if part]
        yield from (part for part in parts if _CHINESE_STOPS.fullmatch(part) is None)


def _placed_one_by_one(text: str) -> tuple[list[int], list[str]]:
    """For texts with numbers like 1,000 or with letters beyond ASCII."""
    starts: list[int] = []
    words: list[str] = []
    for match in _TOKEN.finditer(text):
        token, start = match.group(), match.start()
        if token.isascii():  # the commas are those of a number
            starts.append(start)
            words.append(token.replace(",", "").lower())
        elif IS_UNSPACED.search(token):
            places = [start + cluster.start() for cluster in _CLUSTER.finditer(token)]
            spelt = [folded(cluster) for cluster in _CLUSTER.findall(token)]
            found = _bigrams(token, [_FIRST_MARKS.sub("", spelt[0]), *spelt[1:]])  # no word begins with a mark
            starts += places[: len(found)]
            words += found
        else:
            found = _WORD.findall(_in_pairs(folded(token)).casefold())
            starts += [start] * len(found)
            words += found
    return starts, words


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(_in_pairs(text).casefold()))


def _in_pairs(spelt: str) -> str:
    """A folded text with spaces between what is written without."""
    return UNSPACED_RUN.sub(lambda run: f" {' '.join(_bigrams(run.group()))} ", spelt)


def _native(words: str, language: str) -> Iterator[str]:
    """The stems of that language that the index would not have by itself."""
    for word in _WORD.findall(words.casefold()):
        found = native_stem(word, language)
        if stem(found) != stem(word):
            yield found


def _bigrams(run: str, clusters: list[str] | None = None) -> list[str]:
    """Pairs of neighbouring characters, each with its marks; a single one alone."""
    signs = clusters or (_CLUSTER.findall(run) if _ANY_MARK.search(run) else list(run))
    return list(map(add, signs, signs[1:])) or ["".join(signs)]
