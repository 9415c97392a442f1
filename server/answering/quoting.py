"""Answers without a language model: the fewest sentences of the passages that answer, quoted exactly and cited.

Pure. White space apart, every word of an answer stands in the passage that its [i] names. For a row of a table the
head is quoted with it, without which it says nothing.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from server.evidence.answer_types import holds_answer, introduces
from server.evidence.examination import Profile, needs_met, profile_of, sentences_of
from server.evidence.sentences import Sentence
from server.passages import Passage
from storage.words.lines import CAPTION
from storage.words.scripts import HAN
from storage.words.stemming import stem
from storage.words.terms import placed_words

_NUMBERED_HEADING = re.compile(rf"\d+(?:\.\d+)*\.?[ \t]+[A-Z{HAN}][^\n.!?。]{{0,80}}\n\s*(?=[A-Z{HAN}“\"])")
_LONGEST_HEAD = 300  # characters
_RULE = re.compile(r"\|?[\s:|-]*-[\s:|-]*")  # the line under a Markdown table's head
_CELLS = re.compile(r"\s*\|\s*|\t| {2,}")
_HOLDS_DIGIT = re.compile(r"\d")


@lru_cache(maxsize=256)
def quotable_sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of a passage; one that a numbered heading runs into begins behind that heading."""
    return tuple(map(_without_heading, sentences_of(text)))


def is_table_head(sentences: Sequence[Sentence], place: int) -> bool:
    """Whether this names a table's columns, or is the rule below those names: no answer by itself."""
    rows = _rows_around(sentences, place)
    return place in _head(sentences, rows) if rows else _is_head_above(sentences, place)


def head_of(sentences: Sequence[Sentence], row: int) -> tuple[int, ...]:
    """The places of what names the columns of the table that this row is in."""
    return _head(sentences, _rows_around(sentences, row))


def caption_of(sentences: Sequence[Sentence], row: int) -> str:
    """The caption below or above the table that this row is in; empty where there is none."""
    rows = _rows_around(sentences, row)
    head = _head(sentences, rows)
    beside = (rows.stop, min((*head, rows.start)) - 1)
    found = (sentences[place].text for place in beside if 0 <= place < len(sentences))
    return next((text for text in found if CAPTION.match(text)), "")


def _without_heading(sentence: Sentence) -> Sentence:
    heading = _NUMBERED_HEADING.match(sentence.text)
    if heading is None:
        return sentence
    return replace(sentence, start=sentence.start + heading.end(), text=sentence.text[heading.end() :])


def _rows_around(sentences: Sequence[Sentence], place: int) -> range:
    """The neighbouring rows; empty where `place` is none."""
    first = last = place
    while first > 0 and sentences[first - 1].is_row:
        first -= 1
    while last < len(sentences) and sentences[last].is_row:
        last += 1
    return range(first, last) if sentences[place].is_row else range(0)


def _head(sentences: Sequence[Sentence], rows: range) -> tuple[int, ...]:
    if len(rows) > 1 and _RULE.fullmatch(sentences[rows.start + 1].text):
        return (rows.start, rows.start + 1)
    if rows.start > 0 and _is_head_above(sentences, rows.start - 1):
        return (rows.start - 1,)
    return (rows.start,) if len(rows) > 1 and _names_columns(sentences[rows.start].text) else ()


def _is_head_above(sentences: Sequence[Sentence], place: int) -> bool:
    """Names of columns are no row themselves: they stand above one, without a full stop."""
    text = sentences[place].text
    has_row_below = place + 1 < len(sentences) and sentences[place + 1].is_row and not sentences[place].is_row
    return (
        has_row_below
        and len(text) <= _LONGEST_HEAD
        and not text.endswith(tuple(".!?:。！？："))
        and not CAPTION.match(text)
    )


def _names_columns(row: str) -> bool:
    return not any(_HOLDS_DIGIT.search(cell) for cell in _CELLS.split(row))


_MOST_SENTENCES = 3
_LEAST_GAIN = 0.2  # share of the question's words that a further sentence must add
_LONGEST = 700  # characters: more is no sentence but text that could not be taken apart
_ABOVE = 0.4  # what a word in the title or headings adds to a sentence
_TYPED, _INTRODUCED, _SCORED = 0.25, 0.5, 0.2
_FRAGMENT, _LATER_PASSAGE, _ROW = 0.15, 0.03, 0.05


@dataclass(frozen=True, slots=True)
class _Quote:
    """A sentence of a passage, both by their places, and what it would bring."""

    passage: int
    place: int
    sentence: Sentence
    met: frozenset[int]
    value: float


def extract_answer(question: str, passages: Sequence[Passage]) -> str:
    """The answer, with [i] for `passages[i - 1]`; empty only when no passage has text."""
    profile = profile_of(question, *_statistics(passages))
    quotes = [quote for index, passage in enumerate(passages) for quote in _quotes(profile, index, passage)]
    chosen = _choose(profile, quotes)
    return _write(passages, chosen)


def _statistics(passages: Sequence[Passage]) -> tuple["_Frequencies", int]:
    """How common words are among the sentences at hand, for want of the index."""
    counts: Counter[str] = Counter()
    sentences = [sentence for passage in passages for sentence in sentences_of(passage.text)]
    for sentence in sentences:
        counts.update(set(map(stem, placed_words(sentence.text)[1])))
    return _Frequencies(counts), len(sentences)


class _Frequencies:
    """Called with stems, tells in how many sentences each occurs."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts

    def __call__(self, stems: Collection[str]) -> Mapping[str, int]:
        return {word: self._counts[word] for word in stems if word in self._counts}


def _quotes(profile: Profile, index: int, passage: Passage) -> list[_Quote]:
    sentences = quotable_sentences(passage.text)
    above = needs_met(profile, passage.context)
    score = passage.judgement.score if passage.judgement and passage.judgement.score is not None else 5
    found = []
    for place, sentence in enumerate(sentences):
        if is_table_head(sentences, place):
            continue
        met, beside = _met(profile, sentences, place)
        value = _share(profile, met) + _ABOVE * _share(profile, (above | beside) - met)
        value += _TYPED * (profile.expects != "any" and holds_answer(profile.question, profile.expects, sentence.text))
        value += _INTRODUCED * (profile.expects == "definition" and introduces(profile.question, sentence.text))
        value += _SCORED * score / 10 - _LATER_PASSAGE * index - _ROW * sentence.is_row
        value -= _FRAGMENT * _is_fragment(sentence) + _length_penalty(sentence)
        found.append(_Quote(index, place, sentence, met, value))
    return found


def _met(profile: Profile, sentences: Sequence[Sentence], place: int) -> tuple[frozenset[int], frozenset[int]]:
    """What the sentence meets, and what is met beside it. A row that meets something has its columns' names."""
    met = needs_met(profile, sentences[place].text)
    if not sentences[place].is_row:
        return met, frozenset()
    columns = needs_met(profile, " ".join(sentences[head].text for head in head_of(sentences, place)))
    caption = needs_met(profile, caption_of(sentences, place))
    return (met | columns, caption) if met else (met, columns | caption)


def _share(profile: Profile, met: Collection[int]) -> float:
    total = sum(need.weight for need in profile.needs) or 1.0
    return sum(profile.needs[number].weight for number in sorted(met)) / total


def _is_fragment(sentence: Sentence) -> bool:
    """Cut off at the beginning or the end, or a heading. Rows of tables are whole as they are."""
    if sentence.is_row:
        return False
    return sentence.text[0].islower() or sentence.text[-1] not in '.!?:;)"”’。！？：；）」』》'


def _length_penalty(sentence: Sentence) -> float:
    return 1.0 if len(sentence.text) > _LONGEST else 0.0


def _choose(profile: Profile, quotes: Sequence[_Quote]) -> list[_Quote]:
    """The best sentence, then those that bring much that is missing yet."""
    ranked = sorted(quotes, key=lambda quote: -quote.value)
    chosen: list[_Quote] = ranked[:1]
    covered: frozenset[int] = chosen[0].met if chosen else frozenset()
    for quote in ranked[1:]:
        if len(chosen) == _MOST_SENTENCES:
            break
        brings_much = _share(profile, quote.met - covered) >= _LEAST_GAIN
        is_about_it = _share(profile, quote.met) >= 2 * _LEAST_GAIN
        if brings_much and is_about_it and not (_is_fragment(quote.sentence) or _length_penalty(quote.sentence)):
            chosen.append(quote)
            covered |= quote.met
    return chosen


def _write(passages: Sequence[Passage], chosen: Sequence[_Quote]) -> str:
    """In reading order: the best sentence's passage first, sentences of one passage as they stand there."""
    order = list(dict.fromkeys(quote.passage for quote in chosen))
    paragraphs = []
    for index in order:
        sentences = quotable_sentences(passages[index].text)
        places: set[int] = set()
        for quote in chosen:
            if quote.passage == index:
                places.update(_with_what_belongs_to_it(sentences, quote.place))
        quoted = _joined(passages[index].text, sentences, sorted(places))
        # Behind the last cell of a Markdown row it would be a cell too many, which is not shown.
        before_citation = "\n\n" if quoted.endswith("|") else " "
        paragraphs.append(f"{quoted}{before_citation}[{index + 1}]")
    return "\n\n".join(paragraphs)


def _with_what_belongs_to_it(sentences: Sequence[Sentence], place: int) -> set[int]:
    """A row brings the head of its table; a sentence that ends in a colon what it announces."""
    belonging = {place}
    if sentences[place].is_row:
        belonging.update(head_of(sentences, place))
    elif sentences[place].text.endswith((":", "：")) and place + 1 < len(sentences):
        following = sentences[place + 1]
        if len(following.text) <= _LONGEST:
            belonging.add(place + 1)
    return belonging


def _joined(text: str, sentences: Sequence[Sentence], places: Sequence[int]) -> str:
    """The sentences; neighbours keep the white space between them, rows and formulas their lines."""
    parts: list[str] = []
    for number, place in enumerate(places):
        sentence = sentences[place]
        if number:
            before = sentences[places[number - 1]]
            is_next = places[number - 1] == place - 1
            is_announced = is_next and before.text.endswith((":", "：")) and "\n" in text[before.end : sentence.start]
            is_lines = sentence.is_row or before.is_row or is_announced
            between = "\n" if is_lines else " " if is_next else " … "
            parts.append(between)
        parts.append(sentence.text if _is_formula(sentence.text) else " ".join(sentence.text.split("\n")))
    return "".join(parts)


def _is_formula(text: str) -> bool:
    """Whether line ends matter: several short lines of signs rather than of words."""
    lines = text.split("\n")
    signs = sum(not (character.isalpha() or character.isspace()) for character in text)
    return len(lines) > 1 and signs > 0.3 * len(text)
