"""Checks an answer against the passages it was written from: is every [i] one of them, and do they say so.

Pure. [i] that is no passage is removed and counted; other brackets (【1】) become plain ones. Numbers, quotations and
names of each sentence are looked up in the passages it cites; what is not found is listed as it stands in the answer.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.answering.facts import Fact, facts_of, is_borne_out
from server.answers import Checks
from server.evidence.sentences import split_sentences
from server.passages import Passage

_BRACKETS = (
    r"[\[［【](?:(?:document|doc|source|passage|来源|文档|资料)s?\s*)?\^?"
    r"\d{1,3}(?:\s*(?:[,，、;；–-]|and|和)\s*\d{1,3})*[\]］】](?!\()"
)
_MARK = re.compile(rf"[ \t]*{_BRACKETS}", re.IGNORECASE)
_LEADING_MARKS = re.compile(rf"(?:{_BRACKETS}\s*)+", re.IGNORECASE)
_MATH = re.compile(r"```.*?```|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]+\$|\\\[.*?\\\]|\\\(.*?\\\)", re.DOTALL)
_INTERVAL = re.compile(r"(?:∈|\b(?:in|interval|range|between|within|from)|区间|范围|属于)\s*$", re.IGNORECASE)
_NUMBER = re.compile(r"(\d+)(?:\s*[–-]\s*(\d+))?")
_WORDS_BEFORE = 12  # characters that must be the same for a mark to be part of a quotation


@dataclass(frozen=True, slots=True)
class CheckedAnswer:
    """An answer with its unknown citations removed, and what was found out about it; each piece of `text` once."""

    text: str
    checks: Checks


def check_citations(answer: str, passages: Sequence[Passage]) -> CheckedAnswer:
    """Check an answer; [1] is `passages[0]`."""
    text, unknown = _without_unknown(answer, passages)
    looked_up = [found for paragraph in text.split("\n\n") for found in _looked_up(paragraph, passages)]
    unsupported = dict.fromkeys(fact.text for fact, is_found in looked_up if not is_found)
    found = {(fact.kind, fact.text) for fact, is_found in looked_up if is_found and fact.text not in unsupported}
    kinds = [kind for kind, _ in found]
    checks = Checks(unknown, tuple(unsupported), kinds.count("number"), kinds.count("quotation"))
    return CheckedAnswer(text, checks)


def cited_numbers(text: str) -> tuple[int, ...]:
    """The numbers that a text cites, in order, each once: [1], [1, 3], [2-4], 【1】, [Document 1]."""
    return tuple(dict.fromkeys(number for mark in _marks(text) for number in _numbers(mark)))


def _marks(text: str) -> Iterator[re.Match[str]]:
    """Citation marks; brackets in formulas and code, and intervals like "in [0, 1]", are none."""
    closed = [match.span() for match in _MATH.finditer(text)]
    for match in _MARK.finditer(text):
        is_inside = any(start <= match.start() < end for start, end in closed)
        is_interval = "0" in re.findall(r"\d+", match.group()) and _INTERVAL.search(text[: match.start()])
        if not (is_inside or is_interval):
            yield match


def _numbers(mark: re.Match[str]) -> list[int]:
    numbers: list[int] = []
    for first, last in _NUMBER.findall(mark.group()):
        numbers.extend(range(int(first), int(last or first) + 1))
    return numbers


def _without_unknown(answer: str, passages: Sequence[Passage]) -> tuple[str, int]:
    parts: list[str] = []
    end, unknown = 0, 0
    for mark in _marks(answer):
        numbers = _numbers(mark)
        known = [number for number in numbers if 1 <= number <= len(passages)]
        is_plain = re.match(r"\s*\[\d", mark.group()) is not None
        if (is_plain and known == numbers) or _is_quoted(answer, mark, passages):
            continue
        unknown += len(numbers) - len(known)
        space = mark.group()[: -len(mark.group().lstrip())]
        kept = f"{space}[{', '.join(map(str, known))}]" if known else ""
        parts += [answer[end : mark.start()], kept]
        end = mark.end()
    return "".join([*parts, answer[end:]]), unknown


def _is_quoted(answer: str, mark: re.Match[str], passages: Sequence[Passage]) -> bool:
    """A passage's own reference to its bibliography, quoted together with the words before it."""
    quoted = "".join(answer[: mark.end()].split())[-len("".join(mark.group().split())) - _WORDS_BEFORE :]
    return any(quoted in "".join(passage.text.split()) for passage in passages)


def _looked_up(paragraph: str, passages: Sequence[Passage]) -> Iterator[tuple[Fact, bool]]:
    """The facts of the paragraph's sentences, and whether the passages they cite bear them out."""
    for sentence, cited in _cited_sentences(paragraph, len(passages)):
        sources = [passages[number - 1] for number in cited] or list(passages)
        source = "\n".join(f"{passage.document}\n{passage.context}\n{passage.text}" for passage in sources)
        yield from ((fact, is_borne_out(fact, source)) for fact in facts_of(_blank_marks(sentence)))


def _cited_sentences(paragraph: str, passages: int) -> list[tuple[str, tuple[int, ...]]]:
    """Each sentence with what it cites: marks in it or behind it, else those of the next sentence that has some."""
    cited: list[tuple[int, ...]] = []
    following: tuple[int, ...] = ()
    pieces = _with_marks_behind([sentence.text for sentence in split_sentences(paragraph)])
    for piece in reversed(pieces):
        following = tuple(number for number in cited_numbers(piece) if 1 <= number <= passages) or following
        cited.append(following)
    return list(zip(pieces, reversed(cited), strict=True))


def _with_marks_behind(sentences: Sequence[str]) -> list[str]:
    """The sentences; marks that stand after a full stop belong to the sentence before them."""
    pieces: list[str] = []
    for sentence in sentences:
        marks = _LEADING_MARKS.match(sentence)
        if marks and pieces:
            pieces[-1] += f" {marks.group()}"
            sentence = sentence[marks.end() :]
        if sentence.strip():
            pieces.append(sentence)
    return pieces


def _blank_marks(text: str) -> str:
    for mark in list(_marks(text)):
        text = text[: mark.start()] + " " * len(mark.group()) + text[mark.end() :]
    return text
