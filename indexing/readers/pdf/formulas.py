"""Formulas on a line of their own: fractions, limits of sums and tall brackets are put on the formula's line. Pure.

"Nr/(KrT)" stands for a fraction, "∑_{i=1}^{N}" for a sum with its limits.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from indexing.readers.pdf.lines import text_of
from indexing.readers.pdf.words import Rule, Word

_RELATION = re.compile("[=<>≤≥⩽⩾≈≡∝∈→:+−×·]+$|.*[=≈≡∝∈]$")
_LARGE = re.compile("[∑∏∫⋃⋂⨁][\ufe00-\ufe0f]?$|(?:arg)?(?:max|min)$|lim$|sup$|inf$")
_BRACKET = re.compile(r"[(){}\[\]]+$")
_COMPOUND = re.compile(r"[^\w.,′^{}∑∏]")
_LIMIT_SIZE = 0.85  # of the sign's size at most
_ASIDE = 0.7  # sizes: how far limits reach beyond their sign
_UPPER, _LOWER = (0.45, 1.45), (0.35, 1.5)  # sizes above and below the line: there the limits stand
_NEXT = 1.2  # sizes to the word that a sign stands before
_FAR = 20.0  # sizes from a fraction to a sign of a relation on its line
_ABOVE, _BELOW = 0.8, (0.4, 1.3)  # sizes from a fraction's rule to the baselines of its parts: lines are further
_FITS = 6.0  # points: how much longer than its parts the rule of a fraction is
_WIDEST = 300.0  # points


def with_whole_formulas(words: Sequence[Word], level: Sequence[Rule]) -> list[Word]:
    """The words, those of a fraction or of a sum's limits joined to one on the line that they belong to."""
    relations = [word for word in words if _RELATION.match(word.text)]
    if not relations:
        return list(words)
    found = list(words)
    for sign in [word for word in words if _LARGE.match(word.text)]:
        found = _with_limits(sign, found)
    for rule in sorted(level, key=lambda rule: rule[2] - rule[0]):
        if rule[2] - rule[0] <= _WIDEST and (relation := _on_line_of(rule, relations)):
            found = _with_fraction(rule, relation, found)
    return list(_with_brackets(found))


def _with_limits(sign: Word, words: list[Word]) -> list[Word]:
    """The sign of a sum brought down to the line of what it stands before, its limits behind it."""
    size = sign.size
    beside = [
        word
        for word in words
        if word is not sign and -0.1 < (word.x0 - sign.x1) / size < _NEXT and word.size > _LIMIT_SIZE * size
    ]
    near = [word for word in beside if -0.4 * size < word.base - sign.base < 1.6 * size]
    if not near:
        return words
    following = min(near, key=lambda word: (word.x0, abs(word.base - sign.base)))
    limits = [
        word
        for word in words
        if word.size <= _LIMIT_SIZE * size
        and sign.x0 - _ASIDE * size < (word.x0 + word.x1) / 2 < sign.x1 + _ASIDE * size
    ]
    upper = [word for word in limits if _UPPER[0] < (following.base - word.base) / size < _UPPER[1]]
    lower = [word for word in limits if _LOWER[0] < (word.base - following.base) / size < _LOWER[1]]
    used = {id(word) for word in (*upper, *lower)}
    marks = (f"{mark}{{{_joined(part)}}}" for mark, part in (("_", lower), ("^", upper)) if part)
    text = sign.text + "".join(marks)
    whole = replace(sign, text=text, base=following.base, size=following.size)
    return [whole if word is sign else word for word in words if id(word) not in used]


def _joined(words: Sequence[Word]) -> str:
    return "".join(word.text for word in sorted(words, key=lambda word: word.x0))


def _on_line_of(rule: Rule, relations: Sequence[Word]) -> Word | None:
    """The sign of a relation at whose middle the rule is drawn, near it."""
    height = (rule[1] + rule[3]) / 2
    for sign in relations:
        distance = max(rule[0] - sign.x1, sign.x0 - rule[2]) / sign.size
        if abs(sign.middle - height) < 0.3 * sign.size and -0.1 < distance < _FAR:
            return sign
    return None


def _with_fraction(rule: Rule, relation: Word, words: list[Word]) -> list[Word]:
    size, height = relation.size, (rule[1] + rule[3]) / 2
    within = [word for word in words if rule[0] - 2 <= word.x0 and word.x1 <= rule[2] + 2]
    above = [word for word in within if 0.0 <= height - word.base < _ABOVE * word.size]
    below = [word for word in within if _BELOW[0] * word.size < word.base - height < _BELOW[1] * word.size]
    if not above or not below:
        return words
    widest = max(max(word.x1 for word in part) - min(word.x0 for word in part) for part in (above, below))
    if rule[2] - rule[0] > widest + _FITS:
        return words
    text = "/".join(map(_part, (above, below)))
    whole = Word(text, rule[0], rule[2], relation.base, size, above[0].order, above[0].source)
    used = {id(word) for word in (*above, *below)}
    return [*(word for word in words if id(word) not in used), whole]


def _part(words: Sequence[Word]) -> str:
    """Above or below the line: in brackets where it has more than one member."""
    text = text_of(sorted(words, key=lambda word: word.x0))
    return f"({text})" if _COMPOUND.search(text) else text


def _with_brackets(words: Sequence[Word]) -> Iterator[Word]:
    """The words, each tall bracket on the line of the word beside it: its own baseline is at its top."""
    for word in words:
        if not _BRACKET.match(word.text):
            yield word
            continue
        beside = [
            other
            for other in words
            if other is not word
            and -0.2 < max(other.x0 - word.x1, word.x0 - other.x1) / word.size < 0.35
            and -0.4 < (other.base - word.base) / word.size < 1.05
            and not _BRACKET.match(other.text)
        ]
        if beside and not any(abs(other.base - word.base) < 0.3 * word.size for other in beside):
            nearest = min(beside, key=lambda other: abs(other.base - word.base - 0.7 * word.size))
            word = replace(word, base=nearest.base, size=nearest.size)
        yield word
