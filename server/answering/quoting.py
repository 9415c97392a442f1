"""Answers without a language model: the fewest sentences of the passages that answer, quoted exactly and cited.

Pure. White space apart, every word of an answer stands in the passage that its [i] names. For a row of a table the
head is quoted with it, without which it says nothing.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from server.evidence.examination import Frequencies, Profile, profile_of, sentences_of
from server.evidence.sentence_evidence import LEADS_BACK
from server.evidence.sentence_ranking import ranked_sentences
from server.evidence.sentences import Sentence
from server.evidence.tables import head_of, heading_of_table, place_above, scale_of_table
from server.evidence.units import names_currency
from server.passages import Passage
from storage.generations.published import Generation
from storage.words.english_stems import stem
from storage.words.scripts import HAN
from storage.words.terms import placed_words

_NUMBERED_HEADING = re.compile(rf"\d+(?:\.\d+)*\.?[ \t]+[A-Z{HAN}][^\n.!?。]{{0,80}}\n\s*(?=[A-Z{HAN}“\"])")


@lru_cache(maxsize=256)
def quotable_sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of a passage; one that a numbered heading runs into begins behind that heading."""
    return tuple(map(_without_heading, sentences_of(text)))


def _without_heading(sentence: Sentence) -> Sentence:
    heading = _NUMBERED_HEADING.match(sentence.text)
    if heading is None:
        return sentence
    return replace(sentence, start=sentence.start + heading.end(), text=sentence.text[heading.end() :])


_SECOND = 2.5  # by how much less strongly a second sentence may answer
_THIRD = 1.0
_LEAST_GAIN = 0.3  # share of the question's words that a weaker sentence must add: for questions of two parts
_LONGEST = 700  # characters: more is no sentence but text that could not be taken apart
_ENDS = tuple('.!?:;)"”’。！？：；）」』》')


@dataclass(frozen=True, slots=True)
class Words:
    """How common words are: in how many of so many chunks each stem occurs."""

    frequencies: Frequencies
    chunks: int


@dataclass(frozen=True, slots=True)
class _Quote:
    """A sentence of a passage, both by their places, and how strongly it answers.

    `above`: for a row the place of what stands right above its table.
    """

    passage: int
    place: int
    text: str
    strength: float
    is_near_miss: bool
    is_row: bool
    names_missing: float
    met: frozenset[int]
    is_extreme: bool = False
    above: int = -1


def words_of_index(generation: Generation) -> Words:
    """The statistics that passages are judged by, so that answer and board agree."""
    return Words(generation.catalogue.words.document_frequencies, generation.manifest.counts.chunks)


def extract_answer(question: str, passages: Sequence[Passage], words: Words | None = None) -> str:
    """The answer, with [i] for `passages[i - 1]`; empty only when no passage has text."""
    words = words or _words_at_hand(passages)
    profile = profile_of(question, words.frequencies, words.chunks)
    quotes = [quote for index, passage in enumerate(passages) for quote in _quotes(profile, index, passage)]
    return _write(passages, _choose(profile, quotes))


@dataclass(frozen=True, slots=True)
class Quotation:
    """A sentence that may answer, `passages[passage]` of those asked, and how strongly it does.

    `spoken_of`: the share of what the question names that the sentence names, 0 to 1.
    """

    passage: int
    text: str
    strength: float
    is_near_miss: bool = False
    spoken_of: float = 0.0


def best_quotations(question: str, passages: Sequence[Passage], words: Words, each: int = 1) -> list[Quotation]:
    """The best sentences of each passage, so many of each, strongest first."""
    profile = profile_of(question, words.frequencies, words.chunks)
    found = [quote for index, passage in enumerate(passages) for quote in _quotes(profile, index, passage)[:each]]
    found.sort(key=lambda quote: (quote.is_near_miss, len(quote.text) > _LONGEST, -quote.strength))
    return [
        Quotation(quote.passage, quote.text, quote.strength, quote.is_near_miss, _share(profile, quote.met))
        for quote in found
    ]


def quoted_sentences(question: str, passages: Sequence[Passage], words: Words) -> frozenset[tuple[int, str]]:
    """Passage and text of the sentences that `extract_answer` chooses."""
    profile = profile_of(question, words.frequencies, words.chunks)
    quotes = [quote for index, passage in enumerate(passages) for quote in _quotes(profile, index, passage)]
    return frozenset((quote.passage, quote.text) for quote in _choose(profile, quotes))


def best_statements(question: str, passages: Sequence[Passage], words: Words, each: int) -> list[tuple[int, str, str]]:
    """Of the best sentences of each passage: the passage, the sentence, and where it is a row the head of its table."""
    found = []
    for quote in best_quotations(question, passages, words, each):
        sentences = sentences_of(passages[quote.passage].text)
        place = next(number for number, sentence in enumerate(sentences) if sentence.text == quote.text)
        heads = head_of(sentences, place) if sentences[place].is_row else ()
        rows = [sentences[head].text for head in sorted(heads) if sentences[head].is_row]
        found.append((quote.passage, quote.text, rows[0] if rows else ""))
    return found


def cited(text: str, passages: Sequence[Passage], index: int) -> str:
    """The sentence of this text quoted from its passage with what belongs to it, and its [i]."""
    sentences = quotable_sentences(passages[index].text)
    place = next((number for number, sentence in enumerate(sentences) if sentence.text in text), None)
    if place is None:
        return f"{' '.join(text.split())} [{index + 1}]"
    return _paragraph(passages, index, _with_what_belongs_to_it(sentences, place))


def quoted_places(passages: Sequence[Passage], index: int, places: Sequence[int]) -> str:
    """The sentences of a passage at these places, with what belongs to them but headings, and its [i]."""
    sentences = quotable_sentences(passages[index].text)
    belonging = {other for place in places for other in _with_what_belongs_to_it(sentences, place)}
    return _paragraph(passages, index, {place for place in belonging if not sentences[place].is_heading})


def _words_at_hand(passages: Sequence[Passage]) -> Words:
    """How common words are among the sentences at hand, for want of the index."""
    counts: Counter[str] = Counter()
    sentences = [sentence for passage in passages for sentence in sentences_of(passage.text)]
    for sentence in sentences:
        counts.update(set(map(stem, placed_words(sentence.text)[1])))
    return Words(lambda stems: {word: counts[word] for word in stems if word in counts}, len(sentences))


def _quotes(profile: Profile, index: int, passage: Passage) -> list[_Quote]:
    sentences = sentences_of(passage.text)
    return [
        _Quote(
            index,
            row.place,
            sentences[row.place].text,
            row.strength,
            row.is_near_miss,
            sentences[row.place].is_row,
            row.evidence.features.names,
            row.evidence.met,
            row.evidence.extreme > 0,
            place_above(sentences, row.place) if sentences[row.place].is_row else -1,
        )
        for row in ranked_sentences(profile, passage.text, passage.context, passage.found)
    ]


def _choose(profile: Profile, quotes: Sequence[_Quote]) -> list[_Quote]:
    """The best sentence, and others that answer nearly as well; none with a name that is only like the asked one."""
    ranked = sorted(quotes, key=lambda quote: (quote.is_near_miss, len(quote.text) > _LONGEST, -quote.strength))
    chosen = ranked[:1]
    others = [quote for quote in _different(ranked) if _may_follow(chosen[0], quote)]
    for quote, least in zip(others, (_SECOND, _THIRD), strict=False):
        if quote.strength >= chosen[0].strength - least:
            chosen.append(quote)
    if len(chosen) == 1:
        gains = ((_share(profile, quote.met - chosen[0].met), quote) for quote in others)
        chosen += [quote for gain, quote in gains if gain >= _LEAST_GAIN][:1]
    return chosen


def _may_follow(best: _Quote, quote: _Quote) -> bool:
    """Of a table's rows only those that hold the names too; nothing torn or only nearly meant, none beside the most."""
    if (quote.is_near_miss and not best.is_near_miss) or best.is_extreme > quote.is_extreme:
        return False
    is_below = (best.passage, best.place) == (quote.passage, quote.above)
    if quote.is_row and not (best.is_row or quote.met or is_below):
        return False  # one of many that the heading or the columns' names alone speak for
    if best.is_row and quote.is_row:
        return quote.names_missing <= best.names_missing and quote.met >= best.met
    return quote.is_row or not _is_fragment(quote.text)


def _share(profile: Profile, met: Collection[int]) -> float:
    total = sum(need.weight for need in profile.needs) or 1.0
    return sum(profile.needs[number].weight for number in sorted(met)) / total


def _different(ranked: Sequence[_Quote]) -> Iterator[_Quote]:
    """Those behind the best one that say something else."""
    said = {"".join(quote.text.split()) for quote in ranked[:1]}
    for quote in ranked[1:]:
        words = "".join(quote.text.split())
        if words not in said:
            said.add(words)
            yield quote


def _is_fragment(text: str) -> bool:
    """Cut off at the beginning or the end."""
    return text[0].islower() or not text.endswith(_ENDS)


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
        paragraphs.append(_paragraph(passages, index, places))
    return "\n\n".join(paragraphs)


def _paragraph(passages: Sequence[Passage], index: int, places: Collection[int]) -> str:
    """The sentences of a passage at these places, with their citation."""
    text = passages[index].text
    quoted = _joined(text, quotable_sentences(text), sorted(places))
    # Behind the last cell of a Markdown row it would be a cell too many, which is not shown.
    before_citation = "\n\n" if quoted.endswith("|") else " "
    return f"{quoted}{before_citation}[{index + 1}]"


def _with_what_belongs_to_it(sentences: Sequence[Sentence], place: int) -> set[int]:
    """A row brings the head of its table, "It …" the sentence before, one that ends in a colon what it announces."""
    belonging = {place}
    if place and LEADS_BACK.match(sentences[place].text) and _can_stand_before(sentences[place - 1]):
        belonging.add(place - 1)
    if sentences[place].is_row:
        heads = head_of(sentences, place)
        heading = heading_of_table(sentences, place)
        belonging.update(
            heads if heading is None or not _gives_currency(sentences, heading, heads) else (*heads, heading)
        )
        scale = scale_of_table(sentences, place)
        belonging.update(() if scale is None else (scale,))
    elif sentences[place].text.endswith((":", "：")) and place + 1 < len(sentences):
        following = sentences[place + 1]
        if len(following.text) <= _LONGEST:
            belonging.add(place + 1)
    return belonging


def _gives_currency(sentences: Sequence[Sentence], heading: int, heads: Sequence[int]) -> bool:
    """Whether "Fares in pounds" stands above columns that do not say so."""
    return names_currency(sentences[heading].text) and not any(names_currency(sentences[head].text) for head in heads)


def _can_stand_before(sentence: Sentence) -> bool:
    return not (sentence.is_row or sentence.is_heading) and len(sentence.text) <= _LONGEST


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
            space = " " if text[before.end : sentence.start] else ""  # none in Chinese
            between = "\n" if is_lines else space if is_next else " … "
            parts.append(between)
        parts.append(sentence.text if _is_formula(sentence.text) else " ".join(sentence.text.split("\n")))
    return "".join(parts)


def _is_formula(text: str) -> bool:
    """Whether line ends matter: several short lines of signs rather than of words."""
    lines = text.split("\n")
    signs = sum(not (character.isalpha() or character.isspace()) for character in text)
    return len(lines) > 1 and signs > 0.3 * len(text)
