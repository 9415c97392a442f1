"""Text to the words of the lexical index, and a question to its FTS5 expression. Pure.

The index stems English itself (porter unicode61). Here: one spelling for the many forms of a character (NFKC), Chinese,
Japanese and Korean as character bigrams, numbers without thousands separators. Stop words are dropped from the
question only, so a quoted phrase still finds them.

Who asks in simplified Chinese characters finds traditional ones, and the other way round: of several forms (发: 發, 髮)
all are searched for.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import accumulate, islice, product
from operator import add
from typing import Literal

from storage.words.frame_words import frame_words
from storage.words.irregular_forms import other_forms
from storage.words.scripts import CJK, CJK_RUN

_MOST_FORMS = 8  # of one word


def other_scripts(word: str) -> tuple[str, ...]:
    """The word in simplified and in traditional characters, but not as it is."""
    if word.isascii():
        return ()
    simplified = "".join(forms[0] for forms in _forms(word, "TSCharacters.txt"))
    traditional = islice(map("".join, product(*_forms(word, "STCharacters.txt"))), _MOST_FORMS)
    found = dict.fromkeys((simplified, *traditional))
    return tuple(each for each in found if each != word)


def _forms(word: str, table: str) -> list[tuple[str, ...]]:
    return [_characters(table).get(character, (character,)) for character in word]


@cache
def _characters(table: str) -> Mapping[str, tuple[str, ...]]:
    """Character -> its forms in the other script, the usual one first, as OpenCC lists them."""
    import opencc

    text = (files(opencc) / "dictionary" / table).read_text(encoding="utf-8")
    pairs = (line.split("\t") for line in text.splitlines() if "\t" in line)
    return {character: tuple(forms.split()) for character, forms in pairs}


_WORD = re.compile(r"[^\W_]+")
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
_UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")

_TOKEN = re.compile(rf"[{CJK}]+|\d{{1,3}}(?:,\d{{3}})+(?![\d,])|[^\W_{CJK}]+")
_ASCII_WORD = re.compile("([a-z0-9]+)")
_PLAIN_WORD = re.compile(r"([^\W_]+)")

_QUOTED = re.compile(r"\"([^\"]+)\"|“([^”]+)”|「([^」]+)」|『([^』]+)』|《([^》]+)》|〈([^〉]+)〉|`([^`]+)`")
# Glued by signs: DeepSeek-R1-Zero, pass@1, 87.6%, v3.2, foo_bar(), A/B, 10:30.
_COMPOUND = re.compile(rf"[^\W{CJK}]+(?:[-‐‑–.@/:+'’&#·][^\W{CJK}]+)+|[^\W{CJK}]*_[^\W{CJK}]*")
_SUBSCRIPTED = re.compile(r"[^\W_]{1,2}_[^\W_]{1,2}")  # A_i; a PDF's text has "Ai"
_POSSESSIVE = re.compile(r"['’]s$")
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


def index_terms(text: str) -> str:
    """The text as the lexical index stores it, words with spaces between."""
    return CJK_RUN.sub(lambda run: f" {' '.join(_bigrams(run.group()))} ", _one_spelling(text))


def match_expression(question: str) -> str | None:
    """The FTS5 expression that finds any word or phrase of the question; None when it holds none."""
    phrases = dict.fromkeys(words for term in question_terms(question) for words in term.spellings)
    return " OR ".join(f'"{" ".join(words)}"' for words in phrases) or None


@lru_cache(maxsize=256)  # searching, looking closely and judging all need it
def question_terms(question: str) -> tuple[Term, ...]:
    """What to look for, each once: quoted phrases, "Table 2", identifiers and numbers, then words, no stop words."""
    text = _one_spelling(question)
    found = dict.fromkeys(term for term in _terms(text) if all(term.spellings))
    # Nothing but stop words: "To be or not to be".
    return tuple(found or dict.fromkeys(map(_single, _WORD.findall(text.casefold()))))


def placed_words(text: str) -> tuple[list[int], list[str]]:
    """The words of a text as the index sees them, before stemming: where each begins in the text, and the words.

    A CJK run gives its bigrams.
    """
    pieces = _ASCII_WORD.split(text.lower()) if text.isascii() else _PLAIN_WORD.split(text)  # gap, word, gap, …
    words = pieces[1::2]
    if "," in pieces[2:-1:2] or not all(map(str.isascii, words)):
        return _placed_one_by_one(text)
    starts = list(accumulate(map(len, pieces)))[:-1:2]
    return starts, words if text.isascii() else list(map(str.lower, words))


def _terms(text: str) -> Iterator[Term]:
    for groups in _QUOTED.findall(text):
        quoted = "".join(groups)
        scripts = other_scripts(quoted)[:2]  # simplified, or the usual traditional form
        yield Term(tuple(dict.fromkeys(map(_words, (quoted, *scripts)))), "exact")
    yield from _numbered_terms(text)
    rest = _NUMBERED_CHINESE.sub(" ", _NUMBERED.sub(" ", text))
    stops = frame_words(text) or STOP_WORDS
    for compound in _COMPOUND.findall(rest):
        yield from _compound_terms(compound, stops)
    rest = _COMPOUND.sub(" ", rest)
    words = _WORD.findall(CJK_RUN.sub(" ", rest).casefold())
    yield from (_single(word) for word in words if word not in stops)
    for run in _content_runs(CJK_RUN.findall(rest)):
        yield from map(_single, _bigrams(run))


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


def _compound_terms(compound: str, stops: Collection[str]) -> Iterator[Term]:
    words = _words(_POSSESSIVE.sub("", compound))
    is_exact = any(character.isdigit() for character in compound)
    spellings = (words, ("".join(words),)) if _SUBSCRIPTED.fullmatch(compound) else (words,)
    yield Term(spellings, "exact" if is_exact or len(spellings) > 1 else "compound")
    if not is_exact and len(spellings) == 1:
        yield from (_single(word) for word in words if word not in stops)


def _single(word: str) -> Term:
    return Term(((word,), *((form,) for form in (*other_forms(word), *other_scripts(word)))))


def _content_runs(runs: Iterable[str]) -> Iterator[str]:
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
        elif CJK_RUN.match(token):
            found = _bigrams(unicodedata.normalize("NFKC", token))
            starts += range(start, start + len(found))
            words += found
        else:
            found = _WORD.findall(_one_spelling(token).casefold())
            starts += [start] * len(found)
            words += found
    return starts, words


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(index_terms(text).casefold()))


def _one_spelling(text: str) -> str:
    text = _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    return _THOUSANDS.sub(lambda number: number.group().replace(",", ""), text)


def _bigrams(run: str) -> list[str]:
    return list(map(add, run, run[1:])) or [run]
