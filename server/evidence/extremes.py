"""Which row of a table has the most or the least of what is asked for: the fastest ship, the cheapest ticket. Pure.

No row says of itself that it is the fastest: that follows from the column. Apart from `tables`, which knows no numbers.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from server.evidence.answer_types import first_part
from server.evidence.tables import cells_of
from server.evidence.units import holds_unit
from storage.words.english_stems import stem
from storage.words.folding import folded
from storage.words.terms import STOP_WORDS

_SPEED = r"speed|knots?|km/h|mph|tempo|geschwindigkeit|vitesse|velocidad|速"
_DURATION = r"duration|time|minutes|hours|days|dauer|zeit|durée|duración|时间|时长|天"
_LENGTH = r"length|long|länge|longueur|longitud|largo|长"
_YEAR = r"built|year|founded|since|established|baujahr|gebaut|gründung|jahr|année|año|年份|建"
_AGE = r"\bage\b|alter|âge|edad|年龄"
_HEIGHT = r"height|altitude|höhe|hauteur|altura|高"
_SIZE = (
    r"size|capacity|area|passengers|places|seats|größe|fläche|kapazität|plätze|surface|capacité|superficie|面积|容量"
)
_PRICE = r"price|fee|cost|fare|charge|rate|preis|gebühr|kosten|beitrag|prix|tarif|coût|precio|cuota|价|费"
_WEIGHT = r"weight|gewicht|poids|peso|重"
_BY_ADJECTIVE: tuple[tuple[str, tuple[tuple[str, int], ...]], ...] = (
    (r"fastest|quickest|schnellste\w*|plus rapides?|más rápid[oa]s?|最快", ((_SPEED, 1), (_DURATION, -1))),
    (r"slowest|langsamste\w*|plus lente?s?|más lent[oa]s?|最慢", ((_SPEED, -1), (_DURATION, 1))),
    (r"longest|längste\w*|plus longue?s?|más larg[oa]s?|最长", ((_LENGTH, 1), (_DURATION, 1))),
    (r"shortest|kürzeste\w*|plus courte?s?|más cort[oa]s?|最短", ((_LENGTH, -1), (_DURATION, -1))),
    (r"oldest|älteste\w*|plus ancien(?:ne)?s?|más antigu[oa]s?|最老|最旧", ((_YEAR, -1), (_AGE, 1))),
    (r"newest|youngest|neue?ste\w*|jüngste\w*|plus récente?s?|más nuev[oa]s?|最新", ((_YEAR, 1), (_AGE, -1))),
    (r"tallest|höchste\w*|plus haute?s?|más alt[oa]s?|最高", ((_HEIGHT, 1),)),
    (r"biggest|largest|größte\w*|plus grande?s?|más grandes?|最大", ((_SIZE, 1),)),
    (r"smallest|kleinste\w*|plus petite?s?|más pequeñ[oa]s?|最小", ((_SIZE, -1),)),
    (
        r"cheapest|least expensive|billigste\w*|günstigste\w*|moins ch(?:er|ère)s?|más barat[oa]s?|最便宜",
        ((_PRICE, -1),),
    ),
    (r"most expensive|dearest|priciest|teuerste\w*|plus ch(?:er|ère)s?|más car[oa]s?|最贵", ((_PRICE, 1),)),
    (r"heaviest|schwerste\w*|plus lourde?s?|más pesad[oa]s?|最重", ((_WEIGHT, 1),)),
    (r"lightest|leichteste\w*|plus légère?s?|más liger[oa]s?|最轻", ((_WEIGHT, -1),)),
)
_ADJECTIVES = tuple(
    (re.compile(rf"(?<![^\W_\u4e00-\u9fff])(?:{asked})(?![^\W_\u4e00-\u9fff])", re.IGNORECASE), columns)
    for asked, columns in _BY_ADJECTIVE
)
_NOUN = r"(?:number of |share of )?(?!(?:i|we|you|they|he|she|it|of|people|the)\b)"
_NUMBER_OF = re.compile(
    rf"\b(?:most|highest|greatest|largest|biggest) {_NOUN}(?P<most>[a-z]+(?: [a-z]+)?)"
    rf"|\b(?:fewest|least|lowest|smallest) {_NOUN}(?P<least>[a-z]+(?: [a-z]+)?)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"^\W*(?:and |so |please )?(?:on |at |in )?(?:which|what|who|whose|where|name|welche\w*|was|wer|wo|quel\w*|qui|qué"
    r"|cuál\w*|quién)\b|哪|什么|谁",
    re.IGNORECASE,
)
_NARROWED = re.compile(
    r"\b(?:with|without|that|second|third|fourth|before|after|under|over|between|except|mit|ohne|zweit\w*|dritt\w*|avec|sans"
    r"|con|sin|next|ever)\b|第[二三]|最[^的]{1,3}[^的]*最",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"^\W*(?:total|sum|all|average|mean|gesamt|summe|insgesamt|total\w*|合计|总计|平均)", re.IGNORECASE)
_FIGURE = re.compile(r"\d[\d.,' ]*")
_NOTHING = re.compile(r"\b(?:free|kostenlos|frei|gratis|gratuit)\b|免费", re.IGNORECASE)
_THOUSANDS = re.compile(r"(?<=\d)[,.' ](?=\d{3}(?!\d))")
_WORD = re.compile(r"[^\W\d_]+")
_FEWEST_ROWS = 3


class Extreme(NamedTuple):
    """What is asked for: columns by a pattern, the first that is there counts, and 1 for the most, -1 for the least.

    `nouns`: the stems one of which the column's name must have, where it is named by a noun instead.
    """

    columns: tuple[tuple[str, int], ...]
    nouns: frozenset[str] = frozenset()
    sign: int = 0


@lru_cache(maxsize=256)
def asked_extreme(question: str) -> Extreme | None:
    """What of a table the question asks the most or least of; None where it asks for something else, or for more."""
    asked = folded(first_part(question))
    if not _ASKS.search(asked) or _NARROWED.search(asked):
        return None
    for adjective, columns in _ADJECTIVES:
        if adjective.search(asked):
            return Extreme(columns)
    found = _NUMBER_OF.search(asked)
    if found is None:
        return None
    words = (found["most"] or found["least"]).lower().split()
    nouns = frozenset(stem(word) for word in words if word not in STOP_WORDS)
    return Extreme((), nouns, 1 if found["most"] else -1) if nouns else None


def extreme_rows(extreme: Extreme, head: str, rows: Sequence[str]) -> frozenset[int] | None:
    """Which of a table's rows, below these names of columns, have the most or least; None where that is not to be told.

    None as well for fewer than three rows with a figure, and where several columns may be meant that do not agree.
    """
    names = cells_of(head)
    cells = [[] if _TOTAL.match(row) else cells_of(row) for row in rows]
    columns, sign = _columns(extreme, names)
    if not columns and extreme.columns[:1] and extreme.columns[0][0] == _PRICE:  # "Adults", "Families": of sums
        columns, sign = _columns_of_sums(cells, len(names)), extreme.columns[0][1]
    found = [_extreme_of(sign, [row[column] if len(row) == len(names) else "" for row in cells]) for column in columns]
    return (frozenset.intersection(*found) or None) if found else None


def _columns_of_sums(cells: Sequence[Sequence[str]], size: int) -> list[int]:
    whole = [row for row in cells if len(row) == size]
    return [
        column for column in range(1, size) if sum(holds_unit("money", row[column]) for row in whole) >= _FEWEST_ROWS
    ]


def names_rows(head: str) -> str:
    """What the first column is called: what the rows are."""
    return cells_of(head)[0]


def _extreme_of(sign: int, column: Sequence[str]) -> frozenset[int]:
    """The places of the most (1) or the least (-1) of a column, empty where its figures tell nothing apart."""
    values = {place: value for place, cell in enumerate(column) if (value := _value(cell)) is not None}
    if len(values) < _FEWEST_ROWS or len(set(values.values())) == 1:
        return frozenset()
    best = max(sign * value for value in values.values())
    return frozenset(place for place, value in values.items() if sign * value == best)


def _columns(extreme: Extreme, names: Sequence[str]) -> tuple[list[int], int]:
    """The places of the columns that may be meant, never the first, which names the rows."""
    for pattern, sign in extreme.columns:
        if found := [place for place, name in enumerate(names) if place and re.search(pattern, name, re.IGNORECASE)]:
            return found, sign
    of_nouns = [
        place
        for place, name in enumerate(names)
        if place and extreme.nouns & {stem(word.lower()) for word in _WORD.findall(name)}
    ]
    return of_nouns, extreme.sign


def _value(cell: str) -> float | None:
    """The first figure of a cell."""
    found = _FIGURE.search(cell)
    if found is None:
        return 0.0 if _NOTHING.search(cell) else None
    figure = _THOUSANDS.sub("", found.group().rstrip(" ,.'")).replace(",", ".").replace(" ", "")
    try:
        return float(figure)
    except ValueError:  # a date, a number with several points
        return None
