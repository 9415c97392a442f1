"""What speaks for one sentence of a passage answering a question. Pure.

The sentence is what is quoted, so it is what is judged: by its own words, by what stands before it and above it, and by
whether it holds the kind of thing that is asked for. Every figure depends on the question, the passage and the index's
word statistics alone, never on the other passages found.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache

from server.evidence.answer_types import holds_answer, introduces
from server.evidence.asked_agents import defines_role, names_who_may
from server.evidence.asked_names import repeats
from server.evidence.asked_rows import asked_share
from server.evidence.examination import Need, Profile, Words, can_hold, places_of, sentences_of, words_of
from server.evidence.extremes import asked_extreme, extreme_rows, names_rows
from server.evidence.lacks import Lacks, lacks_of
from server.evidence.near_misses import (
    begins_before,
    compares,
    holds_word,
    is_another_branch,
    is_another_name,
    names_another_code,
    opposites_asked,
)
from server.evidence.other_words import is_said_otherwise
from server.evidence.ranges import amounts, numbers_in_range, rows_in_range
from server.evidence.sentences import Sentence
from server.evidence.tables import caption_of, cells_of, head_of, is_table_head, line_above, rows_below
from server.evidence.units import Unit, expected_unit, holds_unit, is_named_by_columns, is_said_by_unit
from storage.words.scripts import IS_UNSPACED

LEADS_BACK = re.compile(
    r"\W*(?:(?:This|That|These|Those|It|Its|He|She|They|His|Her|Their|Such|Both|Er|Sie|Es|Dies\w*|Diese\w*|Il|Elle|Ils"
    r"|Elles|Ce|Cet|Cette|Ces|Cela|Él|Ella|Esto|Este|Esta|Estos|Estas|Ese|Esa|Hij|Zij|Deze|Dit|Esso|Essa|Questo"
    r"|Questa|Ele|Ela|Isso)\b|其(?!他)|它|他|她|该|該|此|这|這|那些|那个|前者|后者|後者)"
)
"""The beginning of a sentence that speaks of what the one before named."""

_SHORTEST_STEM = 4
_ALIKE = 0.6  # of the shorter of two words, at its beginning
_SHORT, _LONG = 25, 320  # characters; of Chinese a third
_SOFT = 0.5
_YEAR = re.compile(r"(?<![\d.])(?:1[89]|20)\d{2}(?![\d.]\d)")
_ASKED_YEAR = re.compile(rf"{_YEAR.pattern}|FY(?:20)?\d\d", re.IGNORECASE)
_WHOLE_NAME = re.compile(r"[^\W_]+(?:[-–.][^\W_]+)+")  # with all that it goes on with
_SUBJECT = 0.3
_ASKS_AGE = re.compile(r"\bhow old\b|\bwie alt\b", re.IGNORECASE)
_SURE_KINDS = ("number", "date")
_IS_ASKED = re.compile(r"\W*(?:Q|(?:Question|Frage|Pregunta|问题?|問題?) ?\d{0,3}) ?[:：]", re.IGNORECASE)  # not Q3:
_ENDS_WHOLE = tuple('.!?:;)"”’。！？：；）」』》')


@dataclass(frozen=True, slots=True)
class Features:
    """Each 0 to 1, most of them shares of the question's words, weighted by rarity.

    `own`: in the sentence. `before`, `beside`, `above`, `around`: what is gained by the sentence before (where this one
    leads back to it), by the neighbours, by the headings, by the rest of the passage. `soft`: what is gained by words
    that only begin alike. `telling`: of what the passage as a whole does not name, the share in the sentence. `words`:
    of the words that are no names, the share. `order`: neighbouring words of the question, both in the sentence.
    `rarest`: the question's rarest word is in any of these. `names`: the share of names that is missing. `near`: the
    sentence speaks of something with nearly the same name. `number`: a number of the question is missing. `typed`: the
    kind of thing that is asked for is in the sentence; `untyped`: a number or date is missing, `vague`: another kind;
    `unit`, `unitless`: the same of its unit. `incomparable`: what the passage's script cannot hold.
    """

    own: float = 0.0
    before: float = 0.0
    beside: float = 0.0
    above: float = 0.0
    around: float = 0.0
    soft: float = 0.0
    order: float = 0.0
    telling: float = 0.0
    words: float = 0.0
    rarest: float = 0.0
    names: float = 0.0
    near: float = 0.0
    number: float = 0.0
    typed: float = 0.0
    untyped: float = 0.0
    vague: float = 0.0
    unit: float = 0.0
    unitless: float = 0.0
    introduced: float = 0.0
    row: float = 0.0
    fragment: float = 0.0
    question: float = 0.0
    short: float = 0.0
    long: float = 0.0
    incomparable: float = 0.0


FEATURES = tuple(field.name for field in fields(Features))


@dataclass(frozen=True, slots=True)
class SentenceEvidence:
    """A sentence by its place in its passage, and what speaks for it. `met`: the needs that it holds itself.

    `lacks`: what it should say and does not. `names_who_may` and `defines_role`: see `server.evidence.asked_agents`.
    `extreme`: 1 for the row of a table that has the most or least of what is asked, -1 for the others of that table;
    `ranged`: the same for the range in which an amount of the question is. `asked_row`: see
    `server.evidence.asked_rows`. `is_undated`: a year is asked for, and its passage and document say none of those.
    """

    place: int
    features: Features
    met: frozenset[int]
    lacks: Lacks
    extreme: int = 0
    ranged: int = 0
    names_who_may: bool = False
    defines_role: bool = False
    asked_row: float = 0.0
    is_undated: bool = False


@lru_cache(maxsize=256)  # choosing what to read closely, judging and quoting ask for the same passages
def sentence_evidence(profile: Profile, text: str, context: str = "") -> tuple[SentenceEvidence, ...]:
    """What speaks for each sentence that could be quoted: no headings, no names of columns."""
    sentences = sentences_of(text)
    reading = _Reading.of(profile, text, context, sentences)
    return tuple(
        reading.evidence(place)
        for place, sentence in enumerate(sentences)
        if not (sentence.is_heading or is_table_head(sentences, place) or repeats(sentence.text, context))
    )


class _Reading:
    """One passage as one question reads it."""

    def __init__(
        self,
        profile: Profile,
        sentences: Sequence[Sentence],
        held: Sequence[frozenset[int]],
        above: frozenset[int],
        near: Sequence[Collection[int]],
        words: tuple[Words, Words],
        other_code: bool,
        context: str,
    ) -> None:
        self._in_text, self._in_context = words
        self._profile = profile
        self._sentences = sentences
        self._held = held
        self._above = above
        self._near = near
        self._headings = headings_above(sentences)
        self._nearly = frozenset().union(*near)
        self._nowhere = self._nearly - frozenset().union(above, *held)
        self._everywhere = frozenset().union(*held) if held else frozenset()
        self._total = sum(need.weight for need in profile.needs) or 1.0
        self._unit = expected_unit(profile.question)
        self._has_other_code = other_code
        self._context = context
        self._years = frozenset(n for n, need in enumerate(profile.needs) if _ASKED_YEAR.fullmatch(need.shown))
        self._is_undated = bool(self._years) and self._years.isdisjoint(above | self._everywhere)
        self._worth = [need.weight * self._rareness(number) for number, need in enumerate(profile.needs)]

    @classmethod
    def of(cls, profile: Profile, text: str, context: str, sentences: Sequence[Sentence]) -> "_Reading":
        words, above = words_of(text), words_of(context)
        ends = [sentence.end for sentence in sentences]
        held: list[set[int]] = [set() for _ in sentences]
        near: list[set[int]] = [set() for _ in sentences]
        for number, need in enumerate(profile.needs):
            for offset in places_of(need, words):
                place = min(bisect_right(ends, offset), len(ends) - 1)
                (near if need.is_name and _is_longer(profile.question, text, offset, need) else held)[place].add(number)
        for place, number in (*_said_in_other_words(profile, sentences), *_in_ranges(profile, sentences)):
            held[place].add(number)
        met_above = frozenset(
            number
            for number, need in enumerate(profile.needs)
            if any(
                not (need.is_name and _is_longer(profile.question, context, offset, need))
                for offset in places_of(need, above)
            )
        )
        met = met_above.union(*held)
        other_code = not compares(profile.question) and any(
            need.is_name and number not in met and names_another_code(need.shown, f"{context}\n{text}")
            for number, need in enumerate(profile.needs)
        )
        other_code = other_code or is_another_branch(profile.question, text, context)
        return cls(
            profile,
            sentences,
            [frozenset(found) for found in held],
            met_above,
            near,
            (words, above),
            other_code,
            context,
        )

    def _rareness(self, number: int) -> float:
        """How little the passage as a whole speaks of it: 1 where no heading and no other sentence does."""
        if number in self._above or (self._held and number in self._held[0]):
            return _SUBJECT
        holders = sum(number in held for held in self._held)
        return 1.0 / max(1, holders)

    def evidence(self, place: int) -> SentenceEvidence:
        sentence = self._sentences[place]
        own, columns = self._own(place)
        previous = self._held[place - 1] if place else frozenset()
        following = self._held[place + 1] if place + 1 < len(self._held) else frozenset()
        leads_back = LEADS_BACK.match(sentence.text) is not None
        before = (previous if leads_back else frozenset()) | columns
        seen = own | before
        beside = previous | following
        above = self._above | self._under(place)
        reachable = seen | beside | above
        missing = self._missing(own)
        features = Features(
            own=self._share(own),
            before=self._share(before - own),
            beside=self._share(beside - seen - above),
            above=self._share(above - seen),
            around=self._share(self._everywhere - reachable),
            soft=self._soft(sentence.text, missing),
            order=self._order(own),
            telling=self._telling(own | columns),
            words=self._words(own | columns),
            rarest=float(self._rarest() in reachable | self._everywhere),
            **self._names(sentence.text, own | before | above),
            near=float(self._is_near(place, own | before)),
            **self._kinds(place),
            **_shape(sentence),
            incomparable=self._incomparable(),
        )
        question = self._profile.question
        return SentenceEvidence(
            place,
            features,
            own,
            lacks_of(question, sentence, self._with_heads(place), self._around(place), self._context),
            extreme=self._extremeness(place),
            ranged=self._rangedness(place),
            names_who_may=names_who_may(question, sentence.text),
            defines_role=defines_role(question, sentence.text),
            asked_row=self._asked_row(place) if sentence.is_row else 0.0,
            is_undated=self._is_undated,
        )

    def _with_heads(self, place: int) -> str:
        """The sentence; a row with what it stands under, which says what its figures are."""
        text = self._sentences[place].text
        is_row = self._sentences[place].is_row and self._profile.expects != "any"
        return f"{self._texts_above(place)}\n{text}" if is_row else text

    def _around(self, place: int) -> str:
        """The sentence behind it, where a reason may follow."""
        return "".join(sentence.text for sentence in self._sentences[place + 1 : place + 2])

    def _extremeness(self, place: int) -> int:
        """1 where the row has the most or least of what is asked for, -1 where another row of its table has; else 0."""
        extreme = asked_extreme(self._profile.question)
        if extreme is None or not self._sentences[place].is_row:
            return 0
        return self._chosen(place, lambda head, rows: extreme_rows(extreme, head, rows))

    def _rangedness(self, place: int) -> int:
        """1 where the row holds an amount of the question in a column of ranges, -1 where another row does; else 0."""
        question = self._profile.question
        if not self._sentences[place].is_row or not amounts(question):
            return 0
        return self._chosen(place, lambda head, rows: rows_in_range(question, head, rows), whole=False)

    def _chosen(
        self, place: int, choose: Callable[[str, tuple[str, ...]], frozenset[int] | None], *, whole: bool = True
    ) -> int:
        rows = rows_below(self._sentences, place, whole=whole)
        if place not in rows or not self._is_named(place):
            return 0
        head = self._sentences[next(iter(head_of(self._sentences, place)))].text
        found = choose(head, tuple(self._sentences[row].text for row in rows))
        return 0 if found is None else 1 if place - rows.start in found else -1

    def _asked_row(self, place: int) -> float:
        """How surely the row's first cell is what is asked for, below its table's head, caption and headings."""
        row = self._sentences[place].text
        if not any(cells_of(row)[1:]):
            return 0.0
        return asked_share(self._profile, row, self._texts_above(place), self._context)

    def _texts_above(self, place: int) -> str:
        """What a row stands under within the passage: its columns' names, the caption, the line above, the heading."""
        above = [self._sentences[head].text for head in self._heads(place)]
        above += [caption_of(self._sentences, place), line_above(self._sentences, place)]
        heading = self._headings[place]
        above += [self._sentences[heading].text] if heading is not None else []
        return "\n".join(above)

    def _heads(self, place: int) -> tuple[int, ...]:
        """Where what names a row's columns stands; none for what is no row."""
        return head_of(self._sentences, place) if self._sentences[place].is_row else ()

    def _is_named(self, place: int) -> bool:
        """Whether the question names what the table's rows are: in the first column's name, the heading or caption."""
        head = self._sentences[next(iter(head_of(self._sentences, place)))].text
        words = words_of(f"{names_rows(head)}\n{caption_of(self._sentences, place)}")
        return bool(self._under(place)) or any(places_of(need, words) for need in self._profile.needs)

    def _under(self, place: int) -> frozenset[int]:
        """What is met by the heading within the passage that this sentence stands under."""
        heading = self._headings[place]
        return self._held[heading] if heading is not None else frozenset()

    def _own(self, place: int) -> tuple[frozenset[int], frozenset[int]]:
        """What the sentence meets, and what its columns' names and caption add; a row has none without them."""
        own = self._held[place]
        if not self._sentences[place].is_row:
            return own, frozenset()
        head = frozenset().union(*(self._held[row] for row in self._heads(place)))
        caption = caption_of(self._sentences, place)
        words = words_of(caption)
        named = frozenset(n for n, need in enumerate(self._profile.needs) if caption and places_of(need, words))
        return (own | head, named) if own else (own, head | named)

    def _share(self, met: frozenset[int]) -> float:
        return sum(self._profile.needs[number].weight for number in sorted(met)) / self._total

    def _missing(self, own: frozenset[int]) -> list[int]:
        return [number for number in range(len(self._profile.needs)) if number not in own]

    def _soft(self, text: str, missing: Sequence[int]) -> float:
        words = words_of(text)
        gained = sum(
            self._profile.needs[number].weight * _likeness(self._profile.needs[number], text, words.different)
            for number in missing
        )
        return gained / self._total

    def _order(self, own: frozenset[int]) -> float:
        pairs = len(self._profile.needs) - 1
        return sum(number in own and number + 1 in own for number in range(pairs)) / pairs if pairs > 0 else 0.0

    def _telling(self, own: frozenset[int]) -> float:
        """A passage's subject, and what most of its sentences hold, tells its sentences apart from no others."""
        return sum(self._worth[number] for number in sorted(own)) / (sum(self._worth) or 1.0)

    def _words(self, own: frozenset[int]) -> float:
        needs = self._profile.needs
        plain = [number for number, need in enumerate(needs) if not need.is_name]
        total = sum(needs[number].weight for number in plain)
        return sum(needs[number].weight for number in plain if number in own) / total if total else 0.0

    def _rarest(self) -> int:
        needs = self._profile.needs
        return max(range(len(needs)), key=lambda number: needs[number].rarity, default=-1)

    def _names(self, text: str, seen: frozenset[int]) -> dict[str, float]:
        names = [(number, need) for number, need in enumerate(self._profile.needs) if need.is_name]
        total = sum(need.weight for _, need in names)
        missing = sum(need.weight for number, need in names if number not in seen)
        digits = [number for number, need in names if need.shown.replace(",", "").replace(".", "").isdigit()]
        return {
            "names": missing / total if total else 0.0,
            "number": float(any(number not in seen for number in digits)),
        }

    def _is_near(self, place: int, seen: frozenset[int]) -> bool:
        """Whether the sentence speaks of something else that is easily taken for what is asked.

        So does each sentence of a passage that names the other thing and nowhere the asked one, and one that names
        neither but stands behind the other.
        """
        if (
            self._has_other_code
            or self._nowhere - seen
            or any(self._is_last_near(number, place) for number in self._nearly - seen)
        ):
            return True
        text = self._sentences[place].text
        if is_another_branch(self._profile.question, text, self._context):
            return True
        dated = "\n".join((text, *(self._sentences[row].text for row in self._heads(place))))
        if self._has_other_year(dated, seen) or self._has_shorter_name(text, seen):
            return True
        folded = text.casefold()
        return any(
            not holds_word(folded, word) and any(holds_word(folded, other) for other in others)
            for word, others in opposites_asked(self._profile.question)
        )

    def _is_last_near(self, number: int, place: int) -> bool:
        """Whether of this name and one like it the other one was named last, up to this sentence."""
        for earlier in range(place, -1, -1):
            if number in self._held[earlier]:
                return False
            if number in self._near[earlier]:
                return True
        return False

    def _has_other_year(self, text: str, seen: frozenset[int]) -> bool:
        """A year is asked for by its number, and another one stands there, in a text that does not know the first."""
        return bool(self._years - seen - self._above) and _YEAR.search(text) is not None

    def _has_shorter_name(self, text: str, seen: frozenset[int]) -> bool:
        """A longer name is asked for, R1-Zero, and only the shorter one stands there, or another one made of it."""
        return any(
            _has_beginning(text, need)
            for number, need in enumerate(self._profile.needs)
            if need.is_name and number not in seen and len(need.spellings[0]) > 1
        )

    def _kinds(self, place: int) -> dict[str, float]:
        question, kind, text = self._profile.question, self._profile.expects, self._sentences[place].text
        asks_kind = kind not in ("any", "definition")
        is_held = asks_kind and holds_answer(question, kind, text)
        has_unit = self._unit is not None and (holds_unit(self._unit, text) or self._has_unit_above(self._unit, place))
        return {
            "typed": float(is_held),
            "untyped": float(asks_kind and not is_held and kind in _SURE_KINDS and not _is_age(question, text)),
            "vague": float(asks_kind and not is_held and kind not in _SURE_KINDS),
            "unit": float(has_unit),
            "unitless": float(self._unit is not None and not has_unit),
            "introduced": float(kind == "definition" and introduces(question, text)),
        }

    def _has_unit_above(self, unit: Unit, place: int) -> bool:
        """Whether the unit of a row's figures stands in the head of its columns, the caption or the heading."""
        if not self._sentences[place].is_row:
            return False
        return is_named_by_columns(unit, self._sentences[place].text, self._texts_above(place))

    def _incomparable(self) -> float:
        """How much of the question the passage's script or language cannot hold."""
        needs = self._profile.needs
        lost = sum(need.rarity for need in needs if not can_hold(need, self._in_text, self._in_context))
        return lost / (sum(need.rarity for need in needs) or 1.0)


def headings_above(sentences: Sequence[Sentence]) -> list[int | None]:
    """For each sentence the place of the last heading before it."""
    found: list[int | None] = []
    last: int | None = None
    for place, sentence in enumerate(sentences):
        found.append(last)
        last = place if sentence.is_heading else last
    return found


def _in_ranges(profile: Profile, sentences: Sequence[Sentence]) -> Iterator[tuple[int, int]]:
    """(sentence, need) for each number of the question that a sentence holds between two others."""
    numbers = {number: need.shown for number, need in enumerate(profile.needs) if need.shown.isdecimal()}
    for place, sentence in enumerate(sentences) if numbers and amounts(profile.question) else ():
        found = numbers_in_range(profile.question, sentence.text)
        yield from ((place, number) for number, shown in numbers.items() if float(shown) in found)


def _said_in_other_words(profile: Profile, sentences: Sequence[Sentence]) -> Iterator[tuple[int, int]]:
    """Where a need is met without its word: by a value of the quantity that it names, by the date of a feast day."""
    question = profile.question
    for number, need in enumerate(profile.needs):
        for place, sentence in enumerate(sentences):
            text = sentence.text
            if is_said_by_unit(question, need.shown, text) or is_said_otherwise(question, need.shown, text):
                yield place, number


def _is_longer(question: str, text: str, start: int, need: Need) -> bool:
    """Whether the name that begins here is a part of a longer one, which the question does not name."""
    return begins_before(question, text, start, need.shown) or _goes_on(question, text, start, need)


def _goes_on(question: str, text: str, start: int, need: Need) -> bool:
    """Whether the name that begins here is a longer one, and not the one that the question goes on with too."""
    match = re.compile(r"[\W_]*".join(map(re.escape, need.shown_words)), re.IGNORECASE).match(text, start)
    if match is None or not is_another_name(text, match.end(), need.shown):
        return False
    longer = _WHOLE_NAME.match(text, match.start())
    return longer is None or longer.group().casefold() not in question.casefold()


def _has_beginning(text: str, need: Need) -> bool:
    words = need.shown_words
    if len(words) < 2:
        return False
    beginning = r"[\W_]*".join(map(re.escape, words[:-1]))
    found = re.search(rf"(?<![^\W_]){beginning}(?![^\W_])[-.–]?", text, re.IGNORECASE)
    if found is None:
        return False
    goes_on = found.group()[-1] in "-.–" and re.match(r"[^\W_]", text[found.end() :]) is not None
    return goes_on or any(sign.isdigit() for sign in "".join(words[:-1]))


def _is_age(question: str, text: str) -> bool:
    """Whether it is asked how old somebody or something is, and years or months are said."""
    return _ASKS_AGE.search(question) is not None and holds_unit("duration", text)


def _shape(sentence: Sentence) -> dict[str, float]:
    text = sentence.text
    size = len(text) * (3 if IS_UNSPACED.search(text) else 1)
    is_whole = sentence.is_row or text.endswith(_ENDS_WHOLE)
    return {
        "row": float(sentence.is_row),
        "fragment": float(not is_whole or text[0].islower()) if not sentence.is_row else 0.0,
        "question": float(text.endswith(("?", "？")) or _IS_ASKED.match(text) is not None),
        "short": float(size < _SHORT),
        "long": min(1.0, max(0.0, (size - _LONG) / _LONG)),
    }


def _likeness(need: Need, text: str, stems: frozenset[str]) -> float:
    """How much a need that the text does not hold looks like something there: 0 to a half."""
    word = need.spellings[0][0]
    if need.is_cjk:
        return _SOFT * sum(sign in text for sign in word) / len(word)
    if len(need.spellings[0]) > 1 or len(word) < _SHORTEST_STEM or any(sign.isdigit() for sign in word):
        return 0.0
    return _SOFT * _has_relative(word, stems)


@lru_cache(maxsize=4096)
def _has_relative(word: str, stems: frozenset[str]) -> bool:
    return any(_is_relative(word, other) for other in stems)


def _is_relative(one: str, other: str) -> bool:
    """Whether two words begin alike, or one is the end of the other, as parts of German compounds are."""
    shorter = min(len(one), len(other))
    if shorter < _SHORTEST_STEM or one[:2] != other[:2]:
        return shorter > _SHORTEST_STEM and (one.endswith(other) or other.endswith(one))
    alike = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), shorter)
    return alike >= max(_SHORTEST_STEM, _ALIKE * max(len(one), len(other)))
