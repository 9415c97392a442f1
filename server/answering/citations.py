"""Checks an answer against the passages it was written from: is every [i] one of them, and do they say so.

Pure. [i] that is no passage is removed and counted; other forms (【1】, (Document 1)) become plain ones. Numbers,
quotations and names of each sentence are looked up in the passages it cites; what is not found is listed as it stands
in the answer.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.answering.arithmetic import explained
from server.answering.citation_marks import SUPERSCRIPTS, Mark, cited_numbers, marks_of
from server.answering.facts import Fact, doubted, facts_of
from server.answering.prose import Span, is_formula, is_inside, spans_of_code_and_formulas, without
from server.answers import Checks
from server.evidence.sentences import split_sentences
from server.passages import Passage

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
    computed = dict(_computed(looked_up))
    unsupported = dict.fromkeys(doubt for _, doubt in looked_up if doubt and doubt not in computed)
    found = {(fact.kind, fact.text) for fact, doubt in looked_up if not doubt and fact.text not in unsupported}
    kinds = [kind for kind, _ in found]
    figures = kinds.count("number") + kinds.count("date")
    checks = Checks(unknown, tuple(unsupported), figures, kinds.count("quotation"), tuple(computed.values()))
    return CheckedAnswer(text, checks)


def _computed(looked_up: Sequence[tuple[Fact, str | None]]) -> Iterator[tuple[str, str]]:
    """What is not in the sources and is a sum or difference of two numbers of the answer that are, and how."""
    given = {fact.text: fact.number for fact, doubt in looked_up if not doubt and fact.number is not None}
    shown = {fact.text: fact.with_unit or fact.text for fact, _ in looked_up}
    for fact, doubt in looked_up:
        if doubt and fact.number is not None:
            how = explained(fact.number, [(shown[text], number) for text, number in given.items()])
            if how is not None:
                yield doubt, f"{how} = {fact.with_unit or fact.text}"


class CheckedStream:
    """A text that arrives in pieces, as the pieces of the checked text.

    A bracket is held back until it is known what it is: closed, and with what follows it. All pieces together are
    `check_citations(whole, passages).text`.
    """

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = passages
        self._text = ""
        self._sent = 0
        self._awaited = _Awaited(0, _ANYTHING)
        self._forgets_at = _LONG_PARAGRAPH
        self._held_at_look = 0

    def add(self, delta: str) -> str:
        """What may be shown now; may be empty."""
        self._text += delta
        if len(self._text) < self._awaited.length and not self._awaited.signs.search(delta):
            return ""
        held = len(self._text) - self._sent
        if held > _LONG_HELD and held < _GROWN * self._held_at_look:
            return ""  # so much is not read again with each piece
        self._held_at_look = held
        end, self._awaited = _decided(self._text, self._sent)
        before = len(self._text)
        piece = self._up_to(end)
        self._awaited = self._awaited.shifted(len(self._text) - before)
        return piece

    def rest(self) -> str:
        """What was held back, now that nothing more comes."""
        return self._up_to(len(self._text))

    def _up_to(self, end: int) -> str:
        if end <= self._sent:
            return ""
        piece = self._text[self._sent : end]
        if _MAY_OPEN.search(piece):
            edits = [
                edit for edit in _edits(self._text, self._passages) if self._sent <= edit.start and edit.end <= end
            ]
            piece = _edited(self._text, edits, self._sent, end)
        self._sent = end
        self._forget_what_is_over()
        return piece

    def _forget_what_is_over(self) -> None:
        """Keep the end of what was sent only: nothing further back decides what stands there.

        Where that cannot be told, it is tried again when the text has grown to twice its length.
        """
        if len(self._text) < self._forgets_at:
            return
        begin = _cut(self._text, self._sent - _LOOKED_BACK)
        # Not a line's beginning where there was none: a fence begins there, and code within a line does not.
        before = "" if self._text.startswith("\n", begin) else "."
        if begin > 1:
            self._text, self._sent = before + self._text[begin:], self._sent - begin + len(before)
            self._forgets_at = len(self._text) + _LONG_PARAGRAPH
        else:
            self._forgets_at = 2 * len(self._text)


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    replacement: str
    unknown: int


def _without_unknown(answer: str, passages: Sequence[Passage]) -> tuple[str, int]:
    edits = _edits(answer, passages)
    return _edited(answer, edits, 0, len(answer)), sum(edit.unknown for edit in edits)


def _edits(answer: str, passages: Sequence[Passage]) -> list[_Edit]:
    """Marks of unknown passages go, others get the form [1, 2]."""
    edits = []
    sources = ["".join(passage.text.split()) for passage in passages]
    for mark in marks_of(answer):
        known = [number for number in mark.numbers if 1 <= number <= len(passages)]
        is_known = len(known) == len(mark.numbers)
        if (mark.is_plain and is_known) or _is_quoted(answer, mark, sources):
            continue
        kept = f"{mark.space}[{', '.join(map(str, known))}]" if known else ""
        edits.append(_Edit(mark.start, mark.end, kept, len(mark.numbers) - len(known)))
    return edits


def _edited(text: str, edits: Sequence[_Edit], start: int, end: int) -> str:
    parts: list[str] = []
    for edit in edits:
        parts += [text[start : edit.start], edit.replacement]
        start = edit.end
    return "".join([*parts, text[start:end]])


_MAY_OPEN = re.compile(rf"[\[［【〔(（^<\\{SUPERSCRIPTS}]")
_MAY_CLOSE = re.compile(r"[\]］】〕)）^>]")
_LONGEST_MARK = 120  # characters
_LOOKED_AT = 14  # characters behind a mark, which tell an index or a link from a citation
_LOOKED_BACK = 300  # characters
_LONG_PARAGRAPH = 400  # characters
_OPEN_LINK = re.compile(r"\]?\([^)\s]{0,300}\Z")

_LONG_HELD = 1500  # characters: a formula, or a list in brackets, that is longer than any that is meant
_GROWN = 1.15
_ANYTHING = re.compile("")
_ENDS_LINK = re.compile(r"[)\n]")
_CLOSES = re.compile(r"[\]］】〕)）^>\n]")
_CLOSES_FORMULA = re.compile(r"[`$)\]}\n]")


@dataclass(frozen=True, slots=True)
class _Awaited:
    """What must come before reading on can decide more: so many characters in all, or one of these signs.

    A text that comes one character at a time is not read anew with each of them.
    """

    length: int
    signs: re.Pattern[str]

    def shifted(self, places: int) -> "_Awaited":
        return _Awaited(self.length + places, self.signs)


def _decided(text: str, start: int) -> tuple[int, _Awaited]:
    """Up to where nothing that may still come changes how the text is read, and what must come to read further."""
    opened = _MAY_OPEN.search(text, start)
    if opened is None:
        return start + len(text[start:].rstrip(" \t")), _Awaited(0, _ANYTHING)
    reading = _Reading(text, spans_of_code_and_formulas(text), list(marks_of(text)))
    while opened is not None and reading.is_settled(opened.start()):
        opened = _MAY_OPEN.search(text, reading.mark_end(opened.start()))
    end = opened.start() if opened else len(text)
    awaited = reading.awaited_at(opened.start()) if opened else _Awaited(0, _ANYTHING)
    return start + len(text[start:end].rstrip(" \t")), awaited


def _cut(text: str, place: int) -> int:
    """A place from which the text reads as it does in the whole, this one or one before; 0 where there is none."""
    if place <= 0:
        return 0
    spans = spans_of_code_and_formulas(text)
    found = bisect_right(spans, (place, len(text) + 1)) - 1
    if found >= 0 and place < spans[found][1]:
        place = spans[found][0]
    while place > 0 and text[place] in "`~$" and text[place - 1] in "`~$\\":
        place -= 1
    paragraph = text.rfind("\n\n", 0, place)
    if _first_open(text[:place], spans) > place:
        return place
    return paragraph if paragraph > 0 and not is_inside(paragraph, spans) else 0


class _Reading:
    """A text as far as it came, and what was found in it; `marks` in order."""

    def __init__(self, text: str, spans: Sequence[Span], marks: Sequence[Mark]) -> None:
        self._text = text
        self._spans = spans
        self._marks = [(mark.start, mark.end) for mark in marks]
        self._open_from = _first_open(text, spans)
        self._last_line_end, self._last_paragraph_end = text.rfind("\n"), text.rfind("\n\n")

    def mark_end(self, place: int) -> int:
        """The end of the mark that this place is in, or the place behind it."""
        found = bisect_right(self._marks, (place, len(self._text) + 1)) - 1
        return self._marks[found][1] if found >= 0 and place < self._marks[found][1] else place + 1

    def is_settled(self, place: int) -> bool:
        """Whether nothing that may still come changes what this bracket is."""
        text = self._text
        if place <= self._last_paragraph_end:
            return True
        if self._open_from <= place and not is_inside(place, self._spans):
            return False
        if text[place] in SUPERSCRIPTS:
            return place <= self._last_line_end or len(text) - self.mark_end(place) >= _LOOKED_AT
        closed = _MAY_CLOSE.search(text, place + 1, place + _LONGEST_MARK + 1)
        if closed is None:
            return place <= self._last_line_end or len(text) - place > _LONGEST_MARK
        behind = max(self.mark_end(place), closed.end())
        return len(text) - behind >= _LOOKED_AT and not _OPEN_LINK.match(text, behind)

    def awaited_at(self, place: int) -> _Awaited:
        """What must come until this bracket, which is not settled, may be."""
        length = len(self._text)
        if self._open_from <= place and not is_inside(place, self._spans):
            return _Awaited(length + max(_LOOKED_AT, (length - place) // 8), _CLOSES_FORMULA)
        closed = _MAY_CLOSE.search(self._text, place + 1, place + _LONGEST_MARK + 1)
        if closed is None and self._text[place] not in SUPERSCRIPTS:
            return _Awaited(max(length, place + _LONGEST_MARK) + _LOOKED_AT, _CLOSES)
        behind = max(self.mark_end(place), closed.end() if closed else place)
        if behind + _LOOKED_AT <= length:  # a link that is open
            return _Awaited(length + _LOOKED_AT, _ENDS_LINK)
        return _Awaited(max(behind, length - _LOOKED_AT // 2) + _LOOKED_AT, _ENDS_LINK)


_ENDS_DOLLARS = re.compile(r"\n|(?<!\\)\$")
_OPENING = re.compile(r"`|\$\$?|\\\(|\\\[|\\begin\{")


def _first_open(text: str, spans: Sequence[Span]) -> int:
    """Where in the last paragraph code or a formula may have begun and has not ended; behind the text if nowhere."""
    begin = text.rfind("\n\n") + 2 if "\n\n" in text else 0
    for opening in _OPENING.finditer(text, begin):
        if is_inside(opening.start(), spans):
            continue
        if opening.group() != "$" or _may_be_formula(text, opening.end()):
            return opening.end()
    return len(text) + 1


def _may_be_formula(text: str, begin: int) -> bool:
    return not _ENDS_DOLLARS.search(text, begin) and is_formula(text[begin:])


def _is_quoted(answer: str, mark: Mark, sources: Sequence[str]) -> bool:
    """A passage's own reference to its bibliography, quoted together with the words before it."""
    near = answer[max(0, mark.start - _LOOKED_BACK) : mark.end]
    quoted = "".join(near.split())[-len("".join(mark.text.split())) - _WORDS_BEFORE :]
    return any(quoted in source for source in sources)


def _looked_up(paragraph: str, passages: Sequence[Passage]) -> Iterator[tuple[Fact, str | None]]:
    """The facts of the paragraph's sentences, and what the passages they cite do not say of them."""
    for sentence, cited in _cited_sentences(paragraph, len(passages)):
        sources = [passages[number - 1] for number in cited] or list(passages)
        source = "\n".join(f"{passage.document}\n{passage.context}\n{passage.text}" for passage in sources)
        yield from ((fact, doubted(fact, source)) for fact in facts_of(_blank_marks(sentence)))


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
        end = _end_of_leading_marks(sentence)
        if end and pieces:
            pieces[-1] += f" {sentence[:end]}"
            sentence = sentence[end:]
        if sentence.strip():
            pieces.append(sentence)
    return pieces


def _end_of_leading_marks(sentence: str) -> int:
    end = 0
    for mark in marks_of(sentence):
        if sentence[end : mark.start].strip():
            break
        end = mark.end
    return end


def _blank_marks(text: str) -> str:
    return without(text, [(mark.start, mark.end) for mark in marks_of(text)])
