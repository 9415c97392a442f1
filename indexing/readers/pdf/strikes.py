"""Struck-out text: words, or letters of a word, through whose middle a rule goes. Pure geometry.

An underline lies lower, a rule of a table goes on beyond the text, and the mark of a highlighter is a ground, no rule.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from indexing.readers.pdf.words import Character, Rule, Word

_HEIGHT = (0.14, 0.5)  # sizes above the baseline: a rule there strikes out
_WRITTEN = re.compile(r"[^\W\d_]{3}|\d[\d.,]|[\u3400-\u9fff]")  # a sign alone may be part of a fraction
_SURELY_STRUCK = 3  # rules through words of a page, from which those through signs and single letters are believed
_TOUCH = 1.5  # points
_WHOLE_SHARE = 0.6  # of a word's width, where it is not known where its letters stand
_RULE_ENDS = 1.2  # sizes: a rule that goes on further beyond the struck words is a rule of something else
_SLACK = 0.2  # sizes: how far a letter may stand out of the rule that strikes it


def without_struck(
    words: Sequence[Word], characters: Sequence[Character], level: Sequence[Rule], upright: Sequence[Rule]
) -> tuple[list[Word], list[Word], list[Word]]:
    """(the words without what is struck, what is struck, the words that are struck in part as they were)."""
    by_word: dict[int, list[Rule]] = {}
    for rule, hit in _striking(words, level, upright):
        for word in hit:
            by_word.setdefault(id(word), []).append(rule)
    shown: list[Word] = []
    struck: list[Word] = []
    parted: list[Word] = []
    places = _Places(characters if by_word else ())
    for word in words:
        kept, lost = _parted(word, by_word[id(word)], places) if id(word) in by_word else (word, None)
        shown.extend([kept] if kept else [])
        struck.extend([lost] if lost else [])
        parted.extend([word] if kept and lost else [])
    return shown, struck, parted


def _striking(
    words: Sequence[Word], level: Sequence[Rule], upright: Sequence[Rule]
) -> Iterator[tuple[Rule, list[Word]]]:
    """The rules that strike, with the words that they go through."""
    found: list[tuple[Rule, list[Word]]] = []
    ordered = sorted(words, key=lambda word: word.base)
    bases = [word.base for word in ordered]
    reach = _HEIGHT[1] * max((word.size for word in words), default=0.0)
    for rule in _joined(level):
        near = ordered[bisect_left(bases, rule[1]) : bisect_right(bases, rule[3] + reach)]
        hit = [word for word in near if _is_through(rule, word)]
        if hit and _ends_with(rule, hit) and not _is_side_of_box(rule, upright):
            found.append((rule, hit))
    sure = [strike for strike in found if any(_is_written(strike[0], word) for word in strike[1])]
    yield from found if len(sure) >= _SURELY_STRUCK else sure


def _joined(level: Sequence[Rule]) -> Iterator[Rule]:
    """The rules, those that go on where another ends as one."""
    last: Rule | None = None
    for rule in sorted(level, key=lambda rule: (round(rule[1]), rule[0])):
        if last and abs(rule[1] - last[1]) < 0.5 and abs(rule[3] - last[3]) < 0.5 and rule[0] - last[2] < _TOUCH:
            last = (last[0], last[1], max(last[2], rule[2]), last[3])
        else:
            if last:
                yield last
            last = rule
    if last:
        yield last


def _is_through(rule: Rule, word: Word) -> bool:
    height = (word.base - (rule[1] + rule[3]) / 2) / word.size
    return _HEIGHT[0] < height < _HEIGHT[1] and _shared(rule, word) > 0.3 * min(word.size, word.x1 - word.x0)


def _shared(rule: Rule, word: Word) -> float:
    return min(rule[2], word.x1) - max(rule[0], word.x0)


def _is_written(rule: Rule, word: Word) -> bool:
    """Whether the rule goes through most of a word that is no sign."""
    is_most = _shared(rule, word) > max(_WHOLE_SHARE * (word.x1 - word.x0), 0.5 * word.size)
    return is_most and _WRITTEN.search(word.text) is not None


def _ends_with(rule: Rule, words: Sequence[Word]) -> bool:
    left, right = min(word.x0 for word in words), max(word.x1 for word in words)
    return rule[0] > left - _RULE_ENDS * words[0].size and rule[2] < right + _RULE_ENDS * words[0].size


def _is_side_of_box(rule: Rule, upright: Sequence[Rule]) -> bool:
    return any(
        min(abs(side[0] - rule[0]), abs(side[0] - rule[2])) < _TOUCH and side[1] - _TOUCH < rule[1] < side[3] + _TOUCH
        for side in upright
    )


class _Places:
    """The characters, asked by the word that they stand in."""

    def __init__(self, characters: Sequence[Character]) -> None:
        self._ordered = sorted(characters, key=lambda one: one.base)
        self._bases = [one.base for one in self._ordered]

    def within(self, word: Word) -> list[Character]:
        """Those of a word in the order of its text; [] where they are not all of it, or are more."""
        near = self._ordered[bisect_left(self._bases, word.base - 0.1) : bisect_right(self._bases, word.base + 0.1)]
        inside = [one for one in near if word.x0 - 0.1 <= one.x0 and one.x1 <= word.x1 + 0.1]
        inside.sort(key=lambda one: one.x0)
        return inside if "".join(one.text for one in inside) == word.text else []


def _parted(word: Word, rules: Sequence[Rule], places: _Places) -> tuple[Word | None, Word | None]:
    """(what is left of the word, what is struck of it)."""
    inside = places.within(word)
    if not inside:
        is_whole = any(_shared(rule, word) > _WHOLE_SHARE * (word.x1 - word.x0) for rule in rules)
        return (None, word) if is_whole else (word, None)
    lost = [one for one in inside if any(_strikes(rule, one) for rule in rules)]
    kept = [one for one in inside if one not in lost]
    if not lost or not any(one.text.isalnum() for one in kept):
        return (None, word) if lost else (word, None)
    return _of(word, kept), _of(word, lost)


def _strikes(rule: Rule, one: Character) -> bool:
    return rule[0] - _SLACK * one.size < one.x0 and one.x1 < rule[2] + _SLACK * one.size


def _of(word: Word, characters: Sequence[Character]) -> Word:
    text = "".join(one.text for one in characters)
    return replace(word, text=text, x0=characters[0].x0, x1=max(one.x1 for one in characters))
